package reality

import "fmt"

// storage are buckets and what belongs to them.
func storage() service {
	tags := values{"tags": values{"team": "dogs"}}
	deny := func(bucket, sid string) string {
		return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Sid":%q,"Effect":"Deny","Principal":"*","Action":"s3:*",`+
			`"Resource":["arn:aws:s3:::${%s.id}/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`, sid, bucket)
	}
	expire := func(days int) []any {
		return list(values{"id": "old", "status": "Enabled", "filter": values{}, "expiration": values{"days": days}})
	}
	const (
		bucket     = "s3/bucketV2:BucketV2"
		versioning = "s3/bucketVersioningV2:BucketVersioningV2"
		block      = "s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
		lifecycle  = "s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"
		policies   = "s3/bucketPolicy:BucketPolicy"
		object     = "s3/bucketObjectv2:BucketObjectv2"
	)
	return service{
		fixtures: []fixture{
			{"bucket", bucket, values{"forceDestroy": true}},
			{"bucket-two", bucket, values{"forceDestroy": true}},
			{"object", object, values{"bucket": "${bucket.id}", "key": "bundle.pem", "content": certificate}},
		},
		edits: []edit{
			{"bucket-tags", bucket, values{"forceDestroy": true}, tags},
			{"bucket-name", bucket, values{"bucket": "conformance-before"}, values{"bucket": "conformance-after"}},
			{"bucket-force", bucket, values{}, values{"forceDestroy": true}},
			{"versioning-suspended", versioning, values{"bucket": "${bucket.id}", "versioningConfiguration": values{"status": "Enabled"}},
				values{"versioningConfiguration": values{"status": "Suspended"}}},
			{"versioning-bucket", versioning, values{"bucket": "${bucket-two.id}", "versioningConfiguration": values{"status": "Enabled"}},
				values{"bucket": "${bucket.id}"}},
			{"block-one", block, values{"bucket": "${bucket.id}", "blockPublicAcls": true}, values{"blockPublicPolicy": true}},
			{"block-bucket", block, values{"bucket": "${bucket-two.id}", "blockPublicAcls": true}, values{"bucket": "${bucket.id}"}},
			{"lifecycle-days", lifecycle, values{"bucket": "${bucket.id}", "rules": expire(30)}, values{"rules": expire(60)}},
			{"lifecycle-bucket", lifecycle, values{"bucket": "${bucket-two.id}", "rules": expire(30)}, values{"bucket": "${bucket.id}"}},
			{"bucket-policy-text", policies, values{"bucket": "${bucket.id}", "policy": deny("bucket", "Tls")}, values{"policy": deny("bucket", "TlsOnly")}},
			{"bucket-policy-respelt", policies, values{"bucket": "${bucket-two.id}", "policy": deny("bucket-two", "Tls")},
				values{"policy": spaced(deny("bucket-two", "Tls"))}},
			{"object-content", object, values{"bucket": "${bucket.id}", "key": "content", "content": "one"}, values{"content": "two"}},
			{"object-key", object, values{"bucket": "${bucket.id}", "key": "before", "content": "one"}, values{"key": "after"}},
			{"object-bucket", object, values{"bucket": "${bucket.id}", "key": "bucket", "content": "one"}, values{"bucket": "${bucket-two.id}"}},
			{"object-type", object, values{"bucket": "${bucket.id}", "key": "type", "content": "{}"}, values{"contentType": "application/json"}},
		},
		wrongs: []wrong{
			{"bucket-upper", bucket, values{"bucket": "Conformance"}},
			{"bucket-short", bucket, values{"bucket": "ab"}},
			{"bucket-long", bucket, values{"bucket": text(64)}},
			{"bucket-underscore", bucket, values{"bucket": "my_bucket"}},
			{"bucket-input", bucket, values{"colour": "red"}},
			{"versioning-on", versioning, values{"bucket": "${bucket.id}", "versioningConfiguration": values{"status": "On"}}},
			{"versioning-none", versioning, values{"bucket": "${bucket.id}"}},
			{"versioning-lost", versioning, values{"bucket": "conformance-lost", "versioningConfiguration": values{"status": "Enabled"}}},
			{"block-lost", block, values{"bucket": "conformance-lost", "blockPublicAcls": true}},
			{"lifecycle-no-rule", lifecycle, values{"bucket": "${bucket.id}"}},
			{"lifecycle-status", lifecycle, values{"bucket": "${bucket.id}",
				"rules": list(values{"id": "old", "status": "On", "filter": values{}, "expiration": values{"days": 1}})}},
			{"bucket-policy-no-json", policies, values{"bucket": "${bucket.id}", "policy": "deny all"}},
			{"bucket-policy-none", policies, values{"bucket": "${bucket.id}"}},
			{"object-two-contents", object, values{"bucket": "${bucket.id}", "key": "two", "content": "one", "contentBase64": "b25l"}},
			{"object-acl", object, values{"bucket": "${bucket.id}", "key": "acl", "content": "one", "acl": "everyone"}},
			{"object-class", object, values{"bucket": "${bucket.id}", "key": "class", "content": "one", "storageClass": "COLD"}},
			{"object-encryption", object, values{"bucket": "${bucket.id}", "key": "sse", "content": "one", "serverSideEncryption": "DES"}},
			{"object-lost", object, values{"bucket": "conformance-lost", "key": "lost", "content": "one"}},
		},
	}
}
