package calls

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// customerKey is the ARN of the KMS key that the text names: by ARN, ID or alias, beside a thing with the ARN. It is
// empty for no key and for those that AWS manages, which all of an account may use through their service.
// https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
func customerKey(w *world.World, key, beside string) string {
	switch {
	case key == "", strings.Contains(key, "alias/aws/"):
		return ""
	case strings.Contains(key, "alias/"):
		name := key[strings.Index(key, "alias/"):]
		if r := w.Find("aws:kms/alias:Alias", "name", name); r != nil {
			return r.Attr("targetKeyArn")
		}
	case !strings.HasPrefix(key, "arn:"):
		if r := w.Find("aws:kms/key:Key", "keyId", key); r != nil {
			return r.Attr("arn")
		}
		if arn, ok := world.ParseARN(beside); ok {
			return arn.With("kms", "key/"+key)
		}
	}
	return key
}

// throughService are the calls on a key that a service makes with the caller's own rights, for a thing of its own.
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
func throughService(caller by, service, region, why, key, contextKey, thing string, actions ...string) []access.Call {
	if key == "" {
		return nil
	}
	calls := caller.may(why, key, actions...)
	calls = given(calls, "kms:ViaService", service+"."+region+".amazonaws.com")
	calls = given(calls, "kms:CallerAccount", accountOf(caller.role))
	return given(given(calls, "aws:ViaAWSService", "true"), "kms:EncryptionContext:"+contextKey, thing)
}

const s3KeyDoc = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"

// objectKey are the calls on the key of an object in S3. An upload in parts needs Decrypt as well: S3 reads the parts.
func objectKey(role, key, object, region string, writes bool) []access.Call {
	caller := by{role, s3KeyDoc}
	if writes {
		return throughService(caller, "s3", region, "encrypt "+object, key, "aws:s3:arn", object, "kms:GenerateDataKey", "kms:Decrypt")
	}
	return throughService(caller, "s3", region, "decrypt "+object, key, "aws:s3:arn", object, "kms:Decrypt")
}

// bucketKey is the customer's key by which a bucket encrypts what comes without one, or nothing.
func bucketKey(w *world.World, bucket, beside string) string {
	for _, typ := range []string{
		"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
		"aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
	} {
		for _, r := range w.Where(typ, "bucket", bucket) {
			for _, rule := range r.Inputs.Objs("rules") {
				if key := rule.Obj("applyServerSideEncryptionByDefault").Str("kmsMasterKeyId"); key != "" {
					return customerKey(w, key, beside)
				}
			}
		}
	}
	return ""
}
