package bluegreen

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// guide are the three containers of the guide, as its author would write them.
func guide() *ContainerPipelineArgs {
	return &ContainerPipelineArgs{
		Containers: []Container{
			{
				Name: "api", Port: 8000, Secrets: []string{"DATABASE_URL"},
				Environment: map[string]string{"BASH_DOG_ENVIRONMENT": "production"},
			},
			{Name: "sidecar", Secrets: []string{"LOG_TOKEN"}},
			{Name: "nginx", Port: 80, Public: true},
		},
		Secrets: map[string]pulumi.StringInput{"DATABASE_URL": pulumi.String("postgres://…"), "LOG_TOKEN": nil},
		Source:  Source{Repository: "acme/bash-dog"},
		Edge: Edge{
			Host: "bash-dog.example.com", Zone: "example.com", ZoneID: pulumi.String("023e105f4ecef8ad9ca31a8372d0c353"),
		},
	}
}

func TestGuideIsValid(t *testing.T) {
	args := guide()
	resolved, err := resolve("bash-dog", args)
	require.NoError(t, err)
	assert.Equal(t, "bash-dog", resolved.Project)
	assert.Equal(t, 1024, resolved.Memory)
	assert.Equal(t, "api", resolved.Containers[0].Target)
	assert.Empty(t, args.Project, "the caller's args are left alone")
	assert.Empty(t, args.Containers[0].Target, "the caller's containers are left alone")
}

