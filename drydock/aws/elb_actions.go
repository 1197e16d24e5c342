package aws

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// actions are what a listener or rule does with a request.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
func actions() *sim.Field {
	return sim.List(sim.Object(sim.Fields{
		"authenticateCognito": sim.Object(authentication(sim.Fields{
			"userPoolArn": sim.String().Required(), "userPoolClientId": sim.String().Required(), "userPoolDomain": sim.String().Required(),
		})),
		"authenticateOidc": sim.Object(authentication(sim.Fields{
			"authorizationEndpoint": sim.String().Required(), "clientId": sim.String().Required(),
			"clientSecret": sim.String().Required().Sensitive(), "issuer": sim.String().Required(),
			"tokenEndpoint": sim.String().Required(), "userInfoEndpoint": sim.String().Required(),
		})),
		"fixedResponse": sim.Object(sim.Fields{
			"contentType": sim.String().Required().OneOf("text/plain", "text/css", "text/html", "application/javascript", "application/json"),
			"messageBody": sim.String().AtMost(1024),
			"statusCode":  sim.String().Computed().Match(`[245]\d\d`, "a status 2XX, 4XX or 5XX"),
		}),
		"forward": sim.Object(sim.Fields{
			"stickiness": sim.Object(sim.Fields{
				"duration": sim.Int().Required().Between(1, 604800),
				"enabled":  sim.Bool().Default(false),
			}),
			"targetGroups": sim.Set(sim.Object(sim.Fields{
				"arn":    sim.String().Required().Refs(targetGroupType, "arn", noTargetGroup),
				"weight": sim.Int().Default(1.0).Between(0, 999),
			})).Required().Between(1, 5),
		}),
		"order": sim.Int().Computed().Between(1, 50000),
		"redirect": sim.Object(sim.Fields{
			"host":       sim.String().Default("#{host}").Between(1, 128),
			"path":       sim.String().Default("/#{path}").Between(1, 128),
			"port":       sim.String().Default("#{port}"),
			"protocol":   sim.String().Default("#{protocol}").OneOf("#{protocol}", "HTTP", "HTTPS"),
			"query":      sim.String().Default("#{query}").AtMost(128),
			"statusCode": sim.String().Required().OneOf("HTTP_301", "HTTP_302"),
		}),
		"targetGroupArn": sim.String().Refs(targetGroupType, "arn", noTargetGroup),
		"type":           sim.String().Required().OneOf("forward", "redirect", "fixed-response", "authenticate-cognito", "authenticate-oidc"),
	}))
}

func authentication(own sim.Fields) sim.Fields {
	own["authenticationRequestExtraParams"] = sim.Map(sim.String())
	own["onUnauthenticatedRequest"] = sim.String().Computed().OneOf("deny", "allow", "authenticate")
	own["scope"] = sim.String().Computed()
	own["sessionCookieName"] = sim.String().Computed()
	own["sessionTimeout"] = sim.Int().Computed()
	return own
}

// The block that each type of action needs.
var actionBlocks = map[string]string{
	"redirect": "redirect", "fixed-response": "fixedResponse", "authenticate-cognito": "authenticateCognito",
	"authenticate-oidc": "authenticateOidc",
}

func validateActions(c *sim.Check, key string) {
	list := c.In.Objs(key)
	orders := map[float64]bool{}
	for i, a := range list {
		path := fmt.Sprintf("%s[%d]", key, i)
		kind := a.Str("type")
		if block := actionBlocks[kind]; block != "" && !a.Has(block) {
			c.Fail(path+"."+block, "missing: an action of type %q needs it", kind)
		}
		if kind == "forward" {
			validateForward(c, path, a)
		}
		n := a.Num("order")
		if n > 0 && orders[n] {
			c.Fail(path+".order", "%v is given twice: each action has an order of its own", n)
		}
		orders[n] = true
	}
	validateLast(c, key, list)
	if len(list) == 0 && c.In[key] != sim.Unknown {
		c.Fail(key, "at least one action must be given")
	}
}

// validateLast: a request is authenticated first; it ends with one of the other actions.
func validateLast(c *sim.Check, key string, list []sim.Values) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b sim.Values) int { return cmp.Compare(a.Num("order"), b.Num("order")) })
	for i, a := range list {
		kind := a.Str("type")
		if kind != "" && strings.HasPrefix(kind, "authenticate-") == (i == len(list)-1) {
			c.Fail(key, "%q: the last action, and only the last, must be forward, redirect or fixed-response", kind)
		}
	}
}

func validateForward(c *sim.Check, path string, a sim.Values) {
	if !a.Has("targetGroupArn") && !a.Has("forward") {
		c.Fail(path+".targetGroupArn", "targetGroupArn or forward must be given for an action of type \"forward\"")
	}
	arn := a.Str("targetGroupArn")
	if arn == "" {
		return
	}
	for _, g := range a.Obj("forward").Objs("targetGroups") {
		if other := g.Str("arn"); other != "" && other != arn {
			c.Fail(path+".forward", "names the target group %s, targetGroupArn another: give one, or the same in both", other)
		}
	}
}

// sameActions compares two lists of actions by meaning.
func sameActions(old, now any) bool { return reflect.DeepEqual(old, now) }

// checkGroups: a forward's target groups must fit the load balancer, be of its VPC, and be no other's.
func checkGroups(op *sim.Op, lb *sim.Record, list []sim.Values) error {
	for _, arn := range groupsIn(list) {
		g := op.Cloud.Find(targetGroupType, "arn", arn)
		if g == nil {
			return fmt.Errorf(noTargetGroup, arn)
		}
		http := g.Attr("protocol") == "HTTP" || g.Attr("protocol") == "HTTPS" || g.Attr("targetType") == "lambda"
		if application := lb.Attr("loadBalancerType") == "application"; application != http {
			return sim.Refuse("IncompatibleProtocols", "Target group '%s' has the protocol %s, which a load balancer of type %s cannot forward to",
				arn, g.Attr("protocol"), lb.Attr("loadBalancerType"))
		}
		if v := g.Attr("vpcId"); v != "" && v != lb.Attr("vpcId") {
			return sim.Refuse("InvalidConfigurationRequest", "The target group '%s' is of VPC %s, the load balancer of %s", arn, v, lb.Attr("vpcId"))
		}
		for _, other := range balancersOfGroup(op, arn) {
			if other != lb.ID {
				// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
				return sim.Refuse("TargetGroupAssociationLimit", "The following target groups cannot be associated with more than one load balancer: %s", arn)
			}
		}
	}
	return nil
}
