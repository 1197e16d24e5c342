package aws

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const bucketNaming = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"

// A bucket's State["objects"] holds by key what came into the bucket other than by a program: a pipeline's artifacts.
func bucket() *sim.Resource {
	return &sim.Resource{
		Type:     bucketType,
		AutoName: &sim.AutoName{Field: "bucket", Max: 63, Lower: true},
		Inputs: sim.Fields{
			"bucket": sim.String().Computed().Replaces().Between(3, 63).
				Match(`[a-z0-9][a-z0-9.-]*[a-z0-9]`, "lower-case letters, digits, dots and hyphens, with a letter or digit at both ends").
				Check(bucketNameProblem).Doc(bucketNaming),
			"bucketPrefix":      sim.String().Replaces().AtMost(37).Match(`[a-z0-9][a-z0-9.-]*`, "lower-case letters, digits, dots and hyphens"),
			"forceDestroy":      sim.Bool().Default(false),
			"objectLockEnabled": sim.Bool().Computed().Replaces(),
			"tags":              sim.Tags(),
		},
		Outputs: []string{
			"arn", "bucket", "bucketDomainName", "bucketRegionalDomainName", "hostedZoneId", "region", "tagsAll",
		},
		Validate: func(c *sim.Check) { c.Exclusive("bucket", "bucketPrefix") },
		Create:   createBucket, Update: retag, Delete: deleteBucket,
	}
}

func bucketNameProblem(v any) string {
	s, _ := v.(string)
	if _, err := netip.ParseAddr(s); err == nil {
		return fmt.Sprintf("%q must not be formatted as an IP address", s)
	}
	if strings.Contains(s, "..") {
		return fmt.Sprintf("%q must not contain two adjacent periods", s)
	}
	for _, p := range []string{"xn--", "sthree-", "amzn-s3-demo-"} {
		if strings.HasPrefix(s, p) {
			return fmt.Sprintf("%q must not start with the prefix %s", s, p)
		}
	}
	for _, p := range []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"} {
		if strings.HasSuffix(s, p) {
			return fmt.Sprintf("%q must not end with the suffix %s", s, p)
		}
	}
	return ""
}

func createBucket(op *sim.Op) error {
	if p := op.In.Str("bucketPrefix"); p != "" && !op.In.Has("bucket") {
		op.Out["bucket"] = p + sim.Hex(26)
	}
	name := op.Out.Str("bucket")
	// Names are shared by all accounts of a partition.
	if r := bucketNamed(op.Cloud, name); r != nil {
		if r.Scope == op.Account() {
			return sim.Refuse("BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it: %s", name)
		}
		return sim.Refuse("BucketAlreadyExists", "The requested bucket name is not available. The bucket namespace is shared by all users of "+
			"the system. Please select a different name and try again: %s", name)
	}
	op.ID = name
	op.Out["arn"] = "arn:" + op.Partition() + ":s3:::" + name
	op.Out["bucketDomainName"] = name + ".s3." + dnsSuffix(op)
	op.Out["bucketRegionalDomainName"] = name + ".s3." + op.Region() + "." + dnsSuffix(op)
	op.Out["hostedZoneId"] = regions[op.Region()].s3Zone
	op.Out["region"] = op.Region()
	choose(op, "objectLockEnabled", false)
	settleTags(op)
	return nil
}

// deleteBucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
func deleteBucket(op *sim.Op) error {
	objects := objectsOf(op.Cloud, op.ID)
	if n := len(objects) + len(op.Record.State.Obj("objects")); n > 0 && !op.In.Bool("forceDestroy") {
		return sim.Refuse("BucketNotEmpty", "The bucket you tried to delete is not empty: %s holds %d objects; forceDestroy deletes them too", op.ID, n)
	}
	for _, t := range []string{
		bucketVersioningType, bucketEncryptionType, bucketLifecycleType, bucketAccessType, bucketOwnershipType, bucketPolicyType,
	} {
		for _, r := range op.Cloud.All(t) {
			if r.Attr("bucket") == op.ID {
				objects = append(objects, r)
			}
		}
	}
	return removeAll(op, objects)
}

// objectsOf are the objects that programs put into a bucket.
func objectsOf(cloud *sim.Cloud, bucketName string) []*sim.Record {
	var out []*sim.Record
	for _, r := range cloud.All(objectType) {
		if r.Attr("bucket") == bucketName {
			out = append(out, r)
		}
	}
	return out
}

// objectAt is the object at a key of a bucket, nil if none.
func objectAt(cloud *sim.Cloud, bucketName, key string) *sim.Record {
	for _, r := range objectsOf(cloud, bucketName) {
		if r.Attr("key") == key {
			return r
		}
	}
	return nil
}
