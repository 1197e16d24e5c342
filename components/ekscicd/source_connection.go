package ekscicd

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// SourceConnectionArgs describe a connection to where repositories are.
type SourceConnectionArgs struct {
	// ConnectionName is what someone looks for in the console, at most 32 characters. Default: the component's name.
	ConnectionName string `pulumi:"connectionName"`
	// Provider is "GitHub", "GitLab" or "Bitbucket". Default: "GitHub".
	Provider string `pulumi:"provider"`
	// ParameterName of the Parameter Store is where other stacks find the ARN. Default:
	// "/container-pipeline/<connectionName>/connection-arn".
	ParameterName string `pulumi:"parameterName"`
	// Tags of connection and parameter. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// SourceConnection is a connection through which pipelines read repositories and are started by merges, and a parameter
// that tells its ARN to other stacks.
type SourceConnection struct {
	pulumi.ResourceState

	// Arn of the connection. It is PENDING until someone completes it, once.
	Arn pulumi.StringOutput `pulumi:"arn"`
	// ParameterName of the Parameter Store, whose value is Arn.
	ParameterName pulumi.StringOutput `pulumi:"parameterName"`
	// SetupURL is the console's page where someone completes the connection.
	SetupURL pulumi.StringOutput `pulumi:"setupUrl"`
}

// NewSourceConnection makes the connection and the parameter.
func NewSourceConnection(
	ctx *pulumi.Context, name string, args *SourceConnectionArgs, opts ...pulumi.ResourceOption,
) (*SourceConnection, error) {
	a := args.withDefaults(name)
	if err := a.validate(); err != nil {
		return nil, err
	}
	c := &SourceConnection{}
	if err := ctx.RegisterComponentResource("container-pipeline:ekscicd:SourceConnection", name, c, opts...); err != nil {
		return nil, err
	}
	here, err := ground.Here(ctx, pulumi.Parent(c))
	if err != nil {
		return nil, err
	}
	connection, err := ground.NewConnection(ctx, name, here, &ground.ConnectionArgs{
		Name: a.ConnectionName, Provider: a.Provider, Tags: a.Tags,
	}, pulumi.Parent(c))
	if err != nil {
		return nil, err
	}
	// A replacement has the same name.
	parameter, err := ssm.NewParameter(ctx, name, &ssm.ParameterArgs{
		Name: pulumi.String(a.ParameterName), Type: pulumi.String("String"), Value: connection.Arn,
		Description: pulumi.String("Connection " + a.ConnectionName + " to " + a.Provider), Tags: ground.Tags(a.Tags),
	}, pulumi.Parent(c), pulumi.DeleteBeforeReplace(true))
	if err != nil {
		return nil, err
	}
	c.Arn, c.ParameterName, c.SetupURL = connection.Arn, parameter.Name, connection.SetupURL
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"arn": c.Arn, "parameterName": c.ParameterName, "setupUrl": c.SetupURL,
	})
}

func (args *SourceConnectionArgs) withDefaults(name string) *SourceConnectionArgs {
	a := SourceConnectionArgs{}
	if args != nil {
		a = *args
	}
	a.ConnectionName = or(a.ConnectionName, name)
	a.Provider = or(a.Provider, "GitHub")
	a.ParameterName = or(a.ParameterName, "/container-pipeline/"+a.ConnectionName+"/connection-arn")
	return &a
}

func (args *SourceConnectionArgs) validate() error {
	var p problems.List
	// https://docs.aws.amazon.com/codestar-connections/latest/APIReference/API_CreateConnection.html
	if n := len(args.ConnectionName); n > 32 {
		p.Add("connectionName", "%q has %d characters: give at most 32", args.ConnectionName, n)
	}
	p.OneOf("provider", args.Provider, "GitHub", "GitLab", "Bitbucket")
	p.Matches("parameterName", args.ParameterName, parameterName, "a parameter's name such as /ci/connection-arn")
	ground.ValidTags(&p, args.Tags)
	return p.Err()
}
