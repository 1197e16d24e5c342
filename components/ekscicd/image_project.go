package ekscicd

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// ImageProjectArgs describe how an application's image is made.
type ImageProjectArgs struct {
	// Repository of the application, "owner/name" on GitHub. Required.
	Repository string `pulumi:"repository"`
	// Branch that pull requests are merged into. Default: "main".
	Branch string `pulumi:"branch"`
	// ImageURL is the URL of the ECR repository that takes the images, as of ImageRepository. Required.
	ImageURL pulumi.StringInput `pulumi:"imageUrl"`
	// ImageArn is the ARN of that repository. Required.
	ImageArn pulumi.StringInput `pulumi:"imageArn"`
	// Artifacts of the pipelines that run the project. Required.
	Artifacts ArtifactStore `pulumi:"artifacts"`
	// Dockerfile within the repository. Default: "Dockerfile".
	Dockerfile string `pulumi:"dockerfile"`
	// Context of the build within the repository. Default: ".".
	Context string `pulumi:"context"`
	// Buildspec is a file of the repository to use instead of the package's own, buildspecs/image.yml. Default: none.
	Buildspec string `pulumi:"buildspec"`
	// PullRequests builds images of pull requests too. Default: it does not.
	PullRequests *PullRequests `pulumi:"pullRequests"`
	// Machine of the builds. Default: as of BuildMachine.
	Machine BuildMachine `pulumi:"machine"`
	// Tags of everything. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// ImageProject makes an application's image: a project "<name>-image" that pipelines run on merges, and with
// PullRequests a project "<name>-image-pull-request" that a webhook runs.
//
// They are two, with a role each: a pull request is built before anyone has read it, in a privileged container, so its
// build reaches the image repository and nothing of what pipelines hand on. Its images have tags of their own.
type ImageProject struct {
	pulumi.ResourceState

	// ProjectName and ProjectArn of the project that pipelines run.
	ProjectName pulumi.StringOutput `pulumi:"projectName"`
	ProjectArn  pulumi.StringOutput `pulumi:"projectArn"`
	// RoleName is its role: attach policies to it if the Dockerfile's steps need more of AWS.
	RoleName pulumi.StringOutput `pulumi:"roleName"`
	// PullRequestProjectName is the project of pull requests, empty without.
	PullRequestProjectName pulumi.StringOutput `pulumi:"pullRequestProjectName"`
}

// NewImageProject makes the projects.
func NewImageProject(ctx *pulumi.Context, name string, args *ImageProjectArgs, opts ...pulumi.ResourceOption) (*ImageProject, error) {
	a := args.withDefaults()
	if err := a.validate(name); err != nil {
		return nil, err
	}
	i := &ImageProject{PullRequestProjectName: pulumi.String("").ToStringOutput()}
	if err := ctx.RegisterComponentResource("container-pipeline:ekscicd:ImageProject", name, i, opts...); err != nil {
		return nil, err
	}
	here, err := ground.Here(ctx, pulumi.Parent(i))
	if err != nil {
		return nil, err
	}
	build := a.build(name + "-image")
	build.Artifacts = a.Artifacts.ground()
	project, err := ground.NewBuildProject(ctx, name+"-image", here, &build, pulumi.Parent(i))
	if err != nil {
		return nil, err
	}
	i.ProjectName, i.ProjectArn, i.RoleName = project.Project.Name, project.Project.Arn, project.Role.Role.Name
	if a.PullRequests != nil {
		if err := i.watch(ctx, name+"-image-pull-request", here, a); err != nil {
			return nil, err
		}
	}
	return i, ctx.RegisterResourceOutputs(i, pulumi.Map{
		"projectName": i.ProjectName, "projectArn": i.ProjectArn, "roleName": i.RoleName,
		"pullRequestProjectName": i.PullRequestProjectName,
	})
}

// watch makes the project of pull requests.
func (i *ImageProject) watch(ctx *pulumi.Context, name string, here ground.Place, a *ImageProjectArgs) error {
	build := a.build(name)
	build.Description = "Builds the images of pull requests to " + a.Repository
	build.Variables["TAG_PREFIX"] = pulumi.String(pullRequestPrefix)
	project, err := ground.NewCheckoutProject(ctx, name, here, &ground.CheckoutProjectArgs{
		Build: build, Repository: a.Repository, CredentialArn: a.PullRequests.CredentialArn,
		Filters: ground.PullRequestFilters{Actors: a.PullRequests.Actors, Branch: a.Branch},
	}, pulumi.Parent(i))
	if err != nil {
		return err
	}
	i.PullRequestProjectName = project.Project.Name
	return nil
}

// build is what both projects have in common.
func (args *ImageProjectArgs) build(name string) ground.BuildProjectArgs {
	build := args.Machine.project(name, "Builds the image of "+args.Repository)
	build.Privileged = true // for the Docker daemon
	build.Buildspec = pulumi.String(or(args.Buildspec, imageBuildspec))
	build.Variables = map[string]pulumi.StringInput{
		"REPOSITORY_URL": args.ImageURL, "TAG_PREFIX": pulumi.String(""), "PLATFORM": pulumi.String(args.Machine.platform()),
		"DOCKERFILE": pulumi.String(args.Dockerfile), "CONTEXT": pulumi.String(args.Context),
	}
	build.Grants = ground.Grants{Values: []pulumi.StringInput{args.ImageArn}, Statements: func(known []string) []iam.Statement {
		return pushStatements(known[0])
	}}
	build.Tags = args.Tags
	return build
}

// pushStatements let a build pull and push images of exactly one repository.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
func pushStatements(repositoryArn string) []iam.Statement {
	return []iam.Statement{
		// The token is the registry's, not a repository's: the action has no resource-level permission.
		// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
		iam.Allow("LogInToRegistry").Actions("ecr:GetAuthorizationToken").On("*"),
		iam.Allow("PullAndPushImages").Actions(
			"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
			"ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage",
		).On(repositoryArn),
	}
}

// platform as docker build --platform takes it.
func (m BuildMachine) platform() string {
	if m.Architecture == ground.ARM64 {
		return "linux/arm64"
	}
	return "linux/amd64"
}

func (args *ImageProjectArgs) withDefaults() *ImageProjectArgs {
	a := ImageProjectArgs{}
	if args != nil {
		a = *args
	}
	a.Branch = or(a.Branch, "main")
	a.Dockerfile, a.Context = or(a.Dockerfile, "Dockerfile"), or(a.Context, ".")
	a.Machine = a.Machine.withDefaults()
	return &a
}

func (args *ImageProjectArgs) validate(name string) error {
	var p problems.List
	p.Matches("name", name, buildName, buildNameWords)
	ground.ValidRepository(&p, "repository", args.Repository)
	ground.ValidBranch(&p, "branch", args.Branch)
	if args.ImageURL == nil || args.ImageArn == nil {
		p.Add("imageUrl", "missing: give imageUrl and imageArn of the repository that takes the images")
	}
	ground.ValidFile(&p, "dockerfile", args.Dockerfile, "Dockerfile")
	ground.ValidRelative(&p, "context", args.Context)
	validBuildspec(&p, args.Buildspec)
	args.Artifacts.validate(&p)
	args.PullRequests.validate(&p)
	args.Machine.validate(&p)
	ground.ValidTags(&p, args.Tags)
	return p.Err()
}
