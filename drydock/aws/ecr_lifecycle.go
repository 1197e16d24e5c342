package aws

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
const ecrLifecycleDoc = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html"

func ecrLifecyclePolicy() *sim.Resource {
	return &sim.Resource{
		Type: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
		Inputs: sim.Fields{
			"repository": ecrRepositoryRef(),
			"policy":     sim.JSON().Required().Replaces().Same(sameLifecyclePolicy),
		},
		Outputs:  []string{"registryId"},
		Validate: validateLifecyclePolicy,
		Create: func(op *sim.Op) error {
			op.ID = op.In.Str("repository")
			op.Out["registryId"] = op.Account()
			return nil
		},
	}
}

var ecrLifecycleFields = sim.Object(sim.Fields{
	"rules": sim.List(sim.Object(sim.Fields{
		"rulePriority": sim.Int().Required().AtLeast(1),
		"description":  sim.String().AtMost(256),
		"selection": sim.Object(sim.Fields{
			"tagStatus":      sim.String().Required().OneOf("tagged", "untagged", "any"),
			"tagPrefixList":  sim.List(sim.String().AtLeast(1)),
			"tagPatternList": sim.List(sim.String().AtLeast(1)),
			"countType":      sim.String().Required().OneOf("imageCountMoreThan", "sinceImagePushed"),
			"countUnit":      sim.String().OneOf("days"),
			"countNumber":    sim.Int().Required().AtLeast(1),
		}).Required(),
		"action": sim.Object(sim.Fields{"type": sim.String().Required().OneOf("expire")}).Required(),
	})).Required().Between(1, 50),
})

func validateLifecyclePolicy(c *sim.Check) {
	var doc any
	text, known := c.In["policy"].(string)
	if !known || json.Unmarshal([]byte(text), &doc) != nil {
		return
	}
	before := len(c.Problems)
	checked, ok := c.Document("policy", ecrLifecycleFields, doc).(map[string]any)
	if !ok || len(c.Problems) > before {
		return
	}
	seen := map[float64]bool{}
	rules := sim.Values(checked).Objs("rules")
	for i, rule := range rules {
		path := fmt.Sprintf("policy.rules[%d]", i)
		if seen[rule.Num("rulePriority")] {
			c.Fail(path+".rulePriority", "%v is used twice: each rule needs its own (%s)", rule.Num("rulePriority"), ecrLifecycleDoc)
		}
		seen[rule.Num("rulePriority")] = true
		checkLifecycleSelection(c, path+".selection", rule.Obj("selection"))
	}
	checkLifecycleOrder(c, rules)
}

func checkLifecycleSelection(c *sim.Check, path string, s sim.Values) {
	prefixes, patterns := len(s.List("tagPrefixList")) > 0, len(s.List("tagPatternList")) > 0
	switch {
	case s.Str("tagStatus") == "tagged" && prefixes == patterns:
		c.Fail(path, "tagStatus tagged wants either tagPrefixList or tagPatternList (%s)", ecrLifecycleDoc)
	case s.Str("tagStatus") != "tagged" && (prefixes || patterns):
		c.Fail(path, "tagPrefixList and tagPatternList go with tagStatus tagged only (%s)", ecrLifecycleDoc)
	}
	for _, p := range s.Strs("tagPatternList") {
		if strings.Count(p, "*") > 4 {
			c.Fail(path+".tagPatternList", "%q: at most 4 wildcards (%s)", p, ecrLifecycleDoc)
		}
	}
	switch since := s.Str("countType") == "sinceImagePushed"; {
	case since && !s.Has("countUnit"):
		c.Fail(path+".countUnit", "required with countType sinceImagePushed: days (%s)", ecrLifecycleDoc)
	case !since && s.Has("countUnit"):
		c.Fail(path+".countUnit", "goes with countType sinceImagePushed only (%s)", ecrLifecycleDoc)
	}
}

// checkLifecycleOrder: a rule for any image must be the last one, and untagged images may have one rule.
func checkLifecycleOrder(c *sim.Check, rules []sim.Values) {
	untagged := 0
	for i, rule := range rules {
		status := rule.Obj("selection").Str("tagStatus")
		if status == "untagged" {
			untagged++
		}
		if status != "any" {
			continue
		}
		for _, other := range rules {
			if other.Num("rulePriority") > rule.Num("rulePriority") {
				c.Fail(fmt.Sprintf("policy.rules[%d].rulePriority", i),
					"a rule with tagStatus any must have the highest rulePriority of all (%s)", ecrLifecycleDoc)
				break
			}
		}
	}
	if untagged > 1 {
		c.Fail("policy.rules", "%d rules select untagged images: at most one may (%s)", untagged, ecrLifecycleDoc)
	}
}

// sameLifecyclePolicy compares by meaning: the order of rules does not matter, as their priorities say it.
func sameLifecyclePolicy(old, new any) bool {
	byPriority := func(v any) (map[float64]string, bool) {
		text, ok := v.(string)
		var doc struct {
			Rules []map[string]any `json:"rules"`
		}
		if !ok || json.Unmarshal([]byte(text), &doc) != nil {
			return nil, false
		}
		out := map[float64]string{}
		for _, r := range doc.Rules {
			canonical, err := json.Marshal(r) // sorts the keys
			if err != nil {
				return nil, false
			}
			out[sim.Values(r).Num("rulePriority")] = string(canonical)
		}
		return out, true
	}
	o, ok1 := byPriority(old)
	n, ok2 := byPriority(new)
	if !ok1 || !ok2 || len(o) != len(n) {
		return false
	}
	for k, v := range o {
		if n[k] != v {
			return false
		}
	}
	return true
}
