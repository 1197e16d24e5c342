package bluegreen

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/artifacts"
	"github.com/container-pipeline/container-pipeline/internal/ground"
)

// configObject holds the service's templates: the pipeline's second source, so that a change of the service is itself
// released blue/green.
type configObject struct {
	object *s3.BucketObjectv2
}

func newConfigObject(
	ctx *pulumi.Context, name string, args *ReleaseArgs, opts ...pulumi.ResourceOption,
) (*configObject, error) {
	object, err := s3.NewBucketObjectv2(ctx, name+"-config", &s3.BucketObjectv2Args{
		Bucket:      args.Artifacts.BucketName,
		Key:         pulumi.String(configKey(args.Pipeline)),
		ContentType: pulumi.String("application/zip"),
		Source:      configArchive(args.Service.TaskDefinitionText, args.Service.AppSpecText),
		// No tags: an object takes ten, fewer than what else is tagged.
		// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
	}, append(opts, pulumi.DependsOn(args.Artifacts.Ready()))...)
	return &configObject{object}, err
}

func configKey(a *ContainerPipelineArgs) string { return "config/" + a.Project + ".zip" }

// configArchive is a zip whose bytes depend on nothing but the two texts.
func configArchive(taskDefinition, appSpec pulumi.StringInput) pulumi.ArchiveOutput {
	return pulumi.All(taskDefinition, appSpec).ApplyT(func(texts []any) pulumi.Archive {
		return pulumi.NewAssetArchive(map[string]any{
			artifacts.TaskDefinitionFile: pulumi.NewStringAsset(texts[0].(string)),
			artifacts.AppSpecFile:        pulumi.NewStringAsset(texts[1].(string)),
		})
	}).(pulumi.ArchiveOutput)
}

// startOnChange starts the pipeline when a new version of the object is there. Polling for it is discouraged, and S3 tells
// EventBridge of all of a bucket's objects or none; Parameter Store tells of each parameter, so one holds the version.
//
// The parameter comes after everything that the release will use. Its creation starts nothing: that of the pipeline
// does already.
func (c *configObject) startOnChange(
	ctx *pulumi.Context, name string, here ground.Place, a *ContainerPipelineArgs, pipelineArn pulumi.StringOutput,
	opts ...pulumi.ResourceOption,
) error {
	// Not under the project's own name: one that begins with aws or ssm is reserved.
	// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html#systemsmanager-PutParameter-request-Name
	parameter := "/container-pipeline/" + a.Project + "/config"
	started, err := ground.NewStart(ctx, name+"-start", here, &ground.StartArgs{
		PipelineName: a.pipelineName(), PipelineArn: pipelineArn, Tags: a.Tags,
		When: "the service's templates change", Event: "The templates of " + a.Project + " have changed",
		Pattern: parameterUpdates(parameter),
	}, opts...)
	if err != nil {
		return err
	}
	_, err = ssm.NewParameter(ctx, name+"-config", &ssm.ParameterArgs{
		Name:        pulumi.String(parameter),
		Description: pulumi.String("Version of the templates to release; a change starts " + a.pipelineName()),
		Type:        pulumi.String("String"),
		Value:       c.object.VersionId,
		Tags:        ground.Tags(a.Tags),
	}, append(opts, pulumi.DependsOn(started))...)
	return err
}

// parameterUpdates is the event pattern of new values of one parameter.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
func parameterUpdates(name string) pulumi.StringOutput {
	return ground.EventPattern(func(known []string) ground.Event {
		return ground.Event{
			Source: "aws.ssm", DetailType: "Parameter Store Change",
			Detail: map[string][]string{"name": known, "operation": {"Update"}},
		}
	}, pulumi.String(name))
}
