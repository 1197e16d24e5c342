package ekscicd

import (
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// CodeBuildCredentialArgs say how CodeBuild reads repositories and reports to pull requests. Exactly one of SecretArn,
// ConnectionArn and ParameterName is given.
type CodeBuildCredentialArgs struct {
	// ServerType is "GITHUB", "GITHUB_ENTERPRISE", "GITLAB", "GITLAB_SELF_MANAGED" or "BITBUCKET". Default: "GITHUB".
	ServerType string `pulumi:"serverType"`
	// SecretArn is a secret of Secrets Manager in the form that CodeBuild reads, {"ServerType":…,"AuthType":…,"Token":…}
	// with the tags codebuild:source and codebuild:source:type. Nothing but its ARN is in the program.
	// https://docs.aws.amazon.com/codebuild/latest/userguide/asm-create-secret.html
	SecretArn pulumi.StringInput `pulumi:"secretArn"`
	// ConnectionArn is a connection that someone has completed: there is no token at all.
	ConnectionArn pulumi.StringInput `pulumi:"connectionArn"`
	// ParameterName is a SecureString of the Parameter Store that holds a personal access token. CodeBuild cannot read
	// one, so the program does, and Pulumi's state has the token, encrypted: prefer the others.
	ParameterName string `pulumi:"parameterName"`
}

// CodeBuildCredential is an account's and region's one credential for all repositories of a provider.
type CodeBuildCredential struct {
	pulumi.ResourceState

	// Arn of the credential.
	Arn pulumi.StringOutput `pulumi:"arn"`
	// TokenArn is the secret or the connection once the credential exists: the projects' roles need to read it. It is
	// empty with ParameterName.
	TokenArn pulumi.StringOutput `pulumi:"tokenArn"`
}

// NewCodeBuildCredential makes the credential. A second one for the same account, region and server type is refused.
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ImportSourceCredentials.html
func NewCodeBuildCredential(
	ctx *pulumi.Context, name string, args *CodeBuildCredentialArgs, opts ...pulumi.ResourceOption,
) (*CodeBuildCredential, error) {
	a := args.withDefaults()
	if err := a.validate(); err != nil {
		return nil, err
	}
	c := &CodeBuildCredential{}
	if err := ctx.RegisterComponentResource("container-pipeline:ekscicd:CodeBuildCredential", name, c, opts...); err != nil {
		return nil, err
	}
	kind, token, named := a.token(ctx, c)
	// There is one a server type: the old must go before the new can come.
	credential, err := codebuild.NewSourceCredential(ctx, name, &codebuild.SourceCredentialArgs{
		ServerType: pulumi.String(a.ServerType), AuthType: pulumi.String(kind), Token: token,
	}, pulumi.Parent(c), pulumi.DeleteBeforeReplace(true))
	if err != nil {
		return nil, err
	}
	c.Arn = credential.Arn
	c.TokenArn = pulumi.All(named, credential.Arn).ApplyT(func(v []any) string { return v[0].(string) }).(pulumi.StringOutput)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"arn": c.Arn, "tokenArn": c.TokenArn})
}

// token gives the way of authentication, its token, and the ARN that names it.
func (args *CodeBuildCredentialArgs) token(ctx *pulumi.Context, c *CodeBuildCredential) (kind string, token, named pulumi.StringInput) {
	switch {
	case args.SecretArn != nil:
		return "SECRETS_MANAGER", args.SecretArn, args.SecretArn
	case args.ConnectionArn != nil:
		return "CODECONNECTIONS", args.ConnectionArn, args.ConnectionArn
	}
	value := ssm.LookupParameterOutput(ctx, ssm.LookupParameterOutputArgs{
		Name: pulumi.String(args.ParameterName), WithDecryption: pulumi.Bool(true),
	}, pulumi.Parent(c)).Value()
	return "PERSONAL_ACCESS_TOKEN", pulumi.ToSecret(value).(pulumi.StringOutput), pulumi.String("")
}

func (args *CodeBuildCredentialArgs) withDefaults() *CodeBuildCredentialArgs {
	a := CodeBuildCredentialArgs{}
	if args != nil {
		a = *args
	}
	a.ServerType = or(a.ServerType, "GITHUB")
	return &a
}

var parameterName = regexp.MustCompile(`^/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$`)

func (args *CodeBuildCredentialArgs) validate() error {
	var p problems.List
	p.OneOf("serverType", args.ServerType, "GITHUB", "GITHUB_ENTERPRISE", "GITLAB", "GITLAB_SELF_MANAGED", "BITBUCKET")
	given := 0
	for _, is := range []bool{args.SecretArn != nil, args.ConnectionArn != nil, args.ParameterName != ""} {
		if is {
			given++
		}
	}
	if given != 1 {
		p.Add("secretArn", "%d of secretArn, connectionArn and parameterName are given: give exactly one", given)
	}
	ground.SecretARN.Check(&p, "secretArn", args.SecretArn)
	ground.ConnectionARN.Check(&p, "connectionArn", args.ConnectionArn)
	if args.ParameterName != "" {
		p.Matches("parameterName", args.ParameterName, parameterName, "a parameter's name such as /ci/github-token")
	}
	return p.Err()
}
