package bluegreen

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// The network modes.
const (
	// NetworkDefault uses the account's default VPC; tasks have public addresses, as in the guide.
	NetworkDefault = "default"
	// NetworkExisting uses the VPC and subnets that are given.
	NetworkExisting = "existing"
	// NetworkNAT makes a VPC; tasks are in private subnets and leave through one NAT gateway.
	NetworkNAT = "nat"
	// NetworkEndpoints makes a VPC; tasks are in private subnets without any way to the internet and reach ECR, S3,
	// CloudWatch Logs, Secrets Manager (and with EnableExec, SSM) through VPC endpoints.
	NetworkEndpoints = "endpoints"
)

// NetworkOptions is where load balancer and tasks are.
type NetworkOptions struct {
	// Mode is NetworkDefault, NetworkExisting, NetworkNAT or NetworkEndpoints. Default: NetworkExisting where VpcID is
	// given, else NetworkDefault.
	Mode string `pulumi:"mode"`
	// VpcID of NetworkExisting.
	VpcID pulumi.StringInput `pulumi:"vpcId"`
	// PublicSubnetIDs of NetworkExisting are the load balancer's: at least two, in different availability zones.
	PublicSubnetIDs []pulumi.StringInput `pulumi:"publicSubnetIds"`
	// TaskSubnetIDs of NetworkExisting. Default: PublicSubnetIDs, with public addresses.
	TaskSubnetIDs []pulumi.StringInput `pulumi:"taskSubnetIds"`
	// CidrBlock of a VPC that is made, /16 to /24. Default: "10.0.0.0/16".
	CidrBlock string `pulumi:"cidrBlock"`
	// AvailabilityZones is how many a VPC that is made spans, 2 to 4. Default: 2.
	AvailabilityZones int `pulumi:"availabilityZones"`
}

// DeploymentOptions is how traffic moves to a release.
type DeploymentOptions struct {
	// Config names a deployment configuration: one of CodeDeployDefault.ECSAllAtOnce, .ECSLinear10PercentEvery1Minutes,
	// .ECSLinear10PercentEvery3Minutes, .ECSCanary10Percent5Minutes, .ECSCanary10Percent15Minutes, or an existing one of
	// the account. Default: "CodeDeployDefault.ECSAllAtOnce".
	Config string `pulumi:"config"`
	// Shift makes a configuration of its own instead. Default: none.
	Shift *TrafficShift `pulumi:"shift"`
	// TerminationWaitMinutes before the old tasks are stopped, up to 2880; -1 stops them at once. Default: 5.
	TerminationWaitMinutes int `pulumi:"terminationWaitMinutes"`
	// TestPort of a second listener that shows the release before it gets traffic. Default: none.
	TestPort int `pulumi:"testPort"`
	// TestCidrBlocks may reach TestPort; never everyone. Required with TestPort.
	TestCidrBlocks []string `pulumi:"testCidrBlocks"`
	// Hooks are Lambda functions, by ARN, that check the release. Default: none.
	Hooks Hooks `pulumi:"hooks"`
	// AlarmNames are existing CloudWatch alarms that roll a release back too. Default: none.
	AlarmNames []pulumi.StringInput `pulumi:"alarmNames"`
}

// TrafficShift is a deployment configuration of the application's own.
type TrafficShift struct {
	// Kind is "canary" (Percent first, the rest after IntervalMinutes) or "linear" (Percent more every IntervalMinutes).
	Kind string `pulumi:"kind"`
	// Percent of the traffic, 1 to 99.
	Percent int `pulumi:"percent"`
	// IntervalMinutes, 1 to 2880.
	IntervalMinutes int `pulumi:"intervalMinutes"`
}

// Hooks are called by CodeDeploy at points of a release; each answers with PutLifecycleEventHookExecutionStatus.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
type Hooks struct {
	BeforeInstall         pulumi.StringInput `pulumi:"beforeInstall"`
	AfterInstall          pulumi.StringInput `pulumi:"afterInstall"`
	AfterAllowTestTraffic pulumi.StringInput `pulumi:"afterAllowTestTraffic"` // needs TestPort
	BeforeAllowTraffic    pulumi.StringInput `pulumi:"beforeAllowTraffic"`
	AfterAllowTraffic     pulumi.StringInput `pulumi:"afterAllowTraffic"`
}

// AlarmOptions are the alarms that the component makes; each rolls back a release that sets it off.
type AlarmOptions struct {
	// Disabled: no alarms are made. Default: false.
	Disabled bool `pulumi:"disabled"`
	// ErrorsPerMinute of the application (status 5xx) in two minutes of three. Default: 10.
	ErrorsPerMinute int `pulumi:"errorsPerMinute"`
	// LatencySeconds of the slowest percent of requests (p99) in two minutes of three. Default: no such alarm.
	LatencySeconds float64 `pulumi:"latencySeconds"`
}

// BuildOptions are how the images are made.
type BuildOptions struct {
	// Dockerfile within the repository. Default: "Dockerfile".
	Dockerfile string `pulumi:"dockerfile"`
	// Context of the build within the repository. Default: ".".
	Context string `pulumi:"context"`
	// Args of every build (--build-arg); everyone may read them. Default: none.
	Args map[string]string `pulumi:"args"`
	// BaseImageCache pulls the Dockerfile's base images through a cache in ECR instead of from a public registry, which
	// may limit them: write FROM ${BASE_REGISTRY}docker/library/python:3.13 after ARG BASE_REGISTRY=public.ecr.aws/. The
	// repositories that ECR makes for the cached images stay when the stack is destroyed. Default: false.
	BaseImageCache bool `pulumi:"baseImageCache"`
	// ComputeType of CodeBuild: BUILD_GENERAL1_SMALL, _MEDIUM, _LARGE, _XLARGE or _2XLARGE. Default: "BUILD_GENERAL1_SMALL".
	ComputeType string `pulumi:"computeType"`
	// Image of CodeBuild. Default: the newest standard Amazon Linux image of Architecture.
	Image string `pulumi:"image"`
	// TimeoutMinutes, 5 to 2160. Default: 10.
	TimeoutMinutes int `pulumi:"timeoutMinutes"`
	// KeepImages is how many images a repository keeps, 2 to 1000. Default: 20.
	KeepImages int `pulumi:"keepImages"`
}

// Approval holds a release until a person agrees.
type Approval struct {
	// TopicArn of an SNS topic that is told of the wait. Default: the topic of Notifications, if any.
	TopicArn pulumi.StringInput `pulumi:"topicArn"`
	// Comment for the person who decides, up to 1000 characters. Default: none.
	Comment string `pulumi:"comment"`
	// URL to look at before deciding. Default: the application's.
	URL string `pulumi:"url"`
}

// NotificationOptions say who is told that a release succeeded, failed, was rolled back, or waits.
type NotificationOptions struct {
	// TopicArn of an existing SNS topic, whose policy must allow events.amazonaws.com to publish. Default: a new topic.
	TopicArn pulumi.StringInput `pulumi:"topicArn"`
	// Emails that the new topic writes to, each after its owner has confirmed. Default: none.
	Emails []string `pulumi:"emails"`
}
