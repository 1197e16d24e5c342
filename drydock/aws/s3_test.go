package aws

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func TestBucket(t *testing.T) {
	l := newLab(t)
	in := sim.Values{"bucket": "artifacts"}
	id, out := l.make(bucketType, in)
	assert.Equal(t, "artifacts", id)
	assert.Equal(t, "arn:aws:s3:::artifacts", out.Str("arn"))
	assert.Equal(t, "artifacts.s3.us-east-2.amazonaws.com", out.Str("bucketRegionalDomainName"))
	_, out = l.make(bucketType, sim.Values{})
	assert.Regexp(t, `^thing-[0-9a-f]{7}$`, out.Str("bucket"))

	for name, want := range map[string]string{
		"artifacts":                "BucketAlreadyOwnedByYou",
		"ab":                       "between 3 and 63",
		strings.Repeat("a", 64):    "between 3 and 63",
		"Artifacts":                "lower-case letters",
		"artifacts-":               "lower-case letters",
		"arti..facts":              "two adjacent periods",
		"192.0.2.1":                "formatted as an IP address",
		"xn--artifacts":            "must not start with the prefix xn--",
		"artifacts-s3alias":        "must not end with the suffix -s3alias",
		"artifacts_of_the_project": "lower-case letters",
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := l.Create(bucketType, "thing", sim.Values{"bucket": name})
			require.ErrorContains(t, err, want)
		})
	}
	elsewhere := &lab{sim.NewLocal(Provider(), l.cloud, sim.Values{"region": "us-east-2", "allowedAccountIds": []any{"210987654321"}}), t, l.cloud}
	elsewhere.refuses(bucketType, in, "BucketAlreadyExists")

	assert.Equal(t, "update", l.edit(bucketType, id, with(in, sim.Values{"forceDestroy": true})))
	assert.Equal(t, "replace:bucket", l.edit(bucketType, id, sim.Values{"bucket": "other"}))
	l.make(objectType, sim.Values{"bucket": id, "key": "a", "content": "x"})
	require.ErrorContains(t, l.Delete(bucketType, id), "BucketNotEmpty")
	_, err := l.Update(bucketType, id, with(in, sim.Values{"forceDestroy": true}))
	require.NoError(t, err)
	require.NoError(t, l.Delete(bucketType, id))
	assert.Empty(t, l.cloud.All(objectType))
}

func TestBucketHoldsWhatAPipelineStored(t *testing.T) {
	l := newLab(t)
	id, _ := l.make(bucketType, sim.Values{"bucket": "artifacts"})
	require.NoError(t, l.cloud.Locked(func() error {
		r := *l.cloud.Find(bucketType, "id", id)
		r.State = sim.Values{"objects": map[string]any{"pipe/Source/abc": map[string]any{}}}
		return l.cloud.Put(&r)
	}))
	require.ErrorContains(t, l.Delete(bucketType, id), "BucketNotEmpty")
}

