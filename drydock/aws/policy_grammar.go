package aws

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// policyKind is what a policy is attached to, which decides the elements of its statements.
type policyKind int

const (
	identityPolicy policyKind = iota // of a role, or a managed policy
	trustPolicy                      // says who may assume a role
	resourcePolicy                   // of a topic, a bucket, a key
)

const policyGrammarDoc = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"

// policyElements are a statement's elements: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
var policyElements = []string{
	"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}

// trustActions are what a trust policy may allow.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
var trustActions = []string{
	"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity",
	"sts:SetContext", "sts:SetSourceIdentity", "sts:TagSession",
}

var (
	policySid    = regexp.MustCompile(`^[0-9A-Za-z]*$`)
	policyVendor = regexp.MustCompile(`^[a-zA-Z0-9.-]+$`)
)

// malformed is IAM's refusal of a policy document, in its words.
func malformed(format string, args ...any) string {
	return "MalformedPolicyDocument: " + fmt.Sprintf(format, args...)
}

const policySyntax = "Syntax errors in policy."

// checkPolicy returns IAM's first objection to a policy document, "" if there is none.
func checkPolicy(kind policyKind) func(v any) string {
	return func(v any) string {
		doc, objection := parsePolicy(v.(string))
		if objection != "" {
			return objection
		}
		if kind == identityPolicy && doc.version != "2012-10-17" {
			return malformed("Policy document must be version 2012-10-17 or greater.")
		}
		sids := map[string]bool{}
		for _, s := range doc.statements {
			if objection := s.check(kind); objection != "" {
				return objection
			}
			if s.sid != "" && sids[s.sid] {
				return malformed("Statement IDs (SID) in a single policy must be unique.")
			}
			sids[s.sid] = true
		}
		return ""
	}
}

type policyDocument struct {
	version    string
	statements []policyStatement
}

type policyStatement struct {
	sid     string
	element map[string]any
}

// parsePolicy reads the parts of a document that all kinds of policies share.
func parsePolicy(text string) (doc policyDocument, objection string) {
	var top map[string]any
	if err := json.Unmarshal([]byte(text), &top); err != nil || top == nil {
		return doc, "contains an invalid JSON policy: not a JSON object"
	}
	for name, v := range top {
		_, isText := v.(string)
		switch {
		case name == "Statement":
		case (name == "Version" || name == "Id") && isText:
		default:
			return doc, malformed("%s (element %q of the document)", policySyntax, name)
		}
	}
	doc.version, _ = top["Version"].(string)
	if v := doc.version; v != "" && v != "2012-10-17" && v != "2008-10-17" {
		return doc, malformed("%s (Version %q)", policySyntax, v)
	}
	list, ok := top["Statement"].([]any)
	if !ok {
		list = []any{top["Statement"]}
	}
	for _, e := range list {
		element, ok := e.(map[string]any)
		if !ok {
			return doc, malformed("%s (Statement is an object or a list of objects)", policySyntax)
		}
		s := policyStatement{element: element}
		s.sid, _ = element["Sid"].(string)
		doc.statements = append(doc.statements, s)
	}
	if len(doc.statements) == 0 {
		return doc, malformed("%s (no statement)", policySyntax)
	}
	return doc, ""
}

func (s policyStatement) check(kind policyKind) string {
	for name := range s.element {
		if !contains(policyElements, name) {
			return malformed("%s (element %q of a statement)", policySyntax, name)
		}
	}
	if effect := s.element["Effect"]; effect != "Allow" && effect != "Deny" {
		return malformed("%s (Effect %v is neither Allow nor Deny)", policySyntax, effect)
	}
	if kind != resourcePolicy && !policySid.MatchString(s.sid) {
		return malformed("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular " +
			"expression [0-9A-Za-z]*")
	}
	for _, objection := range []string{s.checkActions(kind), s.checkResources(kind), s.checkPrincipal(kind), s.checkConditions()} {
		if objection != "" {
			return objection
		}
	}
	return ""
}

// either returns the texts of the element or of its negation, of which a statement has one at most.
func (s policyStatement) either(name string) (texts []string, objection string) {
	given, has := s.element[name]
	negated, hasNot := s.element["Not"+name]
	if has && hasNot {
		return nil, malformed("%s (both %s and Not%s)", policySyntax, name, name)
	}
	if hasNot {
		given = negated
	}
	if !has && !hasNot {
		return nil, ""
	}
	texts, ok := textsOf(given)
	if !ok {
		return nil, malformed("%s (%s is a text or a list of texts)", policySyntax, name)
	}
	return texts, ""
}

// textsOf reads a text or a list of texts.
func textsOf(v any) ([]string, bool) {
	if s, ok := v.(string); ok {
		return []string{s}, true
	}
	list, ok := v.([]any)
	var out []string
	for _, e := range list {
		s, isText := e.(string)
		if !isText {
			return nil, false
		}
		out = append(out, s)
	}
	return out, ok
}

func (s policyStatement) checkActions(kind policyKind) string {
	actions, objection := s.either("Action")
	if objection != "" {
		return objection
	}
	if len(actions) == 0 {
		return malformed("Policy statement must contain actions.")
	}
	for _, action := range actions {
		vendor, _, found := strings.Cut(action, ":")
		switch {
		case action == "*" && kind != trustPolicy:
		case !found:
			return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. (%q)", action)
		case strings.Count(action, ":") > 1:
			return malformed("Actions/Condition can contain only one colon. (%q)", action)
		case !policyVendor.MatchString(vendor):
			return malformed("Vendor %s is not valid", vendor)
		case kind == trustPolicy && !contains(trustActions, action):
			return malformed("AssumeRole policy may only specify STS AssumeRole actions. (%q)", action)
		}
	}
	return ""
}

func (s policyStatement) checkResources(kind policyKind) string {
	resources, objection := s.either("Resource")
	if objection != "" {
		return objection
	}
	if kind == trustPolicy {
		for _, name := range []string{"Resource", "NotResource"} {
			if _, has := s.element[name]; has {
				return malformed("Has prohibited field %s", name)
			}
		}
		return ""
	}
	if len(resources) == 0 {
		return malformed("Policy statement must contain resources.")
	}
	for _, r := range resources {
		if objection := checkPolicyARN(r); objection != "" {
			return objection
		}
	}
	return ""
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}
