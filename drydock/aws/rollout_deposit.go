package aws

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

var (
	// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
	imageTag    = regexp.MustCompile(`^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$`)
	imageDigest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// PushImage puts an image into a repository under a tag, as docker push does: the tag moves from the image that had it,
// unless the repository's tags are immutable. digest is "sha256:" and 64 hexadecimal digits. A repository with images
// is deleted only by force.
//
// The repository's record then has State["images"]: a map from digest to {"tags": [...]}.
func PushImage(cloud *sim.Cloud, repository, tag, digest string) error {
	if !imageTag.MatchString(tag) {
		return fmt.Errorf("pushing to %s: %q is no image tag: up to 128 letters, digits and . _ -", repository, tag)
	}
	if !imageDigest.MatchString(digest) {
		return fmt.Errorf("pushing to %s: %q is no image digest: sha256: and 64 hexadecimal digits", repository, digest)
	}
	return cloud.Locked(func() error {
		r := cloud.Find(ecrRepositoryType, "name", repository)
		if r == nil {
			return sim.Refuse("RepositoryNotFoundException", "The repository with name '%s' does not exist in the registry", repository)
		}
		next := copyRecord(r)
		images := next.State.Obj("images")
		for d, image := range images {
			at := slices.Index(imageTags(image), tag)
			if at < 0 {
				continue
			}
			if d != digest && r.Inputs.Str("imageTagMutability") == "IMMUTABLE" {
				return sim.Refuse("ImageTagAlreadyExistsException", "The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the repository is immutable.", tag, repository)
			}
			images[d] = tagged(slices.Delete(imageTags(image), at, at+1))
		}
		images[digest] = tagged(append(imageTags(images[digest]), tag))
		next.State["images"] = map[string]any(images)
		return cloud.Put(next)
	})
}

func imageTags(image any) []string {
	m, _ := image.(map[string]any)
	return sim.Values(m).Strs("tags")
}

func tagged(tags []string) map[string]any {
	list := []any{}
	for _, t := range tags {
		list = append(list, t)
	}
	return map[string]any{"tags": list}
}

// StoreArtifact puts an object into a bucket as a pipeline does. A bucket with objects is deleted only by force.
//
// The bucket's record then has State["objects"]: a map from key to {"versionId"}, "" where the bucket keeps no versions.
func StoreArtifact(cloud *sim.Cloud, bucket, key string) error {
	if key == "" || len(key) > 1024 {
		// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
		return fmt.Errorf("storing in %s: the key must have 1 to 1024 bytes, not %d", bucket, len(key))
	}
	return cloud.Locked(func() error {
		r := bucketNamed(cloud, bucket)
		if r == nil {
			return fmt.Errorf(noBucket, bucket)
		}
		version := ""
		if versioning(cloud, bucket) == "Enabled" {
			version = sim.Alnum(32)
		}
		next := copyRecord(r)
		objects := next.State.Obj("objects")
		objects[key] = map[string]any{"versionId": version}
		next.State["objects"] = map[string]any(objects)
		return cloud.Put(next)
	})
}

// DeleteArtifact deletes an object that StoreArtifact has put; one that is not there is no error. Where the bucket keeps
// versions they stay, and the bucket is not empty.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
func DeleteArtifact(cloud *sim.Cloud, bucket, key string) error {
	return cloud.Locked(func() error {
		r := bucketNamed(cloud, bucket)
		if r == nil {
			return fmt.Errorf(noBucket, bucket)
		}
		if versioning(cloud, bucket) != "" {
			return nil
		}
		next := copyRecord(r)
		objects := next.State.Obj("objects")
		delete(objects, key)
		next.State["objects"] = map[string]any(objects)
		return cloud.Put(next)
	})
}
