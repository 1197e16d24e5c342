package endpoint

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/awscli"
)

const s3ActionsDoc = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html"

// request is one to S3, on a bucket and perhaps a key.
type request struct {
	handler
	*http.Request
	w      http.ResponseWriter
	bucket *drydock.Record
	key    string
}

// s3 answers requests in the path style, which SDKs use for an endpoint that is an address.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html#path-style-access
func (h handler) s3(w http.ResponseWriter, r *http.Request) {
	name, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	q := request{handler: h, Request: r, w: w, key: key, bucket: h.World().Bucket(name)}
	err := error(refusal{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist"})
	if q.bucket != nil {
		err = q.answer(r.URL.Query())
	}
	if err != nil {
		q.refuse(refused(err), name)
	}
}

func (q request) answer(query url.Values) error {
	switch {
	case q.key == "" && q.Method == http.MethodGet && query.Get("list-type") == "2":
		return q.list(query)
	case q.key == "" && q.Method == http.MethodHead:
		return q.askS3("s3:ListBucket", "", nil)
	case q.key != "" && (q.Method == http.MethodGet || q.Method == http.MethodHead) && len(query) == len(query["x-id"]):
		return q.get()
	case q.key != "" && q.Method == http.MethodPut && q.Header.Get("X-Amz-Copy-Source") != "":
		return q.copy()
	case q.key != "" && q.Method == http.MethodPut && len(query) == len(query["x-id"]):
		return q.put()
	case q.key != "" && q.Method == http.MethodDelete && len(query) == len(query["x-id"]):
		return q.remove()
	}
	return refusal{http.StatusNotImplemented, "NotImplemented",
		"The rehearsal's S3 does not know " + q.Method + " with " + q.URL.RawQuery + ": it knows ListObjectsV2, HeadBucket, and to head, get, put, copy and delete objects"}
}

func (q request) refuse(r refusal, bucket string) {
	q.w.Header().Set("Content-Type", "application/xml")
	q.w.WriteHeader(r.status)
	if q.Method == http.MethodHead {
		return
	}
	writeXML(q.w, struct {
		XMLName                        xml.Name `xml:"Error"`
		Code, Message, BucketName, Key string
	}{Code: r.code, Message: r.text, BucketName: bucket, Key: q.key})
}

// writeXML writes what cannot fail but by a client that is gone.
func writeXML(w io.Writer, v any) {
	_, _ = io.WriteString(w, xml.Header)
	_ = xml.NewEncoder(w).Encode(v)
}

func (q request) askS3(action, key string, context map[string][]string) error {
	resource := q.bucket.Attr("arn")
	if key != "" {
		resource += "/" + key
	}
	owner, _, _ := strings.Cut(q.bucket.Scope, "/")
	return q.ask(q.Request, access.Call{
		Action: action, Resource: resource, ResourceAccount: owner, Context: context, Why: "keep the stacks' states", Doc: s3ActionsDoc,
	})
}

// askKey asks for the key that the bucket encrypts with, which S3 uses with the caller's own rights.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
func (q request) askKey(actions ...string) error {
	key := q.customerKey(q.World().EncryptedWith(q.bucket.Attr("bucket")))
	if key == "" {
		return nil
	}
	for _, action := range actions {
		err := q.ask(q.Request, access.Call{Action: action, Resource: key, Why: "encrypt the stacks' states", Doc: s3KeyDoc, Context: map[string][]string{
			"kms:ViaService": {"s3." + q.Region + ".amazonaws.com"}, "kms:CallerAccount": {q.Account}, "aws:ViaAWSService": {"true"},
			"kms:EncryptionContext:aws:s3:arn": {q.bucket.Attr("arn")},
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

const s3KeyDoc = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"

type listedObject struct {
	Key, LastModified, ETag string
	Size                    int64
}

type commonPrefix struct{ Prefix string }

// list: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
func (q request) list(query url.Values) error {
	prefix, delimiter := query.Get("prefix"), query.Get("delimiter")
	context := map[string][]string{}
	for key, value := range map[string]string{"s3:prefix": prefix, "s3:delimiter": delimiter} {
		if value != "" {
			context[key] = []string{value}
		}
	}
	if err := q.askS3("s3:ListBucket", "", context); err != nil {
		return err
	}
	objects, err := q.Objects.List(q.bucket.Attr("bucket"), prefix)
	if err != nil {
		return err
	}
	var found []listedObject
	var prefixes []commonPrefix
	for _, o := range objects {
		rest := strings.TrimPrefix(o.Key, prefix)
		if at := strings.Index(rest, delimiter); delimiter != "" && at >= 0 {
			shared := commonPrefix{prefix + rest[:at+len(delimiter)]}
			if len(prefixes) == 0 || prefixes[len(prefixes)-1] != shared {
				prefixes = append(prefixes, shared)
			}
			continue
		}
		found = append(found, listedObject{o.Key, o.Modified.Format(time.RFC3339), o.ETag, o.Size})
	}
	q.w.Header().Set("Content-Type", "application/xml")
	writeXML(q.w, struct {
		XMLName        xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
		Name, Prefix   string
		KeyCount       int
		IsTruncated    bool
		Contents       []listedObject
		CommonPrefixes []commonPrefix
	}{Name: q.bucket.Attr("bucket"), Prefix: prefix, KeyCount: len(found) + len(prefixes), Contents: found, CommonPrefixes: prefixes})
	return nil
}

// get: without s3:ListBucket nobody learns that a key does not exist.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
func (q request) get() error {
	if err := q.askS3("s3:GetObject", q.key, nil); err != nil {
		return err
	}
	content, o, err := q.content(q.bucket.Attr("bucket"), q.key)
	if errors.Is(err, fs.ErrNotExist) {
		if err := q.askS3("s3:ListBucket", "", nil); err != nil {
			return err
		}
		return refusal{http.StatusNotFound, "NoSuchKey", "The specified key does not exist."}
	}
	if err != nil {
		return err
	}
	if err := q.askKey("kms:Decrypt"); err != nil {
		return err
	}
	q.w.Header().Set("ETag", o.ETag)
	if q.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" {
		// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
		sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(content))
		q.w.Header().Set("X-Amz-Checksum-Crc32", base64.StdEncoding.EncodeToString(sum))
		q.w.Header().Set("X-Amz-Checksum-Type", "FULL_OBJECT")
	}
	if o.ContentType != "" {
		q.w.Header().Set("Content-Type", o.ContentType)
	}
	for name, value := range o.Metadata {
		q.w.Header().Set("X-Amz-Meta-"+name, value)
	}
	http.ServeContent(q.w, q.Request, "", o.Modified, bytes.NewReader(content))
	return nil
}

func (q request) content(bucket, key string) ([]byte, awscli.Object, error) {
	body, o, err := q.Objects.Get(bucket, key)
	if err != nil {
		return nil, o, err
	}
	content, err := io.ReadAll(body)
	return content, o, errors.Join(err, body.Close())
}
