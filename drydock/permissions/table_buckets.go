package permissions

import "strings"

// bucketsTable is S3. Its actions are not named after its calls: deleting a lifecycle is putting one.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
func bucketsTable() map[string][]grant {
	return map[string][]grant{
		"aws:s3/bucketV2:BucketV2": {
			// The provider reads all of a bucket's settings, wherever they are managed.
			allow(own, "s3", "CreateBucket", "DeleteBucket", "GetAccelerateConfiguration", "GetBucketAcl", "GetBucketCORS", "GetBucketLocation",
				"GetBucketLogging", "GetBucketObjectLockConfiguration", "GetBucketPolicy", "GetBucketRequestPayment", "GetBucketTagging",
				"GetBucketVersioning", "GetBucketWebsite", "GetEncryptionConfiguration", "GetLifecycleConfiguration",
				"GetReplicationConfiguration", "ListBucket", "PutBucketTagging"),
			emptying,
			emptyingList,
		},
		"aws:s3/bucketVersioningV2:BucketVersioningV2": bucketSetting("GetBucketVersioning", "PutBucketVersioning"),
		"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": bucketSetting(
			"GetLifecycleConfiguration", "PutLifecycleConfiguration"),
		"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": bucketSetting(
			"GetEncryptionConfiguration", "PutEncryptionConfiguration"),
		"aws:s3/bucketPolicy:BucketPolicy":                       bucketSetting("DeleteBucketPolicy", "GetBucketPolicy", "PutBucketPolicy"),
		"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketSetting("GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock"),
		"aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketSetting("GetBucketOwnershipControls", "PutBucketOwnershipControls"),
		"aws:s3/bucketWebsiteConfigurationV2:BucketWebsiteConfigurationV2": bucketSetting(
			"DeleteBucketWebsite", "GetBucketWebsite", "PutBucketWebsite"),
		"aws:s3/bucketObjectv2:BucketObjectv2": {
			allow(object, "s3", "DeleteObject", "DeleteObjectTagging", "DeleteObjectVersion", "GetObject", "GetObjectTagging", "GetObjectVersion",
				"PutObject", "PutObjectTagging"),
			allow(bucket, "s3", "ListBucket", "ListBucketVersions"), // all versions of the object are deleted with it
		},
	}
}

func bucketSetting(actions ...string) []grant { return []grant{allow(bucket, "s3", actions...)} }

// bucket is the one that a setting or object belongs to.
func bucket(p Place, r Resource) []string {
	if name := r.text("bucket"); name != "" {
		return []string{"arn:" + p.Partition + ":s3:::" + generalName(name)}
	}
	return nil
}

func object(p Place, r Resource) []string {
	arns := bucket(p, r)
	for i := range arns {
		arns[i] += "/" + strings.TrimPrefix(r.text("key"), "/")
	}
	return arns
}

// emptying and emptyingList are for a bucket that is destroyed with all that is in it.
var (
	emptying = allow(func(p Place, r Resource) []string {
		var arns []string
		for _, arn := range disposable(p, r) {
			arns = append(arns, arn+"/*")
		}
		return arns
	}, "s3", "DeleteObject", "DeleteObjectVersion")
	emptyingList = allow(disposable, "s3", "ListBucketVersions")
)

func disposable(p Place, r Resource) []string {
	if force, _ := r.Inputs["forceDestroy"].(bool); !force {
		return nil
	}
	return own(p, r)
}
