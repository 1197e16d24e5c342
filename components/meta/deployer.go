package meta

import (
	"fmt"

	awsiam "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// DeployerArgs describe what a deployer may do.
type DeployerArgs struct {
	// Project names the boundary, "<project>-boundary". Default: the component's name.
	Project string `pulumi:"project"`
	// Permissions are policies as `drydock permissions` writes them. Default: none.
	Permissions []string `pulumi:"permissions"`
	// BoundaryActions are actions that the boundary allows beyond what Permissions manage. Default: none.
	BoundaryActions []string `pulumi:"boundaryActions"`
	// Uses are ARNs of what the pipeline's own roles use and Permissions do not manage: states, their key, secrets, topics,
	// connections. Default: none.
	Uses []pulumi.StringInput `pulumi:"uses"`
	// Tags of the policies. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Deployer is the policies of who deploys, and the boundary of all roles that take part.
//
// Boundary and policies are changed by a person: who is within the boundary cannot.
type Deployer struct {
	pulumi.ResourceState

	// BoundaryArn of the permissions boundary.
	BoundaryArn pulumi.StringOutput `pulumi:"boundaryArn"`
	// BoundaryName is for the stacks' container-pipeline:permissionsBoundary.
	BoundaryName pulumi.StringOutput `pulumi:"boundaryName"`
	// PolicyArns allow all that Permissions do, ReadPolicyArns what of it reads.
	PolicyArns     pulumi.StringArrayOutput `pulumi:"policyArns"`
	ReadPolicyArns pulumi.StringArrayOutput `pulumi:"readPolicyArns"`

	policies, readPolicies pulumi.StringArray // the same, of a number that is known
}

// NewDeployer makes the policies.
func NewDeployer(ctx *pulumi.Context, name string, args *DeployerArgs, opts ...pulumi.ResourceOption) (*Deployer, error) {
	a := DeployerArgs{}
	if args != nil {
		a = *args
	}
	if a.Project == "" {
		a.Project = name
	}
	p := &problems.List{}
	p.Matches("project", a.Project, projectName, "lower-case letters, digits and single hyphens, starting with a letter")
	statements, err := parsePolicies(a.Permissions)
	if err != nil {
		p.Add("permissions", "%v: give what `drydock permissions` writes", err)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	d := &Deployer{}
	if err := ctx.RegisterComponentResource("container-pipeline:meta:Deployer", name, d, opts...); err != nil {
		return nil, err
	}
	if err := d.compose(ctx, name, &a, statements); err != nil {
		return nil, err
	}
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{
		"boundaryArn": d.BoundaryArn, "boundaryName": d.BoundaryName, "policyArns": d.PolicyArns, "readPolicyArns": d.ReadPolicyArns,
	})
}

func (d *Deployer) compose(ctx *pulumi.Context, name string, a *DeployerArgs, statements []iam.Statement) error {
	here, err := ground.Here(ctx, pulumi.Parent(d))
	if err != nil {
		return err
	}
	if err := foreign(here, statements); err != nil {
		return err
	}
	if err := d.addBoundary(ctx, name, here, a, statements); err != nil {
		return err
	}
	if d.policies, err = d.newPolicies(ctx, name+"-deploy", "Manages what the stacks of "+a.Project+" contain", statements, a.Tags); err != nil {
		return err
	}
	d.readPolicies, err = d.newPolicies(ctx, name+"-read", "Reads what the stacks of "+a.Project+" contain", reading(statements), a.Tags)
	d.PolicyArns, d.ReadPolicyArns = d.policies.ToStringArrayOutput(), d.readPolicies.ToStringArrayOutput()
	return err
}

// addBoundary makes the boundary. It is named, because other stacks spell it.
func (d *Deployer) addBoundary(ctx *pulumi.Context, name string, here ground.Place, a *DeployerArgs, statements []iam.Statement) error {
	arn := fmt.Sprintf("arn:%s:iam::%s:policy/%s", here.Partition, here.Account, boundaryName(a.Project))
	limits := func(uses []string) limits {
		return limits{
			here: here, arn: arn, name: name, statements: statements, more: a.BoundaryActions,
			own: ownWork(here, a.Project, name, uses),
		}
	}
	if err := limits(nil).boundary().Validate(iam.ManagedPolicy); err != nil {
		return fmt.Errorf("boundary of the permissions: %w: give the stacks to more than one pipeline", err)
	}
	text := pulumi.StringArray(a.Uses).ToStringArrayOutput().ApplyT(func(uses []string) (string, error) {
		return limits(uses).boundary().Render(iam.ManagedPolicy)
	}).(pulumi.StringOutput)
	policy, err := awsiam.NewPolicy(ctx, name+"-boundary", &awsiam.PolicyArgs{
		Name: pulumi.String(boundaryName(a.Project)), Description: pulumi.String("The most that roles of " + a.Project + " and of what it deploys can do"),
		Policy: text, Tags: ground.Tags(a.Tags),
	}, pulumi.Parent(d), pulumi.DeleteBeforeReplace(true))
	if err != nil {
		return err
	}
	d.BoundaryArn, d.BoundaryName = policy.Arn, policy.Name
	return nil
}

func boundaryName(project string) string { return project + "-boundary" }

func (d *Deployer) newPolicies(
	ctx *pulumi.Context, name, description string, statements []iam.Statement, tags map[string]string,
) (pulumi.StringArray, error) {
	documents, err := iam.Split(iam.ManagedPolicy, statements...)
	if err != nil {
		return nil, err
	}
	arns := pulumi.StringArray{}
	for i, document := range documents {
		text, err := document.Render(iam.ManagedPolicy)
		if err != nil {
			return nil, err
		}
		policy, err := awsiam.NewPolicy(ctx, fmt.Sprintf("%s-%d", name, i+1), &awsiam.PolicyArgs{
			Description: pulumi.String(description), Policy: pulumi.String(text), Tags: ground.Tags(tags),
		}, pulumi.Parent(d))
		if err != nil {
			return nil, err
		}
		arns = append(arns, policy.Arn)
	}
	return arns, nil
}

// attach gives a role policies. It gives what the role's permissions depend on.
func attach(
	ctx *pulumi.Context, name string, role *ground.Role, arns pulumi.StringArray, opts ...pulumi.ResourceOption,
) ([]pulumi.Resource, error) {
	var ready []pulumi.Resource
	for i, arn := range arns {
		attachment, err := awsiam.NewRolePolicyAttachment(ctx, fmt.Sprintf("%s-%d", name, i+1), &awsiam.RolePolicyAttachmentArgs{
			Role: role.Role.Name, PolicyArn: arn,
		}, opts...)
		if err != nil {
			return nil, err
		}
		ready = append(ready, attachment)
	}
	return ready, nil
}
