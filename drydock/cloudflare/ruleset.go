package cloudflare

import (
	"fmt"
	"slices"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const rulesetType = "cloudflare:index/ruleset:Ruleset"

// phase is a point in a request's way at which rules act.
type phase struct {
	actions []string
	quota   int    // rules on the Free plan
	doc     string // where that is documented
}

// phases are those that the drydock knows: https://developers.cloudflare.com/ruleset-engine/reference/phases-list/
var phases = map[string]phase{
	"http_config_settings": {
		[]string{"set_config"}, 10, "https://developers.cloudflare.com/rules/configuration-rules/",
	},
	"http_request_dynamic_redirect": {
		[]string{"redirect"}, 10, "https://developers.cloudflare.com/rules/url-forwarding/",
	},
	"http_request_firewall_custom": {
		[]string{"block", "challenge", "js_challenge", "managed_challenge", "skip"}, 5,
		"https://developers.cloudflare.com/waf/custom-rules/",
	},
}

// ruleset: https://registry.terraform.io/providers/cloudflare/cloudflare/4.49.0/docs/resources/ruleset
func (a account) ruleset() *sim.Resource {
	return &sim.Resource{
		Type: rulesetType,
		Inputs: sim.Fields{
			"accountId":   sim.String(),
			"description": sim.String().Computed(),
			"kind":        sim.String().Required().OneOf("custom", "managed", "root", "zone"),
			"name":        sim.String().Required().Replaces().AtLeast(1),
			"phase":       sim.String().Required().Replaces(),
			"rules": sim.List(sim.Object(sim.Fields{
				"action":           sim.String(),
				"actionParameters": actionParameters(),
				"description":      sim.String().Computed(),
				"enabled":          sim.Bool().Default(true),
				"expression": sim.String().Required().Check(checkExpression).
					Doc("https://developers.cloudflare.com/ruleset-engine/rules-language/expressions/"),
				"ref": sim.String().Computed(),
			})),
			"zoneId": sim.String(),
		},
		Validate: validateRuleset,
		Create:   a.createRuleset,
		Update:   a.updateRuleset,
	}
}

// actionParameters of the actions that the drydock knows.
func actionParameters() *sim.Field {
	return sim.Object(sim.Fields{
		"automaticHttpsRewrites": sim.Bool(),
		"autominifies":           sim.List(sim.Object(sim.Fields{"css": sim.Bool(), "html": sim.Bool(), "js": sim.Bool()})),
		"bic":                    sim.Bool(),
		"disableApps":            sim.Bool(),
		"disableRum":             sim.Bool(),
		"disableZaraz":           sim.Bool(),
		"emailObfuscation":       sim.Bool(),
		"fonts":                  sim.Bool(),
		"fromValue": sim.Object(sim.Fields{
			"preserveQueryString": sim.Bool(),
			"statusCode":          sim.Int(),
			"targetUrl":           sim.Object(sim.Fields{"expression": sim.String(), "value": sim.String()}),
		}),
		"hotlinkProtection":       sim.Bool(),
		"opportunisticEncryption": sim.Bool(),
		"phases":                  sim.Set(sim.String()),
		"products":                sim.Set(sim.String().OneOf("bic", "hot", "rateLimit", "securityLevel", "uaBlock", "waf", "zoneLockdown")),
		"rocketLoader":            sim.Bool(),
		"ruleset":                 sim.String().OneOf("current"),
		"securityLevel":           sim.String().OneOf("off", "essentially_off", "low", "medium", "high", "under_attack"),
		"serverSideExcludes":      sim.Bool(),
		"ssl":                     sim.String().OneOf("off", "flexible", "full", "strict", "origin_pull").Doc(configRulesDoc),
		"sxg":                     sim.Bool(),
	})
}

const configRulesDoc = "https://developers.cloudflare.com/rules/configuration-rules/settings/#ssl"

func validateRuleset(c *sim.Check) {
	c.OneOf("accountId", "zoneId")
	if kind := c.In.Str("kind"); kind != "" && kind != "zone" || c.In.Has("accountId") {
		c.Fail("kind", "the drydock simulates the entry points of zones alone: kind zone, with a zoneId")
	}
	name := c.In.Str("phase")
	if name == "" {
		return
	}
	p, known := phases[name]
	if !known {
		c.Fail("phase", "the drydock does not simulate the phase %q", name)
		return
	}
	rules := c.In.Objs("rules")
	if len(rules) > p.quota {
		c.Fail("rules", "exceeded the maximum number of rules in the phase %s: %d out of %d (50001) (%s)", name, len(rules), p.quota, p.doc)
	}
	refs := map[string]bool{}
	for i, rule := range rules {
		validateRule(c, fmt.Sprintf("rules[%d]", i), p, rule)
		if ref := rule.Str("ref"); ref != "" && refs[ref] {
			c.Fail(fmt.Sprintf("rules[%d].ref", i), "ref %q is given twice", ref)
		}
		refs[rule.Str("ref")] = true
	}
}

func validateRule(c *sim.Check, path string, p phase, rule sim.Values) {
	action := rule.Str("action")
	if !slices.Contains(p.actions, action) && !sim.IsUnknown(rule["action"]) {
		c.Fail(path+".action", "action %q is not allowed in this phase: %v (%s)", action, p.actions, p.doc)
		return
	}
	parameters := rule.Obj("actionParameters")
	switch action {
	case "set_config":
		if len(parameters) == 0 && !sim.IsUnknown(rule["actionParameters"]) {
			c.Fail(path+".actionParameters", "set_config needs at least one setting (%s)", p.doc)
		}
		for _, other := range []string{"fromValue", "phases", "products", "ruleset"} {
			if parameters.Has(other) {
				c.Fail(path+".actionParameters."+other, "is no setting of set_config")
			}
		}
	case "redirect":
		validateRedirect(c, path+".actionParameters.fromValue", parameters.Obj("fromValue"))
	case "skip":
		if !parameters.Has("phases") && !parameters.Has("products") && !parameters.Has("ruleset") {
			c.Fail(path+".actionParameters", "skip needs one of phases, products, ruleset")
		}
	default:
		if len(parameters) > 0 {
			c.Fail(path+".actionParameters", "the drydock knows no parameters of %s", action)
		}
	}
}

func validateRedirect(c *sim.Check, path string, from sim.Values) {
	target := from.Obj("targetUrl")
	if target.Has("expression") == target.Has("value") {
		c.Fail(path+".targetUrl", "give exactly one of expression and value")
	}
	if code := int(from.Num("statusCode")); from.Has("statusCode") && !slices.Contains([]int{301, 302, 303, 307, 308}, code) {
		c.Fail(path+".statusCode", "%d is no redirect: 301, 302, 303, 307 or 308", code)
	}
}

// similarRuleset is how the provider refuses to write over rules that it did not make.
const similarRuleset = "A similar configuration with rules already exists and overwriting will have unintended " +
	"consequences. If you are migrating from the Dashboard, you will need to first import the existing rules"

// createRuleset refuses a second entry point: a zone has one for each phase.
// https://developers.cloudflare.com/ruleset-engine/about/rulesets/#entry-point-ruleset
func (a account) createRuleset(op *sim.Op) error {
	if _, err := a.zone(op.In.Str("zoneId")); err != nil {
		return err
	}
	name := op.In.Str("phase")
	for _, r := range op.Cloud.All(rulesetType) {
		if r.Attr("zoneId") != op.In.Str("zoneId") || r.Attr("phase") != name {
			continue
		}
		if len(r.Inputs.List("rules")) > 0 {
			return fmt.Errorf("failed to create ruleset %q: %s", name, similarRuleset)
		}
		return fmt.Errorf("error creating ruleset %s: %w", op.In.Str("name"), apiError(20217,
			"'zone' is not a valid value for kind because exceeded maximum number of zone rulesets for phase %s", name))
	}
	op.ID = sim.Hex(32)
	settleRules(op)
	return nil
}

// updateRuleset refuses to move a ruleset: the provider plans an update where its zone changes, and finds no such
// ruleset in the other zone.
func (a account) updateRuleset(op *sim.Op) error {
	if op.In.Str("zoneId") != op.Old.Str("zoneId") || op.In.Str("kind") != op.Old.Str("kind") {
		return fmt.Errorf("error updating ruleset with ID %q: it is not in the zone %s; change its name too, which replaces it",
			op.ID, op.In.Str("zoneId"))
	}
	settleRules(op)
	return nil
}

// settleRules fills in what Cloudflare adds to each rule.
func settleRules(op *sim.Op) {
	if !op.In.Has("description") && !op.Out.Has("description") {
		op.Out["description"] = ""
	}
	var out []any
	for _, rule := range op.In.Copy().Objs("rules") {
		rule["id"] = sim.Hex(32)
		if !rule.Has("ref") {
			rule["ref"] = rule["id"]
		}
		if !rule.Has("description") {
			rule["description"] = ""
		}
		out = append(out, map[string]any(rule))
	}
	if out != nil {
		op.Out["rules"] = out
	}
}
