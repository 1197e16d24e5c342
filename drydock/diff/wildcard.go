package diff

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// widening names what lets in more than it spells out: wildcards that are gained, restrictions that fall.
func widening(was, will iam.Statement, gained, lost []string) []string {
	if will.Effect == iam.EffectDeny {
		return narrowerDenial(gained, lost)
	}
	var wide []string
	for _, element := range gained {
		if why := wildcard(element, was); why != "" {
			wide = append(wide, why)
		}
	}
	for _, element := range lost {
		if condition, ok := strings.CutPrefix(element, "condition "); ok && !replaced(condition, gained) {
			wide = append(wide, fmt.Sprintf("the condition %s falls", condition))
		}
	}
	if len(will.Condition) > 0 {
		// The conditions still say who may: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
		wide = slices.DeleteFunc(wide, func(why string) bool { return why == everybody })
	}
	return wide
}

const everybody = "principal * is everybody"

// wildcard says how wide one element of an allowing statement is, "" for one that is as wide as it was.
func wildcard(element string, was iam.Statement) string {
	what, value := element, ""
	if i := strings.LastIndexByte(element, ' '); i >= 0 {
		what, value = element[:i], element[i+1:]
	}
	switch {
	case strings.HasPrefix(element, "every "):
		return element + " is allowed"
	case what == "action" && value == "*":
		return "action * is every action of every service"
	case what == "action" && strings.HasSuffix(value, ":*"):
		return fmt.Sprintf("action %s is every action of %s", value, strings.TrimSuffix(value, ":*"))
	case what == "action" && strings.ContainsAny(value, "*?") && len(was.Action) > 0:
		return fmt.Sprintf("action %s is every action of that beginning", value)
	case what == "resource" && value == "*" && len(was.Resource) > 0:
		return "resource * is every resource"
	case what == "resource" && covers(value, was.Resource):
		return fmt.Sprintf("resource %s takes in more than before", value)
	case strings.HasPrefix(what, "principal") && value == "*":
		return everybody
	}
	return ""
}

// covers tells whether the pattern takes in one of the former resources, and more.
func covers(pattern string, was []string) bool {
	if !strings.ContainsAny(pattern, "*?") {
		return false
	}
	text := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
	wild, err := regexp.Compile("^" + text + "$")
	return err == nil && slices.ContainsFunc(was, wild.MatchString)
}

// replaced tells whether a gained condition is on the same key, so that the statement stays restricted by it.
func replaced(condition string, gained []string) bool {
	parts := strings.SplitN(condition, " ", 3)
	return slices.ContainsFunc(gained, func(g string) bool {
		return len(parts) > 1 && strings.HasPrefix(g, "condition ") && strings.Contains(g, " "+parts[1]+" ")
	})
}

// narrowerDenial tells what a denying statement denies no more.
func narrowerDenial(gained, lost []string) []string {
	var wide []string
	for _, element := range lost {
		if !strings.HasPrefix(element, "condition ") {
			wide = append(wide, element+" is denied no more")
		}
	}
	for _, element := range gained {
		if strings.HasPrefix(element, "condition ") || strings.HasPrefix(element, "every ") {
			wide = append(wide, "denied only for "+element)
		}
	}
	return wide
}

// widenings are the dangers of what was there before; a new resource's policy is for the reviewer to read, but for
// wildcards that no policy should have.
func widenings(s drydock.Step, change Access) []Danger {
	if s.Op == "delete" {
		return nil
	}
	var found []Danger
	for _, c := range change.Statements {
		if len(c.Widened) == 0 {
			continue
		}
		found = append(found, Danger{
			Kind: Widened, Op: s.Op, Resource: resourceOf(s), Forces: []string{change.Policy},
			Reason: fmt.Sprintf("%s of %s: %s", statementName(c), change.Policy, strings.Join(c.Widened, "; ")),
			WayOut: []string{"name the actions and resources that are needed, or agree to this"},
		})
	}
	return found
}

func statementName(c StatementChange) string {
	if c.Sid == "" {
		return "a statement"
	}
	return "statement " + c.Sid
}

// attachedPolicy is the property that names a policy by its ARN.
const attachedPolicy = "policyArn"

// attachments are resources that give somebody a policy by its ARN.
var attachments = map[string]string{
	"aws:iam/rolePolicyAttachment:RolePolicyAttachment":   "role",
	"aws:iam/userPolicyAttachment:UserPolicyAttachment":   "user",
	"aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "group",
	"aws:iam/policyAttachment:PolicyAttachment":           "name",
}

// attached tells of policies that are attached or detached by ARN.
func attached(s drydock.Step) []Access {
	if attachments[s.Type] == "" {
		return nil
	}
	c := StatementChange{Change: "changed", Effect: string(iam.EffectAllow)}
	for _, side := range []struct {
		state *drydock.ResourceState
		list  *[]string
	}{{s.New, &c.Gained}, {s.Old, &c.Lost}} {
		if arn, ok := inputs(side.state)[attachedPolicy]; ok {
			*side.list = []string{fmt.Sprint("policy ", shown(arn))}
		}
	}
	if slices.Equal(c.Gained, c.Lost) {
		return nil
	}
	return []Access{{Op: s.Op, Resource: resourceOf(s), Policy: attachedPolicy, Statements: []StatementChange{c}}}
}

// attachedWide tells of AWS's own policies that allow all of a service, or everything.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
func attachedWide(s drydock.Step) []Danger {
	arn, _ := inputs(s.New)[attachedPolicy].(string)
	was, _ := inputs(s.Old)[attachedPolicy].(string)
	_, name, _ := strings.Cut(arn, ":policy/")
	wide := name == "AdministratorAccess" || name == "PowerUserAccess" || strings.HasSuffix(name, "FullAccess")
	if attachments[s.Type] == "" || !wide || arn == was {
		return nil
	}
	return []Danger{{
		Kind: Widened, Op: s.Op, Resource: resourceOf(s), Forces: []string{attachedPolicy},
		Reason: fmt.Sprintf("%s is attached, AWS's policy for whole services", name),
		WayOut: []string{"write a policy of the actions and resources that are needed"},
	}}
}
