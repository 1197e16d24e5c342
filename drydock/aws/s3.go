package aws

import "github.com/container-pipeline/container-pipeline/drydock/internal/sim"

// The types of Amazon S3 that the drydock knows. The bucket is the one whose settings are resources of their own.
const (
	bucketType           = "aws:s3/bucketV2:BucketV2"
	bucketVersioningType = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	bucketEncryptionType = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
	bucketLifecycleType  = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"
	bucketAccessType     = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	bucketOwnershipType  = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
	bucketPolicyType     = "aws:s3/bucketPolicy:BucketPolicy"
	objectType           = "aws:s3/bucketObjectv2:BucketObjectv2"
)

const noBucket = "NoSuchBucket: The specified bucket does not exist (%s)"

func storage() ([]*sim.Resource, []*sim.Function) {
	return []*sim.Resource{
		bucket(), bucketVersioning(), bucketEncryption(), bucketLifecycle(), bucketPublicAccessBlock(), bucketOwnership(),
		bucketPolicy(), bucketObject(), key(), alias(), secret(), secretVersion(), parameter(),
	}, append(keyFunctions(), ssmGetParameter())
}
