package aws

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const parameterType = "aws:ssm/parameter:Parameter"

// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
func parameter() *sim.Resource {
	return &sim.Resource{
		Type:     parameterType,
		AutoName: &sim.AutoName{Field: "name", Max: 2048},
		Inputs: sim.Fields{
			"allowedPattern": sim.String().AtMost(1024),
			"dataType":       sim.String().Computed().Replaces().OneOf("text", "aws:ec2:image", "aws:ssm:integration"),
			"description":    sim.String().AtMost(1024),
			"insecureValue":  sim.String().Computed(),
			"keyId":          sim.String().Computed(),
			"name":           sim.String().Replaces().Between(1, 2048).Match(`[a-zA-Z0-9_./-]+`, "letters, digits and _./-").Check(parameterNameProblem),
			"overwrite":      sim.Bool(),
			"tags":           sim.Tags(),
			"tier":           sim.String().Computed().OneOf("Standard", "Advanced", "Intelligent-Tiering"),
			"type":           sim.String().Required().OneOf("String", "StringList", "SecureString"),
			"value":          sim.String().Computed().Sensitive(),
		},
		Outputs:  []string{"arn", "dataType", "insecureValue", "keyId", "tagsAll", "tier", "value", "version"},
		Validate: validateParameter,
		ForceReplace: func(old, now sim.Values) []string {
			if old.Str("tier") == "Advanced" && now.Str("tier") == "Standard" {
				return []string{"tier"}
			}
			return nil
		},
		Unsettled: func(changed map[string]bool) []string {
			if changed["value"] || changed["insecureValue"] || changed["description"] {
				return []string{"version"}
			}
			return nil
		},
		Create: func(op *sim.Op) error {
			if r := named(op, parameterType, "name", op.In.Str("name")); r != nil {
				return sim.Refuse("ParameterAlreadyExists",
					"The parameter already exists. To overwrite this value, set the overwrite option in the request to true. (%s)", r.ID)
			}
			op.ID = op.In.Str("name")
			op.Out["arn"] = op.ARN("ssm", "parameter/"+strings.TrimPrefix(op.ID, "/"))
			op.Out["version"] = 0.0
			choose(op, "dataType", "text")
			return putParameter(op)
		},
		Update: putParameter,
	}
}

// parameterNameProblem: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
func parameterNameProblem(v any) string {
	s, _ := v.(string)
	first := strings.ToLower(strings.TrimPrefix(s, "/"))
	switch {
	case strings.HasPrefix(first, "aws") || strings.HasPrefix(first, "ssm"):
		return fmt.Sprintf("%q: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive)", s)
	case strings.Contains(s, "/") && !strings.HasPrefix(s, "/"):
		return fmt.Sprintf("%q: a name that is a path must start with /", s)
	case strings.Count(s, "/") > 15:
		return fmt.Sprintf("%q: a hierarchy can have a maximum of 15 levels", s)
	}
	return ""
}

func validateParameter(c *sim.Check) {
	c.OneOf("value", "insecureValue")
	kind := c.In.Str("type")
	if c.In.Has("insecureValue") && kind == "SecureString" {
		c.Fail("insecureValue", `must not be given for type "SecureString": it shows in plans and state`)
	}
	if c.In.Has("keyId") && kind != "" && kind != "SecureString" {
		c.Fail("keyId", `is for type "SecureString", not %q`, kind)
	}
	pattern, err := regexp.Compile(c.In.Str("allowedPattern"))
	if err != nil {
		c.Fail("allowedPattern", "is not a regular expression: %v", err)
		return
	}
	for _, k := range []string{"value", "insecureValue"} {
		if s, ok := c.In[k].(string); ok && !pattern.MatchString(s) {
			c.Fail(k, "does not match allowedPattern")
		}
	}
}

// putParameter checks the size against the tier and stores the value as a new version.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
func putParameter(op *sim.Op) error {
	value := op.In.Str("value") + op.In.Str("insecureValue")
	if value == "" {
		return sim.Refuse("ValidationException", "Parameter value can't be empty: the length must be greater than or equal to 1.")
	}
	limit, tier := 4096, op.In.Str("tier")
	switch {
	case tier == "Advanced":
		limit = 8192
	case tier == "Intelligent-Tiering":
		limit, tier = 8192, map[bool]string{true: "Advanced", false: "Standard"}[len(value) > 4096]
	case tier == "":
		tier = "Standard"
	}
	if len(value) > limit {
		return sim.Refuse("ValidationException", "%s tier parameters support a maximum parameter value of %d characters. (%s has %d)",
			tier, limit, op.In.Str("name"), len(value))
	}
	op.Out["tier"], op.Out["keyId"] = tier, ""
	op.Out["value"], op.Out["insecureValue"] = value, ""
	switch op.In.Str("type") {
	case "SecureString":
		op.Out["keyId"] = "alias/aws/ssm"
		if k := op.In.Str("keyId"); k != "" {
			op.Out["keyId"] = k
			if keyFor(op, k) == nil {
				return sim.Refuse("InvalidKeyId", "Invalid keyId %s", k)
			}
		}
	default:
		op.Out["insecureValue"] = value
	}
	if op.Old == nil || changedAny(op.Old, op.In, []string{"value", "insecureValue", "description", "type", "tier", "keyId", "allowedPattern"}) {
		op.Out["version"] = op.Out.Num("version") + 1
	}
	settleTags(op)
	return nil
}
