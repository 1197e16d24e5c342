package aws

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	roleType                 = "aws:iam/role:Role"
	rolePolicyType           = "aws:iam/rolePolicy:RolePolicy"
	rolePolicyAttachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	policyType               = "aws:iam/policy:Policy"
	oidcProviderType         = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
	certificateType          = "aws:acm/certificate:Certificate"
)

// identity are IAM and the certificates of ACM.
func identity() ([]*sim.Resource, []*sim.Function) {
	return []*sim.Resource{
			iamRole(), iamRolePolicy(), iamRolePolicyAttachment(), iamPolicy(), iamOIDCProvider(),
			acmCertificate(), acmCertificateValidation(),
		}, []*sim.Function{
			iamGetPolicyDocument(), iamGetRole(), iamGetPolicy(),
		}
}

const iamNamesDoc = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names"

// iamName is the name of a thing in IAM, or its beginning, chosen by the cloud where the program gives none.
func iamName(max float64) *sim.Field { return iamNameWithin(max).Replaces().Computed() }

// iamNameWithin is a name that is part of a resource, and does not replace it.
func iamNameWithin(max float64) *sim.Field {
	return sim.String().Between(1, max).
		Match(`[\w+=,.@-]+`, "letters, digits and any of + = , . @ - _").Doc(iamNamesDoc)
}

// iamPath: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names
func iamPath() *sim.Field {
	return sim.String().Replaces().Default("/").AtMost(512).
		Match(`/|/[\x21-\x7e]+/`, "a path that begins and ends with a slash").Doc(iamNamesDoc)
}

// uniqueSuffix is how many digits follow a name's prefix that the program gives.
const uniqueSuffix = 26

// settleName sets the name: the one the program or its automatic naming gave, or a unique one with the program's prefix.
func settleName(op *sim.Op) string {
	if !op.In.Has("name") {
		op.Out["name"] = op.In.Str("namePrefix") + fixedDigits(uniqueSuffix)
	}
	if !op.In.Has("namePrefix") {
		op.Out["namePrefix"] = ""
	}
	return op.Out.Str("name")
}

// fixedDigits returns n random decimal digits.
func fixedDigits(n int) string {
	return strings.Map(func(r rune) rune { return '0' + r%10 }, sim.Alnum(n))
}

// iamID is a unique identifier: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
func iamID(prefix string) string { return prefix + strings.ToUpper(sim.Alnum(17)) }

// iamARN is the ARN of a thing in IAM, which has no Region.
func iamARN(op *sim.Op, rest string) string {
	return "arn:" + op.Partition() + ":iam::" + op.Account() + ":" + rest
}

var arnForm = regexp.MustCompile(`^arn:aws[a-z-]*:[a-zA-Z0-9-]+:([a-z]{2}(-[a-z]+)+-\d)?:(aws|aws-managed|\d{12})?:.+$`)

// arnField is an input that takes an ARN.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
func arnField() *sim.Field {
	return sim.String().Check(func(v any) string {
		if !arnForm.MatchString(v.(string)) {
			return v.(string) + " is an invalid ARN: it has the form arn:partition:service:region:account:resource"
		}
		return ""
	})
}

// policyField is an input that takes a policy document.
func policyField(kind policyKind) *sim.Field {
	return sim.String().Same(samePolicy).Check(checkPolicy(kind)).Doc(policyGrammarDoc)
}

// policySize counts as IAM does, without white space.
func policySize(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}
