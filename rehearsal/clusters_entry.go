package rehearsal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/codebuild"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

const (
	entryType       = "aws:eks/accessEntry:AccessEntry"
	associationType = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
)

// namespaceName tells a namespace from a pattern of several.
var namespaceName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// entriesOf are the cluster's access entries, of a cluster that has them.
// https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html
func entriesOf(w *world.World, cluster *drydock.Record) []*drydock.Record {
	return inCluster(w, entryType, cluster)
}

func associationsOf(w *world.World, cluster *drydock.Record) []*drydock.Record {
	return inCluster(w, associationType, cluster)
}

func inCluster(w *world.World, typ string, cluster *drydock.Record) []*drydock.Record {
	var all []*drydock.Record
	for _, r := range w.Where(typ, "clusterName", cluster.Attr("name")) {
		if r.Scope == cluster.Scope {
			all = append(all, r)
		}
	}
	return all
}

// authenticate tells who a token is to Kubernetes, by the access entry of its role. Its error goes to the cluster's log, for
// the API server says Unauthorized and nothing else.
// https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
func (c *cluster) authenticate(token string) (kube.Identity, error) {
	role, session, err := c.release.sessions.Bearer(token, c.name)
	if err != nil {
		return kube.Identity{}, c.refuse(verdict.Problem{What: fmt.Sprintf("the cluster %s takes the token for nobody's: %v", c.name, err),
			Where: "EKS cluster " + c.name, Fix: "get the token with aws eks get-token, for this cluster, by credentials of the deployment's role"})
	}
	if mode := c.record.Inputs.Obj("accessConfig").Str("authenticationMode"); mode != "API" && mode != "API_AND_CONFIG_MAP" {
		return kube.Identity{}, c.refuse(verdict.Problem{What: fmt.Sprintf("the cluster %s has the authentication mode %s, in which access entries do not count",
			c.name, cmp.Or(mode, "CONFIG_MAP")), Where: "EKS cluster " + c.name, Fix: "set the authentication mode API_AND_CONFIG_MAP or API"})
	}
	for _, entry := range entriesOf(c.release.world, c.record) {
		if entry.Inputs.Str("principalArn") == role {
			user := strings.NewReplacer("{{SessionName}}", strings.ReplaceAll(session, "@", "-"), "{{SessionNameRaw}}", session).Replace(entry.Attr("userName"))
			return kube.Identity{Username: user, Extra: map[string][]string{"arn": {role}, "sessionName": {session}}}, nil
		}
	}
	return kube.Identity{}, c.refuse(verdict.Problem{What: fmt.Sprintf("the cluster %s has no access entry for %s", c.name, role),
		Where: "EKS cluster " + c.name, Fix: "make an access entry of the cluster for the role, and associate an access policy with it"})
}

// refuse notes a problem for the step that will fail by it.
func (c *cluster) refuse(p verdict.Problem) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, known := range c.refused {
		if known == p {
			return errors.New(p.What)
		}
	}
	c.refused = append(c.refused, p)
	return errors.New(p.What)
}

// bindings are the cluster's access entries with their policies.
func (c *cluster) bindings() []kube.Binding {
	var all []kube.Binding
	w := c.release.world
	for _, entry := range entriesOf(w, c.record) {
		all = append(all, kube.Binding{Username: entry.Attr("userName"), Groups: entry.Outputs.Strs("kubernetesGroups")})
		for _, a := range associationsOf(w, c.record) {
			if a.Inputs.Str("principalArn") == entry.Inputs.Str("principalArn") {
				all = append(all, kube.Binding{
					Username: entry.Attr("userName"), Policy: a.Inputs.Str("policyArn"), Namespaces: a.Inputs.Obj("accessScope").Strs("namespaces"),
				})
			}
		}
	}
	return all
}

// ecrImage is an image of a private registry of ECR, in its parts: account, region, repository, and a tag or digest.
var ecrImage = regexp.MustCompile(`^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$`)

// pull is a node that pulls an image: it has to be there, and its repository has to let the node's account pull it. The
// errors are those of a node's container runtime.
func (c *cluster) pull(_ context.Context, image string) (v1.Image, error) {
	r, parts := c.release, ecrImage.FindStringSubmatch(image)
	if parts == nil && r.isPlaceholder(image) {
		_ = c.refuse(verdict.Problem{What: fmt.Sprintf("the manifests still have the placeholder %s where the image is to be", image), Where: "EKS cluster " + c.name,
			Fix: "give the rendering the image's artifact as a source, so that it sets the image"})
		return nil, fmt.Errorf("failed to pull and unpack image %q: pull access denied, repository does not exist or may require authorization", image)
	}
	if parts == nil {
		return nil, kube.ErrUnknownImage
	}
	at, _ := world.ParseARN(c.record.Attr("arn"))
	at.Account, at.Region = parts[1], parts[2]
	arn, reference := at.With("ecr", "repository/"+parts[3]), cmp.Or(parts[5], parts[4], "latest")
	failed := func(why string) error {
		return fmt.Errorf("failed to pull and unpack image %q: failed to resolve reference %q: %s", image, image, why)
	}
	for _, call := range calls.NodePull(c.record.Attr("arn"), arn) {
		if p, _ := r.decide(r.building.stage, "nodes pull", call); p != nil {
			_ = c.refuse(*p) // the node's error is another
			return nil, failed("unexpected status from HEAD request to https://" + strings.SplitN(image, "/", 2)[0] + "/v2/" + parts[3] +
				"/manifests/" + reference + ": 403 Forbidden")
		}
	}
	found, err := r.registry.Image(parts[3], reference)
	if err != nil || r.world.Find(repositoryType, "arn", arn) == nil {
		_ = c.refuse(verdict.Problem{What: fmt.Sprintf("the image %s does not exist", image), Where: "repository " + parts[3],
			Fix: "let the manifests name the image that the build has pushed"})
		return nil, failed(image + ": not found")
	}
	return found, nil
}

// isPlaceholder tells whether the image is what manifests call the application's before it is set.
func (r *release) isPlaceholder(image string) bool {
	for _, stage := range r.pipeline.Stages {
		for _, a := range stage.Actions {
			project, err := codebuild.ReadProject(r.world, a.Configuration["ProjectName"])
			if err != nil {
				continue // it is no build
			}
			for _, v := range project.Variables {
				if v.Name == "IMAGE_NAME" && v.Value == image {
					return true
				}
			}
		}
	}
	return false
}
