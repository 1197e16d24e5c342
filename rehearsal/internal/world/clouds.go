package world

import "github.com/container-pipeline/container-pipeline/drydock"

// Held is Of for one who holds the cloud's lock, as a guard does.
func Held(cloud *drydock.Cloud) *World {
	w := &World{}
	for _, typ := range cloud.Types() {
		for _, r := range cloud.All(typ) {
			w.records = append(w.records, copied(r))
		}
	}
	return w
}

// Become takes on what the other has, which is not to be used any more.
func (w *World) Become(other *World) { w.records = other.records }

// Fill puts the world in place of what a cloud has.
func (w *World) Fill(cloud *drydock.Cloud) error { return cloud.Fill(w.Clone().records) }

// EncryptedWith is the KMS key that a bucket's default encryption names, by ARN, ID or alias; "" for S3's own.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
func (w *World) EncryptedWith(bucket string) string {
	r := w.Find("aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", "bucket", bucket)
	if r == nil {
		return ""
	}
	for _, rule := range r.Inputs.Objs("rules") {
		if key := rule.Obj("applyServerSideEncryptionByDefault").Str("kmsMasterKeyId"); key != "" {
			return key
		}
	}
	return ""
}
