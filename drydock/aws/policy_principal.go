package aws

import (
	"regexp"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// principalKinds: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
var principalKinds = []string{"AWS", "Service", "Federated", "CanonicalUser"}

var (
	principalAccount   = regexp.MustCompile(`^\d{12}$`)
	principalARN       = regexp.MustCompile(`^arn:aws[a-z-]*:(iam|sts)::(\d{12}):(root|(user|role|assumed-role|federated-user)/.+)$`)
	principalFederated = regexp.MustCompile(`^([a-z0-9-]+(\.[a-z0-9-]+)+|arn:aws[a-z-]*:iam::\d{12}:(oidc|saml)-provider/.+)$`)
	principalService   = regexp.MustCompile(`^([a-z0-9.-]+?)(\.[a-z]{2}(-[a-z]+)+-\d)?\.amazonaws\.com(\.cn)?$`)
)

func (s policyStatement) checkPrincipal(kind policyKind) string {
	_, has := s.element["Principal"]
	_, hasNot := s.element["NotPrincipal"]
	switch {
	case kind == identityPolicy && (has || hasNot):
		return malformed("Policy document should not specify a principal.")
	case kind == identityPolicy:
		return ""
	case has && hasNot:
		return malformed("%s (both Principal and NotPrincipal)", policySyntax)
	case kind == trustPolicy && hasNot:
		return malformed("Has prohibited field NotPrincipal")
	case !has && !hasNot:
		return malformed("Missing required field Principal")
	}
	if kind == trustPolicy && s.element["Principal"] == "*" {
		return malformed(`AssumeRole policy contained an invalid principal: "STAR":"*".`)
	}
	principals, ok := s.principals()
	if !ok || len(principals) == 0 {
		return malformed("Invalid principal in policy: it is \"*\", or an object of %s", strings.Join(principalKinds, ", "))
	}
	for _, p := range principals {
		if !p.wellFormed() {
			return p.invalid()
		}
	}
	return ""
}

// principal is one that a statement names.
type principal struct{ kind, id string }

// principals lists those of a statement; not ok where the element has another form.
func (s policyStatement) principals() (list []principal, ok bool) {
	for _, name := range []string{"Principal", "NotPrincipal"} {
		switch v := s.element[name].(type) {
		case nil:
		case string:
			if v != "*" {
				return nil, false
			}
			list = append(list, principal{"AWS", "*"})
		case map[string]any:
			for kind, ids := range v {
				texts, isTexts := textsOf(ids)
				if !isTexts || len(texts) == 0 || !contains(principalKinds, kind) {
					return nil, false
				}
				for _, id := range texts {
					list = append(list, principal{kind, id})
				}
			}
		default:
			return nil, false
		}
	}
	return list, true
}

func (p principal) wellFormed() bool {
	switch p.kind {
	case "AWS":
		return p.id == "*" || principalAccount.MatchString(p.id) || principalARN.MatchString(p.id) && !strings.Contains(p.id, "*")
	case "Service":
		m := principalService.FindStringSubmatch(p.id)
		return m != nil && contains(servicePrincipals, m[1])
	case "Federated":
		return principalFederated.MatchString(p.id)
	}
	return p.id != ""
}

func (p principal) invalid() string {
	return malformed("Invalid principal in policy: %q:%q", strings.ToUpper(p.kind), p.id)
}

// checkPrincipalsExist refuses a policy that names a role or user of this account that does not exist; IAM looks them up
// when it takes a policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-policies.html
func checkPrincipalsExist(op *sim.Op, text string) error {
	doc, _ := parsePolicy(text)
	for _, s := range doc.statements {
		principals, _ := s.principals()
		for _, p := range principals {
			if !principalExists(op, p) {
				return sim.Refuse("MalformedPolicyDocument", "Invalid principal in policy: %q:%q", strings.ToUpper(p.kind), p.id)
			}
		}
	}
	return nil
}

func principalExists(op *sim.Op, p principal) bool {
	m := principalARN.FindStringSubmatch(p.id)
	if p.kind != "AWS" || m == nil || m[2] != op.Account() {
		return true // another account's principals are for that account to know
	}
	switch m[4] {
	case "role":
		return op.Cloud.Find(roleType, "arn", p.id) != nil
	case "user":
		return strings.HasSuffix(p.id, ":user/drydock") // who runs the program: see getCallerIdentity
	}
	return true
}

// servicePrincipals are the services that a role can trust, as far as the drydock knows them. IAM refuses others.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
var servicePrincipals = []string{
	"apigateway", "application-autoscaling", "apprunner", "appsync", "autoscaling", "backup", "batch", "budgets",
	"build.apprunner", "chatbot", "cloudformation", "cloudfront", "cloudtrail", "cloudwatch", "codebuild",
	"codecommit", "codedeploy", "codepipeline", "codestar-notifications", "config", "delivery.logs", "ec2", "ecr",
	"ecs", "ecs-tasks", "eks", "eks-fargate-pods", "eks-nodegroup", "elasticfilesystem", "elasticloadbalancing",
	"events", "firehose", "glue", "guardduty", "imagebuilder", "inspector2", "kinesis", "kms", "lambda", "logs",
	"monitoring.rds", "ops.apigateway", "pipes", "pods.eks", "pullthroughcache.ecr", "ram", "rds", "replication.ecr",
	"route53", "s3", "sagemaker", "scheduler", "secretsmanager", "securityhub", "ses", "sns", "sqs", "ssm", "states",
	"transfer", "vpc-flow-logs", "vpc-lattice", "waf", "xray",
}
