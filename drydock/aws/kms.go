package aws

import (
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	keyType   = "aws:kms/key:Key"
	aliasType = "aws:kms/alias:Alias"
)

// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
func key() *sim.Resource {
	return &sim.Resource{
		Type: keyType,
		Inputs: sim.Fields{
			"bypassPolicyLockoutSafetyCheck": sim.Bool().Default(false),
			"customerMasterKeySpec": sim.String().Default("SYMMETRIC_DEFAULT").Replaces().OneOf("SYMMETRIC_DEFAULT", "RSA_2048", "RSA_3072",
				"RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512"),
			"deletionWindowInDays": sim.Int().Between(7, 30),
			"description":          sim.String().Computed().AtMost(8192),
			"enableKeyRotation":    sim.Bool().Default(false),
			"isEnabled":            sim.Bool().Default(true),
			"keyUsage": sim.String().Default("ENCRYPT_DECRYPT").Replaces().
				OneOf("ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"),
			"multiRegion":          sim.Bool().Computed().Replaces(),
			"policy":               sim.JSON().Computed().AtMost(32768).Same(samePolicy).Check(checkPolicy(resourcePolicy)),
			"rotationPeriodInDays": sim.Int().Computed().Between(90, 2560),
			"tags":                 sim.Tags(),
		},
		Outputs: []string{"arn", "description", "isEnabled", "keyId", "multiRegion", "policy", "tagsAll"},
		Validate: func(c *sim.Check) {
			if c.In.Has("rotationPeriodInDays") && c.In["enableKeyRotation"] == false {
				c.Fail("rotationPeriodInDays", "needs enableKeyRotation")
			}
			if spec := c.In.Str("customerMasterKeySpec"); c.In.Bool("enableKeyRotation") && spec != "" && spec != "SYMMETRIC_DEFAULT" {
				c.Fail("enableKeyRotation", "only a SYMMETRIC_DEFAULT key can be rotated, not %s", spec)
			}
		},
		Create: func(op *sim.Op) error {
			op.ID = uuid()
			if op.In.Bool("multiRegion") {
				op.ID = "mrk-" + sim.Hex(32)
			}
			op.Out["keyId"], op.Out["arn"] = op.ID, op.ARN("kms", "key/"+op.ID)
			choose(op, "description", "")
			choose(op, "multiRegion", false)
			choose(op, "policy", fmt.Sprintf(`{"Id":"key-default-1","Statement":[{"Action":"kms:*","Effect":"Allow",`+
				`"Principal":{"AWS":"arn:%s:iam::%s:root"},"Resource":"*","Sid":"Enable IAM User Permissions"}],"Version":"2012-10-17"}`, op.Partition(), op.Account()))
			return settleKey(op)
		},
		Update: settleKey,
		Delete: func(op *sim.Op) error { return removeAll(op, aliasesOf(op, op.ID)) },
	}
}

func settleKey(op *sim.Op) error {
	settleTags(op)
	if !op.In.Has("policy") {
		return nil
	}
	if err := checkPrincipalsExist(op, op.In.Str("policy")); err != nil {
		return sim.Refuse("MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals. (%s)", err)
	}
	return keyLockout(op)
}

// keyLockout: a policy must let someone change it again.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
func keyLockout(op *sim.Op) error {
	if op.In.Bool("bypassPolicyLockoutSafetyCheck") {
		return nil
	}
	doc, _ := parsePolicy(op.In.Str("policy"))
	for _, s := range doc.statements {
		actions, _ := s.either("Action")
		for _, a := range actions {
			a = strings.ToLower(a)
			if s.element["Effect"] == "Allow" && (a == "*" || a == "kms:*" || a == "kms:put*" || a == "kms:putkeypolicy") {
				return nil
			}
		}
	}
	return sim.Refuse("MalformedPolicyDocumentException", "The new key policy will not allow you to update the key policy in the future.")
}

// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
func alias() *sim.Resource {
	name := func() *sim.Field {
		return sim.String().Replaces().AtMost(256).
			Match(`alias/[a-zA-Z0-9/_-]+`, "alias/ and letters, digits, slashes, underscores and hyphens").
			Check(func(v any) string {
				if s, _ := v.(string); strings.HasPrefix(s, "alias/aws/") {
					return "names that start with alias/aws/ are AWS's own"
				}
				return ""
			})
	}
	return &sim.Resource{
		Type: aliasType,
		Inputs: sim.Fields{
			"name":        name().Computed(),
			"namePrefix":  name(),
			"targetKeyId": sim.String().Required().Same(func(old, now any) bool { return keyIDOf(old) == keyIDOf(now) }),
		},
		Outputs:  []string{"arn", "name", "targetKeyArn"},
		Validate: func(c *sim.Check) { c.Exclusive("name", "namePrefix") },
		Create: func(op *sim.Op) error {
			if p := op.In.Str("namePrefix"); p != "" {
				op.Out["name"] = p + sim.Hex(26)
			}
			choose(op, "name", "alias/"+op.URN[strings.LastIndex(op.URN, "::")+2:]+"-"+sim.Hex(7))
			op.ID = op.Out.Str("name")
			op.Out["arn"] = op.ARN("kms", op.ID)
			if named(op, aliasType, "name", op.ID) != nil {
				return sim.Refuse("AlreadyExistsException", "An alias with the name %s already exists", op.Out.Str("arn"))
			}
			return aimAlias(op)
		},
		Update: aimAlias,
	}
}

