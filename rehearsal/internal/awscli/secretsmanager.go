package awscli

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
)

const (
	secretType        = "aws:secretsmanager/secret:Secret"
	secretVersionType = "aws:secretsmanager/secretVersion:SecretVersion"
	currentStage      = "AWSCURRENT"
)

func secretsOperations() map[string]operation {
	return map[string]operation{
		"get-secret-value": {api: "GetSecretValue", run: (*call).getSecretValue,
			params: with(required("secret-id"), optional(text, "version-id", "version-stage"))},
		"describe-secret": {api: "DescribeSecret", run: (*call).describeSecret, params: required("secret-id")},
	}
}

type secretValue struct {
	ARN, Name, VersionId string
	SecretBinary         string `json:",omitempty"`
	SecretString         string `json:",omitempty"`
	VersionStages        []string
}

// getSecretValue: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
func (c *call) getSecretValue() (any, error) {
	stage := c.given.text("version-stage")
	secret, err := c.secret("secretsmanager:GetSecretValue", "secretsmanager:VersionStage", cmp.Or(stage, currentStage))
	if err != nil {
		return nil, err
	}
	version, err := c.secretVersion(secret, c.given.text("version-id"), stage)
	if err != nil {
		return nil, err
	}
	// https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
	if _, denied := c.askKey("kms:Decrypt", secret.Inputs.Str("kmsKeyId"), "secretsmanager", "SecretARN", secret.Attr("arn")); denied {
		return nil, c.refuse("AccessDeniedException", "Access to KMS is not allowed")
	}
	return secretValue{
		ARN: secret.Attr("arn"), Name: secret.Attr("name"), VersionId: version.Attr("versionId"),
		SecretString: version.Inputs.Str("secretString"), SecretBinary: version.Inputs.Str("secretBinary"),
		VersionStages: stagesOf(version),
	}, nil
}

func (c *call) describeSecret() (any, error) {
	secret, err := c.secret("secretsmanager:DescribeSecret")
	if err != nil {
		return nil, err
	}
	versions := map[string][]string{}
	for _, v := range c.versionsOf(secret) {
		versions[v.Attr("versionId")] = stagesOf(v)
	}
	return struct {
		ARN, Name          string
		Description        string              `json:",omitempty"`
		KmsKeyId           string              `json:",omitempty"`
		VersionIdsToStages map[string][]string `json:",omitempty"`
	}{secret.Attr("arn"), secret.Attr("name"), secret.Inputs.Str("description"), secret.Inputs.Str("kmsKeyId"), versions}, nil
}

// secret finds what --secret-id names, and asks for the action on it.
func (c *call) secret(action string, context ...string) (*drydock.Record, error) {
	id := c.given.text("secret-id")
	for _, r := range c.World.All(secretType) {
		if !c.names(id, r) {
			continue
		}
		return r, c.ask(action, r.Attr("arn"), append(context, "secretsmanager:SecretId", id)...)
	}
	return nil, c.refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

// suffix is what Secrets Manager puts after a name in an ARN.
var suffix = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)

// names tells whether the ID is the secret's name in the command's region and account, or its ARN, with or without the
// suffix. A name that itself looks as if it ended in a suffix must be given with the true one.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
func (c *call) names(id string, secret *drydock.Record) bool {
	arn := secret.Attr("arn")
	if strings.HasPrefix(id, "arn:") {
		return id == arn || id == suffix.ReplaceAllString(arn, "") && !suffix.MatchString(id)
	}
	return id == secret.Attr("name") && strings.HasPrefix(arn, c.arn("secretsmanager", "secret:"))
}

func (c *call) secretVersion(secret *drydock.Record, id, stage string) (*drydock.Record, error) {
	for _, v := range c.versionsOf(secret) {
		if (id == "" || v.Attr("versionId") == id) && slices.Contains(stagesOf(v), cmp.Or(stage, currentStage)) ||
			id != "" && stage == "" && v.Attr("versionId") == id {
			return v, nil
		}
	}
	if id != "" {
		return nil, c.refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for VersionId: %s", id)
	}
	return nil, c.refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: %s",
		cmp.Or(stage, currentStage))
}

// stagesOf are the labels of a version; one without any named is the current one.
func stagesOf(version *drydock.Record) []string {
	for _, stages := range [][]string{version.Outputs.Strs("versionStages"), version.Inputs.Strs("versionStages")} {
		if len(stages) > 0 {
			return stages
		}
	}
	return []string{currentStage}
}

func (c *call) versionsOf(secret *drydock.Record) []*drydock.Record {
	versions := c.World.All(secretVersionType)
	return slices.DeleteFunc(versions, func(v *drydock.Record) bool {
		id := v.Inputs.Str("secretId")
		return id != secret.Attr("arn") && id != secret.Attr("name")
	})
}
