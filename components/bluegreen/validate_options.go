package bluegreen

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

func (n NetworkOptions) validate(p *problems.List) {
	modes := []string{NetworkDefault, NetworkExisting, NetworkNAT, NetworkEndpoints}
	if !slices.Contains(modes, n.Mode) {
		p.OneOf("network.mode", n.Mode, modes...)
		return
	}
	if n.Mode == NetworkExisting {
		n.validateExisting(p)
	} else if n.VpcID != nil || len(n.PublicSubnetIDs) > 0 || len(n.TaskSubnetIDs) > 0 {
		p.Add("network.mode", "%q makes or finds its own subnets: leave vpcId, publicSubnetIds and taskSubnetIds out, or give %q",
			n.Mode, NetworkExisting)
	}
	if n.makesVpc() {
		n.validateCidr(p)
		p.Within("network.availabilityZones", n.AvailabilityZones, 2, 4, "")
	} else if n.CidrBlock != "" || n.AvailabilityZones != 0 {
		p.Add("network.mode", "%q makes no VPC: leave cidrBlock and availabilityZones out, or give %q or %q",
			n.Mode, NetworkNAT, NetworkEndpoints)
	}
}

func (n NetworkOptions) validateExisting(p *problems.List) {
	if n.VpcID == nil {
		p.Add("network.vpcId", "missing: give the VPC of the subnets")
	}
	if len(n.PublicSubnetIDs) < 2 {
		p.Add("network.publicSubnetIds", "%d subnets: a load balancer needs at least two, in different availability zones",
			len(n.PublicSubnetIDs))
	}
}

func (n NetworkOptions) validateCidr(p *problems.List) {
	block, err := netip.ParsePrefix(n.CidrBlock)
	switch {
	case err != nil || !block.Addr().Is4():
		p.Add("network.cidrBlock", "%q is not valid: give an IPv4 block such as 10.0.0.0/16", n.CidrBlock)
	case block.Bits() < 16 || block.Bits() > 24:
		p.Add("network.cidrBlock", "%q: give a block of /16 to /24", n.CidrBlock)
	case block.Masked() != block:
		p.Add("network.cidrBlock", "%q does not begin at its first address: give %q", n.CidrBlock, block.Masked())
	}
}

// configNames are CodeDeploy's own for ECS.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
var configNames = []string{
	"CodeDeployDefault.ECSAllAtOnce",
	"CodeDeployDefault.ECSLinear10PercentEvery1Minutes", "CodeDeployDefault.ECSLinear10PercentEvery3Minutes",
	"CodeDeployDefault.ECSCanary10Percent5Minutes", "CodeDeployDefault.ECSCanary10Percent15Minutes",
}

var configName = regexp.MustCompile(`^[A-Za-z0-9._+=,@-]{1,100}$`)

func (d DeploymentOptions) validate(p *problems.List, given DeploymentOptions) {
	switch {
	case d.Shift != nil && given.Config != "":
		p.Add("deployment.config", "%q is given together with shift: remove one of the two", given.Config)
	case d.Shift != nil:
		d.Shift.validate(p)
	case strings.HasPrefix(d.Config, "CodeDeployDefault."):
		p.OneOf("deployment.config", d.Config, configNames...)
	default:
		p.Matches("deployment.config", d.Config, configName, "the name of a deployment configuration: up to 100 letters, digits and ._+=,@-")
	}
	p.Within("deployment.terminationWaitMinutes", given.TerminationWaitMinutes, -1, 2880, " minutes (-1: at once)")
	d.validateTest(p)
}

func (s *TrafficShift) validate(p *problems.List) {
	p.OneOf("deployment.shift.kind", s.Kind, "canary", "linear")
	p.Within("deployment.shift.percent", s.Percent, 1, 99, " percent")
	p.Within("deployment.shift.intervalMinutes", s.IntervalMinutes, 1, 2880, " minutes")
}

