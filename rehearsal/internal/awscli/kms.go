package awscli

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
)

// customerKey is the ARN of the KMS key that an ID, ARN or alias names. It is empty for AWS's own keys (alias/aws/...),
// whose policies let all of an account use them through the service; the caller needs no permission of its own.
// https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
func (c *call) customerKey(name string) string {
	if name == "" || strings.Contains(name, "alias/aws/") {
		return ""
	}
	if i := strings.Index(name, "alias/"); i >= 0 {
		alias := c.World.Find("aws:kms/alias:Alias", "name", name[i:])
		if alias == nil {
			return c.arn("kms", name[i:])
		}
		name = alias.Attr("targetKeyId")
	}
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return c.arn("kms", "key/"+name)
}

// askKey asks whether the caller may use a customer's key through a service, for a thing that is named in the encryption
// context. It does nothing for AWS's own keys.
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
func (c *call) askKey(action, key, service, contextKey, thing string) (reason string, denied bool) {
	arn := c.customerKey(key)
	if arn == "" {
		return "", false
	}
	return c.decide(c.op.api, access.Call{Action: action, Resource: arn, Context: conditions([]string{
		"kms:ViaService", service + "." + c.region + "." + c.domain(),
		"kms:EncryptionContext:" + contextKey, thing, "kms:EncryptionContextKeys", contextKey,
	}), Doc: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html"})
}
