package rehearsal

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/components/bluegreen"
)

func asItIs(*args, *existing) {}

var containerChoices = map[string]adjust{
	"single": asItIs,
	"eight":  func(a *args, _ *existing) { a.Containers, a.CPU = eight(), 1024 },
	"arm":    func(a *args, _ *existing) { a.Architecture = "ARM64" },
	"large": func(a *args, _ *existing) {
		a.CPU, a.Memory, a.EphemeralStorage, a.DesiredCount, a.LogRetentionDays = 4096, 8192, 100, 3, 365
	},
	"settled": func(a *args, _ *existing) {
		a.Containers = []bluegreen.Container{{
			Name: "web", Port: 8080, Public: true, Target: "worker-1", EntryPoint: []string{"/app"}, Command: []string{"serve=:8080"},
			CPU: 128, Memory: 256, ReadonlyRootFilesystem: true, StopTimeout: 60, User: "65534:65534", Environment: map[string]string{"MODE": "a=b \"c\""},
			Check:     &bluegreen.ContainerCheck{Command: "/app stat=/app", Interval: 5, Timeout: 2, Retries: 1, StartPeriod: 10},
			DependsOn: map[string]string{"worker-2": "SUCCESS"},
		}, {Name: "worker-2", NonEssential: true, Command: []string{"say=prepared"}}}
	},
	"secretive": func(a *args, _ *existing) {
		a.Secrets = map[string]pulumi.StringInput{"GIVEN": pulumi.ToSecret(pulumi.String(`a"b`)).(pulumi.StringOutput), "OUTSIDE": nil}
		a.Containers = []bluegreen.Container{
			{Name: "web", Port: 8080, Public: true, Secrets: []string{"GIVEN", "OUTSIDE"}, OwnSecrets: map[string]pulumi.StringInput{"TOKEN": nil}},
			{Name: "worker-1", OwnSecrets: map[string]pulumi.StringInput{"TOKEN": pulumi.String("its own")}},
		}
	},
	"tagged": func(a *args, _ *existing) { a.Tags = map[string]string{"team": "dogs", "cost-center": "4711"} },
	"kept":   func(a *args, _ *existing) { a.Disposable = false },
}

var deploymentChoices = map[string]adjust{
	"all-at-once": configured("AllAtOnce"),
	"linear-1":    configured("Linear10PercentEvery1Minutes"),
	"linear-3":    configured("Linear10PercentEvery3Minutes"),
	"canary-5":    configured("Canary10Percent5Minutes"),
	"canary-15":   configured("Canary10Percent15Minutes"),
	"own-linear": func(a *args, _ *existing) {
		a.Deployment.Shift = &bluegreen.TrafficShift{Kind: "linear", Percent: 20, IntervalMinutes: 2}
	},
	"own-canary": func(a *args, _ *existing) {
		a.Deployment.Shift = &bluegreen.TrafficShift{Kind: "canary", Percent: 1, IntervalMinutes: 2880}
	},
	"at-once":  func(a *args, _ *existing) { a.Deployment.TerminationWaitMinutes = -1 },
	"at-last":  func(a *args, _ *existing) { a.Deployment.TerminationWaitMinutes = 2880 },
	"tested":   func(a *args, _ *existing) { testable(a) },
	"hooked":   hooked,
	"approved": func(a *args, _ *existing) { a.Approval = &bluegreen.Approval{Comment: "Look first."} },
	"told": func(a *args, _ *existing) {
		a.Approval, a.Notifications = &bluegreen.Approval{}, &bluegreen.NotificationOptions{Emails: []string{"team@example.com"}}
	},
	"exec":      func(a *args, _ *existing) { a.EnableExec = true },
	"scaled":    scaled,
	"unwatched": func(a *args, _ *existing) { a.Alarms.Disabled = true },
	"checked": func(a *args, _ *existing) {
		a.HealthCheck = bluegreen.HealthCheck{
			Path: "/health?deep=1", Matcher: "200,204", Interval: 30, Timeout: 10, HealthyThreshold: 5, UnhealthyThreshold: 2,
			GracePeriod: 120, DeregistrationDelay: 300,
		}
	},
}

var networkChoices = map[string]adjust{
	"default":   func(a *args, _ *existing) { a.Network.Mode = bluegreen.NetworkDefault },
	"nat":       func(a *args, _ *existing) { a.Network.Mode = bluegreen.NetworkNAT },
	"endpoints": endpoints,
	"existing": func(a *args, e *existing) {
		a.Network = bluegreen.NetworkOptions{VpcID: e.vpc, PublicSubnetIDs: e.public}
	},
	"pulled": func(a *args, _ *existing) { a.Edge.AuthenticatedOriginPulls = true },
}

