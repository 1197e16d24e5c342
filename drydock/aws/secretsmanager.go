package aws

import (
	"encoding/base64"
	"fmt"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	secretType        = "aws:secretsmanager/secret:Secret"
	secretVersionType = "aws:secretsmanager/secretVersion:SecretVersion"
	// deletedSecretType is the record of a secret that is scheduled for deletion: it keeps its name until then.
	deletedSecretType = "aws:secretsmanager/secret:ScheduledForDeletion"
)

const secretNaming = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html"

func secret() *sim.Resource {
	name := func(max float64) *sim.Field {
		return sim.String().Replaces().Between(1, max).Match(`[A-Za-z0-9/_+=.@-]+`, "letters, digits and /_+=.@-").Doc(secretNaming)
	}
	return &sim.Resource{
		Type:     secretType,
		AutoName: &sim.AutoName{Field: "name", Max: 255},
		Inputs: sim.Fields{
			"description":                 sim.String().AtMost(2048),
			"forceOverwriteReplicaSecret": sim.Bool().Default(false),
			"kmsKeyId":                    sim.String(),
			"name":                        name(512).Computed(),
			"namePrefix":                  name(486),
			"policy":                      sim.JSON().Computed().AtMost(20480).Same(samePolicy).Check(checkPolicy(resourcePolicy)),
			"recoveryWindowInDays": sim.Int().Default(30.0).Check(func(v any) string {
				if n, _ := v.(float64); n != 0 && (n < 7 || n > 30) {
					return fmt.Sprintf("must be 0, for no recovery, or between 7 and 30 days, got %v", n)
				}
				return ""
			}).Doc("https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html"),
			"replicas": sim.Set(sim.Object(sim.Fields{"kmsKeyId": sim.String().Computed(), "region": sim.String().Required()})).Computed(),
			"tags":     sim.Tags(),
		},
		Outputs:  []string{"arn", "name", "policy", "replicas", "tagsAll"},
		Validate: func(c *sim.Check) { c.Exclusive("name", "namePrefix") },
		Create:   createSecret, Update: settleSecret, Delete: deleteSecret,
	}
}

func createSecret(op *sim.Op) error {
	name := suffixed(op, "name")
	if named(op, secretType, "name", name) != nil {
		return sim.Refuse("ResourceExistsException", "The operation failed because the secret %s already exists.", name)
	}
	if gone := op.Cloud.Get(deletedSecretType, here(op), name); gone != nil && time.Now().Format(time.RFC3339) < gone.State.Str("deletionDate") {
		return sim.Refuse("InvalidRequestException",
			"You can't create this secret because a secret with this name is already scheduled for deletion. (%s, on %s; "+
				"with recoveryWindowInDays 0 a secret is deleted at once)", name, gone.State.Str("deletionDate"))
	}
	op.ID = op.ARN("secretsmanager", "secret:"+name+"-"+sim.Alnum(6))
	op.Out["arn"] = op.ID
	choose(op, "policy", "")
	choose(op, "replicas", []any{})
	return settleSecret(op)
}

func settleSecret(op *sim.Op) error {
	settleTags(op)
	if k := op.In.Str("kmsKeyId"); k != "" && keyFor(op, k) == nil {
		return sim.Refuse("InvalidParameterException", "The KMS key %s does not exist, or cannot be used from this account", k)
	}
	for _, r := range op.In.Objs("replicas") {
		if _, known := regions[r.Str("region")]; !known || r.Str("region") == op.Region() {
			return sim.Refuse("InvalidParameterException", "Invalid replica region: %s", r.Str("region"))
		}
	}
	if !op.In.Has("policy") {
		return nil
	}
	if err := checkPrincipalsExist(op, op.In.Str("policy")); err != nil {
		return sim.Refuse("MalformedPolicyDocumentException", "This resource policy contains an unsupported principal. (%s)", err)
	}
	return nil
}

