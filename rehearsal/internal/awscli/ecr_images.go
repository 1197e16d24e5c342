package awscli

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/container-pipeline/container-pipeline/drydock"
)

type imageDetail struct {
	Registry          string   `json:"registryId"`
	Repository        string   `json:"repositoryName"`
	Digest            string   `json:"imageDigest"`
	Tags              []string `json:"imageTags,omitempty"`
	Size              int64    `json:"imageSizeInBytes"`
	PushedAt          string   `json:"imagePushedAt"`
	ManifestMediaType string   `json:"imageManifestMediaType,omitempty"`
}

// describeImages: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
func (c *call) describeImages() (any, error) {
	images, r, err := c.images("ecr:DescribeImages")
	if err != nil {
		return nil, err
	}
	if c.given.has("image-ids") {
		if images, err = c.chosen(images); err != nil {
			return nil, err
		}
	}
	details := []imageDetail{}
	for _, i := range c.withStatus(images) {
		details = append(details, imageDetail{c.registry(), r.Attr("name"), i.Digest, i.Tags, i.Size, stamp(i.PushedAt), i.MediaType})
	}
	return map[string]any{"imageDetails": details}, nil
}

// chosen are the images that --image-ids names, all of which must exist.
func (c *call) chosen(images []Image) ([]Image, error) {
	var some []Image
	for _, id := range c.imageIDs() {
		found, ok := id.in(images)
		if !ok {
			return nil, c.imageNotFound(id)
		}
		some = append(some, found)
	}
	return some, nil
}

// withStatus are the images that --filter tagStatus=TAGGED or UNTAGGED leaves.
func (c *call) withStatus(images []Image) []Image {
	filter, _ := c.given.values["filter"].(map[string]any)
	var some []Image
	for _, i := range images {
		if s := filter["tagStatus"]; s == "TAGGED" && len(i.Tags) == 0 || s == "UNTAGGED" && len(i.Tags) > 0 {
			continue
		}
		some = append(some, i)
	}
	return some
}

// listImages names each tag by itself.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListImages.html
func (c *call) listImages() (any, error) {
	images, _, err := c.images("ecr:ListImages")
	if err != nil {
		return nil, err
	}
	ids := []imageID{}
	for _, i := range c.withStatus(images) {
		for _, tag := range i.Tags {
			ids = append(ids, imageID{i.Digest, tag})
		}
		if len(i.Tags) == 0 {
			ids = append(ids, imageID{Digest: i.Digest})
		}
	}
	return map[string]any{"imageIds": ids}, nil
}

type fetchedImage struct {
	Registry   string  `json:"registryId"`
	Repository string  `json:"repositoryName"`
	ID         imageID `json:"imageId"`
	Manifest   string  `json:"imageManifest"`
	MediaType  string  `json:"imageManifestMediaType,omitempty"`
}

type imageFailure struct {
	ID     imageID `json:"imageId"`
	Code   string  `json:"failureCode"`
	Reason string  `json:"failureReason"`
}

var noSuchImage = imageFailure{Code: "ImageNotFound", Reason: "Requested image not found"}

// batchGetImage tells of an image that does not exist in its answer; the command succeeds.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
func (c *call) batchGetImage() (any, error) {
	images, r, err := c.images("ecr:BatchGetImage")
	if err != nil {
		return nil, err
	}
	found, failures := []fetchedImage{}, []imageFailure{}
	for _, id := range c.imageIDs() {
		i, ok := id.in(images)
		if !ok {
			failures = append(failures, imageFailure{id, noSuchImage.Code, noSuchImage.Reason})
			continue
		}
		found = append(found, fetchedImage{c.registry(), r.Attr("name"), imageID{i.Digest, id.Tag}, string(i.Manifest), i.MediaType})
	}
	return struct {
		Images   []fetchedImage `json:"images"`
		Failures []imageFailure `json:"failures"`
	}{found, failures}, nil
}

// putImage gives an image that the repository has a further tag. Its layers must be there, so no other can be put.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-retag.html
func (c *call) putImage() (any, error) {
	images, r, err := c.images("ecr:PutImage")
	if err != nil {
		return nil, err
	}
	manifest, tag := c.given.text("image-manifest"), c.given.text("image-tag")
	sum := sha256.Sum256([]byte(manifest))
	id := imageID{Digest: "sha256:" + hex.EncodeToString(sum[:])}
	if asked := c.given.text("image-digest"); asked != "" && asked != id.Digest {
		return nil, c.refuse("ImageDigestDoesNotMatchException", "The provided digest does not match the digest of the image: %s", id.Digest)
	}
	put, ok := id.in(images)
	if !ok {
		return nil, c.refuse("LayersNotFoundException", "The layers of the image with digest '%s' do not exist in the repository with name '%s' "+
			"in the registry with id '%s': push it, or put the imageManifest that batch-get-image gives, byte by byte", id.Digest, r.Attr("name"), c.registry())
	}
	if err := c.mayTag(r, images, put, tag); err != nil {
		return nil, err
	}
	if tag != "" {
		if err := c.Registry.Tag(r.Attr("name"), put.Digest, tag); err != nil {
			return nil, err
		}
	}
	return map[string]any{"image": fetchedImage{c.registry(), r.Attr("name"), imageID{put.Digest, tag}, manifest, put.MediaType}}, nil
}

// mayTag refuses a tag that the image has, and in an immutable repository one that another image has.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
func (c *call) mayTag(r *drydock.Record, images []Image, put Image, tag string) error {
	if slices.Contains(put.Tags, tag) || tag == "" {
		return c.refuse("ImageAlreadyExistsException", "Image with digest '%s' and tag '%s' already exists in the repository with name '%s' "+
			"in registry with id '%s'", put.Digest, first(tag, "null"), r.Attr("name"), c.registry())
	}
	if _, taken := (imageID{Tag: tag}).in(images); taken && r.Attr("imageTagMutability") == "IMMUTABLE" {
		return c.refuse("ImageTagAlreadyExistsException", "The image tag '%s' already exists in the '%s' repository and cannot be overwritten "+
			"because the tag is immutable.", tag, r.Attr("name"))
	}
	return nil
}

// batchDeleteImage: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
func (c *call) batchDeleteImage() (any, error) {
	images, r, err := c.images("ecr:BatchDeleteImage")
	if err != nil {
		return nil, err
	}
	deleted, failures := []imageID{}, []imageFailure{}
	for _, id := range c.imageIDs() {
		i, ok := id.in(images)
		if !ok {
			failures = append(failures, imageFailure{id, noSuchImage.Code, noSuchImage.Reason})
			continue
		}
		if err := c.Registry.Delete(r.Attr("name"), first(id.Tag, i.Digest)); err != nil {
			return nil, err
		}
		deleted = append(deleted, imageID{i.Digest, id.Tag})
	}
	return struct {
		ImageIDs []imageID      `json:"imageIds"`
		Failures []imageFailure `json:"failures"`
	}{deleted, failures}, nil
}
