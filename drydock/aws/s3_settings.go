package aws

import (
	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// ofBucket is the input that names the bucket of a setting.
func ofBucket() *sim.Field {
	return sim.String().Required().Replaces().Between(1, 63).Refs(bucketType, "id", noBucket)
}

func expectedOwner() *sim.Field {
	return sim.String().Replaces().Match(`\d{12}`, "an account's 12 digits")
}

// settingOf gives a setting the id of the provider: the bucket, and the owner it expects if any.
func settingOf(op *sim.Op) error {
	op.ID = op.In.Str("bucket")
	owner := op.In.Str("expectedBucketOwner")
	if owner == "" {
		return nil
	}
	op.ID += "," + owner
	if owner != op.Account() {
		return sim.Refuse("AccessDenied", "Access Denied: the bucket %s is not owned by %s", op.In.Str("bucket"), owner)
	}
	return nil
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
func bucketVersioning() *sim.Resource {
	return &sim.Resource{
		Type: bucketVersioningType,
		Inputs: sim.Fields{
			"bucket":              ofBucket(),
			"expectedBucketOwner": expectedOwner(),
			"mfa":                 sim.String(),
			"versioningConfiguration": sim.Object(sim.Fields{
				"mfaDelete": sim.String().Computed().OneOf("Enabled", "Disabled"),
				"status":    sim.String().Required().OneOf("Enabled", "Suspended", "Disabled"),
			}).Required(),
		},
		Create: settingOf,
		Update: func(op *sim.Op) error {
			was, now := op.Old.Obj("versioningConfiguration").Str("status"), op.In.Obj("versioningConfiguration").Str("status")
			if now == "Disabled" && was != now {
				return sim.Refuse("InvalidArgument", "versioningConfiguration.status cannot be updated from '%s' to 'Disabled': "+
					"once enabled, versioning can only be suspended", was)
			}
			return nil
		},
	}
}

// versioning is "Enabled", "Suspended", or "" for a bucket that never had versions.
func versioning(cloud *sim.Cloud, bucketName string) string {
	r := cloud.Find(bucketVersioningType, "bucket", bucketName)
	if r == nil {
		return ""
	}
	if s := r.Inputs.Obj("versioningConfiguration").Str("status"); s != "Disabled" {
		return s
	}
	return ""
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html
func bucketEncryption() *sim.Resource {
	return &sim.Resource{
		Type: bucketEncryptionType,
		Inputs: sim.Fields{
			"bucket":              ofBucket(),
			"expectedBucketOwner": expectedOwner(),
			"rules": sim.Set(sim.Object(sim.Fields{
				"applyServerSideEncryptionByDefault": sim.Object(sim.Fields{
					"kmsMasterKeyId": sim.String(),
					"sseAlgorithm":   sim.String().Required().OneOf("AES256", "aws:kms", "aws:kms:dsse"),
				}),
				"bucketKeyEnabled": sim.Bool(),
			})).Required().Between(1, 1),
		},
		Validate: func(c *sim.Check) {
			for _, r := range c.In.Objs("rules") {
				if d := r.Obj("applyServerSideEncryptionByDefault"); d.Str("sseAlgorithm") == "AES256" && d.Has("kmsMasterKeyId") {
					c.Fail("rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId", `must not be given for sseAlgorithm "AES256"`)
				}
			}
		},
		Create: settingOf,
	}
}

// defaultEncryption is what a bucket does with an object for which nothing else is asked. Every bucket encrypts with
// S3's own keys at least: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
func defaultEncryption(cloud *sim.Cloud, bucketName string) (algorithm, keyID string, bucketKey bool) {
	if r := cloud.Find(bucketEncryptionType, "bucket", bucketName); r != nil {
		for _, rule := range r.Inputs.Objs("rules") {
			if d := rule.Obj("applyServerSideEncryptionByDefault"); d.Has("sseAlgorithm") {
				return d.Str("sseAlgorithm"), d.Str("kmsMasterKeyId"), rule.Bool("bucketKeyEnabled")
			}
		}
	}
	return "AES256", "", false
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
func bucketPublicAccessBlock() *sim.Resource {
	off := func() *sim.Field { return sim.Bool().Default(false) }
	return &sim.Resource{
		Type: bucketAccessType,
		Inputs: sim.Fields{
			"blockPublicAcls": off(), "blockPublicPolicy": off(), "ignorePublicAcls": off(), "restrictPublicBuckets": off(),
			"bucket":      ofBucket(),
			"skipDestroy": sim.Bool(),
		},
		Create: settingOf,
	}
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
func bucketOwnership() *sim.Resource {
	return &sim.Resource{
		Type: bucketOwnershipType,
		Inputs: sim.Fields{
			"bucket": ofBucket(),
			"rule": sim.Object(sim.Fields{
				"objectOwnership": sim.String().Required().OneOf("BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"),
			}).Required(),
		},
		Create: settingOf,
	}
}
