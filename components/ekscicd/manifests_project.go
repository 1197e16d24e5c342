package ekscicd

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// Tools that render manifests.
const (
	Kustomize = "kustomize"
	Helm      = "helm"
)

// The versions that builds take where none is given.
const (
	kustomizeVersion = "5.7.1"
	helmVersion      = "3.19.0"
)

// ManifestsProjectArgs describe how an application's Kubernetes manifests are rendered.
type ManifestsProjectArgs struct {
	// Repository of the manifests, "owner/name" on GitHub. Required.
	Repository string `pulumi:"repository"`
	// Branch that pull requests are merged into. Default: "main".
	Branch string `pulumi:"branch"`
	// Application is the application's repository, the second source of each build. Required.
	Application string `pulumi:"application"`
	// ApplicationBranch. Default: "main".
	ApplicationBranch string `pulumi:"applicationBranch"`
	// Environments by name: a kustomization's folder, or with Helm a file of values. Each becomes the file "<name>.yaml" of
	// the artifact. Required.
	Environments map[string]string `pulumi:"environments"`
	// Tool is "kustomize" or "helm". Default: "kustomize".
	Tool string `pulumi:"tool"`
	// ToolVersion, as "5.7.1": what a build installs unless its image has the tool. Default: a version that the package names.
	ToolVersion string `pulumi:"toolVersion"`
	// ImageName is what the manifests call the application's image: with Kustomize the name of the image, with Helm the path
	// of the value. Default: the name of Application without its owner; with Helm, "image".
	ImageName string `pulumi:"imageName"`
	// Chart is the chart's folder, with Helm. Default: ".".
	Chart string `pulumi:"chart"`
	// Release is what Helm calls the release. Default: the component's name.
	Release string `pulumi:"release"`
	// Namespace is what Helm tells charts of the namespace. Default: the component's name.
	Namespace string `pulumi:"namespace"`
	// Artifacts of the pipelines that run the project. Required.
	Artifacts ArtifactStore `pulumi:"artifacts"`
	// Buildspec is a file of the repository to use instead of the package's own, buildspecs/kustomize.yml or helm.yml.
	// Default: none.
	Buildspec string `pulumi:"buildspec"`
	// PullRequests renders the manifests of pull requests too. Default: it does not.
	PullRequests *PullRequests `pulumi:"pullRequests"`
	// Machine of the builds. Default: as of BuildMachine.
	Machine BuildMachine `pulumi:"machine"`
	// Tags of everything. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// ManifestsProject renders an application's manifests: a project "<name>-manifests" that pipelines run on merges, and with
// PullRequests a project "<name>-manifests-pull-request" that a webhook runs.
type ManifestsProject struct {
	pulumi.ResourceState

	// ProjectName and ProjectArn of the project that pipelines run.
	ProjectName pulumi.StringOutput `pulumi:"projectName"`
	ProjectArn  pulumi.StringOutput `pulumi:"projectArn"`
	// RoleName is its role: attach policies to it if charts or bases come from elsewhere in AWS.
	RoleName pulumi.StringOutput `pulumi:"roleName"`
	// PullRequestProjectName is the project of pull requests, empty without.
	PullRequestProjectName pulumi.StringOutput `pulumi:"pullRequestProjectName"`
}

// NewManifestsProject makes the projects.
func NewManifestsProject(
	ctx *pulumi.Context, name string, args *ManifestsProjectArgs, opts ...pulumi.ResourceOption,
) (*ManifestsProject, error) {
	a := args.withDefaults(name)
	if err := a.validate(name); err != nil {
		return nil, err
	}
	m := &ManifestsProject{PullRequestProjectName: pulumi.String("").ToStringOutput()}
	if err := ctx.RegisterComponentResource("container-pipeline:ekscicd:ManifestsProject", name, m, opts...); err != nil {
		return nil, err
	}
	here, err := ground.Here(ctx, pulumi.Parent(m))
	if err != nil {
		return nil, err
	}
	build := a.build(name + "-manifests")
	build.Artifacts = a.Artifacts.ground()
	project, err := ground.NewBuildProject(ctx, name+"-manifests", here, &build, pulumi.Parent(m))
	if err != nil {
		return nil, err
	}
	m.ProjectName, m.ProjectArn, m.RoleName = project.Project.Name, project.Project.Arn, project.Role.Role.Name
	if a.PullRequests != nil {
		if err := m.watch(ctx, name+"-manifests-pull-request", here, a); err != nil {
			return nil, err
		}
	}
	return m, ctx.RegisterResourceOutputs(m, pulumi.Map{
		"projectName": m.ProjectName, "projectArn": m.ProjectArn, "roleName": m.RoleName,
		"pullRequestProjectName": m.PullRequestProjectName,
	})
}

// watch makes the project of pull requests.
func (m *ManifestsProject) watch(ctx *pulumi.Context, name string, here ground.Place, a *ManifestsProjectArgs) error {
	build := a.build(name)
	build.Description = "Renders the manifests of pull requests to " + a.Repository
	project, err := ground.NewCheckoutProject(ctx, name, here, &ground.CheckoutProjectArgs{
		Build: build, Repository: a.Repository, CredentialArn: a.PullRequests.CredentialArn,
		Secondary: map[string]ground.SecondaryCheckout{
			applicationArtifact: {Repository: a.Application, Branch: a.ApplicationBranch},
		},
		Filters: ground.PullRequestFilters{Actors: a.PullRequests.Actors, Branch: a.Branch},
	}, pulumi.Parent(m))
	if err != nil {
		return err
	}
	m.PullRequestProjectName = project.Project.Name
	return nil
}

// build is what both projects have in common.
func (args *ManifestsProjectArgs) build(name string) ground.BuildProjectArgs {
	build := args.Machine.project(name, "Renders the manifests of "+args.Repository)
	spec := kustomizeBuildspec
	build.Variables = map[string]pulumi.StringInput{
		"ENVIRONMENTS": pulumi.String(args.environments()), "IMAGE_NAME": pulumi.String(args.ImageName),
	}
	if args.Tool == Helm {
		spec = helmBuildspec
		build.Variables["HELM_VERSION"] = pulumi.String(args.ToolVersion)
		build.Variables["CHART"] = pulumi.String(args.Chart)
		build.Variables["RELEASE"] = pulumi.String(args.Release)
		build.Variables["NAMESPACE"] = pulumi.String(args.Namespace)
	} else {
		build.Variables["KUSTOMIZE_VERSION"] = pulumi.String(args.ToolVersion)
	}
	build.Buildspec = pulumi.String(or(args.Buildspec, spec))
	build.Tags = args.Tags
	return build
}

// environments is what the buildspecs take apart: "production=overlays/production staging=overlays/staging".
func (args *ManifestsProjectArgs) environments() string {
	list := make([]string, 0, len(args.Environments))
	for name, path := range args.Environments {
		list = append(list, name+"="+path)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func (args *ManifestsProjectArgs) withDefaults(name string) *ManifestsProjectArgs {
	a := ManifestsProjectArgs{}
	if args != nil {
		a = *args
	}
	a.Branch, a.ApplicationBranch = or(a.Branch, "main"), or(a.ApplicationBranch, "main")
	a.Tool = or(a.Tool, Kustomize)
	if a.Tool == Helm {
		a.ToolVersion, a.ImageName = or(a.ToolVersion, helmVersion), or(a.ImageName, "image")
	}
	a.ToolVersion = or(a.ToolVersion, kustomizeVersion)
	a.ImageName = or(a.ImageName, a.Application[strings.LastIndex(a.Application, "/")+1:])
	a.Chart, a.Release, a.Namespace = or(a.Chart, "."), or(a.Release, name), or(a.Namespace, name)
	a.Machine = a.Machine.withDefaults()
	return &a
}

var (
	toolVersion = regexp.MustCompile(`^\d+\.\d+\.\d+$`)
	// plainPath survives the shell's splitting of words, and stays inside of the repository.
	plainPath = regexp.MustCompile(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$`)
	imageName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_./:-]*$`)
)

func (args *ManifestsProjectArgs) validate(name string) error {
	var p problems.List
	p.Matches("name", name, buildName, buildNameWords)
	ground.ValidRepository(&p, "repository", args.Repository)
	ground.ValidBranch(&p, "branch", args.Branch)
	ground.ValidRepository(&p, "application", args.Application)
	ground.ValidBranch(&p, "applicationBranch", args.ApplicationBranch)
	args.validateRendering(&p)
	validBuildspec(&p, args.Buildspec)
	args.Artifacts.validate(&p)
	args.PullRequests.validate(&p)
	args.Machine.validate(&p)
	ground.ValidTags(&p, args.Tags)
	return p.Err()
}

func (args *ManifestsProjectArgs) validateRendering(p *problems.List) {
	p.OneOf("tool", args.Tool, Kustomize, Helm)
	p.Matches("toolVersion", args.ToolVersion, toolVersion, "a version such as 5.7.1, without v")
	p.Matches("imageName", args.ImageName, imageName, "what the manifests call the application's image")
	validPath(p, "chart", args.Chart)
	p.Matches("release", args.Release, dnsLabel, dnsLabelWords)
	p.Matches("namespace", args.Namespace, dnsLabel, dnsLabelWords)
	if len(args.Environments) == 0 {
		p.Add("environments", "missing: give at least one, as staging: overlays/staging")
	}
	for _, environment := range sortedKeys(args.Environments) {
		field := fmt.Sprintf("environments[%q]", environment)
		p.Matches(field, environment, dnsLabel, dnsLabelWords)
		validPath(p, field, args.Environments[environment])
	}
}

// validPath reports what the buildspecs cannot take for a path of the repository.
func validPath(p *problems.List, field, path string) {
	if p.Matches(field, path, plainPath, "a path within the repository, of letters, digits and _ . - /") &&
		slices.Contains(strings.Split(path, "/"), "..") {
		p.Add(field, "%q leaves the repository: give a path within it", path)
	}
}
