package bluegreen

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// ContainerPipelineArgs describe an application and how it is released. Only Containers, Source and Edge are required.
type ContainerPipelineArgs struct {
	// Project begins every physical name: repositories "<project>-<container>", service "<project>", pipeline
	// "<project>-pipeline". 2 to 24 lower-case letters, digits and single hyphens, starting with a letter; it is unique
	// in account and region. Default: the component's name.
	Project string `pulumi:"project"`
	// Containers are released together as one task. Exactly one is Public.
	Containers []Container `pulumi:"containers"`
	// Secrets are environment variables that containers choose by name in Container.Secrets. A nil value is set outside
	// (in the console or by another program); until then the container sees a placeholder. Default: none.
	Secrets map[string]pulumi.StringInput `pulumi:"secrets"`
	// Source is the application's repository.
	Source Source `pulumi:"source"`
	// Edge is the host that visitors use.
	Edge Edge `pulumi:"edge"`

	// CPU of the task in units of 1/1024 vCPU: 256, 512, 1024, 2048, 4096, 8192 or 16384. Default: 512.
	CPU int `pulumi:"cpu"`
	// Memory of the task in MiB, within what Fargate offers for CPU. Default: twice CPU, at least 512.
	Memory int `pulumi:"memory"`
	// Architecture is "X86_64" or "ARM64", for the tasks and for the machine that builds their images. Default: "X86_64".
	Architecture string `pulumi:"architecture"`
	// EphemeralStorage of a task in GiB, 21 to 200. Default: Fargate's 20.
	EphemeralStorage int `pulumi:"ephemeralStorage"`
	// DesiredCount of tasks; with Scaling, only the number to start from. Default: 1.
	DesiredCount int `pulumi:"desiredCount"`
	// Scaling of the number of tasks. Default: none.
	Scaling *Scaling `pulumi:"scaling"`
	// HealthCheck that the load balancer makes of the public container. Default: GET / answers 200 to 399.
	HealthCheck HealthCheck `pulumi:"healthCheck"`
	// EnableExec allows `aws ecs execute-command` into the tasks. Default: false.
	EnableExec bool `pulumi:"enableExec"`
	// ClusterName is an existing cluster's. Default: a cluster of its own.
	ClusterName pulumi.StringInput `pulumi:"clusterName"`
	// LogRetentionDays is one of the periods of CloudWatch Logs. Default: 30.
	LogRetentionDays int `pulumi:"logRetentionDays"`
	// BootstrapImage answers the health check until the first release. Its shell and nginx are used to answer any path
	// on the public port with 200. Default: a public nginx image of a few MiB; required with NetworkEndpoints.
	BootstrapImage string `pulumi:"bootstrapImage"`

	// Network is where load balancer and tasks are. Default: the default VPC.
	Network NetworkOptions `pulumi:"network"`
	// Deployment is how traffic moves to a release. Default: all at once, the old tasks stopped after 5 minutes.
	Deployment DeploymentOptions `pulumi:"deployment"`
	// Alarms roll a release back. Default: target errors and unhealthy targets.
	Alarms AlarmOptions `pulumi:"alarms"`
	// Build is how the images are made. Default: a small machine, 10 minutes, the Dockerfile at the root.
	Build BuildOptions `pulumi:"build"`
	// Approval holds each release after the build until a person agrees. Default: none.
	Approval *Approval `pulumi:"approval"`
	// Notifications of releases. Default: none.
	Notifications *NotificationOptions `pulumi:"notifications"`
	// ArtifactKeyArn is a KMS key for the artifacts of the pipeline. Default: S3's own encryption.
	ArtifactKeyArn pulumi.StringInput `pulumi:"artifactKeyArn"`

	// OwnFiles: the repository's own buildspec.yml, appspec.yaml and taskdef.json rule, as in the guide. Default: false,
	// the component renders them and the repository needs only a Dockerfile.
	OwnFiles bool `pulumi:"ownFiles"`
	// Disposable: destroying the stack destroys images, secrets and artifacts, at once and for good. Default: false,
	// they are protected.
	Disposable bool `pulumi:"disposable"`
	// Tags of every resource that can have them. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Container is one container of the task. All containers of a task share one network namespace: they reach each other
// at localhost, and no two can listen on the same port.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
type Container struct {
	// Name is 1 to 30 lower-case letters, digits and single hyphens; it names the repository and, by default, the target.
	Name string `pulumi:"name"`
	// Port the container listens on, 1 to 65535. Default: it listens on none.
	Port int `pulumi:"port"`
	// Public: the load balancer sends requests to Port. Exactly one container is. Default: false.
	Public bool `pulumi:"public"`
	// Target of the Dockerfile. Default: Name.
	Target string `pulumi:"target"`
	// Command replaces the image's. Default: the image's.
	Command []string `pulumi:"command"`
	// EntryPoint replaces the image's. Default: the image's.
	EntryPoint []string `pulumi:"entryPoint"`
	// Environment variables that everyone may read. Default: none.
	Environment map[string]string `pulumi:"environment"`
	// Secrets are names out of ContainerPipelineArgs.Secrets. Default: none.
	Secrets []string `pulumi:"secrets"`
	// OwnSecrets are for this container alone, where a name means something else in another container. A nil value is
	// set outside. Default: none.
	OwnSecrets map[string]pulumi.StringInput `pulumi:"ownSecrets"`
	// Check is a command that tells whether the container is healthy. Default: none.
	Check *ContainerCheck `pulumi:"check"`
	// DependsOn: this container starts after those, each by its condition "START", "COMPLETE", "SUCCESS" or "HEALTHY".
	// Default: none.
	DependsOn map[string]string `pulumi:"dependsOn"`
	// CPU units out of the task's. Default: shared.
	CPU int `pulumi:"cpu"`
	// Memory in MiB at which the container is stopped. Default: the task's.
	Memory int `pulumi:"memory"`
	// NonEssential: the task goes on when this container stops. Default: false. A Public container is always essential.
	NonEssential bool `pulumi:"nonEssential"`
	// ReadonlyRootFilesystem. Default: false.
	ReadonlyRootFilesystem bool `pulumi:"readonlyRootFilesystem"`
	// StopTimeout in seconds between SIGTERM and SIGKILL, up to 120. Default: ECS's 30.
	StopTimeout int `pulumi:"stopTimeout"`
	// User that the container runs as. Default: the image's.
	User string `pulumi:"user"`
}

// ContainerCheck is a health check that ECS runs within the container.
type ContainerCheck struct {
	// Command run by the container's shell; exit 0 is healthy.
	Command string `pulumi:"command"`
	// Interval between checks in seconds, 5 to 300. Default: 30.
	Interval int `pulumi:"interval"`
	// Timeout of a check in seconds, 2 to 60. Default: 5.
	Timeout int `pulumi:"timeout"`
	// Retries before the container counts as unhealthy, 1 to 10. Default: 3.
	Retries int `pulumi:"retries"`
	// StartPeriod in seconds in which failures do not count, up to 300. Default: 0.
	StartPeriod int `pulumi:"startPeriod"`
}

// Source is a repository reached through a connection of AWS CodeConnections.
type Source struct {
	// Repository is "owner/name".
	Repository string `pulumi:"repository"`
	// Branch whose pushes are released. Default: "main".
	Branch string `pulumi:"branch"`
	// FilePaths: only a push that changes one of these glob patterns is released, at most 8. Default: every push.
	FilePaths []string `pulumi:"filePaths"`
	// IgnoreFilePaths: a push that changes nothing but these is not released, at most 8. Default: none.
	IgnoreFilePaths []string `pulumi:"ignoreFilePaths"`
	// ConnectionArn is an existing connection's. Default: a new one, PENDING until someone follows ConnectionSetupURL.
	ConnectionArn pulumi.StringInput `pulumi:"connectionArn"`
	// Provider of a new connection: "GitHub", "GitLab" or "Bitbucket". One that needs a host of its own (GitHub
	// Enterprise Server, GitLab self-managed) is made elsewhere and given as ConnectionArn. Default: "GitHub".
	Provider string `pulumi:"provider"`
}

// Edge is the application's host at Cloudflare and the certificate of the way from Cloudflare to the load balancer.
type Edge struct {
	// Host is the full name that visitors use, "bash-dog.example.com" or the zone's apex.
	Host string `pulumi:"host"`
	// Zone is the domain at Cloudflare, "example.com".
	Zone string `pulumi:"zone"`
	// ZoneID is the zone's 32 hexadecimal digits.
	ZoneID pulumi.StringInput `pulumi:"zoneId"`
	// DeepHost: the zone has an advanced edge certificate that covers Host, which is more than one label below the
	// apex; Cloudflare's free ones do not. Default: false, such a host is refused.
	DeepHost bool `pulumi:"deepHost"`
	// SoleHost: no other pipeline shares the zone, so this one makes the zone's ZoneRules itself. Default: false, the
	// zone's one ZoneRules is made elsewhere and lists Host.
	SoleHost bool `pulumi:"soleHost"`
	// CertificateArn is an existing ACM certificate's for the load balancer. Default: a Cloudflare Origin CA certificate.
	CertificateArn pulumi.StringInput `pulumi:"certificateArn"`
	// ValidityDays of the origin certificate: 7, 30, 90, 365, 730, 1095 or 5475. Default: 5475. It is renewed by the
	// first `up` in its last tenth, 30 days at most.
	ValidityDays int `pulumi:"validityDays"`
	// AuthenticatedOriginPulls: the load balancer answers only a client that shows a certificate which this component
	// gave to Cloudflare for Host (mutual TLS). Default: false.
	AuthenticatedOriginPulls bool `pulumi:"authenticatedOriginPulls"`
}

// Scaling keeps a measure near its target by changing the number of tasks.
type Scaling struct {
	// Min number of tasks. Default: 1.
	Min int `pulumi:"min"`
	// Max number of tasks, at least Min.
	Max int `pulumi:"max"`
	// CPUPercent to keep, 1 to 100. Default: 60 where RequestsPerTask is not given, else not used.
	CPUPercent int `pulumi:"cpuPercent"`
	// RequestsPerTask a minute to keep. Default: not used.
	RequestsPerTask int `pulumi:"requestsPerTask"`
	// ScaleInCooldown in seconds. Default: 300.
	ScaleInCooldown int `pulumi:"scaleInCooldown"`
	// ScaleOutCooldown in seconds. Default: 60.
	ScaleOutCooldown int `pulumi:"scaleOutCooldown"`
}

// HealthCheck is how the load balancer tells a healthy task.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
type HealthCheck struct {
	// Path of the request. Default: "/".
	Path string `pulumi:"path"`
	// Matcher of the answer's status: "200", "200,204" or "200-399", within 200 to 499. Default: "200-399".
	Matcher string `pulumi:"matcher"`
	// Interval in seconds, 5 to 300. Default: 15.
	Interval int `pulumi:"interval"`
	// Timeout in seconds, 2 to 120, below Interval. Default: 5.
	Timeout int `pulumi:"timeout"`
	// HealthyThreshold of answers in a row, 2 to 10. Default: 2.
	HealthyThreshold int `pulumi:"healthyThreshold"`
	// UnhealthyThreshold of failures in a row, 2 to 10. Default: 3.
	UnhealthyThreshold int `pulumi:"unhealthyThreshold"`
	// GracePeriod in seconds after a task's start in which failures do not stop it; give it to an application that needs
	// longer than UnhealthyThreshold times Interval to start. Default: none.
	GracePeriod int `pulumi:"gracePeriod"`
	// DeregistrationDelay in seconds for open requests of a stopping task, up to 3600. Default: 30.
	DeregistrationDelay int `pulumi:"deregistrationDelay"`
}
