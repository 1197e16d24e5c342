package world

import (
	"github.com/container-pipeline/container-pipeline/drydock"
)

// bucketObjectTypes are the resources that put an object into a bucket.
var bucketObjectTypes = []string{"aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/bucketObject:BucketObject"}

// Object is an S3 object that the program has put: one text, or the files of an archive by name.
type Object struct {
	Bucket, Key, Version string
	Text                 string
	Files                map[string]string
	Record               *drydock.Record
}

// Objects are all of a bucket's that the program has put.
func (w *World) Objects(bucket string) []Object {
	var all []Object
	for _, typ := range bucketObjectTypes {
		for _, r := range w.Where(typ, "bucket", bucket) {
			all = append(all, objectOf(r))
		}
	}
	return all
}

// Object is the one with the key; ok tells whether it exists.
func (w *World) Object(bucket, key string) (o Object, ok bool) {
	for _, o := range w.Objects(bucket) {
		if o.Key == key {
			return o, true
		}
	}
	return Object{}, false
}

func objectOf(r *drydock.Record) Object {
	o := Object{Bucket: r.Inputs.Str("bucket"), Key: r.Inputs.Str("key"), Version: r.Outputs.Str("versionId"), Record: r}
	o.Text = r.Inputs.Str("content")
	if asset, ok := r.Inputs["source"].(*drydock.Asset); ok {
		o.Text, o.Files = asset.Text, asset.Files
	}
	return o
}

// Versioned tells whether a bucket keeps the versions of its objects.
func (w *World) Versioned(bucket string) bool {
	for _, typ := range []string{"aws:s3/bucketVersioningV2:BucketVersioningV2", "aws:s3/bucketVersioning:BucketVersioning"} {
		if r := w.Find(typ, "bucket", bucket); r != nil {
			return r.Inputs.Obj("versioningConfiguration").Str("status") == "Enabled"
		}
	}
	return false
}

// Bucket is the bucket's record, or nil.
func (w *World) Bucket(name string) *drydock.Record {
	for _, typ := range []string{"aws:s3/bucketV2:BucketV2", "aws:s3/bucket:Bucket"} {
		if r := w.Find(typ, "bucket", name); r != nil {
			return r
		}
		if r := w.Find(typ, "id", name); r != nil {
			return r
		}
	}
	return nil
}

// Buckets are the names of all.
func (w *World) Buckets() []string {
	var names []string
	for _, typ := range []string{"aws:s3/bucketV2:BucketV2", "aws:s3/bucket:Bucket"} {
		for _, r := range w.All(typ) {
			names = append(names, r.ID)
		}
	}
	return names
}
