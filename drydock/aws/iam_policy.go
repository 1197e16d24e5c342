package aws

import (
	_ "embed"
	"encoding/json"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// maxManagedPolicy is in characters: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maxManagedPolicy = 6144

// iamPolicy: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
func iamPolicy() *sim.Resource {
	return &sim.Resource{
		Type:     policyType,
		AutoName: &sim.AutoName{Field: "name", Max: 128},
		Inputs: sim.Fields{
			"description": sim.String().Replaces().AtMost(1000),
			"name":        iamName(128),
			"namePrefix":  iamName(128 - uniqueSuffix),
			"path":        iamPath(),
			"policy":      policyField(identityPolicy).Required(),
			"tags":        sim.Tags(),
		},
		Outputs:  []string{"arn", "attachmentCount", "policyId", "tagsAll"},
		Validate: func(c *sim.Check) { c.Exclusive("name", "namePrefix") },
		Create:   createPolicy,
		Update:   func(op *sim.Op) error { settleTags(op); return checkPolicySize(op) },
		Delete: func(op *sim.Op) error {
			if policyUses(op, op.ID) > 0 {
				return sim.Refuse("DeleteConflict", "Cannot delete a policy attached to entities.")
			}
			return nil
		},
		Read: func(op *sim.Op) { op.Out["attachmentCount"] = float64(policyUses(op, op.ID)) },
	}
}

func createPolicy(op *sim.Op) error {
	name := settleName(op)
	for _, r := range op.Cloud.All(policyType) {
		if r.Scope == op.Record.Scope && strings.EqualFold(r.Attr("name"), name) {
			return sim.Refuse("EntityAlreadyExists", "A policy called %s already exists. Duplicate names are not allowed.", name)
		}
	}
	op.ID = iamARN(op, "policy"+op.In.Str("path")+name)
	op.Out["arn"] = op.ID
	op.Out["attachmentCount"] = float64(0)
	op.Out["policyId"] = iamID("ANPA")
	settleTags(op)
	return checkPolicySize(op)
}

func checkPolicySize(op *sim.Op) error {
	if policySize(op.In.Str("policy")) > maxManagedPolicy {
		return sim.Refuse("LimitExceeded", "Cannot exceed quota for PolicySize: %d", maxManagedPolicy)
	}
	return nil
}

// policyUses counts the roles that a policy is attached to, or bounds.
func policyUses(op *sim.Op, arn string) int {
	return len(op.Cloud.Users(rolePolicyAttachmentType, arn)) + len(op.Cloud.Users(roleType, arn))
}

// iamRolePolicyAttachment: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
func iamRolePolicyAttachment() *sim.Resource {
	return &sim.Resource{
		Type: rolePolicyAttachmentType,
		Inputs: sim.Fields{
			"policyArn": arnField().Required().Replaces(),
			"role":      roleField(),
		},
		Create: func(op *sim.Op) error {
			role, arn := op.In.Str("role"), op.In.Str("policyArn")
			if !attachable(op, arn) {
				return notAttachable(arn)
			}
			attached := attachedPolicies(op, role)
			if len(attached) >= maxAttachedPolicies && !contains(attached, arn) {
				return tooManyPolicies()
			}
			op.ID = role + "-" + fixedDigits(uniqueSuffix)
			return nil
		},
	}
}

// attachedPolicies are the ARNs of a role's managed policies.
func attachedPolicies(op *sim.Op, role string) []string {
	var arns []string
	for _, r := range op.Cloud.All(rolePolicyAttachmentType) {
		if arn := r.Attr("policyArn"); r.Attr("role") == role && r.Scope == op.Record.Scope && !contains(arns, arn) {
			arns = append(arns, arn)
		}
	}
	if r := op.Cloud.Get(roleType, op.Record.Scope, role); r != nil && op.Type != roleType {
		arns = append(arns, r.Inputs.Strs("managedPolicyArns")...)
	}
	return arns
}

func tooManyPolicies() error {
	return sim.Refuse("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: %d", maxAttachedPolicies)
}

func notAttachable(arn string) error {
	return sim.Refuse("NoSuchEntity", "Policy %s does not exist or is not attachable.", arn)
}

// attachable tells whether a managed policy exists: the account's own, or one of AWS's.
func attachable(op *sim.Op, arn string) bool {
	if name, ok := strings.CutPrefix(arn, "arn:"+op.Partition()+":iam::aws:policy/"); ok {
		return contains(strings.Fields(awsPolicyNames), name)
	}
	return op.Cloud.Find(policyType, "arn", arn) != nil
}

// awsPolicyNames are AWS's own policies by path and name, one a line.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
//
//go:embed data/managed_policies.txt
var awsPolicyNames string

// awsPolicies are the documents of those that programs like ours use, by path and name.
//
//go:embed data/managed_policies.json
var awsPolicies []byte

// ManagedPolicy returns the document of a policy that AWS manages; not ok for those whose document the drydock does not
// know, be it that AWS has no such policy.
func ManagedPolicy(arn string) (document string, ok bool) {
	_, name, _ := strings.Cut(arn, ":iam::aws:policy/")
	var documents map[string]json.RawMessage
	if err := json.Unmarshal(awsPolicies, &documents); err != nil {
		return "", false
	}
	text, ok := documents[name]
	return string(text), ok
}

// iamGetPolicy: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html
func iamGetPolicy() *sim.Function {
	return &sim.Function{
		Token: "aws:iam/getPolicy:getPolicy",
		Args:  sim.Fields{"arn": sim.String(), "name": sim.String(), "pathPrefix": sim.String(), "tags": sim.Tags()},
		Call: func(op *sim.Op) error {
			if op.In.Has("arn") == op.In.Has("name") {
				return sim.Refuse("InvalidInput", "give exactly one of arn and name")
			}
			if r := ownPolicy(op); r != nil {
				for _, k := range []string{"arn", "name", "path", "policy", "policyId"} {
					op.Out[k] = r.Outputs[k]
				}
				op.Out["attachmentCount"] = float64(policyUses(op, r.ID))
				op.Out["description"] = r.Outputs.Str("description")
				op.Out["tags"] = map[string]any(r.Outputs.Obj("tagsAll"))
				op.Out["id"] = r.ID
				return nil
			}
			return describeAWSPolicy(op)
		},
	}
}

func ownPolicy(op *sim.Op) *sim.Record {
	for _, r := range op.Cloud.All(policyType) {
		byName := op.In.Has("name") && r.Attr("name") == op.In.Str("name") && strings.HasPrefix(r.Attr("path"), op.In.Str("pathPrefix"))
		if r.ID == op.In.Str("arn") || byName {
			return r
		}
	}
	return nil
}

func describeAWSPolicy(op *sim.Op) error {
	wanted := op.In.Str("name")
	for _, name := range strings.Fields(awsPolicyNames) {
		last := name[strings.LastIndex(name, "/")+1:]
		path := "/" + strings.TrimSuffix(name, last)
		arn := "arn:" + op.Partition() + ":iam::aws:policy/" + name
		if arn != op.In.Str("arn") && (last != wanted || !strings.HasPrefix(path, op.In.Str("pathPrefix"))) {
			continue
		}
		document, ok := ManagedPolicy(arn)
		if !ok {
			return sim.Refuse("NotSimulated", "the drydock knows that %s exists, not what it says: give its ARN itself", arn)
		}
		op.Out["arn"], op.Out["id"], op.Out["name"], op.Out["path"], op.Out["policy"] = arn, arn, last, path, document
		op.Out["policyId"] = "ANPA" + strings.ToUpper(fixedHex(op, "policy "+arn, 17))
		op.Out["attachmentCount"] = float64(policyUses(op, arn))
		op.Out["description"] = ""
		op.Out["tags"] = map[string]any{}
		return nil
	}
	return sim.Refuse("NoSuchEntity", "Policy %s%s was not found.", op.In.Str("arn"), wanted)
}
