package aws

import (
	"fmt"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
func listenerRule() *sim.Resource {
	values := func(each *sim.Field) *sim.Field { return sim.Set(each).Required().AtLeast(1) }
	text := func() *sim.Field { return sim.String().Between(1, 128) }
	return &sim.Resource{
		Type: listenerRuleType,
		Inputs: sim.Fields{
			"actions": actions().Required(),
			"conditions": sim.Set(sim.Object(sim.Fields{
				"hostHeader": sim.Object(sim.Fields{"values": values(text())}),
				"httpHeader": sim.Object(sim.Fields{
					"httpHeaderName": sim.String().Required().Match("[0-9A-Za-z_!#$%&'*+,.^`|~-]{1,40}", "a header's name of at most 40 characters"),
					"values":         values(text()),
				}),
				"httpRequestMethod": sim.Object(sim.Fields{
					"values": values(sim.String().Match(`[A-Za-z_-]{1,40}`, "a method's name of at most 40 letters, - and _")),
				}),
				"pathPattern":  sim.Object(sim.Fields{"values": values(text())}),
				"queryStrings": sim.Set(sim.Object(sim.Fields{"key": sim.String().AtMost(128), "value": sim.String().Required().Between(1, 128)})),
				"sourceIp": sim.Object(sim.Fields{"values": values(sim.String().Check(func(v any) string {
					if blockProblem(v, true, 0, 32) != "" && blockProblem(v, false, 0, 128) != "" {
						return fmt.Sprintf("%q is not a CIDR block", v)
					}
					return ""
				}))}),
			})).Required(),
			"listenerArn": sim.String().Required().Replaces().Refs(listenerType, "arn", noListener),
			"priority":    sim.Int().Computed().Between(1, 50000),
			"tags":        sim.Tags(),
		},
		Outputs:  []string{"arn", "priority", "tagsAll"},
		Validate: validateRuleConditions,
		Create: func(op *sim.Op) error {
			op.ID = op.ARN("elasticloadbalancing", "listener-rule/"+arnTail(op.In.Str("listenerArn"))+"/"+sim.Hex(16))
			op.Out["arn"] = op.ID
			return settleListenerRule(op)
		},
		Update: func(op *sim.Op) error {
			held(op, "actions", sameActions)
			return settleListenerRule(op)
		},
	}
}

// validateRuleConditions: each condition is of one kind; host, path, method and source may be given once; a rule has at
// most five values. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
func validateRuleConditions(c *sim.Check) {
	validateActions(c, "actions")
	total, once := 0, map[string]bool{}
	for i, cond := range c.In.Objs("conditions") {
		path := fmt.Sprintf("conditions[%d]", i)
		exactlyOne(c, path, cond, "hostHeader", "httpHeader", "httpRequestMethod", "pathPattern", "queryStrings", "sourceIp")
		for kind := range cond {
			total += len(cond.Obj(kind).List("values")) + len(cond.List(kind))
			if kind != "httpHeader" && kind != "queryStrings" && once[kind] {
				c.Fail(path+"."+kind, "is given twice: put all values in one condition")
			}
			once[kind] = true
		}
	}
	if total > 5 {
		c.Fail("conditions", "hold %d values; a rule can have at most 5", total)
	}
	if len(c.In.List("conditions")) == 0 && c.In["conditions"] != sim.Unknown {
		c.Fail("conditions", "at least one condition must be given")
	}
}

func settleListenerRule(op *sim.Op) error {
	settleTags(op)
	lb := balancerOf(op, op.In.Str("listenerArn"))
	if lb == nil || lb.Attr("loadBalancerType") != "application" {
		return sim.Refuse("ValidationError", "Rules are for the listeners of application load balancers")
	}
	siblings, highest := op.Users(listenerRuleType, op.In.Str("listenerArn")), 0.0
	for _, r := range siblings {
		n := r.Outputs.Num("priority")
		highest = max(highest, n)
		if r.ID != op.ID && op.In.Has("priority") && n == op.In.Num("priority") {
			return sim.Refuse("PriorityInUse", "Priority '%v' is currently in use", n)
		}
	}
	if len(siblings) > 100 { // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
		return sim.Refuse("TooManyRules", "The maximum number of rules has been reached: 100")
	}
	choose(op, "priority", highest+1)
	return checkGroups(op, lb, op.In.Objs("actions"))
}
