package aws

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// The types of Elastic Load Balancing. Rules not cited otherwise come from the errors of the API's actions:
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Operations.html
const (
	balancerType     = "aws:lb/loadBalancer:LoadBalancer"
	listenerType     = "aws:lb/listener:Listener"
	listenerRuleType = "aws:lb/listenerRule:ListenerRule"
	listenerCertType = "aws:lb/listenerCertificate:ListenerCertificate"
	targetGroupType  = "aws:lb/targetGroup:TargetGroup"
	trustStoreType   = "aws:lb/trustStore:TrustStore"
)

const (
	noELBSubnet   = "SubnetNotFound: The subnet ID '%s' does not exist"
	noELBGroup    = "InvalidSecurityGroup: The security group '%s' does not exist"
	noELBAddress  = "AllocationIdNotFound: The allocation ID '%s' does not exist"
	noBalancer    = "LoadBalancerNotFound: Load balancer '%s' not found"
	noListener    = "ListenerNotFound: Listener '%s' not found"
	noTargetGroup = "TargetGroupNotFound: Target groups '%s' not found"
	noTrustStore  = "TrustStoreNotFound: Trust store '%s' not found"
	noCertificate = "CertificateNotFound: Certificate '%s' not found"
)

func loadBalancing() ([]*sim.Resource, []*sim.Function) {
	return []*sim.Resource{
		loadBalancer(), listener(), listenerRule(), listenerCertificate(), targetGroup(), trustStore(),
	}, nil
}

// elbName is a name of a load balancer, target group or trust store.
func elbName() *sim.Field {
	return sim.String().Computed().Replaces().AtMost(32).
		Match(`[0-9A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?`, "letters, digits and hyphens, with no hyphen at either end").
		Doc("https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html")
}

func elbNamePrefix(max float64) *sim.Field {
	return sim.String().Replaces().AtMost(max).Match(`[0-9A-Za-z][0-9A-Za-z-]*`, "letters, digits and hyphens, not starting with a hyphen")
}

// elbSuffixed settles a name of which only the prefix is given: the prefix and what fits in 32 characters.
func elbSuffixed(op *sim.Op) string {
	if p := op.In.Str("namePrefix"); p != "" && !op.Out.Has("name") {
		op.Out["name"] = p + sim.Hex(min(26, 32-len(p)))
	}
	return op.Out.Str("name")
}

// held keeps the cloud's present value of an input that this update does not mean to change: CodeDeploy may have moved
// it since, and the provider sends only what differs.
func held(op *sim.Op, key string, same func(old, now any) bool) {
	if present, ok := op.Record.Inputs[key]; ok && same(op.Old[key], op.In[key]) {
		op.In[key], op.Out[key] = present, present
	}
}

// arnTail is the part of a load balancer's, listener's or rule's ARN behind its kind: "app/name/id…".
func arnTail(arn string) string {
	_, tail, _ := strings.Cut(arnPart(arn, 5), "/")
	return tail
}

// balancerOf is the load balancer of a listener.
func balancerOf(op *sim.Op, listenerARN string) *sim.Record {
	if l := op.Cloud.Find(listenerType, "arn", listenerARN); l != nil {
		return op.Cloud.Find(balancerType, "arn", l.Attr("loadBalancerArn"))
	}
	return nil
}

// groupsIn are the ARNs of the target groups that a list of actions forwards to.
func groupsIn(actions []sim.Values) []string {
	var out []string
	for _, a := range actions {
		if arn := a.Str("targetGroupArn"); arn != "" {
			out = append(out, arn)
		}
		for _, g := range a.Obj("forward").Objs("targetGroups") {
			if arn := g.Str("arn"); arn != "" && arn != a.Str("targetGroupArn") {
				out = append(out, arn)
			}
		}
	}
	return out
}

// usersOfGroup are the listeners and rules that forward to a target group.
func usersOfGroup(op *sim.Op, arn string) []*sim.Record {
	var out []*sim.Record
	for typ, key := range map[string]string{listenerType: "defaultActions", listenerRuleType: "actions"} {
		for _, r := range op.Cloud.All(typ) {
			for _, g := range groupsIn(r.Inputs.Objs(key)) {
				if g == arn {
					out = append(out, r)
					break
				}
			}
		}
	}
	return out
}

// balancersOfGroup are the ARNs of the load balancers that a target group is used by, at most one.
func balancersOfGroup(op *sim.Op, arn string) []any {
	out := []any{}
	seen := map[string]bool{}
	for _, u := range usersOfGroup(op, arn) {
		lb := u.Attr("loadBalancerArn")
		if u.Type == listenerRuleType {
			if b := balancerOf(op, u.Attr("listenerArn")); b != nil {
				lb = b.Attr("arn")
			}
		}
		if lb != "" && !seen[lb] {
			seen[lb] = true
			out = append(out, lb)
		}
	}
	return out
}
