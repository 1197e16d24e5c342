package staged

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// PipelineArgs describe what is delivered, and through which environments. Only Source is required.
type PipelineArgs struct {
	// Project begins every physical name: pipeline "<project>-pipeline", CodeBuild projects "<project>-build" and
	// "<project>-<environment>-deploy". 2 to 24 lower-case letters, digits and single hyphens, starting with a letter; it
	// is unique in account and region. Default: the component's name.
	Project string `pulumi:"project"`
	// Source is the repository.
	Source Source `pulumi:"source"`
	// Environments in the order in which a release reaches them. Default: "staging", then after an approval
	// "production".
	Environments []Environment `pulumi:"environments"`
	// BuildPerEnvironment: each environment is built for, with its name in ENVIRONMENT, instead of being handed what was
	// built once. Default: false, what one environment has proven is what the next one gets.
	BuildPerEnvironment bool `pulumi:"buildPerEnvironment"`
	// Build is how artifacts are made. Default: buildspec.yml on a small machine, 10 minutes.
	Build BuildOptions `pulumi:"build"`
	// Deploy is how they are deployed. Default: deployspec.yml on a small machine, 10 minutes.
	Deploy BuildOptions `pulumi:"deploy"`
	// SharedRole: all builds and deployments act by one role. Default: false, each environment has one of its own, so that
	// what deploys to staging cannot touch production.
	SharedRole bool `pulumi:"sharedRole"`
	// Statements are what builds and deployments of every environment may do of their own. Default: none.
	Statements []Statement `pulumi:"statements"`
	// Approval is who is asked, and what they are told. Default: nobody is told of a release that waits.
	Approval ApprovalOptions `pulumi:"approval"`
	// LogRetentionDays is one of the periods of CloudWatch Logs. Default: 30.
	LogRetentionDays int `pulumi:"logRetentionDays"`
	// ArtifactKeyArn is a KMS key for the artifacts of the pipeline. Default: S3's own encryption.
	ArtifactKeyArn pulumi.StringInput `pulumi:"artifactKeyArn"`
	// Disposable: destroying the stack destroys artifacts, the sites' buckets with their content, and a repository that was
	// made, at once and for good. Default: false, they are protected.
	Disposable bool `pulumi:"disposable"`
	// Tags of every resource that can have them. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Source is a repository, in CodeCommit or reached through a connection of AWS CodeConnections.
type Source struct {
	// Provider is where the repository is: "CodeCommit", "GitHub", "GitLab" or "Bitbucket". Default: "CodeCommit", or with
	// ConnectionArn what that leads to.
	Provider string `pulumi:"provider"`
	// Repository is its name in CodeCommit, "owner/name" elsewhere.
	Repository string `pulumi:"repository"`
	// Branch whose pushes are released. Default: "main".
	Branch string `pulumi:"branch"`
	// NewRepository: the repository of CodeCommit is made. Default: false, it exists.
	NewRepository bool `pulumi:"newRepository"`
	// FilePaths: only a push that changes one of these glob patterns is released, at most 8. CodeCommit's events do not
	// tell of files. Default: every push.
	FilePaths []string `pulumi:"filePaths"`
	// IgnoreFilePaths: a push that changes nothing but these is not released, at most 8. Default: none.
	IgnoreFilePaths []string `pulumi:"ignoreFilePaths"`
	// ConnectionArn is an existing connection's. Default: a new one outside CodeCommit, PENDING until someone follows
	// ConnectionSetupURL.
	ConnectionArn pulumi.StringInput `pulumi:"connectionArn"`
}

// Environment is a place that releases reach.
type Environment struct {
	// Name is the value of ENVIRONMENT, and the stage's name: 2 to 16 lower-case letters, digits and single hyphens, starting
	// with a letter.
	Name string `pulumi:"name"`
	// Approval: a release waits before it, until a person agrees. Default: false.
	Approval bool `pulumi:"approval"`
	// Variables of its builds and deployments, in plain text, beside ENVIRONMENT and BUCKET. Default: none.
	Variables map[string]pulumi.StringInput `pulumi:"variables"`
	// Statements are what its builds and deployments may do of their own, beside PipelineArgs.Statements. Default: none.
	Statements []Statement `pulumi:"statements"`
	// Site is a bucket that its deployments fill; its name is the variable BUCKET. Default: none.
	Site *SiteOptions `pulumi:"site"`
}

// SiteOptions are the bucket that holds the files of a website.
type SiteOptions struct {
	// BucketName is an existing bucket's. Default: a new one: private, versioned, reached through TLS only. What serves the
	// site, as CloudFront, reads from it.
	BucketName pulumi.StringInput `pulumi:"bucketName"`
}

// Statement is a permission, a statement of an IAM policy that allows.
type Statement struct {
	// Sid names it: letters and digits, used once.
	Sid string `pulumi:"sid"`
	// Actions such as "cloudfront:CreateInvalidation"; * and ? are wildcards within the action.
	Actions []string `pulumi:"actions"`
	// Resources are ARNs, or "*" where the action knows none.
	Resources []pulumi.StringInput `pulumi:"resources"`
	// Conditions are values by operator and key, as {StringEquals: {"aws:ResourceTag/site": [docs]}}. Default: none.
	Conditions map[string]map[string][]string `pulumi:"conditions"`
}

// BuildOptions are how CodeBuild runs a build specification.
type BuildOptions struct {
	// Image of the machine; one in a private ECR repository is pulled with the role. Default: the newest standard Amazon
	// Linux image, which has the AWS CLI.
	Image string `pulumi:"image"`
	// Spec is the build specification's file. Default: "buildspec.yml" in the repository for a build, "deployspec.yml" in
	// the artifact for a deployment.
	Spec string `pulumi:"spec"`
	// Architecture is "X86_64" or "ARM64". Default: "X86_64".
	Architecture string `pulumi:"architecture"`
	// ComputeType of CodeBuild: BUILD_GENERAL1_SMALL, _MEDIUM, _LARGE, _XLARGE or _2XLARGE. Default: "BUILD_GENERAL1_SMALL".
	ComputeType string `pulumi:"computeType"`
	// Privileged lets it run a Docker daemon. Default: false.
	Privileged bool `pulumi:"privileged"`
	// TimeoutMinutes, 5 to 2160. Default: 10.
	TimeoutMinutes int `pulumi:"timeoutMinutes"`
	// Variables in plain text. Default: none.
	Variables map[string]pulumi.StringInput `pulumi:"variables"`
}

// ApprovalOptions are who is asked before an environment with Approval.
type ApprovalOptions struct {
	// TopicArn of an existing SNS topic that is told of the wait. Default: a new topic where Emails are given.
	TopicArn pulumi.StringInput `pulumi:"topicArn"`
	// Emails that the new topic writes to, each after its owner has confirmed. Default: none.
	Emails []string `pulumi:"emails"`
	// Comment for the person who decides, after the commit and the environment, up to 700 characters. Default: none.
	Comment string `pulumi:"comment"`
	// URL to look at before deciding; #{SourceVariables.CommitId} in it is the commit. Default: the commit's page, where
	// the source's provider is known.
	URL string `pulumi:"url"`
}
