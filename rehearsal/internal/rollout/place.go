package rollout

import (
	"cmp"
	"slices"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// Types of the records that a deployment concerns.
const (
	serviceType     = "aws:ecs/service:Service"
	clusterType     = "aws:ecs/cluster:Cluster"
	applicationType = "aws:codedeploy/application:Application"
	configType      = "aws:codedeploy/deploymentConfig:DeploymentConfig"
	alarmType       = "aws:cloudwatch/metricAlarm:MetricAlarm"
	logGroupType    = "aws:cloudwatch/logGroup:LogGroup"
	compositeType   = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
	listenerType    = "aws:lb/listener:Listener"
	ruleType        = "aws:lb/listenerRule:ListenerRule"
	targetGroupType = "aws:lb/targetGroup:TargetGroup"
	balancerType    = "aws:lb/loadBalancer:LoadBalancer"
)

// place is where the deployment happens: what its group names. What does not exist is nil.
type place struct {
	service, balancer  *drydock.Record
	production, test   []*drydock.Record // listeners
	blue, green        *drydock.Record   // target groups
	subnets, groups    []string
	publicIP           bool
	clusterName        string
	serviceName        string
	targetNames        []string
	productionListener []string // ARNs
	testListener       []string
}

// find reads the group and finds what it names.
func find(in Input) *place {
	group := in.Group.Inputs
	ecs, pair := group.Obj("ecsService"), group.Obj("loadBalancerInfo").Obj("targetGroupPairInfo")
	p := &place{
		clusterName: ecs.Str("clusterName"), serviceName: ecs.Str("serviceName"),
		productionListener: pair.Obj("prodTrafficRoute").Strs("listenerArns"), testListener: pair.Obj("testTrafficRoute").Strs("listenerArns"),
	}
	for _, g := range pair.Objs("targetGroups") {
		p.targetNames = append(p.targetNames, g.Str("name"))
	}
	for _, s := range in.World.Where(serviceType, "name", p.serviceName) {
		if clusterOf(s) == p.clusterName {
			p.service = s
		}
	}
	p.production, p.test = listeners(in.World, p.productionListener), listeners(in.World, p.testListener)
	p.balancerOf(in.World)
	p.colors(in.World)
	p.network(in)
	return p
}

// clusterOf is the name of a service's cluster, which may be given by name or ARN.
func clusterOf(service *drydock.Record) string {
	cluster := service.Inputs.Str("cluster")
	if arn, ok := world.ParseARN(cluster); ok {
		return lastPart(arn.Resource)
	}
	return cmp.Or(cluster, "default")
}

func listeners(w *world.World, arns []string) []*drydock.Record {
	var all []*drydock.Record
	for _, arn := range arns {
		if l := w.Find(listenerType, "id", arn); l != nil {
			all = append(all, l)
		}
	}
	return all
}

func (p *place) balancerOf(w *world.World) {
	if len(p.production) > 0 {
		p.balancer = w.Find(balancerType, "id", p.production[0].Inputs.Str("loadBalancerArn"))
	}
}

// colors tells the target group that serves, blue, from the other: CodeDeploy swaps them at each deployment. The
// listener knows, and the service's first configuration where the listener does not forward to the pair.
func (p *place) colors(w *world.World) {
	var pair []*drydock.Record
	for _, name := range p.targetNames {
		if g := w.Find(targetGroupType, "name", name); g != nil {
			pair = append(pair, g)
		}
	}
	if len(pair) == 0 {
		return
	}
	serving := p.serves(w)
	p.blue = pair[0]
	for _, g := range pair[1:] {
		p.green = g
		if g.ID == serving {
			p.blue, p.green = g, pair[0]
		}
	}
}

func (p *place) serves(w *world.World) string {
	best, most := "", 0.0
	for _, l := range p.production {
		for arn, weight := range forwards(w, l) {
			if weight > most && w.Find(targetGroupType, "id", arn) != nil && slices.Contains(p.targetNames, w.Find(targetGroupType, "id", arn).Attr("name")) {
				best, most = arn, weight
			}
		}
	}
	if best == "" && p.service != nil {
		for _, b := range p.service.Inputs.Objs("loadBalancers") {
			best = b.Str("targetGroupArn")
		}
	}
	return best
}

// forwards are the weights by target group of a listener's default action and of its rules.
func forwards(w *world.World, listener *drydock.Record) map[string]float64 {
	weights := map[string]float64{}
	actions := listener.Inputs.Objs("defaultActions")
	for _, rule := range w.Where(ruleType, "listenerArn", listener.ID) {
		actions = append(actions, rule.Inputs.Objs("actions")...)
	}
	for _, a := range actions {
		if arn := a.Str("targetGroupArn"); arn != "" {
			weights[arn] = max(weights[arn], 1)
		}
		for _, g := range a.Obj("forward").Objs("targetGroups") {
			weight := 1.0
			if g.Has("weight") {
				weight = g.Num("weight")
			}
			weights[g.Str("arn")] = max(weights[g.Str("arn")], weight)
		}
	}
	return weights
}

// network is where the tasks run: the AppSpec's configuration, else the service's.
func (p *place) network(in Input) {
	if n := in.Spec.Network; n != nil {
		p.subnets, p.groups, p.publicIP = n.Subnets, n.SecurityGroups, n.AssignPublicIP
	} else if p.service != nil {
		n := p.service.Inputs.Obj("networkConfiguration")
		p.subnets, p.groups, p.publicIP = n.Strs("subnets"), n.Strs("securityGroups"), n.Bool("assignPublicIp")
	}
	if len(p.groups) > 0 || len(p.subnets) == 0 {
		return
	}
	// Without a security group, tasks get the default one of the VPC.
	// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
	if subnet := in.World.Find(subnetType, "id", p.subnets[0]); subnet != nil {
		if vpc := in.World.Find("aws:ec2/vpc:Vpc", "id", subnet.Attr("vpcId")); vpc != nil {
			p.groups = []string{vpc.Attr("defaultSecurityGroupId")}
		}
	}
}

func lastPart(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[i+1:]
		}
	}
	return path
}
