// Package choices is what tests choose of all that a ContainerPipeline offers, each choice a pipeline of its own.
package choices

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/components/bluegreen"
	"github.com/container-pipeline/container-pipeline/drydock/cloudflare"
)

// Args are those of a pipeline.
type Args = bluegreen.ContainerPipelineArgs

// Choice changes the smallest pipeline into one that was chosen.
type Choice = func(a *Args, c *Company)

// ZoneID is that of example.com in the drydock's account.
var ZoneID = pulumi.String(cloudflare.ZoneID("example.com"))

// Smallest is the smallest pipeline: a container, disposable, at a host of its own in example.com.
func Smallest(name string) *Args {
	return &Args{
		Project: name, Disposable: true,
		Containers: []bluegreen.Container{{Name: "web", Port: 8080, Public: true}},
		Source:     bluegreen.Source{Repository: "acme/" + name},
		Edge:       bluegreen.Edge{Host: name + ".example.com", Zone: "example.com", ZoneID: ZoneID},
	}
}

// Program makes a company in the region with a pipeline of each choice, by name.
func Program(region string, pipelines map[string]Choice) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		company, err := newCompany(ctx, region)
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(pipelines)) {
			a := Smallest(name)
			pipelines[name](a, company)
			if _, err := bluegreen.NewContainerPipeline(ctx, name, a); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	}
}

// AsItIs is no choice.
func AsItIs(*Args, *Company) {}

// Containers and the task that they are.
var Containers = map[string]Choice{
	"single": AsItIs,
	"eight":  func(a *Args, _ *Company) { a.Containers, a.CPU = eight(), 1024 },
	"arm":    func(a *Args, _ *Company) { a.Architecture = "ARM64" },
	"large": func(a *Args, _ *Company) {
		a.CPU, a.Memory, a.EphemeralStorage, a.DesiredCount, a.LogRetentionDays = 4096, 8192, 100, 3, 365
	},
	"settled": func(a *Args, _ *Company) {
		a.Containers = []bluegreen.Container{{
			Name: "web", Port: 8080, Public: true, Target: "worker-1", EntryPoint: []string{"/app"}, Command: []string{"serve=:8080"},
			CPU: 128, Memory: 256, ReadonlyRootFilesystem: true, StopTimeout: 60, User: "65534:65534", Environment: map[string]string{"MODE": "a=b \"c\""},
			Check:     &bluegreen.ContainerCheck{Command: "/app stat=/app", Interval: 5, Timeout: 2, Retries: 1, StartPeriod: 10},
			DependsOn: map[string]string{"worker-2": "SUCCESS"},
		}, {Name: "worker-2", NonEssential: true, Command: []string{"say=prepared"}}}
	},
	"secretive": func(a *Args, _ *Company) {
		a.Secrets = map[string]pulumi.StringInput{"GIVEN": pulumi.ToSecret(pulumi.String(`a"b`)).(pulumi.StringOutput), "OUTSIDE": nil}
		a.Containers = []bluegreen.Container{
			{Name: "web", Port: 8080, Public: true, Secrets: []string{"GIVEN", "OUTSIDE"}, OwnSecrets: map[string]pulumi.StringInput{"TOKEN": nil}},
			{Name: "worker-1", OwnSecrets: map[string]pulumi.StringInput{"TOKEN": pulumi.String("its own")}},
		}
	},
	"tagged": func(a *Args, _ *Company) { a.Tags = map[string]string{"team": "dogs", "cost-center": "4711"} },
	"kept":   func(a *Args, _ *Company) { a.Disposable = false },
}

// Deployments, from the shift of traffic to who is told of it.
var Deployments = map[string]Choice{
	"all-at-once": configured("AllAtOnce"),
	"linear-1":    configured("Linear10PercentEvery1Minutes"),
	"linear-3":    configured("Linear10PercentEvery3Minutes"),
	"canary-5":    configured("Canary10Percent5Minutes"),
	"canary-15":   configured("Canary10Percent15Minutes"),
	"own-linear": func(a *Args, _ *Company) {
		a.Deployment.Shift = &bluegreen.TrafficShift{Kind: "linear", Percent: 20, IntervalMinutes: 2}
	},
	"own-canary": func(a *Args, _ *Company) {
		a.Deployment.Shift = &bluegreen.TrafficShift{Kind: "canary", Percent: 1, IntervalMinutes: 2880}
	},
	"at-once":  func(a *Args, _ *Company) { a.Deployment.TerminationWaitMinutes = -1 },
	"at-last":  func(a *Args, _ *Company) { a.Deployment.TerminationWaitMinutes = 2880 },
	"tested":   func(a *Args, _ *Company) { testable(a) },
	"hooked":   hooked,
	"approved": func(a *Args, _ *Company) { a.Approval = &bluegreen.Approval{Comment: "Look first."} },
	"told": func(a *Args, _ *Company) {
		a.Approval, a.Notifications = &bluegreen.Approval{}, &bluegreen.NotificationOptions{Emails: []string{"team@example.com"}}
	},
	"exec":      func(a *Args, _ *Company) { a.EnableExec = true },
	"scaled":    scaled,
	"unwatched": func(a *Args, _ *Company) { a.Alarms.Disabled = true },
	"checked": func(a *Args, _ *Company) {
		a.HealthCheck = bluegreen.HealthCheck{
			Path: "/health?deep=1", Matcher: "200,204", Interval: 30, Timeout: 10, HealthyThreshold: 5, UnhealthyThreshold: 2,
			GracePeriod: 120, DeregistrationDelay: 300,
		}
	},
}

