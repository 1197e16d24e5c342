package aws

import (
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// Quotas of a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	maxTrustPolicy      = 2048  // characters
	maxInlinePolicies   = 10240 // characters of all inline policies together
	maxAttachedPolicies = 10
)

// iamRole: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
func iamRole() *sim.Resource {
	return &sim.Resource{
		Type:     roleType,
		AutoName: &sim.AutoName{Field: "name", Max: 64},
		Inputs: sim.Fields{
			"assumeRolePolicy":    policyField(trustPolicy).Required(),
			"description":         sim.String().AtMost(1000),
			"forceDetachPolicies": sim.Bool().Default(false),
			"inlinePolicies": sim.Set(sim.Object(sim.Fields{
				"name":   iamNameWithin(128),
				"policy": policyField(identityPolicy),
			})).Computed(),
			"managedPolicyArns":   sim.Set(arnField()).Computed(),
			"maxSessionDuration":  sim.Int().Default(float64(3600)).Between(3600, 43200),
			"name":                iamName(64),
			"namePrefix":          iamName(64 - uniqueSuffix),
			"path":                iamPath(),
			"permissionsBoundary": arnField(),
			"tags":                sim.Tags(),
		},
		Outputs: []string{"arn", "createDate", "uniqueId", "tagsAll"},
		Validate: func(c *sim.Check) {
			c.Exclusive("name", "namePrefix")
			for _, p := range c.In.Objs("inlinePolicies") {
				if p.Has("name") != p.Has("policy") {
					c.Fail("inlinePolicies", "an inline policy has both name and policy")
				}
			}
		},
		Create: createRole,
		Update: func(op *sim.Op) error { settleTags(op); return checkRole(op) },
		Delete: deleteRole,
	}
}

func createRole(op *sim.Op) error {
	name := settleName(op)
	for _, r := range op.Cloud.All(roleType) {
		if r.Scope == op.Record.Scope && strings.EqualFold(r.ID, name) {
			return sim.Refuse("EntityAlreadyExists", "Role with name %s already exists.", name)
		}
	}
	op.ID = name
	if err := checkRole(op); err != nil {
		return err
	}
	for _, list := range []string{"inlinePolicies", "managedPolicyArns"} {
		if !op.In.Has(list) {
			op.Out[list] = []any{}
		}
	}
	op.Out["arn"] = iamARN(op, "role"+op.In.Str("path")+name)
	op.Out["createDate"] = time.Now().UTC().Format(time.RFC3339)
	op.Out["uniqueId"] = iamID("AROA")
	settleTags(op)
	return nil
}

// checkRole refuses what only IAM itself can know of a role.
func checkRole(op *sim.Op) error {
	trust := op.In.Str("assumeRolePolicy")
	if policySize(trust) > maxTrustPolicy {
		return sim.Refuse("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: %d", maxTrustPolicy)
	}
	if err := checkPrincipalsExist(op, trust); err != nil {
		return err
	}
	if arn := op.In.Str("permissionsBoundary"); arn != "" && !attachable(op, arn) {
		return sim.Refuse("NoSuchEntity", "Scope ARN: %s does not exist or is not attachable.", arn)
	}
	for _, arn := range op.In.Strs("managedPolicyArns") {
		if !attachable(op, arn) {
			return notAttachable(arn)
		}
	}
	if len(attachedPolicies(op, op.ID))+len(op.In.List("managedPolicyArns")) > maxAttachedPolicies {
		return tooManyPolicies()
	}
	return checkInline(op, op.ID, inlineSize(op.In))
}

func inlineSize(role sim.Values) int {
	size := 0
	for _, p := range role.Objs("inlinePolicies") {
		size += policySize(p.Str("policy"))
	}
	return size
}

// checkInline refuses a role's inline policies that are too long together; size is that of the policies at hand.
func checkInline(op *sim.Op, role string, size int) error {
	for _, p := range op.Cloud.All(rolePolicyType) {
		if p.Attr("role") == role && p.Scope == op.Record.Scope && p.ID != op.ID {
			size += policySize(p.Attr("policy"))
		}
	}
	if size > maxInlinePolicies {
		return sim.Refuse("LimitExceeded", "Maximum policy size of %d bytes exceeded for role %s", maxInlinePolicies, role)
	}
	return nil
}

// deleteRole: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
func deleteRole(op *sim.Op) error {
	attachments, inline := ofRole(op, rolePolicyAttachmentType), ofRole(op, rolePolicyType)
	if op.In.Bool("forceDetachPolicies") {
		for _, r := range append(attachments, inline...) {
			if err := op.Cloud.Remove(r); err != nil {
				return err
			}
		}
		return nil
	}
	if len(attachments) > 0 {
		return sim.Refuse("DeleteConflict", "Cannot delete entity, must detach all policies first.")
	}
	if len(inline) > 0 {
		return sim.Refuse("DeleteConflict", "Cannot delete entity, must delete policies first.")
	}
	return nil
}

// ofRole are the records of the type that belong to the role at hand.
func ofRole(op *sim.Op, typ string) []*sim.Record {
	var out []*sim.Record
	for _, r := range op.Cloud.All(typ) {
		if r.Attr("role") == op.ID && r.Scope == op.Record.Scope {
			out = append(out, r)
		}
	}
	return out
}

// roleField is an input that takes an existing role's name.
func roleField() *sim.Field {
	return sim.String().Required().Replaces().
		Refs(roleType, "name", "NoSuchEntity: The role with name %s cannot be found.").
		Check(func(v any) string {
			if strings.HasPrefix(v.(string), "arn:") {
				return v.(string) + " must be the role's name not its ARN"
			}
			return ""
		})
}

// iamRolePolicy: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
func iamRolePolicy() *sim.Resource {
	put := func(op *sim.Op) error {
		role := op.In.Str("role")
		size := policySize(op.In.Str("policy"))
		if r := op.Cloud.Get(roleType, op.Record.Scope, role); r != nil {
			size += inlineSize(r.Inputs)
		}
		return checkInline(op, role, size)
	}
	return &sim.Resource{
		Type:     rolePolicyType,
		AutoName: &sim.AutoName{Field: "name", Max: 128},
		Inputs: sim.Fields{
			"name":       iamName(128),
			"namePrefix": iamName(128 - uniqueSuffix),
			"policy":     policyField(identityPolicy).Required(),
			"role":       roleField(),
		},
		Validate: func(c *sim.Check) { c.Exclusive("name", "namePrefix") },
		Create: func(op *sim.Op) error {
			op.ID = op.In.Str("role") + ":" + settleName(op)
			return put(op)
		},
		Update: put,
	}
}

// iamGetRole: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
func iamGetRole() *sim.Function {
	return &sim.Function{
		Token: "aws:iam/getRole:getRole",
		Args:  sim.Fields{"name": sim.String().Required(), "tags": sim.Tags()},
		Call: func(op *sim.Op) error {
			name := op.In.Str("name")
			r := op.Cloud.Get(roleType, op.Account(), name)
			if r == nil {
				return sim.Refuse("NoSuchEntity", "The role with name %s cannot be found.", name)
			}
			for _, k := range []string{
				"arn", "assumeRolePolicy", "createDate", "description", "maxSessionDuration", "path", "permissionsBoundary", "uniqueId",
			} {
				op.Out[k] = r.Outputs[k]
			}
			for _, k := range []string{"description", "permissionsBoundary"} {
				op.Out[k] = r.Outputs.Str(k)
			}
			op.Out["id"] = name
			op.Out["tags"] = map[string]any(r.Outputs.Obj("tagsAll"))
			op.Out["roleLastUseds"] = []any{}
			return nil
		},
	}
}
