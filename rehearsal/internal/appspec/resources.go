package appspec

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	taskARN = regexp.MustCompile(`^arn:[a-z0-9-]+:ecs:[a-z0-9-]+:\d{12}:task-definition/[A-Za-z0-9_-]+:\d+$`)
	// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html
	platformVersion = regexp.MustCompile(`^(LATEST|1\.[0-4]\.0)$`)
	functionForm    = regexp.MustCompile(`^(arn:[a-z0-9-]+:lambda:[a-z0-9-]+:\d{12}:function:)?[A-Za-z0-9-_]{1,140}(:[A-Za-z0-9-_$]+)?$`)
)

func (c *checker) top(s *Spec, root *yaml.Node) {
	if c.forEC2(root) {
		return
	}
	found := c.entries("The AppSpec file", root, "version", "Resources", "Hooks")
	if version, ok := c.required("The AppSpec file", 1, found, "version"); ok && c.text(version) != "0.0" {
		c.report(version.value.Line, "Write version: 0.0.", "The version must be 0.0, not %q", version.value.Value)
	}
	if resources, ok := c.required("The AppSpec file", 1, found, "Resources"); ok {
		c.resources(s, resources)
	}
	if hooks, ok := found["Hooks"]; ok && !empty(hooks.value) {
		c.hooks(s, hooks)
	}
}

// forEC2 tells whether the file is for the other compute platform, whose keys would be refused one by one.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file.html#appspec-reference-server
func (c *checker) forEC2(root *yaml.Node) bool {
	keys := map[string]int{}
	for i := 0; i < len(root.Content); i += 2 {
		keys[root.Content[i].Value] = root.Content[i].Line
	}
	if keys["os"] == 0 || keys["Resources"] > 0 {
		return false
	}
	c.report(keys["os"], "Write version, Resources with a TargetService of the type AWS::ECS::Service, and no os or files.",
		"The AppSpec file is one for EC2/On-Premises, as its key os shows, and the deployment is to ECS")
	return true
}

func (c *checker) resources(s *Spec, e entry) {
	if e.value.Kind != yaml.SequenceNode || len(e.value.Content) != 1 {
		c.report(e.key.Line, "Write one item: - TargetService:.", "Resources must be a list of one TargetService")
		return
	}
	item := target(e.value.Content[0])
	found := c.entries("Resources", item, "TargetService")
	service, ok := c.required("Resources", item.Line, found, "TargetService")
	if !ok {
		return
	}
	parts := c.entries("TargetService", service.value, "Type", "Properties")
	if typ, ok := c.required("TargetService", service.key.Line, parts, "Type"); ok && c.text(typ) != "AWS::ECS::Service" {
		c.report(typ.value.Line, "Write Type: AWS::ECS::Service.", "The Type of TargetService must be AWS::ECS::Service, not %q", typ.value.Value)
	}
	if properties, ok := c.required("TargetService", service.key.Line, parts, "Properties"); ok {
		c.properties(s, properties)
	}
}

func (c *checker) properties(s *Spec, e entry) {
	found := c.entries("Properties", e.value, "TaskDefinition", "LoadBalancerInfo", "PlatformVersion", "NetworkConfiguration", "CapacityProviderStrategy")
	for key, entry := range found {
		s.lines[key] = entry.key.Line
	}
	if task, ok := c.required("Properties", e.key.Line, found, "TaskDefinition"); ok {
		s.TaskDefinition = c.text(task)
		if s.TaskDefinition != Placeholder && !taskARN.MatchString(s.TaskDefinition) {
			c.report(task.value.Line, "Write TaskDefinition: "+Placeholder+", which CodePipeline replaces.",
				"TaskDefinition must be %s or the ARN of a revision, not %q", Placeholder, s.TaskDefinition)
		}
	}
	if balancer, ok := c.required("Properties", e.key.Line, found, "LoadBalancerInfo"); ok {
		c.balancer(s, balancer)
	}
	if version, ok := found["PlatformVersion"]; ok {
		s.PlatformVersion = c.text(version)
		if !platformVersion.MatchString(s.PlatformVersion) {
			c.report(version.value.Line, `Write PlatformVersion: "1.4.0" or LATEST.`, "PlatformVersion %q is not one of Fargate's", s.PlatformVersion)
		}
	}
	if network, ok := found["NetworkConfiguration"]; ok {
		c.network(s, network)
	}
	if strategy, ok := found["CapacityProviderStrategy"]; ok {
		c.capacity(s, strategy)
	}
}

