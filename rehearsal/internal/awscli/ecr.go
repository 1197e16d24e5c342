package awscli

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const repositoryType = "aws:ecr/repository:Repository"

var imageIDMembers = []string{"imageDigest", "imageTag"}

func ecrOperations() map[string]operation {
	repository, imageIDs := required("repository-name"), param{name: "image-ids", kind: objects, members: imageIDMembers}
	someImages, registry := imageIDs, optional(text, "registry-id")
	someImages.required = true
	statusFilter := param{name: "filter", kind: object, members: []string{"tagStatus"}}
	return map[string]operation{
		"get-login-password":      {api: "GetAuthorizationToken", run: (*call).getLoginPassword},
		"get-authorization-token": {api: "GetAuthorizationToken", run: (*call).getAuthorizationToken, params: optional(list, "registry-ids")},
		"describe-repositories": {api: "DescribeRepositories", run: (*call).describeRepositories,
			params: with(registry, optional(list, "repository-names"))},
		"describe-images": {api: "DescribeImages", run: (*call).describeImages,
			params: with(repository, registry, []param{imageIDs, statusFilter})},
		"list-images": {api: "ListImages", run: (*call).listImages, params: with(repository, registry, []param{statusFilter})},
		"batch-get-image": {api: "BatchGetImage", run: (*call).batchGetImage,
			params: with(repository, registry, []param{someImages}, optional(list, "accepted-media-types"))},
		"batch-delete-image": {api: "BatchDeleteImage", run: (*call).batchDeleteImage, params: with(repository, registry, []param{someImages})},
		"put-image": {api: "PutImage", run: (*call).putImage, params: with(repository, required("image-manifest"), registry,
			optional(text, "image-tag", "image-digest", "image-manifest-media-type"))},
	}
}

// getLoginPassword prints the password alone.
// https://docs.aws.amazon.com/cli/latest/reference/ecr/get-login-password.html
func (c *call) getLoginPassword() (any, error) {
	if err := c.ask("ecr:GetAuthorizationToken", "*"); err != nil {
		return nil, err
	}
	_, err := fmt.Fprintln(c.Stdout, c.Password)
	return nil, err
}

type authorizationData struct {
	AuthorizationToken string `json:"authorizationToken"`
	ExpiresAt          string `json:"expiresAt"`
	ProxyEndpoint      string `json:"proxyEndpoint"`
}

// getAuthorizationToken: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
func (c *call) getAuthorizationToken() (any, error) {
	if err := c.ask("ecr:GetAuthorizationToken", "*"); err != nil {
		return nil, err
	}
	registries := c.given.texts("registry-ids")
	if len(registries) == 0 {
		registries = []string{c.caller.account()}
	}
	var data []authorizationData
	for _, id := range registries {
		data = append(data, authorizationData{
			base64.StdEncoding.EncodeToString([]byte("AWS:" + c.Password)), stamp(time.Now().Add(12 * time.Hour)),
			fmt.Sprintf("https://%s.dkr.ecr.%s.%s", id, c.region, c.domain()),
		})
	}
	return map[string]any{"authorizationData": data}, nil
}

// registry is the account whose registry is meant.
func (c *call) registry() string { return first(c.given.text("registry-id"), c.caller.account()) }

// repository asks for the action on the repository, which must exist.
func (c *call) repository(action, name string) (*drydock.Record, error) {
	arn := c.arnIn(c.registry(), "ecr", "repository/"+name)
	if err := c.ask(action, arn); err != nil {
		return nil, err
	}
	if r := c.World.Find(repositoryType, "arn", arn); r != nil {
		return r, nil
	}
	return nil, c.refuse("RepositoryNotFoundException", "The repository with name '%s' does not exist in the registry with id '%s'", name, c.registry())
}

// images are those of the repository that the command names.
func (c *call) images(action string) ([]Image, *drydock.Record, error) {
	r, err := c.repository(action, c.given.text("repository-name"))
	if err != nil || c.Registry == nil {
		return nil, r, err
	}
	images, err := c.Registry.Images(r.Attr("name"))
	return images, r, err
}

type imageID struct {
	Digest string `json:"imageDigest,omitempty"`
	Tag    string `json:"imageTag,omitempty"`
}

func (c *call) imageIDs() []imageID {
	var all []imageID
	for _, o := range c.given.objects("image-ids") {
		digest, _ := o["imageDigest"].(string)
		tag, _ := o["imageTag"].(string)
		all = append(all, imageID{digest, tag})
	}
	return all
}

// in is the image with the ID: its digest, its tag, or both.
func (id imageID) in(images []Image) (Image, bool) {
	at := slices.IndexFunc(images, func(i Image) bool {
		return (id.Digest == "" || i.Digest == id.Digest) && (id.Tag == "" || slices.Contains(i.Tags, id.Tag))
	})
	if at < 0 || id == (imageID{}) {
		return Image{}, false
	}
	return images[at], true
}

// String is the ID in the words of ECR's errors.
func (id imageID) String() string {
	digest, tag := first(id.Digest, "null"), first(id.Tag, "null")
	return fmt.Sprintf("{imageDigest:'%s', imageTag:'%s'}", digest, tag)
}

func (c *call) imageNotFound(id imageID) error {
	return c.refuse("ImageNotFoundException", "The image with imageId %s does not exist within the repository with name '%s' in the registry with id '%s'",
		id, c.given.text("repository-name"), c.registry())
}

type repositoryDescription struct {
	ARN        string `json:"repositoryArn"`
	Registry   string `json:"registryId"`
	Name       string `json:"repositoryName"`
	URI        string `json:"repositoryUri"`
	Mutability string `json:"imageTagMutability"`
}

// describeRepositories: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html
func (c *call) describeRepositories() (any, error) {
	described := []repositoryDescription{}
	names := c.given.texts("repository-names")
	for _, name := range names {
		r, err := c.repository("ecr:DescribeRepositories", name)
		if err != nil {
			return nil, err
		}
		described = append(described, describe(r))
	}
	if len(names) == 0 {
		all := c.arnIn(c.registry(), "ecr", "repository/")
		if err := c.ask("ecr:DescribeRepositories", all+"*"); err != nil {
			return nil, err
		}
		for _, r := range c.World.All(repositoryType) {
			if strings.HasPrefix(r.Attr("arn"), all) {
				described = append(described, describe(r))
			}
		}
	}
	return map[string]any{"repositories": described}, nil
}

func describe(r *drydock.Record) repositoryDescription {
	arn, _ := world.ParseARN(r.Attr("arn"))
	return repositoryDescription{r.Attr("arn"), arn.Account, r.Attr("name"), r.Attr("repositoryUrl"), first(r.Attr("imageTagMutability"), "MUTABLE")}
}