func TestBucketSettings(t *testing.T) {
	l := newLab(t)
	l.make(bucketType, sim.Values{"bucket": "artifacts"})
	encrypt := func(v map[string]any) []any { return []any{map[string]any{"applyServerSideEncryptionByDefault": v}} }
	lifecycle := func(v map[string]any) []any {
		return []any{with(sim.Values{"id": "old", "status": "Enabled"}, v)}
	}
	for name, c := range map[string]struct {
		typ  string
		in   sim.Values
		want string
	}{
		"versions of no bucket": {bucketVersioningType, sim.Values{"bucket": "none", "versioningConfiguration": map[string]any{"status": "Enabled"}}, "NoSuchBucket"},
		"versions of a kind":    {bucketVersioningType, sim.Values{"versioningConfiguration": map[string]any{"status": "On"}}, "expected one of Enabled, Suspended, Disabled"},
		"another's bucket":      {bucketVersioningType, sim.Values{"expectedBucketOwner": "210987654321", "versioningConfiguration": map[string]any{"status": "Enabled"}}, "AccessDenied"},
		"key of S3's own":       {bucketEncryptionType, sim.Values{"rules": encrypt(map[string]any{"sseAlgorithm": "AES256", "kmsMasterKeyId": "k"})}, "must not be given for sseAlgorithm"},
		"unknown algorithm":     {bucketEncryptionType, sim.Values{"rules": encrypt(map[string]any{"sseAlgorithm": "ROT13"})}, "expected one of AES256, aws:kms, aws:kms:dsse"},
		"unknown ownership":     {bucketOwnershipType, sim.Values{"rule": map[string]any{"objectOwnership": "Mine"}}, "expected one of BucketOwnerPreferred"},
		"rule without action":   {bucketLifecycleType, sim.Values{"rules": lifecycle(nil)}, "at least one action"},
		"rule without id":       {bucketLifecycleType, sim.Values{"rules": lifecycle(map[string]any{"id": nil})}, "rules[0].id: missing"},
		"expires at once":       {bucketLifecycleType, sim.Values{"rules": lifecycle(map[string]any{"expiration": map[string]any{"days": 0.0}})}, "at least 1"},
		"expires twice":         {bucketLifecycleType, sim.Values{"rules": lifecycle(map[string]any{"expiration": map[string]any{"days": 1.0, "date": "2030-01-01T00:00:00Z"}})}, "needs exactly one of"},
		"too warm":              {bucketLifecycleType, sim.Values{"rules": lifecycle(map[string]any{"transitions": []any{map[string]any{"days": 7.0, "storageClass": "STANDARD_IA"}}})}, "greater than or equal to 30"},
		"two criteria": {
			bucketLifecycleType, sim.Values{"rules": lifecycle(map[string]any{
				"expiration": map[string]any{"days": 7.0}, "filter": map[string]any{"prefix": "a", "objectSizeLessThan": 9.0},
			})}, `more than one go into its "and"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if !c.in.Has("bucket") {
				c.in["bucket"] = "artifacts"
			}
			_, _, err := l.Create(c.typ, "thing", c.in)
			require.ErrorContains(t, err, c.want)
		})
	}

	in := sim.Values{"bucket": "artifacts", "versioningConfiguration": map[string]any{"status": "Enabled"}}
	id, _ := l.make(bucketVersioningType, in)
	_, err := l.Update(bucketVersioningType, id, with(in, sim.Values{"versioningConfiguration": map[string]any{"status": "Disabled"}}))
	require.ErrorContains(t, err, "cannot be updated from 'Enabled' to 'Disabled'")
	l.make(bucketLifecycleType, sim.Values{"bucket": "artifacts", "rules": lifecycle(map[string]any{
		"filter": map[string]any{}, "expiration": map[string]any{"days": 30.0}, "noncurrentVersionExpiration": map[string]any{"noncurrentDays": 7.0},
	})})
}

func TestBucketPolicy(t *testing.T) {
	l := newLab(t)
	l.make(bucketType, sim.Values{"bucket": "artifacts"})
	policy := func(statement string) sim.Values {
		return sim.Values{"bucket": "artifacts", "policy": `{"Version":"2012-10-17","Statement":[{` + statement + `}]}`}
	}
	const tls = `"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::artifacts","arn:aws:s3:::artifacts/*"],` +
		`"Condition":{"Bool":{"aws:SecureTransport":"false"}}`
	for name, c := range map[string]struct{ statement, want string }{
		"no JSON":         {`"Effect"`, "contains an invalid JSON policy"},
		"no principal":    {`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::artifacts"`, "MalformedPolicy: Missing required field Principal"},
		"another bucket":  {`"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::others/*"`, "Policy has invalid resource: arn:aws:s3:::others/*"},
		"another service": {`"Effect":"Deny","Principal":"*","Action":"ecr:*","Resource":"arn:aws:s3:::artifacts"`, "Policy has invalid action: ecr:*"},
		"everyone":        {`"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::artifacts/*"`, "public policies are prevented"},
		"no such role": {
			`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/none"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::artifacts/*"`,
			"Invalid principal in policy",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := l.Create(bucketPolicyType, "thing", policy(c.statement))
			require.ErrorContains(t, err, c.want)
		})
	}
	id, _ := l.make(bucketPolicyType, policy(tls))
	reordered := strings.Replace(tls, `["arn:aws:s3:::artifacts","arn:aws:s3:::artifacts/*"]`, `["arn:aws:s3:::artifacts/*","arn:aws:s3:::artifacts"]`, 1)
	assert.Equal(t, "none", l.edit(bucketPolicyType, id, policy(reordered)))
	assert.Equal(t, "update", l.edit(bucketPolicyType, id, policy(strings.Replace(tls, "s3:*", "s3:Get*", 1))))

	l.make(bucketAccessType, sim.Values{"bucket": "artifacts", "blockPublicPolicy": false})
	_, err := l.Update(bucketPolicyType, id, policy(`"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::artifacts/*"`))
	require.NoError(t, err)
}

