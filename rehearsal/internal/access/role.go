package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/aws"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// Types of the records that hold a role's policies.
const (
	roleType       = "aws:iam/role:Role"
	inlineType     = "aws:iam/rolePolicy:RolePolicy"
	attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	policyType     = "aws:iam/policy:Policy"
)

// ofCaller are the caller's policies. What a role of another account may do is for that account to say, so it is taken to
// be everything: only the resource's own policies stand in its way.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
func (j *Judge) ofCaller(c Call) (texts []policyText, unknown []string, err error) {
	caller, ok := world.ParseARN(c.Role)
	if !ok {
		return nil, nil, fmt.Errorf("%q is no ARN of a role", c.Role)
	}
	if j.world.Find(roleType, "arn", c.Role) == nil && j.owner(c, caller) != caller.Account {
		const everything = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
		return []policyText{{"the policies of account " + caller.Account, iam.IdentityBased, everything}}, nil, nil
	}
	return j.ofRole(c.Role)
}

// ofRole collects the role's inline policies, its managed ones, and its permissions boundary. Policies of AWS's own whose
// content is not known here are named in unknown: they can only allow more.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
func (j *Judge) ofRole(arn string) (texts []policyText, unknown []string, err error) {
	role := j.world.Find(roleType, "arn", arn)
	if role == nil {
		return nil, nil, fmt.Errorf("the role %s does not exist", arn)
	}
	texts = inlineOf(role)
	for _, r := range j.world.All(inlineType) {
		if isOf(r, role) {
			texts = append(texts, policyText{r.Attr("name"), iam.IdentityBased, text(r, "policy")})
		}
	}
	var problems []error
	for _, arn := range j.managedOf(role) {
		switch t, known, err := j.managed(arn, iam.IdentityBased); {
		case err != nil:
			problems = append(problems, err)
		case known:
			texts = append(texts, t)
		default:
			unknown = append(unknown, arn)
		}
	}
	if arn := role.Attr("permissionsBoundary"); arn != "" {
		t, known, err := j.managed(arn, iam.Boundary)
		if err == nil && !known {
			err = fmt.Errorf("the content of its permissions boundary %s is not known here", arn)
		}
		problems, texts = append(problems, err), append(texts, t)
	}
	return texts, unknown, errors.Join(problems...)
}

// managedOf are the ARNs of the role's managed policies.
func (j *Judge) managedOf(role *drydock.Record) []string {
	arns := role.Inputs.Strs("managedPolicyArns")
	for _, r := range j.world.All(attachmentType) {
		if isOf(r, role) {
			arns = append(arns, r.Inputs.Str("policyArn"))
		}
	}
	return arns
}

// isOf tells whether a record that names a role, by name or ARN, is about this one; names are unique in an account.
func isOf(r, role *drydock.Record) bool {
	return nameOf(r.Inputs.Str("role")) == role.Attr("name") && r.Scope == role.Scope
}

func inlineOf(role *drydock.Record) []policyText {
	var texts []policyText
	for _, p := range role.Inputs.Objs("inlinePolicies") {
		if p.Str("policy") != "" { // an empty one means: no inline policies but those listed
			texts = append(texts, policyText{p.Str("name"), iam.IdentityBased, p.Str("policy")})
		}
	}
	return texts
}

// managed is the account's own policy or one of AWS's; the latter's content may not be known.
func (j *Judge) managed(arn string, kind iam.PolicyType) (t policyText, known bool, err error) {
	if r := j.world.Find(policyType, "arn", arn); r != nil {
		return policyText{r.Attr("name"), kind, text(r, "policy")}, true, nil
	}
	if !strings.Contains(arn, ":iam::aws:policy/") {
		return policyText{}, false, fmt.Errorf("its policy %s does not exist", arn)
	}
	document, known := aws.ManagedPolicy(arn)
	return policyText{nameOf(arn), kind, document}, known, nil
}

// nameOf is what comes after the last slash of an ARN with a path, or the name itself.
func nameOf(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// text is a property that holds a policy: as JSON, or as the object that a program may give in its place.
func text(r *drydock.Record, property string) string {
	if s := r.Attr(property); s != "" || r.Inputs[property] == nil {
		return s
	}
	written, err := json.Marshal(r.Inputs[property])
	if err != nil {
		return ""
	}
	return string(written)
}