func (d DeploymentOptions) validateTest(p *problems.List) {
	switch {
	case d.TestPort == 0:
		if len(d.TestCidrBlocks) > 0 {
			p.Add("deployment.testCidrBlocks", "given without testPort: give the port too, or remove them")
		}
		if d.Hooks.AfterAllowTestTraffic != nil {
			p.Add("deployment.hooks.afterAllowTestTraffic", "there is no test traffic without testPort: give it, or remove the hook")
		}
		return
	case d.TestPort == 443:
		p.Add("deployment.testPort", "443 is the production listener's: give another")
	case len(d.TestCidrBlocks) == 0:
		p.Add("deployment.testCidrBlocks", "missing: say who may see a release before it is public")
	}
	p.Within("deployment.testPort", d.TestPort, 1, 65535, "")
	for i, block := range d.TestCidrBlocks {
		validateTestCidr(p, fmt.Sprintf("deployment.testCidrBlocks[%d]", i), block)
	}
}

func validateTestCidr(p *problems.List, field, text string) {
	block, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		p.Add(field, "%q is not valid: give a block such as 203.0.113.0/24", text)
	case block.Masked() != block:
		p.Add(field, "%q does not begin at its first address: give %q", text, block.Masked())
	case block.Bits() < 8:
		p.Add(field, "%q is open to the world: a release under test is never public; give at most a /8", text)
	}
}

func (a AlarmOptions) validate(p *problems.List, given AlarmOptions) {
	if a.Disabled && (given.ErrorsPerMinute != 0 || given.LatencySeconds != 0) {
		p.Add("alarms.disabled", "true, but a threshold is given: remove one of the two")
	}
	if given.ErrorsPerMinute < 0 {
		p.Add("alarms.errorsPerMinute", "%d is negative: give 1 or more", given.ErrorsPerMinute)
	}
	if given.LatencySeconds < 0 {
		p.Add("alarms.latencySeconds", "%v is negative: give a number of seconds", given.LatencySeconds)
	}
}

func (b BuildOptions) validate(p *problems.List) {
	ground.ValidFile(p, "build.dockerfile", b.Dockerfile, "Dockerfile")
	ground.ValidRelative(p, "build.context", b.Context)
	for _, name := range sortedKeys(b.Args) {
		p.Matches(fmt.Sprintf("build.args[%q]", name), name, variableName, "a variable's name: letters, digits and _")
	}
	if _, given := b.Args[BaseRegistryArg]; given && b.BaseImageCache {
		p.Add("build.args", "%s is given by baseImageCache: remove one of the two", BaseRegistryArg)
	}
	ground.ValidMachine(p, "build", b.ComputeType, b.TimeoutMinutes)
	ground.ValidImage(p, "build.image", b.Image)
	p.Within("build.keepImages", b.KeepImages, 2, 1000, " images")
}

// validateARNs checks what exists already and is named by its ARN.
func (args *ContainerPipelineArgs) validateARNs(p *problems.List) {
	ground.KeyARN.Check(p, "artifactKeyArn", args.ArtifactKeyArn)
	ground.ConnectionARN.Check(p, "source.connectionArn", args.Source.ConnectionArn)
	ground.CertificateARN.Check(p, "edge.certificateArn", args.Edge.CertificateArn)
	hooks := args.Deployment.Hooks
	ground.FunctionARN.Check(p, "deployment.hooks.beforeInstall", hooks.BeforeInstall)
	ground.FunctionARN.Check(p, "deployment.hooks.afterInstall", hooks.AfterInstall)
	ground.FunctionARN.Check(p, "deployment.hooks.afterAllowTestTraffic", hooks.AfterAllowTestTraffic)
	ground.FunctionARN.Check(p, "deployment.hooks.beforeAllowTraffic", hooks.BeforeAllowTraffic)
	ground.FunctionARN.Check(p, "deployment.hooks.afterAllowTraffic", hooks.AfterAllowTraffic)
	if args.Approval != nil {
		ground.TopicARN.Check(p, "approval.topicArn", args.Approval.TopicArn)
	}
}

// validateOwnFiles refuses what the repository's own files decide.
func (args *ContainerPipelineArgs) validateOwnFiles(p *problems.List, given *ContainerPipelineArgs) {
	if !args.OwnFiles {
		return
	}
	const why = "given together with ownFiles: then the repository's buildspec.yml says so; remove it"
	if given.Build.Dockerfile != "" {
		p.Add("build.dockerfile", why)
	}
	if given.Build.Context != "" {
		p.Add("build.context", why)
	}
	if len(given.Build.Args) > 0 {
		p.Add("build.args", why)
	}
}
