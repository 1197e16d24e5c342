package staged

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// RunnerArgs describe CodeBuild projects that act by one role.
type RunnerArgs struct {
	// Project begins the names of the CodeBuild projects, and of the log group. Required.
	Project string `pulumi:"project"`
	// Group names the role and the log group "/codebuild/<project>/<group>". Required.
	Group string `pulumi:"group"`
	// Serves are the environments that the role is for. Default: none.
	Serves []string `pulumi:"serves"`
	// Builds are what the projects do. At least one is required.
	Builds []Build `pulumi:"builds"`
	// ReadOnly: they read the pipeline's artifacts and make none. Default: false.
	ReadOnly bool `pulumi:"readOnly"`
	// Sites whose files they may replace. Default: none.
	Sites []*Site `pulumi:"sites"`
	// Statements are what they may do of their own. Default: none.
	Statements []Statement `pulumi:"statements"`
	// ArtifactBucketName and ArtifactBucketArn of the pipeline that runs them. Required.
	ArtifactBucketName pulumi.StringInput `pulumi:"artifactBucketName"`
	ArtifactBucketArn  pulumi.StringInput `pulumi:"artifactBucketArn"`
	// ArtifactKeyArn is the KMS key of the artifacts. Default: S3's own encryption.
	ArtifactKeyArn pulumi.StringInput `pulumi:"artifactKeyArn"`
	// LogRetentionDays is one of the periods of CloudWatch Logs. Required.
	LogRetentionDays int `pulumi:"logRetentionDays"`
	// Tags of all that is made. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Build is a CodeBuild project of a Runner, named "<project>-<key>".
type Build struct {
	// BuildOptions are how it runs.
	BuildOptions
	// Key ends the project's name. Required.
	Key string `pulumi:"key"`
	// Description says what it does. Default: none.
	Description string `pulumi:"description"`
}

// Runner is CodeBuild projects that act by one role, with the log group that they write.
type Runner struct {
	pulumi.ResourceState

	// RoleName and RoleArn of all its projects.
	RoleName pulumi.StringOutput `pulumi:"roleName"`
	RoleArn  pulumi.StringOutput `pulumi:"roleArn"`
	// LogGroupName is where they write.
	LogGroupName pulumi.StringOutput `pulumi:"logGroupName"`
	// ProjectNames by the builds' keys.
	ProjectNames pulumi.StringMapOutput `pulumi:"projectNames"`

	serves   []string
	projects map[string]*codebuild.Project
}

// NewRunner makes the role, its log group, and the projects.
func NewRunner(ctx *pulumi.Context, name string, args *RunnerArgs, opts ...pulumi.ResourceOption) (*Runner, error) {
	if err := args.validate(); err != nil {
		return nil, err
	}
	r := &Runner{serves: args.Serves, projects: map[string]*codebuild.Project{}}
	if err := ctx.RegisterComponentResource("container-pipeline:staged:Runner", name, r, opts...); err != nil {
		return nil, err
	}
	here, err := ground.Here(ctx, pulumi.Parent(r))
	if err != nil {
		return nil, err
	}
	role, err := ground.NewBuildRole(ctx, name, here, args.role(), pulumi.Parent(r))
	if err != nil {
		return nil, err
	}
	names := pulumi.StringMap{}
	for _, b := range args.Builds {
		project, err := ground.NewBuildProject(ctx, args.childName(name, b), here, args.project(b, role), pulumi.Parent(r))
		if err != nil {
			return nil, err
		}
		r.projects[b.Key], names[b.Key] = project.Project, project.Project.Name
	}
	r.RoleName, r.RoleArn, r.LogGroupName = role.Role.Role.Name, role.Role.Role.Arn, role.Logs.Name
	r.ProjectNames = names.ToStringMapOutput()
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{
		"roleName": r.RoleName, "roleArn": r.RoleArn, "logGroupName": r.LogGroupName, "projectNames": r.ProjectNames,
	})
}

