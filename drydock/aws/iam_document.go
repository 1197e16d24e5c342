package aws

import (
	"encoding/json"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// iamGetPolicyDocument renders a policy as the real provider does.
// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
func iamGetPolicyDocument() *sim.Function {
	principals := sim.Set(sim.Object(sim.Fields{
		"type":        sim.String().Required(),
		"identifiers": sim.Set(sim.String()).Required(),
	}))
	return &sim.Function{
		Token: "aws:iam/getPolicyDocument:getPolicyDocument",
		Args: sim.Fields{
			"overridePolicyDocuments": sim.List(sim.JSON()),
			"policyId":                sim.String(),
			"sourcePolicyDocuments":   sim.List(sim.JSON()),
			"statements": sim.List(sim.Object(sim.Fields{
				"actions": sim.Set(sim.String()),
				"conditions": sim.Set(sim.Object(sim.Fields{
					"test":     sim.String().Required(),
					"values":   sim.List(sim.String()).Required(),
					"variable": sim.String().Required(),
				})),
				"effect":        sim.String().OneOf("Allow", "Deny").Default("Allow"),
				"notActions":    sim.Set(sim.String()),
				"notPrincipals": principals,
				"notResources":  sim.Set(sim.String()),
				"principals":    principals,
				"resources":     sim.Set(sim.String()),
				"sid":           sim.String(),
			})),
			"version": sim.String().OneOf("2008-10-17", "2012-10-17").Default("2012-10-17"),
		},
		Call: getPolicyDocument,
	}
}

// renderedPolicy and renderedStatement fix the order of a document's elements.
type renderedPolicy struct {
	Version   string               `json:",omitempty"`
	ID        string               `json:"Id,omitempty"`
	Statement []*renderedStatement `json:",omitempty"`
}

type renderedStatement struct {
	Sid          string `json:",omitempty"`
	Effect       string `json:",omitempty"`
	Action       any    `json:",omitempty"`
	NotAction    any    `json:",omitempty"`
	Resource     any    `json:",omitempty"`
	NotResource  any    `json:",omitempty"`
	Principal    any    `json:",omitempty"`
	NotPrincipal any    `json:",omitempty"`
	Condition    any    `json:",omitempty"`
}

func getPolicyDocument(op *sim.Op) error {
	own := renderedPolicy{Version: op.In.Str("version"), ID: op.In.Str("policyId")}
	for _, s := range op.In.Objs("statements") {
		own.Statement = append(own.Statement, renderStatement(s))
	}
	if sid := repeatedSid(own.Statement); sid != "" {
		return sim.Refuse("InvalidInput", "duplicate Sid (%s). Remove the Sid or ensure the Sid is unique.", sid)
	}
	var sources renderedPolicy
	if err := sources.mergeAll(op.In.Strs("sourcePolicyDocuments")); err != nil {
		return err
	}
	if sid := repeatedSid(sources.Statement); sid != "" {
		return sim.Refuse("InvalidInput", "duplicate Sid (%s) in source_policy_documents. Remove the Sid or ensure Sids are unique.", sid)
	}
	sources.override(own)
	if err := sources.overrideAll(op.In.Strs("overridePolicyDocuments")); err != nil {
		return err
	}
	indented, err := json.MarshalIndent(sources, "", "  ")
	if err != nil {
		return err
	}
	minified, err := json.Marshal(sources)
	if err != nil {
		return err
	}
	op.Out["json"], op.Out["minifiedJson"] = string(indented), string(minified)
	op.Out["id"] = strconv.Itoa(int(crc32.ChecksumIEEE(indented)))
	return nil
}

func renderStatement(s sim.Values) *renderedStatement {
	return &renderedStatement{
		Sid: s.Str("sid"), Effect: s.Str("effect"),
		Action: oneOrMany(s.Strs("actions")), NotAction: oneOrMany(s.Strs("notActions")),
		Resource: variables(oneOrMany(s.Strs("resources"))), NotResource: variables(oneOrMany(s.Strs("notResources"))),
		Principal: renderPrincipals(s.Objs("principals")), NotPrincipal: renderPrincipals(s.Objs("notPrincipals")),
		Condition: renderConditions(s.Objs("conditions")),
	}
}

// oneOrMany is a single text as it is, several in reverse order; nil for none.
func oneOrMany(list []string) any {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	list = slices.Clone(list)
	slices.Sort(list)
	slices.Reverse(list)
	return list
}

// variables turns &{…} into ${…}, as a program in Terraform's language must write IAM's policy variables.
func variables(v any) any {
	switch v := v.(type) {
	case string:
		return strings.ReplaceAll(v, "&{", "${")
	case []string:
		for i := range v {
			v[i] = strings.ReplaceAll(v[i], "&{", "${")
		}
	}
	return v
}

func renderPrincipals(list []sim.Values) any {
	if len(list) == 0 {
		return nil
	}
	byKind := map[string][]string{}
	for _, p := range list {
		byKind[p.Str("type")] = append(byKind[p.Str("type")], p.Strs("identifiers")...)
	}
	if everyone := byKind["*"]; len(byKind) == 1 && len(everyone) == 1 && everyone[0] == "*" {
		return "*"
	}
	out := map[string]any{}
	for kind, ids := range byKind {
		out[kind] = variables(oneOrMany(ids))
	}
	return out
}

func renderConditions(list []sim.Values) any {
	if len(list) == 0 {
		return nil
	}
	byTest := map[string]map[string][]string{}
	for _, c := range list {
		test, variable := c.Str("test"), c.Str("variable")
		if byTest[test] == nil {
			byTest[test] = map[string][]string{}
		}
		byTest[test][variable] = append(byTest[test][variable], c.Strs("values")...)
	}
	out := map[string]any{}
	for test, keys := range byTest {
		rendered := map[string]any{}
		for key, values := range keys {
			if rendered[key] = variables(values); len(values) == 1 {
				rendered[key] = variables(values[0])
			}
		}
		out[test] = rendered
	}
	return out
}

// repeatedSid returns a Sid that two statements have, "" if none.
func repeatedSid(statements []*renderedStatement) string {
	seen := map[string]bool{}
	for _, s := range statements {
		if s.Sid != "" && seen[s.Sid] {
			return s.Sid
		}
		seen[s.Sid] = true
	}
	return ""
}

// mergeAll adds the statements of whole documents.
func (p *renderedPolicy) mergeAll(texts []string) error {
	return eachPolicy(texts, func(d renderedPolicy) {
		p.adopt(d)
		p.Statement = append(p.Statement, d.Statement...)
	})
}

// overrideAll lays whole documents over this one.
func (p *renderedPolicy) overrideAll(texts []string) error { return eachPolicy(texts, p.override) }

func eachPolicy(texts []string, use func(renderedPolicy)) error {
	for i, text := range texts {
		var d renderedPolicy
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			return sim.Refuse("InvalidInput", "merging document %d: %v", i, err)
		}
		use(d)
	}
	return nil
}

// override adds another document's statements; one with a Sid that is here already takes its place.
func (p *renderedPolicy) override(d renderedPolicy) {
	p.adopt(d)
	for _, s := range d.Statement {
		at := slices.IndexFunc(p.Statement, func(was *renderedStatement) bool { return s.Sid != "" && was.Sid == s.Sid })
		if at < 0 {
			p.Statement = append(p.Statement, s)
		} else {
			p.Statement[at] = s
		}
	}
}

// adopt takes over another document's Id, and its Version where that is later.
func (p *renderedPolicy) adopt(d renderedPolicy) {
	if d.ID != "" {
		p.ID = d.ID
	}
	p.Version = max(p.Version, d.Version)
}
