package bluegreen

import (
	"encoding/json"
	"fmt"
	"path"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/artifacts"
	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// SecretsArgs describe the environment variables that containers read from Secrets Manager.
type SecretsArgs struct {
	// Project begins the secrets' names.
	Project string `pulumi:"project"`
	// Shared variables, that any container may choose. A nil value is set outside. Default: none.
	Shared map[string]pulumi.StringInput `pulumi:"shared"`
	// Own variables by container, before Shared ones of the same name. A nil value is set outside. Default: none.
	Own map[string]map[string]pulumi.StringInput `pulumi:"own"`
	// Disposable: destroying the stack destroys the secrets at once and for good. Default: false, they are protected, and
	// once deleted can be recovered for 30 days.
	Disposable bool `pulumi:"disposable"`
	// Tags of the secrets. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Secrets hold the environment variables of an application that not everyone may read.
//
// The variables that are given here are the JSON keys of one secret, "<project>/environment", and a container's own ones
// of another, "<project>/<container>/environment". A variable that is set outside has a secret of its own with that one
// key, "<project>/environment/<variable>": it exists from the start, so that tasks can start, and an edit of it is never
// overwritten, not even when further variables are added here.
//
// The guide's name, "<project>/ecs-envars", ends in a hyphen and six characters, as the suffix does that Secrets Manager
// adds to an ARN; AWS asks not to do that.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html#SecretsManager-CreateSecret-request-Name
type Secrets struct {
	pulumi.ResourceState

	// Arns of all secrets, full ones with the random suffix.
	Arns pulumi.StringArrayOutput `pulumi:"arns"`

	references map[variable]pulumi.StringOutput
}

// variable of a container, or of all containers where container is empty.
type variable struct{ container, name string }

// placeholder is what a container reads until a variable that is set outside has been set.
const placeholder = "set outside"

// NewSecrets makes the secrets. Without variables there are none.
func NewSecrets(ctx *pulumi.Context, name string, args *SecretsArgs, opts ...pulumi.ResourceOption) (*Secrets, error) {
	if args == nil {
		args = &SecretsArgs{}
	}
	if err := args.validate(); err != nil {
		return nil, err
	}
	s := &Secrets{references: map[variable]pulumi.StringOutput{}}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:Secrets", name, s, opts...); err != nil {
		return nil, err
	}
	arns, err := s.addSet(ctx, name, "", args.Shared, args)
	if err != nil {
		return nil, err
	}
	for _, container := range sortedKeys(args.Own) {
		own, err := s.addSet(ctx, name+"-"+container, container, args.Own[container], args)
		if err != nil {
			return nil, err
		}
		arns = append(arns, own...)
	}
	s.Arns = arns.ToStringArrayOutput()
	return s, ctx.RegisterResourceOutputs(s, pulumi.Map{"arns": s.Arns})
}

// Reference is what a task definition writes as the valueFrom of a container's variable, "<full arn>:<variable>::". The
// container's own variable comes before the shared one of the same name.
func (s *Secrets) Reference(container, name string) pulumi.StringOutput {
	for _, v := range []variable{{container, name}, {"", name}} {
		if reference, ok := s.references[v]; ok {
			return reference
		}
	}
	return failed("secret %q of container %q is not known: give it in SecretsArgs.Shared or Own", name, container)
}

// addSet makes the secrets of one container, or the shared ones.
func (s *Secrets) addSet(
	ctx *pulumi.Context, name, container string, values map[string]pulumi.StringInput, args *SecretsArgs,
) (pulumi.StringArray, error) {
	physical := path.Join(args.Project, container, "environment")
	var arns pulumi.StringArray
	given := pulumi.StringMap{}
	for _, key := range sortedKeys(values) {
		if values[key] != nil {
			given[key] = values[key]
			continue
		}
		// Only the first content is made here.
		arn, err := s.add(ctx, name+"/"+key, physical+"/"+key, pulumi.StringMap{key: pulumi.String(placeholder)}, args,
			pulumi.IgnoreChanges([]string{"secretString"}))
		if err != nil {
			return nil, err
		}
		arns = append(arns, arn)
		s.refer(container, key, arn)
	}
	if len(given) == 0 {
		return arns, nil
	}
	arn, err := s.add(ctx, name, physical, given, args)
	for _, key := range sortedKeys(given) {
		s.refer(container, key, arn)
	}
	return append(arns, arn), err
}

// add makes a secret with its content; the ARN it returns waits for the content.
func (s *Secrets) add(
	ctx *pulumi.Context, name, physical string, values pulumi.StringMap, args *SecretsArgs, opts ...pulumi.ResourceOption,
) (pulumi.StringOutput, error) {
	secretArgs := &secretsmanager.SecretArgs{
		Name: pulumi.String(physical), Description: pulumi.String("Environment variables of " + args.Project),
		Tags: ground.Tags(args.Tags),
	}
	if args.Disposable {
		// Else the name would be taken for the days of recovery, and the next `up` would fail.
		secretArgs.RecoveryWindowInDays = pulumi.Int(0)
	}
	secret, err := secretsmanager.NewSecret(ctx, name, secretArgs, pulumi.Parent(s), pulumi.Protect(!args.Disposable))
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	// Each change of content is a new version, so this one cannot be protected.
	version, err := secretsmanager.NewSecretVersion(ctx, name, &secretsmanager.SecretVersionArgs{
		SecretId: secret.ID(), SecretString: secretString(values),
	}, append(opts, pulumi.Parent(s))...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return pulumi.OutputWithDependencies(ctx.Context(), secret.Arn, version).(pulumi.StringOutput), nil
}

func (s *Secrets) refer(container, key string, arn pulumi.StringOutput) {
	s.references[variable{container, key}] = arn.ApplyT(func(arn string) (string, error) {
		return artifacts.SecretReference(arn, key)
	}).(pulumi.StringOutput)
}

// secretString is the JSON object of values, secret whatever they are.
func secretString(values pulumi.StringMap) pulumi.StringOutput {
	return pulumi.ToSecret(values.ToStringMapOutput().ApplyT(func(known map[string]string) (string, error) {
		text, err := json.Marshal(known)
		return string(text), err
	})).(pulumi.StringOutput)
}

func (args *SecretsArgs) validate() error {
	p := &problems.List{}
	p.Matches("project", args.Project, projectName, "lower-case letters, digits and single hyphens, starting with a letter")
	check := func(field string, values map[string]pulumi.StringInput) {
		for _, key := range sortedKeys(values) {
			p.Matches(fmt.Sprintf("%s[%q]", field, key), key, variableName, "a variable's name: letters, digits and _")
		}
	}
	check("shared", args.Shared)
	for _, container := range sortedKeys(args.Own) {
		field := fmt.Sprintf("own[%q]", container)
		p.Matches(field, container, containerName, "a container: lower-case letters, digits and single hyphens")
		check(field, args.Own[container])
	}
	return p.Err()
}