func (args *RunnerArgs) validate() error {
	p := &problems.List{}
	if args == nil {
		args = &RunnerArgs{}
	}
	if args.Project == "" {
		p.Add("project", "missing: give what begins the names")
	}
	if args.Group == "" {
		p.Add("group", "missing: give the name of the role and of the log group")
	}
	if len(args.Builds) == 0 {
		p.Add("builds", "missing: give what the projects do")
	}
	p.Given("artifactBucketName", args.ArtifactBucketName, "the bucket of the pipeline")
	p.Given("artifactBucketArn", args.ArtifactBucketArn, "the bucket of the pipeline")
	for i, b := range args.Builds {
		field := fmt.Sprintf("builds[%d]", i)
		if b.Key == "" {
			p.Add(field+".key", "missing: give what ends the project's name")
		}
		b.validate(p, field)
	}
	validateStatements(p, "statements", args.Statements, takenSids())
	ground.ValidRetention(p, "logRetentionDays", args.LogRetentionDays)
	return p.Err()
}

// childName is a project's logical name, which tells the group only once: "site-staging-deploy" within "site-staging".
func (args *RunnerArgs) childName(name string, b Build) string {
	if b.Key == args.Group {
		return name
	}
	return name + "-" + strings.TrimPrefix(b.Key, args.Group+"-")
}

func (args *RunnerArgs) artifacts() ground.Artifacts {
	return ground.Artifacts{BucketName: args.ArtifactBucketName, BucketArn: args.ArtifactBucketArn, KeyArn: args.ArtifactKeyArn}
}

func (args *RunnerArgs) role() *ground.BuildRoleArgs {
	role := &ground.BuildRoleArgs{
		Description: "Builds of " + args.Project + ", " + args.Group,
		LogGroup:    "/codebuild/" + args.Project + "/" + args.Group, LogRetentionDays: args.LogRetentionDays,
		Artifacts: args.artifacts(), ReadOnly: args.ReadOnly, Grants: args.grants(), Tags: args.Tags,
	}
	for _, b := range args.Builds {
		role.Projects = append(role.Projects, args.Project+"-"+b.Key)
		role.Images = append(role.Images, b.Image)
	}
	return role
}

func (args *RunnerArgs) project(b Build, role *ground.BuildRole) *ground.BuildProjectArgs {
	return &ground.BuildProjectArgs{
		Name: args.Project + "-" + b.Key, Description: b.Description, Role: role, Artifacts: args.artifacts(),
		Buildspec: pulumi.String(b.Spec), Architecture: b.Architecture, Image: b.Image, ComputeType: b.ComputeType,
		Privileged: b.Privileged, TimeoutMinutes: b.TimeoutMinutes, Variables: b.Variables, Tags: args.Tags,
	}
}

// grants are those of the sites and the statements, once all that they name is known.
func (args *RunnerArgs) grants() ground.Grants {
	var values []pulumi.StringInput
	for _, site := range args.Sites {
		values = append(values, site.BucketArn)
	}
	for _, s := range args.Statements {
		values = append(values, s.Resources...)
	}
	return ground.Grants{Values: values, Statements: func(known []string) []iam.Statement {
		sites, known := known[:len(args.Sites)], known[len(args.Sites):]
		statements := siteStatements(sites)
		for _, s := range args.Statements {
			statements = append(statements, s.statement(known[:len(s.Resources)]))
			known = known[len(s.Resources):]
		}
		return statements
	}}
}

// siteStatements let `aws s3 sync --delete` make the buckets' content that of a folder.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
func siteStatements(bucketArns []string) []iam.Statement {
	if len(bucketArns) == 0 {
		return nil
	}
	objects := make([]string, len(bucketArns))
	for i, arn := range bucketArns {
		objects[i] = arn + "/*"
	}
	return []iam.Statement{
		iam.Allow("ListSites").Actions("s3:ListBucket").On(bucketArns...),
		iam.Allow("WriteSites").Actions("s3:DeleteObject", "s3:PutObject").On(objects...),
	}
}
