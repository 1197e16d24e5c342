package aws

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// iamRoleRef is the ARN of a role that must exist; refusal is the calling service's own message with %s for the ARN.
func iamRoleRef(refusal string) *sim.Field {
	return sim.String().Match(`arn:[a-z-]+:iam::\d{12}:role/[\w+=,.@/-]+`, "the ARN of an IAM role").
		Refs("aws:iam/role:Role", "arn", refusal)
}

// assumable tells whether the role's trust policy lets the service assume it: an Allow of sts:AssumeRole to the service's
// principal. Conditions are taken to be met.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-service.html
func assumable(cloud *sim.Cloud, role, service string) bool {
	r := cloud.Find("aws:iam/role:Role", "arn", role)
	if r == nil {
		return false
	}
	trust, _ := parsePolicy(r.Inputs.Str("assumeRolePolicy"))
	for _, s := range trust.statements {
		principals, _ := s.element["Principal"].(map[string]any)
		services, _ := textsOf(principals["Service"])
		actions, _ := textsOf(s.element["Action"])
		if s.element["Effect"] == "Allow" && slices.Contains(services, service) &&
			(slices.Contains(actions, "sts:AssumeRole") || slices.Contains(actions, "sts:*")) {
			return true
		}
	}
	return false
}

// decodeJSON reads exactly one JSON value.
func decodeJSON(text string, into any) error {
	d := json.NewDecoder(strings.NewReader(text))
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text follows the JSON value")
	}
	return nil
}

// arnPart is the part at i of arn:partition:service:region:account:rest, "" where the text is no ARN.
func arnPart(arn string, i int) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return ""
	}
	return parts[i]
}

// bucketNamed is the bucket with the name, nil if none.
func bucketNamed(cloud *sim.Cloud, name string) *sim.Record {
	return cloud.Find(bucketType, "id", name)
}
