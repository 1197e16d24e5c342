package bluegreen

import "maps"

// resolve checks args and fills in the defaults, on a copy: the caller's value is never changed.
func resolve(name string, args *ContainerPipelineArgs) (*ContainerPipelineArgs, error) {
	if args == nil {
		args = &ContainerPipelineArgs{}
	}
	a := args.withDefaults(name)
	if err := a.validate(name, args); err != nil {
		return nil, err
	}
	return a, nil
}

// Validate reports all that is wrong with the arguments of a pipeline of this name, as NewContainerPipeline does, for programs
// that make nothing unless all of it can be made.
func (args *ContainerPipelineArgs) Validate(name string) error {
	_, err := resolve(name, args)
	return err
}

func or[T comparable](given, otherwise T) T {
	var zero T
	if given == zero {
		return otherwise
	}
	return given
}

func (args *ContainerPipelineArgs) withDefaults(name string) *ContainerPipelineArgs {
	a := *args
	a.Project = or(a.Project, name)
	a.CPU = or(a.CPU, 512)
	a.Memory = or(a.Memory, max(2*a.CPU, 512))
	a.Architecture = or(a.Architecture, "X86_64")
	a.DesiredCount = or(a.DesiredCount, 1)
	a.LogRetentionDays = or(a.LogRetentionDays, 30)
	a.HealthCheck = a.HealthCheck.withDefaults()
	a.Source.Branch = or(a.Source.Branch, "main")
	a.Network = a.Network.withDefaults()
	a.Edge.ValidityDays = or(a.Edge.ValidityDays, 5475)
	a.Build = a.Build.withDefaults()
	a.Deployment = a.Deployment.withDefaults()
	a.Alarms = a.Alarms.withDefaults()
	if a.Source.ConnectionArn == nil {
		a.Source.Provider = or(a.Source.Provider, "GitHub")
	}
	if args.Scaling != nil {
		a.Scaling = args.Scaling.withDefaults()
		a.DesiredCount = max(a.DesiredCount, a.Scaling.Min)
	}
	if args.Approval != nil {
		approval := *args.Approval
		approval.URL = or(approval.URL, "https://"+a.Edge.Host)
		a.Approval = &approval
	}
	a.BootstrapImage = or(a.BootstrapImage, defaultBootstrapImage)
	a.Tags = maps.Clone(args.Tags)
	a.Containers = make([]Container, len(args.Containers))
	for i, c := range args.Containers {
		a.Containers[i] = c.withDefaults()
	}
	return &a
}

// defaultBootstrapImage is on the ECR Public Gallery, which needs no login and has no Docker Hub limits.
const defaultBootstrapImage = "public.ecr.aws/nginx/nginx:stable-alpine-slim"

func (c Container) withDefaults() Container {
	c.Target = or(c.Target, c.Name)
	if c.Check != nil {
		check := *c.Check
		check.Interval = or(check.Interval, 30)
		check.Timeout = or(check.Timeout, 5)
		check.Retries = or(check.Retries, 3)
		c.Check = &check
	}
	return c
}

func (s *Scaling) withDefaults() *Scaling {
	r := *s
	r.Min = or(r.Min, 1)
	if r.RequestsPerTask == 0 {
		r.CPUPercent = or(r.CPUPercent, 60)
	}
	r.ScaleInCooldown = or(r.ScaleInCooldown, 300)
	r.ScaleOutCooldown = or(r.ScaleOutCooldown, 60)
	return &r
}

func (h HealthCheck) withDefaults() HealthCheck {
	h.Path = or(h.Path, "/")
	h.Matcher = or(h.Matcher, "200-399")
	h.Interval = or(h.Interval, 15)
	h.Timeout = or(h.Timeout, 5)
	h.HealthyThreshold = or(h.HealthyThreshold, 2)
	h.UnhealthyThreshold = or(h.UnhealthyThreshold, 3)
	h.DeregistrationDelay = or(h.DeregistrationDelay, 30)
	return h
}

func (n NetworkOptions) withDefaults() NetworkOptions {
	switch {
	case n.Mode == "" && n.VpcID != nil:
		n.Mode = NetworkExisting
	case n.Mode == "":
		n.Mode = NetworkDefault
	}
	if n.makesVpc() {
		n.CidrBlock = or(n.CidrBlock, "10.0.0.0/16")
		n.AvailabilityZones = or(n.AvailabilityZones, 2)
	}
	return n
}

func (n NetworkOptions) makesVpc() bool { return n.Mode == NetworkNAT || n.Mode == NetworkEndpoints }

func (b BuildOptions) withDefaults() BuildOptions {
	b.Dockerfile = or(b.Dockerfile, "Dockerfile")
	b.Context = or(b.Context, ".")
	b.ComputeType = or(b.ComputeType, "BUILD_GENERAL1_SMALL")
	b.TimeoutMinutes = or(b.TimeoutMinutes, 10)
	b.KeepImages = or(b.KeepImages, 20)
	return b
}

func (d DeploymentOptions) withDefaults() DeploymentOptions {
	if d.Shift == nil {
		d.Config = or(d.Config, "CodeDeployDefault.ECSAllAtOnce")
	}
	d.TerminationWaitMinutes = or(d.TerminationWaitMinutes, 5)
	return d
}

// public is the container that the load balancer sends requests to.
func (args *ContainerPipelineArgs) public() Container {
	for _, c := range args.Containers {
		if c.Public {
			return c
		}
	}
	return Container{}
}

func (args *ContainerPipelineArgs) containerNames() []string {
	names := make([]string, 0, len(args.Containers))
	for _, c := range args.Containers {
		names = append(names, c.Name)
	}
	return names
}

func (args *ContainerPipelineArgs) pipelineName() string { return args.Project + "-pipeline" }