// deleteSecret: https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html
func deleteSecret(op *sim.Op) error {
	if days := int(op.In.Num("recoveryWindowInDays")); days > 0 {
		gone := &sim.Record{
			Type: deletedSecretType, ID: op.Out.Str("name"), Scope: here(op), Seeded: true, Inputs: sim.Values{},
			Outputs: sim.Values{"arn": op.ID}, State: sim.Values{"deletionDate": time.Now().AddDate(0, 0, days).Format(time.RFC3339)},
		}
		if err := op.Cloud.Put(gone); err != nil {
			return err
		}
	}
	return removeAll(op, versionsOf(op.Cloud, op.ID))
}

// secretVersion: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
func secretVersion() *sim.Resource {
	return &sim.Resource{
		Type: secretVersionType,
		Inputs: sim.Fields{
			"secretBinary":  sim.String().Sensitive().Replaces().Between(1, 87384), // 65,536 bytes in base64
			"secretId":      sim.String().Required().Replaces(),
			"secretString":  sim.String().Sensitive().Replaces().Between(1, 65536),
			"versionStages": sim.Set(sim.String().Between(1, 256)).Computed().AtMost(20),
		},
		Outputs: []string{"arn", "versionId", "versionStages"},
		Validate: func(c *sim.Check) {
			c.OneOf("secretString", "secretBinary")
			if s := c.In.Str("secretBinary"); s != "" {
				if _, err := base64.StdEncoding.DecodeString(s); err != nil {
					c.Fail("secretBinary", "is not base64")
				}
			}
		},
		Create: func(op *sim.Op) error {
			s := secretNamed(op, op.In.Str("secretId"))
			if s == nil {
				return sim.Refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret. (%s)", op.In.Str("secretId"))
			}
			op.Out["arn"], op.Out["versionId"] = s.ID, uuid()
			op.ID = s.ID + "|" + op.Out.Str("versionId")
			choose(op, "versionStages", []any{"AWSCURRENT"})
			return takeStages(op)
		},
		Update: takeStages,
	}
}

// secretNamed is a secret by ARN or name.
func secretNamed(op *sim.Op, id string) *sim.Record {
	if r := op.Cloud.Find(secretType, "arn", id); r != nil {
		return r
	}
	return named(op, secretType, "name", id)
}

func versionsOf(cloud *sim.Cloud, arn string) []*sim.Record {
	var out []*sim.Record
	for _, r := range cloud.All(secretVersionType) {
		if r.Attr("arn") == arn {
			out = append(out, r)
		}
	}
	return out
}

// takeStages: a staging label is on one version at a time; the version that loses AWSCURRENT becomes AWSPREVIOUS.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
func takeStages(op *sim.Op) error {
	taken := op.Out.Strs("versionStages")
	for _, r := range versionsOf(op.Cloud, op.Out.Str("arn")) {
		if r.ID == op.ID {
			continue
		}
		left := []any{}
		for _, s := range r.Outputs.Strs("versionStages") {
			switch {
			case s == "AWSCURRENT" && contains(taken, s):
				left = append(left, "AWSPREVIOUS")
			case s == "AWSPREVIOUS" && contains(taken, "AWSCURRENT"), contains(taken, s):
			default:
				left = append(left, s)
			}
		}
		next := *r
		next.Outputs = r.Outputs.Copy()
		next.Outputs["versionStages"] = left
		if err := op.Cloud.Put(&next); err != nil {
			return err
		}
	}
	return nil
}

// currentSecret is the value that a secret's readers get, by the secret's ARN; not ok where there is none.
func currentSecret(cloud *sim.Cloud, arn string) (value string, ok bool) {
	for _, r := range versionsOf(cloud, arn) {
		if contains(r.Outputs.Strs("versionStages"), "AWSCURRENT") {
			return r.Inputs.Str("secretString"), r.Inputs.Has("secretString")
		}
	}
	return "", false
}
