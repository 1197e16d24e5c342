package aws

import (
	"crypto/md5" //nolint:gosec // S3's ETag is an MD5; nothing is protected by it
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// What an object's new version begins with: a change of any of these uploads it again.
var objectContent = []string{
	"bucketKeyEnabled", "cacheControl", "content", "contentBase64", "contentDisposition", "contentEncoding", "contentLanguage",
	"contentType", "etag", "kmsKeyId", "metadata", "serverSideEncryption", "source", "sourceHash", "storageClass", "websiteRedirect",
}

// An object's State["versions"] lists the ids of its versions, the newest last, where its bucket keeps versions.
//
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
func bucketObject() *sim.Resource {
	return &sim.Resource{
		Type: objectType,
		Inputs: sim.Fields{
			"acl":                  sim.String().Computed().OneOf("private", "bucket-owner-read", "bucket-owner-full-control"),
			"bucket":               sim.String().Required().Replaces().Refs(bucketType, "id", noBucket),
			"bucketKeyEnabled":     sim.Bool().Computed(),
			"cacheControl":         sim.String(),
			"content":              sim.String(),
			"contentBase64":        sim.String(),
			"contentDisposition":   sim.String(),
			"contentEncoding":      sim.String(),
			"contentLanguage":      sim.String(),
			"contentType":          sim.String().Computed(),
			"etag":                 sim.String().Computed(),
			"forceDestroy":         sim.Bool().Default(false),
			"key":                  sim.String().Computed().Replaces().Between(1, 1024),
			"kmsKeyId":             sim.String().Computed().Match(`arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:(key|alias)/.+`, "the ARN of a KMS key"),
			"metadata":             sim.Map(sim.String()),
			"serverSideEncryption": sim.String().Computed().OneOf("AES256", "aws:kms", "aws:kms:dsse"),
			"source":               sim.Blobs(),
			"sourceHash":           sim.String(),
			"storageClass": sim.String().Computed().OneOf("STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER",
				"DEEP_ARCHIVE", "GLACIER_IR", "REDUCED_REDUNDANCY"),
			"tags":            sim.Tags(),
			"websiteRedirect": sim.String(),
		},
		Outputs:  []string{"arn", "contentType", "etag", "key", "serverSideEncryption", "storageClass", "tagsAll", "versionId"},
		Validate: validateObject,
		Create:   createObject,
		Update: func(op *sim.Op) error {
			settleTags(op)
			if !changedAny(op.Old, op.In, objectContent) {
				return nil
			}
			return upload(op)
		},
		Unsettled: func(changed map[string]bool) []string {
			for _, k := range objectContent {
				if changed[k] {
					return []string{"etag", "versionId"}
				}
			}
			return nil
		},
	}
}

func validateObject(c *sim.Check) {
	c.Exclusive("source", "content", "contentBase64")
	c.Exclusive("etag", "kmsKeyId")
	for k := range c.In.Obj("metadata") {
		if k != strings.ToLower(k) {
			c.Fail("metadata", "the key %q must be lower-case", k)
		}
	}
	if s, ok := c.In["contentBase64"].(string); ok {
		if _, err := base64.StdEncoding.DecodeString(s); err != nil {
			c.Fail("contentBase64", "is not base64: %v", err)
		}
	}
	if a := c.In.Str("serverSideEncryption"); a == "AES256" && c.In.Has("kmsKeyId") {
		c.Fail("kmsKeyId", `conflicts with serverSideEncryption "AES256"`)
	}
}

func createObject(op *sim.Op) error {
	// The provider's default key is the resource's name.
	choose(op, "key", op.URN[strings.LastIndex(op.URN, "::")+2:])
	bucketName, key := op.In.Str("bucket"), op.Out.Str("key")
	if objectAt(op.Cloud, bucketName, key) != nil {
		return fmt.Errorf("s3://%s/%s is already an object of this program: two resources would overwrite each other", bucketName, key)
	}
	op.ID = bucketName + "/" + key
	op.Out["arn"] = "arn:" + op.Partition() + ":s3:::" + op.ID
	choose(op, "contentType", "application/octet-stream")
	choose(op, "storageClass", "STANDARD")
	settleTags(op)
	return upload(op)
}

// upload stores the content as a new version and shows how it is encrypted.
func upload(op *sim.Op) error {
	bucketName := op.In.Str("bucket")
	algorithm, keyID, bucketKey := defaultEncryption(op.Cloud, bucketName)
	if a := op.In.Str("serverSideEncryption"); a != "" && a != algorithm {
		algorithm, keyID = a, ""
	}
	if k := op.In.Str("kmsKeyId"); k != "" {
		keyID = k
		if algorithm == "AES256" {
			algorithm = "aws:kms"
		}
	}
	op.Out["serverSideEncryption"], op.Out["kmsKeyId"] = algorithm, ""
	if algorithm != "AES256" && keyID != "" {
		k := keyFor(op, keyID)
		if k == nil {
			return sim.Refuse("KMS.NotFoundException", "Key '%s' does not exist", keyID)
		}
		if !k.Outputs.Bool("isEnabled") {
			return sim.Refuse("KMS.DisabledException", "%s is disabled.", k.Attr("arn"))
		}
		op.Out["kmsKeyId"] = k.Attr("arn")
	}
	choose(op, "bucketKeyEnabled", bucketKey)
	if !op.In.Has("etag") {
		op.Out["etag"] = etag(op.In)
	}
	switch versioning(op.Cloud, bucketName) {
	case "Enabled":
		id := sim.Alnum(32)
		op.Out["versionId"] = id
		op.Record.State["versions"] = append(append([]any{}, op.Record.State.List("versions")...), id)
	case "Suspended":
		op.Out["versionId"] = "null"
	default:
		op.Out["versionId"] = ""
	}
	return nil
}

func etag(in sim.Values) string {
	text, known := contentOf(in)
	if b, ok := in["source"].(*sim.Blob); ok && !known {
		text = b.Hash // an archive's bytes are made when it is uploaded; its hash tells its content as well
	}
	sum := md5.Sum([]byte(text)) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// objectText is an object's content; not known for an archive, or an asset of which only the hash is kept.
func objectText(o *sim.Record) (text string, known bool) { return contentOf(o.Inputs) }

func contentOf(in sim.Values) (string, bool) {
	if s := in.Str("contentBase64"); s != "" {
		b, err := base64.StdEncoding.DecodeString(s)
		return string(b), err == nil
	}
	if b, ok := in["source"].(*sim.Blob); ok {
		return b.Text, b.Files == nil && b.Text != ""
	}
	return in.Str("content"), true
}

// objectFiles are the files of an object that was uploaded as an archive, by name; nil for any other.
func objectFiles(o *sim.Record) map[string]string {
	if b, ok := o.Inputs["source"].(*sim.Blob); ok {
		return b.Files
	}
	return nil
}

func changedAny(old, now sim.Values, keys []string) bool {
	for _, k := range keys {
		ob, isBlob := old[k].(*sim.Blob)
		nb, isBlobNow := now[k].(*sim.Blob)
		if isBlob && isBlobNow {
			if ob.Hash != nb.Hash {
				return true
			}
			continue
		}
		if !reflect.DeepEqual(old[k], now[k]) {
			return true
		}
	}
	return false
}
