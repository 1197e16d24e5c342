package permissions

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

const roleType = "aws:iam/role:Role"

// identityTable is IAM. Roles get permissions only under the boundary, so that the deployer can give none beyond it.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate
func identityTable() map[string][]grant {
	return map[string][]grant{
		roleType: {
			allow(own, "iam", "DeleteRole", "GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListInstanceProfilesForRole",
				"ListRolePolicies", "ListRoleTags", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"),
			allow(own, "iam", "CreateRole", "PutRolePermissionsBoundary", "DeleteRolePolicy", "DetachRolePolicy").onlyIf(bounded),
			allow(handedOn, "iam", "PassRole").onlyIf(passed),
		},
		"aws:iam/rolePolicy:RolePolicy": {
			allow(role, "iam", "GetRolePolicy"),
			allow(role, "iam", "DeleteRolePolicy", "PutRolePolicy").onlyIf(bounded),
		},
		"aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
			allow(role, "iam", "ListAttachedRolePolicies"),
			allow(role, "iam", "AttachRolePolicy", "DetachRolePolicy").onlyIf(bounded),
		},
		"aws:iam/policy:Policy": {
			allow(numberedPolicy, "iam", "GetPolicy", "GetPolicyVersion", "ListPolicyTags", "ListPolicyVersions"),
			allow(changeable, "iam", "CreatePolicy", "CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "TagPolicy", "UntagPolicy"),
		},
		"aws:iam/openIdConnectProvider:OpenIdConnectProvider": {allow(own, "iam", "AddClientIDToOpenIDConnectProvider",
			"CreateOpenIDConnectProvider", "DeleteOpenIDConnectProvider", "GetOpenIDConnectProvider", "ListOpenIDConnectProviderTags",
			"RemoveClientIDFromOpenIDConnectProvider", "TagOpenIDConnectProvider", "UntagOpenIDConnectProvider",
			"UpdateOpenIDConnectProviderThumbprint")},
	}
}

// bounded is the condition that the role has the boundary, or gets it.
func bounded(o Options, _ Resource) []iam.Condition {
	return []iam.Condition{iam.If(iam.StringEquals, "iam:PermissionsBoundary", o.Boundary)}
}

// role is the one that a policy is for.
func role(p Place, r Resource) []string {
	if name := r.text("role"); name != "" {
		return []string{p.global("iam", "role/"+generalName(name))}
	}
	return nil
}

// handedOn is a role that a service may assume.
func handedOn(p Place, r Resource) []string {
	if len(trusted(r.text("assumeRolePolicy"))) == 0 {
		return nil
	}
	return own(p, r)
}

// passed is the condition that the role is handed to a service which may assume it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
func passed(_ Options, r Resource) []iam.Condition {
	return []iam.Condition{iam.If(iam.StringEquals, "iam:PassedToService", trusted(r.text("assumeRolePolicy"))...)}
}

// trusted are the services that a trust policy names, sorted.
func trusted(policy string) []string {
	var document iam.Document
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		return nil // none of AWS's roles has such a policy
	}
	var services []string
	for _, s := range document.Statements {
		if s.Effect == iam.EffectAllow {
			services = append(services, s.Principal[iam.Service]...)
		}
	}
	slices.Sort(services)
	return slices.Compact(services)
}

// BoundarySuffix ends the names of permissions boundaries. A deployer never changes one: it would change its own.
const BoundarySuffix = "-boundary"

// numberedPolicy is a policy with all that are numbered as it is: how many permissions need depends on themselves, where
// they are their own deployer's.
func numberedPolicy(p Place, r Resource) []string {
	arns := own(p, r)
	for i, arn := range arns {
		arns[i] = numberAndSuffix.ReplaceAllString(arn, "-*")
	}
	return arns
}

var numberAndSuffix = regexp.MustCompile(`-\d+-\*$`)

// changeable is a policy, unless it is a boundary.
func changeable(p Place, r Resource) []string {
	return slices.DeleteFunc(numberedPolicy(p, r), func(arn string) bool { return strings.HasSuffix(arn, BoundarySuffix) })
}
