package rehearsal

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/awscli"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/images"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

const repositoryType = "aws:ecr/repository:Repository"

// supply starts what a release uses on this machine: the registry, with the images of earlier releases, what builds
// images, and the content of buckets. What is to be there for later releases is kept in a folder; "" keeps nothing.
func (r *release) supply(kept string) error {
	if kept == "" {
		kept = r.dir
	}
	var host string
	var repositories []images.Repository
	for _, record := range r.world.All(repositoryType) {
		name := record.Inputs.Str("name")
		repositories = append(repositories, images.Repository{
			Name: name, Immutable: strings.HasPrefix(record.Inputs.Str("imageTagMutability"), "IMMUTABLE"),
			Empty: len(record.State.Obj("images")) == 0,
		})
		host = strings.TrimSuffix(record.Attr("repositoryUrl"), "/"+name)
	}
	if host == "" {
		host = r.registryHost()
	}
	var err error
	if r.registry, err = images.Serve(images.Options{Dir: filepath.Join(kept, "images"), Repositories: repositories, Host: host, Ask: r.askRegistry}); err != nil {
		return err
	}
	if r.builder, err = images.Find(r.settings.builder); err != nil {
		return wrong("%v", err)
	}
	if r.builder.Name == images.None {
		r.note("%s: images are put together from what the Dockerfile copies, and its RUN instructions are not carried out.",
			map[bool]string{true: "No docker, podman or buildah works on this machine", false: "No builder, as asked"}[r.settings.builder == ""])
	}
	r.objects, err = r.openObjects(filepath.Join(kept, "objects"))
	return err
}

// registryHost is that of the account, which is there without any repository.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
func (r *release) registryHost() string {
	suffix := "amazonaws.com"
	if arn, _ := world.ParseARN(r.pipeline.ARN); arn.Partition == "aws-cn" {
		suffix += ".cn"
	}
	return fmt.Sprintf("%s.dkr.ecr.%s.%s", r.verdict.Account, r.verdict.Region, suffix)
}

// caller makes a role's calls while its build runs, where each is decided.
type caller struct {
	*release
	stage, role string
	stop        func() error // of what its commands need; nil for nothing
	entered     []*cluster
	denied      []verdict.Problem
}

func (c *caller) close() error {
	if c.stop == nil {
		return nil
	}
	return c.stop()
}

// ask is an error in AWS's words for a call that is denied.
func (c *caller) ask(_ context.Context, call access.Call) error {
	p, decided := c.decide(c.stage, "commands", call)
	if p == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.denied = append(c.denied, *p)
	return reasonOf(decided)
}

// reasonOf is why a call is denied, in AWS's words.
func reasonOf(c verdict.Call) error {
	if c.Sid+c.Policy != "" {
		return fmt.Errorf("an explicit deny in the policy %s", c.Policy)
	}
	return fmt.Errorf("no identity-based policy allows the %s action", c.Action)
}

// askRegistry decides on what docker asks of the registry, by the role of the build that runs.
func (r *release) askRegistry(action, repository string) error {
	arn := "*"
	if record := r.world.Find(repositoryType, "name", repository); record != nil {
		arn = record.Attr("arn")
	}
	return r.building.ask(context.Background(), calls.Registry(action, r.building.role, arn))
}

// commands are those that a build's shell finds beside this machine's own.
func (r *release) commands(c *caller, scratch string) (map[string]tools.Tool, error) {
	all := map[string]tools.Tool{
		"docker": r.builder.Tool(r.registry, scratch, r.built),
		"aws":    awscli.Tool(r.services(c)),
	}
	own, err := r.pulumiTools(c)
	maps.Copy(all, own)
	return all, err
}

func (r *release) services(c *caller) awscli.Services {
	return awscli.Services{
		World: r.world, Region: r.verdict.Region, Account: r.verdict.Account, Role: c.role, Session: "AWSCodeBuild-" + r.execution,
		Ask: c.ask, Registry: registryImages{r.registry}, Objects: r.objects, Password: r.registry.Password(),
		Sessions: r.sessions, Cluster: r.cluster,
	}
}

// built notes what could not be carried out of a Dockerfile.
func (r *release) built(b images.Built) {
	for _, note := range b.Notes {
		r.note("The image %s: %s", first(b.Target, strings.Join(b.Tags, ", ")), note)
	}
}

// registryImages shows the registry to the AWS CLI.
type registryImages struct{ *images.Registry }

func (r registryImages) Images(repository string) ([]awscli.Image, error) {
	var all []awscli.Image
	for digest, tags := range r.Tags(repository) {
		image, err := r.Image(repository, digest)
		if err != nil {
			return nil, err
		}
		manifest, err := image.RawManifest()
		if err != nil {
			return nil, err
		}
		media, err := image.MediaType()
		if err != nil {
			return nil, err
		}
		size, err := sizeOf(image)
		if err != nil {
			return nil, err
		}
		all = append(all, awscli.Image{
			Digest: digest, Tags: tags, Manifest: manifest, MediaType: string(media), Size: size, PushedAt: time.Now(),
		})
	}
	return all, nil
}

func (r registryImages) Tag(repository, reference, tag string) error {
	image, err := r.Image(repository, reference)
	if err != nil {
		return err
	}
	return r.Push(repository, tag, image)
}

func (r registryImages) Delete(repository, reference string) error {
	return fmt.Errorf("the rehearsal keeps every image until its repository is destroyed: %s:%s is not deleted", repository, reference)
}

// sizeOf is the size of all layers together, as ECR tells it.
func sizeOf(image v1.Image) (int64, error) {
	layers, err := image.Layers()
	if err != nil {
		return 0, err
	}
	var total int64
	for _, layer := range layers {
		size, err := layer.Size()
		if err != nil {
			return 0, err
		}
		total += size
	}
	return total, nil
}