// Each row breaks one thing; the error must name the field and say what to give instead.
func TestWrongArguments(t *testing.T) {
	sub := pulumi.StringInput(pulumi.String("subnet-1"))
	cases := []struct {
		name   string
		spoil  func(a *ContainerPipelineArgs)
		expect string
	}{
		{"project too long", func(a *ContainerPipelineArgs) { a.Project = strings.Repeat("a", 25) }, `project: "aaaaaaaaaaaaaaaaaaaaaaaaa" is not valid: give 2 to 24`},
		{"project upper case", func(a *ContainerPipelineArgs) { a.Project = "BashDog" }, `project: "BashDog" is not valid`},
		{"project double hyphen", func(a *ContainerPipelineArgs) { a.Project = "bash--dog" }, `project: "bash--dog"`},
		{"project begins with a digit", func(a *ContainerPipelineArgs) { a.Project = "1dog" }, `project: "1dog"`},
		{"no containers", func(a *ContainerPipelineArgs) { a.Containers = nil }, "containers: 0 containers: give 1 to 10"},
		{"eleven containers", func(a *ContainerPipelineArgs) { a.Containers = append(a.Containers, make([]Container, 8)...) }, "containers: 11 containers: give 1 to 10"},
		{"container name", func(a *ContainerPipelineArgs) { a.Containers[0].Name = "My_API" }, `containers[0].name: "My_API" is not valid`},
		{"container name empty", func(a *ContainerPipelineArgs) { a.Containers[0].Name = "" }, `containers[0].name: "" is not valid`},
		{"container twice", func(a *ContainerPipelineArgs) { a.Containers[1].Name = "api" }, `containers[1].name: "api" is there twice`},
		{"port collision", func(a *ContainerPipelineArgs) { a.Containers[1].Port = 8000 }, "containers[1].port: 8000 is also the port of api: the containers of a task share one network"},
		{"port out of range", func(a *ContainerPipelineArgs) { a.Containers[0].Port = 70000 }, "containers[0].port: 70000 is out of range: give 1 to 65535"},
		{"port negative", func(a *ContainerPipelineArgs) { a.Containers[0].Port = -1 }, "containers[0].port: -1 is out of range"},
		{"none public", func(a *ContainerPipelineArgs) { a.Containers[2].Public = false }, "containers: none is public"},
		{"two public", func(a *ContainerPipelineArgs) { a.Containers[0].Public = true }, "containers: api, nginx are public: only one can be"},
		{"public without port", func(a *ContainerPipelineArgs) { a.Containers[2].Port = 0 }, "containers[2].port: 0 is out of range"},
		{"public not essential", func(a *ContainerPipelineArgs) { a.Containers[2].NonEssential = true }, "containers[2].nonEssential: true, but nginx is public"},
		{"target", func(a *ContainerPipelineArgs) { a.Containers[0].Target = "a b" }, `containers[0].target: "a b" is not valid`},
		{"sibling in a URL", func(a *ContainerPipelineArgs) {
			a.Containers[2].Environment = map[string]string{"UPSTREAM": "http://api:8000"}
		}, `containers[2].environment["UPSTREAM"]: "http://api:8000" names the container api as a host: the containers of a task reach each other at localhost, write "http://localhost:8000"`},
		{"sibling with a user", func(a *ContainerPipelineArgs) {
			a.Containers[2].Environment = map[string]string{"DB": "postgres://u:p@api/db"}
		}, `write "postgres://u:p@localhost/db"`},
		{"sibling as host and port", func(a *ContainerPipelineArgs) {
			a.Containers[2].Environment = map[string]string{"UPSTREAM": "api:8000"}
		}, `write "localhost:8000"`},
		{"sibling as host", func(a *ContainerPipelineArgs) {
			a.Containers[2].Environment = map[string]string{"API_HOST": "api"}
		}, `write "localhost"`},
		{"variable name", func(a *ContainerPipelineArgs) { a.Containers[0].Environment = map[string]string{"A-B": ""} }, `containers[0].environment["A-B"]: "A-B" is not valid`},
		{"variable twice", func(a *ContainerPipelineArgs) {
			a.Containers[0].Environment = map[string]string{"DATABASE_URL": "x"}
		}, `containers[0].secrets["DATABASE_URL"]: the variable is already in environment`},
		{"secret unknown", func(a *ContainerPipelineArgs) { a.Containers[0].Secrets = []string{"DATABASE_URL", "NOPE"} }, `containers[0].secrets["NOPE"]: no such secret`},
		{"secret unused", func(a *ContainerPipelineArgs) { a.Containers[1].Secrets = nil }, `secrets["LOG_TOKEN"]: no container lists it`},
		{"own secret shadows", func(a *ContainerPipelineArgs) {
			a.Containers[0].OwnSecrets = map[string]pulumi.StringInput{"DATABASE_URL": nil}
		}, `containers[0].ownSecrets["DATABASE_URL"]: the variable is already in secrets`},
		{"own secret name", func(a *ContainerPipelineArgs) {
			a.Containers[0].OwnSecrets = map[string]pulumi.StringInput{"A:B": nil}
		}, `containers[0].ownSecrets["A:B"]: "A:B" is not valid`},
		{"check without command", func(a *ContainerPipelineArgs) { a.Containers[0].Check = &ContainerCheck{} }, "containers[0].check.command: missing"},
		{"check interval", func(a *ContainerPipelineArgs) {
			a.Containers[0].Check = &ContainerCheck{Command: "true", Interval: 1}
		}, "containers[0].check.interval: 1 is out of range: give 5 to 300 seconds"},
		{"check timeout", func(a *ContainerPipelineArgs) {
			a.Containers[0].Check = &ContainerCheck{Command: "true", Timeout: 61}
		}, "containers[0].check.timeout: 61"},
		{"check retries", func(a *ContainerPipelineArgs) {
			a.Containers[0].Check = &ContainerCheck{Command: "true", Retries: 11}
		}, "containers[0].check.retries: 11"},
		{"depends on itself", func(a *ContainerPipelineArgs) { a.Containers[0].DependsOn = map[string]string{"api": "START"} }, "a container cannot wait for itself"},
		{"depends on nobody", func(a *ContainerPipelineArgs) { a.Containers[0].DependsOn = map[string]string{"db": "START"} }, `containers[0].dependsOn["db"]: no such container: give one of api, sidecar, nginx`},
		{"depends how", func(a *ContainerPipelineArgs) { a.Containers[0].DependsOn = map[string]string{"nginx": "ready"} }, `"ready" is not known: give one of START`},
		{"healthy without check", func(a *ContainerPipelineArgs) {
			a.Containers[0].DependsOn = map[string]string{"nginx": "HEALTHY"}
		}, "HEALTHY, but nginx has no check"},
		{"complete but essential", func(a *ContainerPipelineArgs) {
			a.Containers[0].DependsOn = map[string]string{"sidecar": "SUCCESS"}
		}, "set nonEssential on sidecar"},
		{"start circle", func(a *ContainerPipelineArgs) {
			a.Containers[0].DependsOn = map[string]string{"nginx": "START"}
			a.Containers[2].DependsOn = map[string]string{"api": "START"}
		}, "in a circle: api → nginx → api"},
		{"exec in a read-only file system", func(a *ContainerPipelineArgs) {
			a.EnableExec, a.Containers[0].ReadonlyRootFilesystem = true, true
		}, "containers[0].readonlyRootFilesystem: true, but enableExec needs to write there"},
		{"eleven alarms", func(a *ContainerPipelineArgs) {
			a.Deployment.AlarmNames = make([]pulumi.StringInput, 9)
		}, "deployment.alarmNames: 11 alarms with those that the component makes"},
		{"stop timeout", func(a *ContainerPipelineArgs) { a.Containers[0].StopTimeout = 121 }, "containers[0].stopTimeout: 121"},
		{"container cpu", func(a *ContainerPipelineArgs) { a.Containers[0].CPU = 513 }, "containers[0].cpu: 513 is out of range: give 0 to 512 units"},
		{"container memory", func(a *ContainerPipelineArgs) { a.Containers[0].Memory = 2048 }, "containers[0].memory: 2048 is out of range: give 6 to 1024 MiB"},
		{"containers' cpu together", func(a *ContainerPipelineArgs) { a.Containers[0].CPU, a.Containers[1].CPU = 400, 400 }, "cpu: 512 is less than the 800"},
		{"cpu", func(a *ContainerPipelineArgs) { a.CPU = 300 }, "cpu: 300 is no size of Fargate"},
		{"memory of the smallest", func(a *ContainerPipelineArgs) { a.CPU, a.Memory = 256, 4096 }, "memory: 4096 does not go with 256 CPU units: give 512, 1024 or 2048"},
		{"memory step", func(a *ContainerPipelineArgs) { a.Memory = 1500 }, "memory: 1500 does not go with 512 CPU units: give 1024 to 4096 MiB in steps of 1024"},
		{"architecture", func(a *ContainerPipelineArgs) { a.Architecture = "arm" }, `architecture: "arm" is not known: give one of X86_64, ARM64`},
		{"ephemeral storage", func(a *ContainerPipelineArgs) { a.EphemeralStorage = 20 }, "ephemeralStorage: 20 is out of range: give 21 to 200 GiB"},
		{"desired count", func(a *ContainerPipelineArgs) { a.DesiredCount = -1 }, "desiredCount: -1"},
		{"log retention", func(a *ContainerPipelineArgs) { a.LogRetentionDays = 31 }, "logRetentionDays: 31 is no period"},
		{"scaling without max", func(a *ContainerPipelineArgs) { a.Scaling = &Scaling{} }, "scaling.max: 0 is out of range: give 1 (scaling.min) to 5000"},
		{"scaling upside down", func(a *ContainerPipelineArgs) { a.Scaling = &Scaling{Min: 4, Max: 2} }, "scaling.max: 2 is out of range: give 4"},
		{"scaling cpu", func(a *ContainerPipelineArgs) { a.Scaling = &Scaling{Max: 2, CPUPercent: 101} }, "scaling.cpuPercent: 101"},
		{"more than max", func(a *ContainerPipelineArgs) { a.DesiredCount, a.Scaling = 5, &Scaling{Max: 2} }, "desiredCount: 5 is more than scaling.max 2"},
		{"cooldown", func(a *ContainerPipelineArgs) { a.Scaling = &Scaling{Max: 2, ScaleInCooldown: -1} }, "scaling.scaleInCooldown: -1"},
		{"health path", func(a *ContainerPipelineArgs) { a.HealthCheck.Path = "health" }, `healthCheck.path: "health" is not valid: give a path that begins with /`},
		{"health matcher", func(a *ContainerPipelineArgs) { a.HealthCheck.Matcher = "500" }, `healthCheck.matcher: "500" is not valid`},
		{"health timeout", func(a *ContainerPipelineArgs) { a.HealthCheck.Timeout = 15 }, "healthCheck.timeout: 15 is not below healthCheck.interval 15"},
		{"health interval", func(a *ContainerPipelineArgs) { a.HealthCheck.Interval = 301 }, "healthCheck.interval: 301"},
		{"health threshold", func(a *ContainerPipelineArgs) { a.HealthCheck.HealthyThreshold = 1 }, "healthCheck.healthyThreshold: 1"},
		{"deregistration", func(a *ContainerPipelineArgs) { a.HealthCheck.DeregistrationDelay = 3601 }, "healthCheck.deregistrationDelay: 3601"},
		{"repository URL", func(a *ContainerPipelineArgs) { a.Source.Repository = "https://github.com/acme/bash-dog" }, `source.repository: "https://github.com/acme/bash-dog" is not valid: give "owner/name"`},
		{"repository .git", func(a *ContainerPipelineArgs) { a.Source.Repository = "acme/bash-dog.git" }, `source.repository: "acme/bash-dog.git" ends in .git: give "acme/bash-dog"`},
		{"branch reference", func(a *ContainerPipelineArgs) { a.Source.Branch = "refs/heads/main" }, `source.branch: "refs/heads/main" is a full reference: give "main"`},
		{"nine paths", func(a *ContainerPipelineArgs) { a.Source.FilePaths = strings.Split("abcdefghi", "") }, "source.filePaths: 9 patterns are too many"},
		{"absolute path", func(a *ContainerPipelineArgs) { a.Source.IgnoreFilePaths = []string{"/docs"} }, `source.ignoreFilePaths[0]: "/docs" is not valid`},
		{"provider", func(a *ContainerPipelineArgs) { a.Source.Provider = "Gitea" }, `source.provider: "Gitea" is not known`},
		{"provider and connection", func(a *ContainerPipelineArgs) {
			a.Source.Provider, a.Source.ConnectionArn = "GitLab", pulumi.String("arn")
		}, `source.provider: "GitLab", but connectionArn is given`},
		{"host with scheme", func(a *ContainerPipelineArgs) { a.Edge.Host = "https://bash-dog.example.com" }, `edge.host: "https://bash-dog.example.com" is not valid`},
		{"wildcard host", func(a *ContainerPipelineArgs) { a.Edge.Host = "*.example.com" }, `edge.host: "*.example.com" is not valid`},
		{"host elsewhere", func(a *ContainerPipelineArgs) { a.Edge.Host = "bash-dog.example.org" }, `edge.host: "bash-dog.example.org" is not in the zone "example.com"`},
		{"deep host", func(a *ContainerPipelineArgs) { a.Edge.Host = "api.dev.example.com" }, `give "api-dev.example.com", or order an advanced certificate and set deepHost`},
		{"no zone id", func(a *ContainerPipelineArgs) { a.Edge.ZoneID = nil }, "edge.zoneId: missing"},
		{"validity", func(a *ContainerPipelineArgs) { a.Edge.ValidityDays = 100 }, "edge.validityDays: 100 is not offered"},
		{"validity of a given certificate", func(a *ContainerPipelineArgs) {
			a.Edge.ValidityDays, a.Edge.CertificateArn = 365, pulumi.String("arn")
		}, "edge.validityDays: 365, but certificateArn is given"},
		{"network mode", func(a *ContainerPipelineArgs) { a.Network.Mode = "vpc" }, `network.mode: "vpc" is not known: give one of default, existing, nat, endpoints`},
		{"existing without VPC", func(a *ContainerPipelineArgs) { a.Network.Mode = NetworkExisting }, "network.vpcId: missing"},
		{"one subnet", func(a *ContainerPipelineArgs) {
			a.Network = NetworkOptions{VpcID: pulumi.String("vpc-1"), PublicSubnetIDs: []pulumi.StringInput{sub}}
		}, "network.publicSubnetIds: 1 subnets: a load balancer needs at least two"},
		{"subnets of another mode", func(a *ContainerPipelineArgs) {
			a.Network = NetworkOptions{Mode: NetworkNAT, VpcID: pulumi.String("vpc-1")}
		}, `network.mode: "nat" makes or finds its own subnets`},
		{"cidr of another mode", func(a *ContainerPipelineArgs) { a.Network.CidrBlock = "10.0.0.0/16" }, `network.mode: "default" makes no VPC`},
		{"cidr", func(a *ContainerPipelineArgs) { a.Network = NetworkOptions{Mode: NetworkNAT, CidrBlock: "10.0.0.0/8"} }, `network.cidrBlock: "10.0.0.0/8": give a block of /16 to /24`},
		{"cidr base", func(a *ContainerPipelineArgs) {
			a.Network = NetworkOptions{Mode: NetworkNAT, CidrBlock: "10.0.1.1/16"}
		}, `network.cidrBlock: "10.0.1.1/16" does not begin at its first address: give "10.0.0.0/16"`},
		{"zones", func(a *ContainerPipelineArgs) { a.Network = NetworkOptions{Mode: NetworkNAT, AvailabilityZones: 1} }, "network.availabilityZones: 1"},
		{"endpoints without image", func(a *ContainerPipelineArgs) { a.Network.Mode = NetworkEndpoints }, `bootstrapImage: missing: tasks in the network mode "endpoints" reach no public registry`},
		{"bootstrap image", func(a *ContainerPipelineArgs) { a.BootstrapImage = "http://x" }, `bootstrapImage: "http://x" is not valid`},
		{"config of another platform", func(a *ContainerPipelineArgs) { a.Deployment.Config = "CodeDeployDefault.AllAtOnce" }, `deployment.config: "CodeDeployDefault.AllAtOnce" is not known: give one of CodeDeployDefault.ECSAllAtOnce`},
		{"config and shift", func(a *ContainerPipelineArgs) {
			a.Deployment = DeploymentOptions{Config: "mine", Shift: &TrafficShift{"canary", 10, 5}}
		}, `deployment.config: "mine" is given together with shift`},
		{"shift kind", func(a *ContainerPipelineArgs) { a.Deployment.Shift = &TrafficShift{"fast", 10, 5} }, `deployment.shift.kind: "fast" is not known: give one of canary, linear`},
		{"shift percent", func(a *ContainerPipelineArgs) { a.Deployment.Shift = &TrafficShift{"canary", 100, 5} }, "deployment.shift.percent: 100"},
		{"shift interval", func(a *ContainerPipelineArgs) { a.Deployment.Shift = &TrafficShift{"linear", 10, 0} }, "deployment.shift.intervalMinutes: 0"},
		{"termination", func(a *ContainerPipelineArgs) { a.Deployment.TerminationWaitMinutes = 2881 }, "deployment.terminationWaitMinutes: 2881"},
		{"test port taken", func(a *ContainerPipelineArgs) { a.Deployment.TestPort = 443 }, "deployment.testPort: 443 is the production listener's"},
		{"test port for nobody", func(a *ContainerPipelineArgs) { a.Deployment.TestPort = 8443 }, "deployment.testCidrBlocks: missing"},
		{"test port for everybody", func(a *ContainerPipelineArgs) {
			a.Deployment.TestPort, a.Deployment.TestCidrBlocks = 8443, []string{"0.0.0.0/0"}
		}, `deployment.testCidrBlocks[0]: "0.0.0.0/0" is open to the world`},
		{"test hook without listener", func(a *ContainerPipelineArgs) {
			a.Deployment.Hooks.AfterAllowTestTraffic = pulumi.String("arn")
		}, "deployment.hooks.afterAllowTestTraffic: there is no test traffic without testPort"},
		{"alarms off and set", func(a *ContainerPipelineArgs) { a.Alarms = AlarmOptions{Disabled: true, ErrorsPerMinute: 5} }, "alarms.disabled: true, but a threshold is given"},
		{"negative errors", func(a *ContainerPipelineArgs) { a.Alarms.ErrorsPerMinute = -1 }, "alarms.errorsPerMinute: -1 is negative"},
		{"negative latency", func(a *ContainerPipelineArgs) { a.Alarms.LatencySeconds = -0.5 }, "alarms.latencySeconds: -0.5 is negative"},
		{"dockerfile outside", func(a *ContainerPipelineArgs) { a.Build.Dockerfile = "../Dockerfile" }, `build.dockerfile: "../Dockerfile" is outside the repository`},
		{"context outside", func(a *ContainerPipelineArgs) { a.Build.Context = "/src" }, `build.context: "/src" is outside the repository`},
		{"build argument", func(a *ContainerPipelineArgs) { a.Build.Args = map[string]string{"A B": ""} }, `build.args["A B"]: "A B" is not valid`},
		{"base registry twice", func(a *ContainerPipelineArgs) {
			a.Build.BaseImageCache, a.Build.Args = true, map[string]string{BaseRegistryArg: "x"}
		}, "build.args: BASE_REGISTRY is given by baseImageCache"},
		{"compute type", func(a *ContainerPipelineArgs) { a.Build.ComputeType = "small" }, `build.computeType: "small" is not known`},
		{"build timeout", func(a *ContainerPipelineArgs) { a.Build.TimeoutMinutes = 4 }, "build.timeoutMinutes: 4 is out of range: give 5 to 2160 minutes"},
		{"kept images", func(a *ContainerPipelineArgs) { a.Build.KeepImages = 1 }, "build.keepImages: 1"},
		{"own files and dockerfile", func(a *ContainerPipelineArgs) { a.OwnFiles, a.Build.Dockerfile = true, "x/Dockerfile" }, "build.dockerfile: given together with ownFiles"},
		{"approval comment", func(a *ContainerPipelineArgs) { a.Approval = &Approval{Comment: strings.Repeat("x", 1001)} }, "approval.comment: 1001 characters are too many"},
		{"approval link", func(a *ContainerPipelineArgs) { a.Approval = &Approval{URL: "example.com"} }, `approval.url: "example.com" is not valid`},
		{"email", func(a *ContainerPipelineArgs) { a.Notifications = &NotificationOptions{Emails: []string{"me"}} }, `notifications.emails[0]: "me" is not valid`},
		{"emails of a given topic", func(a *ContainerPipelineArgs) {
			a.Notifications = &NotificationOptions{TopicArn: pulumi.String("arn"), Emails: []string{"a@b.c"}}
		}, "notifications.emails: 1 given, but topicArn is too"},
		{"tag reserved", func(a *ContainerPipelineArgs) { a.Tags = map[string]string{"aws:x": "y"} }, `tags["aws:x"]: keys beginning with aws: are reserved`},
		{"tag value", func(a *ContainerPipelineArgs) { a.Tags = map[string]string{"x": strings.Repeat("y", 257)} }, "the value has 257 characters"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			args := guide()
			c.spoil(args)
			_, err := resolve("bash-dog", args)
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.expect)
		})
	}
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	args := guide()
	args.CPU, args.Edge.Host, args.Source.Repository, args.Containers[1].Port = 300, "x", "y", 8000
	_, err := resolve("Bash", args)
	require.Error(t, err)
	for _, field := range []string{"project:", "cpu:", "edge.host:", "source.repository:", "containers[1].port:"} {
		assert.Contains(t, err.Error(), field)
	}
}

