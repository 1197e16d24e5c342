package meta

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// PipelineArgs describe a pipeline that deploys stacks of this repository's program.
type PipelineArgs struct {
	// Project begins the names of everything: 2 to 24 lower-case letters, digits and hyphens. Default: the component's name.
	Project string `pulumi:"project"`
	// Source is where the definition is. Its Repository is required.
	Source Source `pulumi:"source"`
	// Stacks to bring up, in this order. The one that the pipeline itself is in, if it is among them, comes last. Required.
	Stacks []string `pulumi:"stacks"`
	// Permissions are the policies of what the stacks contain, as `drydock permissions` writes them: texts of one or more
	// JSON documents each. Default: none, and the pipeline can manage nothing.
	Permissions []string `pulumi:"permissions"`
	// BoundaryActions are actions that roles of the stacks need beyond what Permissions manage, as
	// "lambda:InvokeFunction". Default: none.
	BoundaryActions []string `pulumi:"boundaryActions"`
	// Pulumi is the pinned release. Required.
	Pulumi PulumiRelease `pulumi:"pulumi"`
	// State is where Pulumi keeps the stacks' state. Default: a bucket and a key of the component's own.
	State State `pulumi:"state"`
	// Approval holds an update until a person has seen its summary and agrees. Default: none is asked.
	Approval *Approval `pulumi:"approval"`
	// Notifications tell people of updates that fail. Default: nobody is told.
	Notifications *NotificationOptions `pulumi:"notifications"`
	// PullRequests are reviewed. Default: they are not.
	PullRequests *PullRequests `pulumi:"pullRequests"`
	// Secrets of the updates' environment, as CLOUDFLARE_API_TOKEN: of each variable the ARN of a secret in Secrets Manager.
	// Default: none.
	Secrets map[string]pulumi.StringInput `pulumi:"secrets"`
	// Build is the machine.
	Build BuildOptions `pulumi:"build"`
	// LogRetentionDays is one of the periods of CloudWatch Logs. Default: 30.
	LogRetentionDays int `pulumi:"logRetentionDays"`
	// Disposable: destroying the stack destroys state and artifacts too. Default: false, they are protected.
	Disposable bool `pulumi:"disposable"`
	// Tags of everything. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Source is the repository of the definition: the application's own, or another.
type Source struct {
	// Repository "owner/name". Required.
	Repository string `pulumi:"repository"`
	// Branch that is deployed. Default: "main".
	Branch string `pulumi:"branch"`
	// Provider of a new connection: "GitHub", "GitLab" or "Bitbucket". Default: "GitHub".
	Provider string `pulumi:"provider"`
	// ConnectionArn of an existing connection. Default: a new one, which someone completes once.
	ConnectionArn pulumi.StringInput `pulumi:"connectionArn"`
	// Directory of the program, in which Pulumi.yaml is. Default: ".".
	Directory string `pulumi:"directory"`
	// Paths are the definition: up to eight patterns of files. A push that changes none of them starts nothing. Default:
	// components/**, internal/**, stacks/**, *.go, go.mod, go.sum, Pulumi.yaml.
	Paths []string `pulumi:"paths"`
}

// PulumiRelease is a release of the Pulumi CLI.
// https://github.com/pulumi/pulumi/releases
type PulumiRelease struct {
	// Version without v, as "3.255.0". Required.
	Version string `pulumi:"version"`
	// SHA256 of its archive for Linux on the build's architecture, from the release's checksums. Required.
	SHA256 string `pulumi:"sha256"`
}

// State is a backend of Pulumi's.
type State struct {
	// URL of an existing backend, as "s3://bucket?region=us-east-2&awssdk=v2" or "https://api.pulumi.com". Default: a bucket
	// of the component's own.
	URL string `pulumi:"url"`
	// BucketArn and KeyArn of an existing bucket and of the key that is its stacks' secrets provider. Required with a URL
	// of S3.
	BucketArn pulumi.StringInput `pulumi:"bucketArn"`
	KeyArn    pulumi.StringInput `pulumi:"keyArn"`
	// TokenArn of a secret in Secrets Manager that is the access token of Pulumi Cloud. Required with a URL of https.
	TokenArn pulumi.StringInput `pulumi:"tokenArn"`
}

// Approval asks a person.
type Approval struct {
	// TopicArn of an SNS topic that is told of the wait. Default: the topic of Notifications, if any.
	TopicArn pulumi.StringInput `pulumi:"topicArn"`
}

// PullRequests are reviewed before anyone merges them: `drydock diff`, and a preview, with a role that can only read.
type PullRequests struct {
	// Actors are the numeric GitHub account IDs of those whose pull requests are reviewed. Nobody else's starts a build,
	// so what comes from a fork waits until one of them pushes it. Required.
	Actors []string `pulumi:"actors"`
	// SkipPreview leaves it at `drydock diff`, which needs no access to anything: the code of a pull request that is
	// previewed can read the stacks' state, secrets among it. Default: false.
	SkipPreview bool `pulumi:"skipPreview"`
	// Secrets of the reviews' environment, as those of the pipeline: give tokens that can only read. Default: none.
	Secrets map[string]pulumi.StringInput `pulumi:"secrets"`
	// CredentialArn of the secret or connection that the account's source credential for CodeBuild names. Default: none.
	CredentialArn pulumi.StringInput `pulumi:"credentialArn"`
}

// BuildOptions are the machine of previews, updates and reviews.
type BuildOptions struct {
	// ComputeType of CodeBuild: BUILD_GENERAL1_SMALL, _MEDIUM, _LARGE, _XLARGE or _2XLARGE. Default: "BUILD_GENERAL1_MEDIUM".
	ComputeType string `pulumi:"computeType"`
	// Architecture is X86_64 or ARM64. Default: "X86_64".
	Architecture string `pulumi:"architecture"`
	// TimeoutMinutes, 5 to 2160. Default: 60.
	TimeoutMinutes int `pulumi:"timeoutMinutes"`
}
