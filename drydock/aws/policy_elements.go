package aws

import (
	"regexp"
	"strings"
)

var (
	policyOperator = regexp.MustCompile(`^(ForAnyValue:|ForAllValues:)?(` +
		`(String(Equals|NotEquals|EqualsIgnoreCase|NotEqualsIgnoreCase|Like|NotLike)` +
		`|(Numeric|Date)(Equals|NotEquals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)` +
		`|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?|Null)$`)
	policyPartition = regexp.MustCompile(`^aws[a-z-]*$`)
)

// checkPolicyARN: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
func checkPolicyARN(resource string) string {
	if resource == "*" {
		return ""
	}
	parts := strings.SplitN(resource, ":", 6)
	switch {
	case parts[0] != "arn" || len(parts) == 1:
		return malformed(`Resource %s must be in ARN format or "*".`, resource)
	case parts[1] != "*" && !policyPartition.MatchString(parts[1]):
		return malformed(`Partition "%s" is not valid for resource "%s".`, parts[1], resource)
	case len(parts) == 2:
		return malformed("Resource vendor must be fully qualified and cannot contain regexes.")
	case parts[2] == "" || strings.ContainsAny(parts[2], "*?"):
		return malformed("Resource vendor must be fully qualified and cannot contain regexes. (%q)", resource)
	case len(parts) < 6 && !strings.HasSuffix(resource, "*"):
		return malformed("The policy failed legacy parsing (%q is not arn:partition:service:region:account:resource)", resource)
	case parts[2] == "iam" && len(parts) == 6 && parts[3] != "":
		return malformed("IAM resource %s cannot contain region information.", resource)
	case parts[2] == "s3" && len(parts) == 6 && parts[3] != "" && !strings.HasPrefix(parts[5], "accesspoint/"):
		return malformed("Resource %s can not contain region information.", resource)
	}
	return ""
}

func (s policyStatement) checkConditions() string {
	v, given := s.element["Condition"]
	if !given {
		return ""
	}
	operators, ok := v.(map[string]any)
	if !ok {
		return malformed("%s (Condition is an object)", policySyntax)
	}
	for operator, v := range operators {
		keys, ok := v.(map[string]any)
		if !ok || !policyOperator.MatchString(operator) {
			return malformed("%s (condition operator %q)", policySyntax, operator)
		}
		for key, values := range keys {
			if !strings.Contains(key, ":") {
				return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. (condition key %q)", key)
			}
			if !isConditionValue(values) {
				return malformed("%s (condition %s %s: a text, number, boolean or a list of them)", policySyntax, operator, key)
			}
		}
	}
	return ""
}

func isConditionValue(v any) bool {
	switch v := v.(type) {
	case string, bool, float64:
		return true
	case []any:
		for _, e := range v {
			if _, nested := e.([]any); nested || !isConditionValue(e) {
				return false
			}
		}
		return len(v) > 0
	}
	return false
}
