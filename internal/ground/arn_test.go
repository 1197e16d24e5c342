package ground

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/problems"
)

func TestARNs(t *testing.T) {
	for name, c := range map[string]struct {
		kind  ARN
		value pulumi.StringInput
		want  string
	}{
		"key":                {KeyARN, pulumi.String("arn:aws:kms:us-east-2:123456789012:key/1234abcd"), ""},
		"key in China":       {KeyARN, pulumi.String("arn:aws-cn:kms:cn-north-1:123456789012:key/1234abcd"), ""},
		"alias":              {KeyARN, pulumi.String("arn:aws:kms:us-east-2:123456789012:alias/mine"), `key: "arn:aws:kms:us-east-2:123456789012:alias/mine" is not valid: give the ARN of a KMS key`},
		"another service's":  {KeyARN, pulumi.String("arn:aws:sns:us-east-2:123456789012:topic"), "give the ARN of a KMS key"},
		"with more behind":   {TopicARN, pulumi.String("arn:aws:sns:us-east-2:123456789012:topic:1"), "give the ARN of an SNS topic"},
		"bucket":             {BucketARN, pulumi.String("arn:aws:s3:::states"), ""},
		"name of a bucket":   {BucketARN, pulumi.String("states"), `"states" is not valid`},
		"either":             {SecretARN.Or(ConnectionARN), pulumi.String("arn:aws:codeconnections:us-east-2:123456789012:connection/a"), ""},
		"a secret itself":    {SecretARN, pulumi.String("hunter2"), "key: this value is not valid: give the ARN of a secret of Secrets Manager"},
		"neither":            {SecretARN.Or(ConnectionARN), pulumi.String("arn"), "key: this value is not valid: give the ARN of a secret of Secrets Manager or the ARN of a connection"},
		"none":               {KeyARN, nil, ""},
		"not known yet":      {KeyARN, pulumi.StringOutput{}, ""},
		"empty":              {FunctionARN, pulumi.String(""), "give the ARN of a Lambda function"},
		"without an account": {CertificateARN, pulumi.String("arn:aws:acm:us-east-2::certificate/a"), "give the ARN of a certificate of ACM"},
	} {
		t.Run(name, func(t *testing.T) {
			p := &problems.List{}
			c.kind.Check(p, "key", c.value)
			if c.want == "" {
				assert.NoError(t, p.Err())
				return
			}
			assert.ErrorContains(t, p.Err(), c.want)
		})
	}
}
