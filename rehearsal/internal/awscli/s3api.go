package awscli

import (
	"bytes"
	"errors"
	"io"
)

func s3apiOperations() map[string]operation {
	one := required("bucket", "key")
	return map[string]operation{
		"put-object": {api: "PutObject", run: (*call).apiPut, params: with(one, optional(localFile, "body"), optional(object, "metadata"),
			optional(text, "content-type", "cache-control", "content-encoding", "content-disposition", "acl", "server-side-encryption", "ssekms-key-id"))},
		"get-object":    {api: "GetObject", run: (*call).apiGet, params: one, paths: [2]int{1, 1}},
		"head-object":   {api: "HeadObject", run: (*call).apiHead, params: one},
		"delete-object": {api: "DeleteObject", run: (*call).apiDelete, params: one},
		"list-objects-v2": {api: "ListObjectsV2", run: (*call).apiList,
			params: with(required("bucket"), optional(text, "prefix"))},
		"get-bucket-location": {api: "GetBucketLocation", run: (*call).apiLocation, params: required("bucket")},
	}
}

func (c *call) objectName() (bucket, key string) { return c.given.text("bucket"), c.given.text("key") }

func (c *call) apiPut() (any, error) {
	content := []byte{}
	if name := c.given.text("body"); name != "" {
		var err error
		if content, err = c.readFile(name); err != nil {
			return nil, failure{exitUsage, "Error parsing parameter '--body': Blob values must be a path to a file."}
		}
	}
	bucket, key := c.objectName()
	o, err := c.putObject(bucket, key, bytes.NewReader(content), upload{operation: "PutObject", acl: c.given.text("acl"),
		sse: c.given.text("server-side-encryption"), key: c.given.text("ssekms-key-id"), metadata: Object{
			ContentType: c.given.text("content-type"), CacheControl: c.given.text("cache-control"),
			ContentEncoding: c.given.text("content-encoding"), ContentDisposition: c.given.text("content-disposition"), Metadata: c.metadata(),
		}})
	return struct{ ETag string }{o.ETag}, err
}

type objectHeaders struct {
	LastModified       string
	ContentLength      int64
	ETag               string
	CacheControl       string `json:",omitempty"`
	ContentDisposition string `json:",omitempty"`
	ContentEncoding    string `json:",omitempty"`
	ContentType        string
	Metadata           map[string]string
}

func headersOf(o Object) objectHeaders {
	metadata := o.Metadata
	if metadata == nil {
		metadata = map[string]string{}
	}
	return objectHeaders{stamp(o.Modified), o.Size, o.ETag, o.CacheControl, o.ContentDisposition, o.ContentEncoding,
		first(o.ContentType, "binary/octet-stream"), metadata}
}

func (c *call) apiGet() (any, error) {
	body, o, err := c.getObject(c.objectName())
	if err != nil {
		return nil, err
	}
	err = replace(c.abs(c.given.paths[0]), func(w io.Writer) error { _, err := io.Copy(w, body); return err })
	return headersOf(o), errors.Join(err, body.Close())
}

func (c *call) apiHead() (any, error) {
	o, err := c.headObject(c.objectName())
	return headersOf(o), err
}

func (c *call) apiDelete() (any, error) { return nil, c.deleteObject(c.objectName()) }

type objectSummary struct {
	Key, LastModified, ETag string
	Size                    int64
	StorageClass            string
}

func (c *call) apiList() (any, error) {
	bucket, prefix := c.given.text("bucket"), c.given.text("prefix")
	found, err := c.listObjects(bucket, prefix, "")
	if err != nil {
		return nil, err
	}
	var contents []objectSummary
	for _, o := range found {
		contents = append(contents, objectSummary{o.Key, stamp(o.Modified), o.ETag, o.Size, "STANDARD"})
	}
	return struct {
		Contents       []objectSummary `json:",omitempty"`
		RequestCharged any
		Prefix         string
	}{contents, nil, prefix}, nil
}

// apiLocation: a bucket of us-east-1 has no location.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
func (c *call) apiLocation() (any, error) {
	b, err := c.bucket(c.given.text("bucket"), c.op.api)
	if err != nil {
		return nil, err
	}
	if err := c.askS3(c.op.api, "s3:GetBucketLocation", b, "", nil); err != nil {
		return nil, err
	}
	if region := b.Attr("region"); region != "us-east-1" {
		return map[string]any{"LocationConstraint": region}, nil
	}
	return map[string]any{"LocationConstraint": nil}, nil
}