var companyChoices = map[string]adjust{
	"all-there":   fromExisting,
	"cached":      func(a *args, _ *existing) { a.Build.BaseImageCache = true },
	"keyed":       func(a *args, e *existing) { a.ArtifactKeyArn = e.key },
	"filtered":    func(a *args, _ *existing) { a.Source.IgnoreFilePaths = []string{"docs/**", "*.md"} },
	"on-a-branch": func(a *args, _ *existing) { a.Source.Branch = "release/2.x" },
	"own-files":   func(a *args, _ *existing) { a.OwnFiles = true },
	"built": func(a *args, _ *existing) {
		a.Build = bluegreen.BuildOptions{
			Dockerfile: "Dockerfile", Context: ".", Args: map[string]string{"VERSION": `a "b" $c`}, ComputeType: "BUILD_GENERAL1_LARGE",
			TimeoutMinutes: 5, KeepImages: 2,
		}
	},
}

// regionChoices are those whose calls have something of a region or a partition in them.
var regionChoices = map[string]adjust{
	"single":    asItIs,
	"all":       func(a *args, e *existing) { fromExisting(a, e); hooked(a, e); a.EnableExec = true },
	"scaled":    scaled,
	"own-files": func(a *args, _ *existing) { a.OwnFiles = true },
}

func configured(name string) adjust {
	return func(a *args, _ *existing) { a.Deployment.Config = "CodeDeployDefault.ECS" + name }
}

func eight() []bluegreen.Container {
	all := []bluegreen.Container{{Name: "web", Port: 8080, Public: true, DependsOn: map[string]string{"worker-1": "START"}}}
	for i := 1; i < 8; i++ {
		all = append(all, bluegreen.Container{Name: fmt.Sprintf("worker-%d", i), Port: 9000 + i})
	}
	return all
}

func testable(a *args) {
	a.Deployment.TestPort, a.Deployment.TestCidrBlocks = 8443, []string{"203.0.113.0/24"}
}

func hooked(a *args, e *existing) {
	testable(a)
	partition := map[string]string{"cn": "aws-cn", "us-gov": "aws-us-gov"}[e.region[:strings.LastIndex(strings.TrimRight(e.region, "-0123456789"), "-")]]
	if partition == "" {
		partition = "aws"
	}
	hook := pulumi.Sprintf("arn:%s:lambda:%s:123456789012:function:check", partition, e.region)
	a.Deployment.Hooks = bluegreen.Hooks{
		BeforeInstall: hook, AfterInstall: hook, AfterAllowTestTraffic: hook, BeforeAllowTraffic: hook, AfterAllowTraffic: hook,
	}
}

func endpoints(a *args, _ *existing) {
	a.Network = bluegreen.NetworkOptions{Mode: bluegreen.NetworkEndpoints, CidrBlock: "10.20.0.0/16", AvailabilityZones: 3}
	a.BootstrapImage = "123456789012.dkr.ecr.us-east-2.amazonaws.com/bootstrap:1"
	a.EnableExec = true
}

func scaled(a *args, _ *existing) {
	a.Scaling = &bluegreen.Scaling{Min: 2, Max: 6, CPUPercent: 50, RequestsPerTask: 500}
	a.Alarms.LatencySeconds = 1.5
	a.Notifications = &bluegreen.NotificationOptions{Emails: []string{"team@example.com"}}
}

func fromExisting(a *args, e *existing) {
	a.Network = bluegreen.NetworkOptions{VpcID: e.vpc, PublicSubnetIDs: e.public}
	a.ClusterName, a.Edge.CertificateArn, a.Source.ConnectionArn, a.ArtifactKeyArn = e.cluster, e.certificate, e.connection, e.key
	a.Approval, a.Notifications = &bluegreen.Approval{TopicArn: e.topic}, &bluegreen.NotificationOptions{TopicArn: e.topic}
	a.Deployment.AlarmNames = []pulumi.StringInput{e.latency}
}

// program is a small static server, built once for all tests.
var program = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "program-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "app")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, "./internal/task/testdata/app")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	return os.ReadFile(file)
})

// manyTargets is the folder of an app with a target for each container of the choices.
func manyTargets(t testing.TB) string {
	t.Helper()
	content, err := program()
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "app"), content, 0o755))
	var dockerfile strings.Builder
	for i, target := range []string{"web", "worker-1", "worker-2", "worker-3", "worker-4", "worker-5", "worker-6", "worker-7"} {
		port := 9000 + i
		if i == 0 {
			port = 8080
		}
		fmt.Fprintf(&dockerfile, "FROM scratch AS %s\nCOPY app /app\nENTRYPOINT [\"/app\"]\nCMD [\"serve=:%d\"]\n", target, port)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(dockerfile.String()), 0o644))
	return dir
}