// Networks of tasks and load balancers.
var Networks = map[string]Choice{
	"default":   func(a *Args, _ *Company) { a.Network.Mode = bluegreen.NetworkDefault },
	"nat":       func(a *Args, _ *Company) { a.Network.Mode = bluegreen.NetworkNAT },
	"endpoints": endpoints,
	"existing": func(a *Args, c *Company) {
		a.Network = bluegreen.NetworkOptions{VpcID: c.VPC, PublicSubnetIDs: c.PublicSubnets}
	},
	"pulled": func(a *Args, _ *Company) { a.Edge.AuthenticatedOriginPulls = true },
}

// Sources of releases, their builds, and what a company has already.
var Sources = map[string]Choice{
	"all-there":   fromCompany,
	"cached":      func(a *Args, _ *Company) { a.Build.BaseImageCache = true },
	"keyed":       func(a *Args, c *Company) { a.ArtifactKeyArn = c.Key },
	"filtered":    func(a *Args, _ *Company) { a.Source.IgnoreFilePaths = []string{"docs/**", "*.md"} },
	"on-a-branch": func(a *Args, _ *Company) { a.Source.Branch = "release/2.x" },
	"own-files":   func(a *Args, _ *Company) { a.OwnFiles = true },
	"built": func(a *Args, _ *Company) {
		a.Build = bluegreen.BuildOptions{
			Dockerfile: "Dockerfile", Context: ".", Args: map[string]string{"VERSION": `a "b" $c`}, ComputeType: "BUILD_GENERAL1_LARGE",
			TimeoutMinutes: 5, KeepImages: 2,
		}
	},
}

// Regional are those whose calls have something of a region or a partition in them.
var Regional = map[string]Choice{
	"single":    AsItIs,
	"all":       func(a *Args, c *Company) { fromCompany(a, c); hooked(a, c); a.EnableExec = true },
	"scaled":    scaled,
	"own-files": func(a *Args, _ *Company) { a.OwnFiles = true },
}

func configured(name string) Choice {
	return func(a *Args, _ *Company) { a.Deployment.Config = "CodeDeployDefault.ECS" + name }
}

func eight() []bluegreen.Container {
	all := []bluegreen.Container{{Name: "web", Port: 8080, Public: true, DependsOn: map[string]string{"worker-1": "START"}}}
	for i := 1; i < 8; i++ {
		all = append(all, bluegreen.Container{Name: fmt.Sprintf("worker-%d", i), Port: 9000 + i})
	}
	return all
}

func testable(a *Args) {
	a.Deployment.TestPort, a.Deployment.TestCidrBlocks = 8443, []string{"203.0.113.0/24"}
}

func hooked(a *Args, c *Company) {
	testable(a)
	partition := map[string]string{"cn": "aws-cn", "us-gov": "aws-us-gov"}[c.region[:strings.LastIndex(strings.TrimRight(c.region, "-0123456789"), "-")]]
	if partition == "" {
		partition = "aws"
	}
	hook := pulumi.Sprintf("arn:%s:lambda:%s:123456789012:function:check", partition, c.region)
	a.Deployment.Hooks = bluegreen.Hooks{
		BeforeInstall: hook, AfterInstall: hook, AfterAllowTestTraffic: hook, BeforeAllowTraffic: hook, AfterAllowTraffic: hook,
	}
}

func endpoints(a *Args, _ *Company) {
	a.Network = bluegreen.NetworkOptions{Mode: bluegreen.NetworkEndpoints, CidrBlock: "10.20.0.0/16", AvailabilityZones: 3}
	a.BootstrapImage = "123456789012.dkr.ecr.us-east-2.amazonaws.com/bootstrap:1"
	a.EnableExec = true
}

func scaled(a *Args, _ *Company) {
	a.Scaling = &bluegreen.Scaling{Min: 2, Max: 6, CPUPercent: 50, RequestsPerTask: 500}
	a.Alarms.LatencySeconds = 1.5
	a.Notifications = &bluegreen.NotificationOptions{Emails: []string{"team@example.com"}}
}

func fromCompany(a *Args, c *Company) {
	a.Network = bluegreen.NetworkOptions{VpcID: c.VPC, PublicSubnetIDs: c.PublicSubnets}
	a.ClusterName, a.Edge.CertificateArn, a.Source.ConnectionArn, a.ArtifactKeyArn = c.Cluster, c.Certificate, c.Connection, c.Key
	a.Approval, a.Notifications = &bluegreen.Approval{TopicArn: c.Topic}, &bluegreen.NotificationOptions{TopicArn: c.Topic}
	a.Deployment.AlarmNames = []pulumi.StringInput{c.Alarm}
}