func TestWrongName(t *testing.T) {
	args := guide()
	args.Project = "bash-dog"
	_, err := resolve("Bash_Dog", args)
	assert.ErrorContains(t, err, `name: "Bash_Dog" cannot begin the name of a bucket`)
	_, err = resolve(strings.Repeat("a", 46), args)
	assert.NoError(t, err)
	_, err = resolve(strings.Repeat("a", 47), args)
	assert.ErrorContains(t, err, "has 47 characters: give at most 46, it begins the names of roles")
	args.Edge.AuthenticatedOriginPulls = true
	_, err = resolve(strings.Repeat("a", 25), args)
	assert.ErrorContains(t, err, "is too long with edge.authenticatedOriginPulls")
}

func TestNoArguments(t *testing.T) {
	_, err := resolve("bash-dog", nil)
	assert.ErrorContains(t, err, "containers: 0 containers")
}

func TestNamesThatOnlyLookLikeSiblings(t *testing.T) {
	for _, value := range []string{"http://api.example.com", "https://my-api:8000", "http://localhost:8000/api", "rapid:80", "the api"} {
		args := guide()
		args.Containers[2].Environment = map[string]string{"UPSTREAM": value}
		_, err := resolve("bash-dog", args)
		assert.NoError(t, err, value)
	}
}