func (c *checker) balancer(s *Spec, e entry) {
	found := c.entries("LoadBalancerInfo", e.value, "ContainerName", "ContainerPort")
	if name, ok := c.required("LoadBalancerInfo", e.key.Line, found, "ContainerName"); ok {
		s.ContainerName, s.lines["ContainerName"] = c.text(name), name.key.Line
	}
	if port, ok := c.required("LoadBalancerInfo", e.key.Line, found, "ContainerPort"); ok {
		s.ContainerPort, s.lines["ContainerPort"] = c.number(port, 1, 65535), port.key.Line
	}
}

func (c *checker) network(s *Spec, e entry) {
	outer := c.entries("NetworkConfiguration", e.value, "AwsvpcConfiguration")
	vpc, ok := c.required("NetworkConfiguration", e.key.Line, outer, "AwsvpcConfiguration")
	if !ok {
		return
	}
	found := c.entries("AwsvpcConfiguration", vpc.value, "Subnets", "SecurityGroups", "AssignPublicIp")
	for key, entry := range found {
		s.lines[key] = entry.key.Line
	}
	s.Network = &Network{}
	if subnets, ok := c.required("AwsvpcConfiguration", vpc.key.Line, found, "Subnets"); ok {
		s.Network.Subnets = c.texts(subnets, "subnet-")
	}
	if groups, ok := found["SecurityGroups"]; ok {
		s.Network.SecurityGroups = c.texts(groups, "sg-")
	}
	if public, ok := found["AssignPublicIp"]; ok {
		value := c.text(public)
		s.Network.AssignPublicIP = value == "ENABLED"
		if value != "ENABLED" && value != "DISABLED" {
			c.report(public.value.Line, "Write AssignPublicIp: ENABLED or DISABLED.", "AssignPublicIp must be ENABLED or DISABLED, not %q", value)
		}
	}
}

func (c *checker) capacity(s *Spec, e entry) {
	if e.value.Kind != yaml.SequenceNode {
		c.report(e.key.Line, "Write a list: - CapacityProvider: FARGATE.", "CapacityProviderStrategy must be a list")
		return
	}
	for _, item := range e.value.Content {
		found := c.entries("CapacityProviderStrategy", item, "CapacityProvider", "Base", "Weight")
		provider, ok := c.required("CapacityProviderStrategy", item.Line, found, "CapacityProvider")
		if !ok {
			continue
		}
		p := CapacityProvider{Name: c.text(provider)}
		if base, ok := found["Base"]; ok {
			p.Base = c.number(base, 0, 100000)
		}
		if weight, ok := found["Weight"]; ok {
			p.Weight = c.number(weight, 0, 1000)
		}
		s.CapacityProviders = append(s.CapacityProviders, p)
	}
}

// hooks is a list of maps with one event each.
func (c *checker) hooks(s *Spec, e entry) {
	if e.value.Kind != yaml.SequenceNode {
		c.report(e.key.Line, "Write a list: - BeforeInstall: function-name.", "Hooks must be a list of lifecycle events")
		return
	}
	for _, item := range e.value.Content {
		item = target(item)
		c.entries("Hooks", item, Events...)
		for i := 0; item.Kind == yaml.MappingNode && i+1 < len(item.Content); i += 2 {
			c.hook(s, entry{item.Content[i], target(item.Content[i+1])})
		}
	}
	slices.SortStableFunc(s.Hooks, func(a, b Hook) int { return slices.Index(Events, a.Event) - slices.Index(Events, b.Event) })
}

func (c *checker) hook(s *Spec, e entry) {
	event, function := e.key.Value, c.text(e)
	switch {
	case !slices.Contains(Events, event):
	case !functionForm.MatchString(function):
		c.report(e.value.Line, "Give the name or the ARN of a Lambda function.", "The hook %s has %q, which is no Lambda function", event, strings.TrimSpace(function))
	case s.Hook(event) != nil:
		c.report(e.key.Line, "Keep one of them.", "The lifecycle event %s has two hooks", event)
	default:
		s.Hooks = append(s.Hooks, Hook{event, function, e.key.Line})
	}
}
