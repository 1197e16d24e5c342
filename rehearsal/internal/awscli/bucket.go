package awscli

import (
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
)

// multipartThreshold is the size from which the CLI uploads in parts.
// https://docs.aws.amazon.com/cli/latest/topic/s3-config.html#multipart-threshold
const multipartThreshold = 8 << 20

// bucket is the bucket that an operation of S3's API works on.
func (c *call) bucket(name, operation string) (*drydock.Record, error) {
	if r := c.World.Bucket(name); r != nil && c.Objects != nil {
		return r, nil
	}
	return nil, refusal{"NoSuchBucket", operation, "The specified bucket does not exist"}
}

// askS3 asks for an action on a bucket or one of its objects ("" for the bucket).
func (c *call) askS3(operation, action string, bucket *drydock.Record, key string, context map[string][]string) error {
	resource := bucket.Attr("arn")
	if key != "" {
		resource += "/" + key
	}
	owner, _, _ := strings.Cut(bucket.Scope, "/")
	return c.askFor(operation, access.Call{Action: action, Resource: resource, ResourceAccount: owner, Context: context})
}

// listObjects asks with the prefix, which the commands of `s3` send even when it is empty.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
func (c *call) listObjects(name, prefix, delimiter string) ([]Object, error) {
	const operation = "ListObjectsV2"
	b, err := c.bucket(name, operation)
	if err != nil {
		return nil, err
	}
	context := conditions([]string{"s3:delimiter", delimiter})
	if prefix != "" || c.service == "s3" {
		context["s3:prefix"] = []string{prefix}
	}
	if err := c.askS3(operation, "s3:ListBucket", b, "", context); err != nil {
		return nil, err
	}
	return c.Objects.List(name, prefix)
}

// headObject: a HEAD has no body, so the CLI knows of an error only its status.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
func (c *call) headObject(name, key string) (Object, error) {
	const operation = "HeadObject"
	notFound := refusal{"404", operation, "Not Found"}
	b, err := c.bucket(name, operation)
	if err != nil {
		return Object{}, notFound
	}
	if err := c.askS3(operation, "s3:GetObject", b, key, nil); err != nil {
		return Object{}, refusal{"403", operation, "Forbidden"}
	}
	body, o, err := c.Objects.Get(name, key)
	if errors.Is(err, fs.ErrNotExist) {
		return Object{}, notFound
	}
	if err != nil {
		return Object{}, err
	}
	return o, body.Close()
}

// getObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
func (c *call) getObject(name, key string) (io.ReadCloser, Object, error) {
	const operation = "GetObject"
	b, err := c.bucket(name, operation)
	if err != nil {
		return nil, Object{}, err
	}
	if err := c.askS3(operation, "s3:GetObject", b, key, nil); err != nil {
		return nil, Object{}, err
	}
	body, o, err := c.Objects.Get(name, key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Object{}, refusal{"NoSuchKey", operation, "The specified key does not exist."}
	}
	if err != nil {
		return nil, Object{}, err
	}
	if err := c.askBucketKey("kms:Decrypt", operation, b, c.bucketKey(b)); err != nil {
		return nil, Object{}, errors.Join(err, body.Close())
	}
	return body, o, nil
}

// upload is how an object is to be put.
type upload struct {
	operation string // as PutObject or CopyObject
	size      int64
	acl       string
	sse, key  string // server-side encryption: the algorithm and the KMS key, "" for the bucket's own
	metadata  Object
}

// putObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
func (c *call) putObject(name, key string, body io.Reader, u upload) (Object, error) {
	b, err := c.bucket(name, u.operation)
	if err != nil {
		return Object{}, err
	}
	context := conditions([]string{"s3:x-amz-acl", u.acl, "s3:x-amz-server-side-encryption", u.sse,
		"s3:x-amz-server-side-encryption-aws-kms-key-id", c.customerKey(u.key)})
	if err := c.askS3(u.operation, "s3:PutObject", b, key, context); err != nil {
		return Object{}, err
	}
	if err := c.mayACL(b, key, u); err != nil {
		return Object{}, err
	}
	kmsKey := first(u.key, c.bucketKey(b))
	actions := []string{"kms:GenerateDataKey"}
	if u.size >= multipartThreshold {
		// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
		actions = append(actions, "kms:Decrypt")
	}
	for _, action := range actions {
		if err := c.askBucketKey(action, u.operation, b, kmsKey); err != nil {
			return Object{}, err
		}
	}
	return c.Objects.Put(name, key, body, u.metadata)
}

// mayACL: a bucket takes no ACL but the owner's own unless its ownership controls say so, and no public one unless its
// block of public access is off. Both are the defaults of buckets since April 2023.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
func (c *call) mayACL(b *drydock.Record, key string, u upload) error {
	if u.acl == "" {
		return nil
	}
	if err := c.askS3(u.operation, "s3:PutObjectAcl", b, key, conditions([]string{"s3:x-amz-acl", u.acl})); err != nil {
		return err
	}
	ownership := "BucketOwnerEnforced"
	if r := c.World.Find("aws:s3/bucketOwnershipControls:BucketOwnershipControls", "bucket", b.Attr("bucket")); r != nil {
		ownership = first(r.Inputs.Obj("rule").Str("objectOwnership"), ownership)
	}
	if ownership == "BucketOwnerEnforced" && u.acl != "bucket-owner-full-control" {
		return refusal{"AccessControlListNotSupported", u.operation, "The bucket does not allow ACLs"}
	}
	blocked := true
	if r := c.World.Find("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bucket", b.Attr("bucket")); r != nil {
		blocked = r.Inputs.Bool("blockPublicAcls")
	}
	if blocked && strings.HasPrefix(u.acl, "public-") {
		return refusal{"AccessDenied", u.operation, c.denial("s3:PutObject", `"`+b.Attr("arn")+"/"+key+`"`,
			"public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access.")}
	}
	return nil
}

// deleteObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
func (c *call) deleteObject(name, key string) error {
	const operation = "DeleteObject"
	b, err := c.bucket(name, operation)
	if err != nil {
		return err
	}
	if err := c.askS3(operation, "s3:DeleteObject", b, key, nil); err != nil {
		return err
	}
	return c.Objects.Delete(name, key)
}

// bucketKey is the KMS key of a bucket's default encryption, "" for S3's own.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
func (c *call) bucketKey(b *drydock.Record) string {
	r := c.World.Find("aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", "bucket", b.Attr("bucket"))
	if r == nil {
		return ""
	}
	for _, rule := range r.Inputs.Objs("rules") {
		by := rule.Obj("applyServerSideEncryptionByDefault")
		if strings.HasPrefix(by.Str("sseAlgorithm"), "aws:kms") {
			return by.Str("kmsMasterKeyId")
		}
	}
	return ""
}

// askBucketKey: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
func (c *call) askBucketKey(action, operation string, b *drydock.Record, key string) error {
	if reason, denied := c.askKey(action, key, "s3", "aws:s3:arn", b.Attr("arn")); denied {
		return refusal{"AccessDenied", operation, c.denial(action, c.customerKey(key), reason)}
	}
	return nil
}