func TestObject(t *testing.T) {
	l := newLab(t)
	l.make(bucketType, sim.Values{"bucket": "config"})
	keyID, keyOut := l.make(keyType, sim.Values{})
	l.make(bucketVersioningType, sim.Values{"bucket": "config", "versioningConfiguration": map[string]any{"status": "Enabled"}})
	in := sim.Values{"bucket": "config", "key": "config.zip", "source": &sim.Blob{Hash: "1", Files: map[string]string{"taskdef.json": "{}"}}}
	id, first := l.make(objectType, in)
	assert.Equal(t, "config/config.zip", id)
	assert.Len(t, first.Str("versionId"), 32)
	assert.Equal(t, "AES256", first.Str("serverSideEncryption"))
	assert.Equal(t, map[string]string{"taskdef.json": "{}"}, objectFiles(objectAt(l.cloud, "config", "config.zip")))

	changed := with(in, sim.Values{"source": &sim.Blob{Hash: "2", Files: map[string]string{"taskdef.json": "[]"}}})
	assert.Equal(t, "update", l.edit(objectType, id, changed))
	second, err := l.Update(objectType, id, changed)
	require.NoError(t, err)
	assert.NotEqual(t, first.Str("versionId"), second.Str("versionId"))
	assert.NotEqual(t, first.Str("etag"), second.Str("etag"))
	third, err := l.Update(objectType, id, with(changed, sim.Values{"tags": map[string]any{"a": "b"}}))
	require.NoError(t, err)
	assert.Equal(t, second.Str("versionId"), third.Str("versionId"), "a tag makes no version")
	assert.Equal(t, []any{first.Str("versionId"), second.Str("versionId")}, objectAt(l.cloud, "config", "config.zip").State.List("versions"))

	_, out := l.make(objectType, sim.Values{"bucket": "config", "content": "hello"})
	assert.Equal(t, "thing", out.Str("key"))
	assert.Equal(t, "5d41402abc4b2a76b9719d911017c592", out.Str("etag"))
	_, out = l.make(objectType, sim.Values{"bucket": "config", "key": "b", "contentBase64": "aGVsbG8=", "kmsKeyId": keyOut.Str("arn")})
	assert.Equal(t, "5d41402abc4b2a76b9719d911017c592", out.Str("etag"))
	assert.Equal(t, "aws:kms", out.Str("serverSideEncryption"))

	for name, c := range map[string]struct {
		in   sim.Values
		want string
	}{
		"no bucket":        {sim.Values{"bucket": "none", "key": "k"}, "NoSuchBucket"},
		"key taken":        {sim.Values{"bucket": "config", "key": "config.zip"}, "already an object"},
		"two contents":     {sim.Values{"bucket": "config", "key": "k", "content": "a", "contentBase64": "YQ=="}, "conflicts with"},
		"no base64":        {sim.Values{"bucket": "config", "key": "k", "contentBase64": "?"}, "is not base64"},
		"loud metadata":    {sim.Values{"bucket": "config", "key": "k", "metadata": map[string]any{"Loud": "x"}}, "must be lower-case"},
		"key that is gone": {sim.Values{"bucket": "config", "key": "k", "kmsKeyId": "arn:aws:kms:us-east-2:123456789012:key/9"}, "KMS.NotFoundException"},
		"key but AES256":   {sim.Values{"bucket": "config", "key": "k", "kmsKeyId": keyOut.Str("arn"), "serverSideEncryption": "AES256"}, "conflicts with serverSideEncryption"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := l.Create(objectType, "thing", c.in)
			require.ErrorContains(t, err, c.want)
		})
	}
	assert.Equal(t, "replace:key", l.edit(objectType, id, with(changed, sim.Values{"key": "other"})))

	_, err = l.Update(keyType, keyID, sim.Values{"isEnabled": false})
	require.NoError(t, err)
	l.make(bucketEncryptionType, sim.Values{"bucket": "config", "rules": []any{map[string]any{
		"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "aws:kms", "kmsMasterKeyId": keyID},
	}}})
	l.refuses(objectType, sim.Values{"bucket": "config", "key": "late", "content": "x"}, "KMS.DisabledException")
}