// keyIDOf is the id of a key given by id or ARN.
func keyIDOf(v any) string {
	s, _ := v.(string)
	return s[strings.LastIndex(s, "/")+1:]
}

func aimAlias(op *sim.Op) error {
	k := keyFor(op, op.In.Str("targetKeyId"))
	if k == nil {
		return sim.Refuse("NotFoundException", "Key '%s' does not exist", op.In.Str("targetKeyId"))
	}
	op.Out["targetKeyArn"] = k.Attr("arn")
	return nil
}

// aliasesOf are the aliases that lead to a key.
func aliasesOf(op *sim.Op, keyID string) []*sim.Record {
	var out []*sim.Record
	for _, r := range inRegion(op, aliasType) {
		if k := keyFor(op, r.Attr("targetKeyArn")); k != nil && k.ID == keyID {
			out = append(out, r)
		}
	}
	return out
}

// keyFor is the key that an id, an ARN, an alias or an alias's ARN names; nil if none. AWS's own keys, such as
// alias/aws/s3, come into being when they are first asked for.
// https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id
func keyFor(op *sim.Op, name string) *sim.Record {
	if i := strings.Index(name, ":alias/"); i >= 0 {
		name = name[i+1:]
	}
	if strings.HasPrefix(name, "alias/aws/") {
		return awsKey(op, name)
	}
	if a := named(op, aliasType, "name", name); a != nil {
		name = a.Attr("targetKeyArn")
	}
	if k := op.Cloud.Find(keyType, "arn", name); k != nil {
		return k
	}
	return named(op, keyType, "id", name)
}

// awsKey describes a key that AWS manages.
func awsKey(op *sim.Op, aliasName string) *sim.Record {
	id := fixedHex(op, aliasName, 32)
	id = strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-")
	out := sim.Values{
		"arn": op.ARN("kms", "key/"+id), "keyId": id, "isEnabled": true, "customerMasterKeySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT",
		"description": "Default key that protects my data when no other key is defined", "manager": "AWS",
	}
	return &sim.Record{Type: keyType, ID: id, Scope: here(op), Seeded: true, Inputs: sim.Values{}, Outputs: out}
}

func keyFunctions() []*sim.Function {
	return []*sim.Function{
		{
			Token: "aws:kms/getKey:getKey",
			Args:  sim.Fields{"keyId": sim.String().Required(), "grantTokens": sim.List(sim.String())},
			Call:  getKey,
		},
		{Token: "aws:kms/getAlias:getAlias", Args: sim.Fields{"name": sim.String().Required()}, Call: func(op *sim.Op) error {
			k := keyFor(op, op.In.Str("name"))
			if k == nil || !strings.HasPrefix(op.In.Str("name"), "alias/") {
				return sim.Refuse("NotFoundException", "Alias %s is not found.", op.ARN("kms", op.In.Str("name")))
			}
			op.Out["arn"] = op.ARN("kms", op.In.Str("name"))
			op.Out["id"], op.Out["targetKeyArn"], op.Out["targetKeyId"] = op.Out["arn"], k.Attr("arn"), k.ID
			return nil
		}},
	}
}

// getKey: https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
func getKey(op *sim.Op) error {
	k := keyFor(op, op.In.Str("keyId"))
	if k == nil {
		return sim.Refuse("NotFoundException", "Key '%s' does not exist", op.In.Str("keyId"))
	}
	op.Out["id"], op.Out["arn"], op.Out["awsAccountId"], op.Out["description"] = k.ID, k.Attr("arn"), op.Account(), k.Attr("description")
	op.Out["keySpec"], op.Out["customerMasterKeySpec"] = k.Attr("customerMasterKeySpec"), k.Attr("customerMasterKeySpec")
	op.Out["keyUsage"], op.Out["multiRegion"], op.Out["enabled"] = k.Attr("keyUsage"), k.Outputs.Bool("multiRegion"), k.Outputs.Bool("isEnabled")
	op.Out["keyState"] = map[bool]any{true: "Enabled", false: "Disabled"}[k.Outputs.Bool("isEnabled")]
	op.Out["keyManager"], op.Out["origin"] = "CUSTOMER", "AWS_KMS"
	if k.Attr("manager") != "" {
		op.Out["keyManager"] = k.Attr("manager")
	}
	for _, name := range []string{
		"cloudHsmClusterId", "creationDate", "customKeyStoreId", "deletionDate", "expirationModel", "validTo",
	} {
		op.Out[name] = ""
	}
	op.Out["pendingDeletionWindowInDays"] = 0.0
	op.Out["multiRegionConfigurations"], op.Out["xksKeyConfigurations"] = []any{}, []any{}
	return nil
}
