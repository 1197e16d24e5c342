package ground

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

func TestCredentialStatements(t *testing.T) {
	const secret = "arn:aws:secretsmanager:us-east-2:123456789012:secret:github-a1b2c3"
	for name, c := range map[string]struct {
		arn       string
		actions   []string
		resources []string
	}{
		"none":   {"", nil, nil},
		"secret": {secret, []string{"secretsmanager:GetSecretValue"}, []string{secret}},
		"connection under its old name": {
			"arn:aws:codestar-connections:us-east-2:123456789012:connection/1",
			[]string{"codeconnections:GetConnection", "codeconnections:GetConnectionToken", "codestar-connections:GetConnection", "codestar-connections:GetConnectionToken"},
			[]string{"arn:aws:codeconnections:us-east-2:123456789012:connection/1", "arn:aws:codestar-connections:us-east-2:123456789012:connection/1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var actions, resources []string
			for _, s := range CredentialStatements(c.arn) {
				assert.Equal(t, iam.EffectAllow, s.Effect)
				actions, resources = append(actions, s.Action...), append(resources, s.Resource...)
			}
			assert.Equal(t, c.actions, actions)
			assert.Equal(t, c.resources, resources)
		})
	}
}

func TestBucketWithReaders(t *testing.T) {
	cloud, _ := makeBucket(t, &ArtifactBucketArgs{Readers: []pulumi.StringInput{pulumi.String("222222222222")}})
	assert.JSONEq(t, `{"Version": "2012-10-17", "Statement": [
		{"Sid": "TLSOnly", "Effect": "Deny", "Principal": "*", "Action": ["s3:*"],
			"Resource": ["arn:aws:s3:::dog-1a2b3c4", "arn:aws:s3:::dog-1a2b3c4/*"], "Condition": {"Bool": {"aws:SecureTransport": ["false"]}}},
		{"Sid": "ReadArtifacts", "Effect": "Allow", "Principal": {"AWS": ["222222222222"]},
			"Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": ["arn:aws:s3:::dog-1a2b3c4/*"]},
		{"Sid": "ListArtifacts", "Effect": "Allow", "Principal": {"AWS": ["222222222222"]},
			"Action": ["s3:GetBucketLocation", "s3:ListBucket"], "Resource": ["arn:aws:s3:::dog-1a2b3c4"]}
	]}`, cloud.Resource(t, "BucketPolicy", "dog").Text(t, "policy"))
}
