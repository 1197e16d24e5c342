package ground

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codestarconnections"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ConnectionArgs describe a connection to where repositories are.
type ConnectionArgs struct {
	// Given is the ARN of an existing connection, which is taken as it is. Default: a new one.
	Given pulumi.StringInput
	// Name of a new one: someone has to find it in the console. At most 32 characters.
	Name string
	// Provider of a new one: "GitHub", "GitLab" or "Bitbucket".
	Provider string
	// Tags of a new one.
	Tags map[string]string
}

// Connection is a connection, and where someone completes it.
type Connection struct {
	Arn pulumi.StringOutput
	// SetupURL is the console's page where someone completes the pending connection, once. Empty with a given one.
	SetupURL pulumi.StringOutput
}

// NewConnection makes a connection, unless one is given. here is where that is.
// https://docs.aws.amazon.com/codestar-connections/latest/APIReference/API_CreateConnection.html
// https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html
func NewConnection(
	ctx *pulumi.Context, name string, here Place, args *ConnectionArgs, opts ...pulumi.ResourceOption,
) (*Connection, error) {
	if args.Given != nil {
		return &Connection{args.Given.ToStringOutput(), pulumi.String("").ToStringOutput()}, nil
	}
	connection, err := codestarconnections.NewConnection(ctx, name, &codestarconnections.ConnectionArgs{
		Name: pulumi.String(args.Name), ProviderType: pulumi.String(args.Provider), Tags: Tags(args.Tags),
		// A replacement has the same name.
	}, append(opts[:len(opts):len(opts)], pulumi.DeleteBeforeReplace(true))...)
	if err != nil {
		return nil, err
	}
	return &Connection{connection.Arn, pulumi.String(here.Console("codesuite/settings/connections")).ToStringOutput()}, nil
}
