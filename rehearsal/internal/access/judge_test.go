package access_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	account    = "111122223333"
	build      = "arn:aws:iam::111122223333:role/build"
	bucket     = "arn:aws:s3:::artifacts"
	object     = bucket + "/build.zip"
	repository = "arn:aws:ecr:eu-west-1:111122223333:repository/api"
	key        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"
	topic      = "arn:aws:sns:eu-west-1:111122223333:news"
	project    = "arn:aws:codebuild:eu-west-1:111122223333:project/build"
)

type values = map[string]any

// record is one of a world's; its outputs are the ARN.
func record(typ, id, arn string, inputs values) *drydock.Record {
	r := &drydock.Record{Type: typ, ID: id, Inputs: inputs, Scope: account + "/eu-west-1"}
	if arn != "" {
		r.Outputs = values{"arn": arn}
	}
	return r
}

// role is the build's, with more properties.
func role(more values) *drydock.Record {
	inputs := values{"name": "build", "assumeRolePolicy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",
		"Principal":{"Service":"codebuild.amazonaws.com"},"Action":"sts:AssumeRole",
		"Condition":{"ArnEquals":{"aws:SourceArn":"` + project + `"}}}}`}
	for k, v := range more {
		inputs[k] = v
	}
	return record("aws:iam/role:Role", "build", build, inputs)
}

// inline is a policy of the build's role, with the statements.
func inline(statements string) *drydock.Record {
	return record("aws:iam/rolePolicy:RolePolicy", "build:rights", "",
		values{"name": "rights", "role": "build", "policy": policy(statements)})
}

func policy(statements string) string {
	return `{"Version":"2012-10-17","Statement":[` + statements + `]}`
}

func attachment(arn string) *drydock.Record {
	return record("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "build-a", "", values{"role": build, "policyArn": arn})
}

func worldOf(records ...*drydock.Record) *world.World {
	w := &world.World{}
	for _, r := range records {
		w.Add(r)
	}
	return w
}

var theBucket = record("aws:s3/bucketV2:BucketV2", "artifacts", bucket, values{"bucket": "artifacts"})

const (
	read = `{"Sid":"Read","Effect":"Allow","Action":"s3:GetObject","Resource":"` + bucket + `/*"}`
	push = `{"Sid":"Push","Effect":"Allow","Action":["ecr:UploadLayerPart","ecr:CompleteLayerUpload"],"Resource":"` + repository + `"}`
)

func TestDecide(t *testing.T) {
	tlsOnly := record("aws:s3/bucketPolicy:BucketPolicy", "artifacts", "", values{"bucket": "artifacts", "policy": policy(
		`{"Sid":"TLSOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["` + bucket + `","` + bucket + `/*"],
		"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`)})
	guarded := func(principal string) *drydock.Record {
		return record("aws:kms/key:Key", "1234abcd", key, values{"policy": policy(
			`{"Sid":"Use","Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"kms:*","Resource":"*"}`)})
	}
	decrypt := inline(`{"Sid":"Decrypt","Effect":"Allow","Action":"kms:Decrypt","Resource":"` + key + `"}`)
	opened := record("aws:sns/topicPolicy:TopicPolicy", topic, "", values{"arn": topic, "policy": policy(
		`{"Sid":"Rules","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sns:Publish","Resource":"` + topic + `"}`)})
	get := access.Call{Role: build, Action: "s3:GetObject", Resource: object}

	for name, c := range map[string]struct {
		world   []*drydock.Record
		call    access.Call
		allowed bool
		sid     string
		reason  []string
	}{
		"allowed by an inline policy": {
			world: []*drydock.Record{role(nil), inline(read)}, call: get, allowed: true, sid: "Read",
			reason: []string{`"rights"`},
		},
		"allowed by a policy in the role": {
			world: []*drydock.Record{role(values{"inlinePolicies": []any{values{"name": "own", "policy": policy(read)}}})},
			call:  get, allowed: true, sid: "Read",
		},
		"allowed by the account's managed policy": {
			world: []*drydock.Record{role(nil), attachment("arn:aws:iam::111122223333:policy/reader"),
				record("aws:iam/policy:Policy", "p", "arn:aws:iam::111122223333:policy/reader", values{"name": "reader", "policy": policy(read)})},
			call: get, allowed: true, sid: "Read",
		},
		"allowed by a policy that AWS manages": {
			world: []*drydock.Record{role(values{"managedPolicyArns": []any{"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}})},
			call:  get, allowed: true, reason: []string{"AmazonS3ReadOnlyAccess"},
		},
		"a policy of AWS's that is not known": {
			world:  []*drydock.Record{role(nil), attachment("arn:aws:iam::aws:policy/AmazonECS_FullAccess"), inline(push)},
			call:   get,
			reason: []string{"AmazonECS_FullAccess is not known here"},
		},
		"a policy of AWS's that is not known beside one that allows": {
			world: []*drydock.Record{role(nil), attachment("arn:aws:iam::aws:policy/AmazonECS_FullAccess"), inline(read)},
			call:  get, allowed: true, sid: "Read",
		},
		"a managed policy that does not exist": {
			world:  []*drydock.Record{role(nil), attachment("arn:aws:iam::111122223333:policy/gone")},
			call:   get,
			reason: []string{"arn:aws:iam::111122223333:policy/gone does not exist"},
		},
		"no such role": {
			call: get, reason: []string{"the role " + build + " does not exist"},
		},
		"no policy at all": {
			world: []*drydock.Record{role(nil)}, call: get, reason: []string{"role build has no statement that allows s3:GetObject", "no policy is attached"},
		},
		"other actions on the resource": {
			world: []*drydock.Record{role(nil), inline(push)}, call: access.Call{Role: build, Action: "ecr:PutImage", Resource: repository},
			reason: []string{"role build has no statement that allows ecr:PutImage on " + repository,
				"policy rights allows ecr:UploadLayerPart, ecr:CompleteLayerUpload there"},
		},
		"other actions on other resources": {
			world:  []*drydock.Record{role(nil), inline(push)},
			call:   access.Call{Role: build, Action: "ecr:PutImage", Resource: repository + "-2"},
			reason: []string{"policy rights allows ecr:UploadLayerPart, ecr:CompleteLayerUpload on " + repository},
		},
		"other actions on everything": {
			world:  []*drydock.Record{role(nil), inline(`{"Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":"*"}`)},
			call:   access.Call{Role: build, Action: "ecr:PutImage", Resource: repository},
			reason: []string{"policy rights allows ecr:GetAuthorizationToken on *"},
		},
		"the action on other resources": {
			world:  []*drydock.Record{role(nil), inline(read)},
			call:   access.Call{Role: build, Action: "s3:GetObject", Resource: "arn:aws:s3:::other/build.zip"},
			reason: []string{`statement "Read" of policy "rights" allows the action for other resources: arn:aws:s3:::artifacts/*`},
		},
		"another service": {
			world: []*drydock.Record{role(nil), inline(push)}, call: get, reason: []string{"nothing of s3 is allowed by rights"},
		},
		"a condition that fails": {
			world: []*drydock.Record{role(nil), inline(`{"Sid":"Pass","Effect":"Allow","Action":"iam:PassRole","Resource":"*",
				"Condition":{"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}}`)},
			call: access.Call{Role: build, Action: "iam:PassRole", Resource: build,
				Context: map[string][]string{"iam:PassedToService": {"lambda.amazonaws.com"}}},
			reason: []string{`iam:PassedToService wants "ecs-tasks.amazonaws.com", the request has "lambda.amazonaws.com"`},
		},
		"a denial": {
			world: []*drydock.Record{role(nil), inline(read + `,{"Sid":"Never","Effect":"Deny","Action":"s3:*","Resource":"*"}`)},
			call:  get, sid: "Never", reason: []string{"role build is refused s3:GetObject", `"Never"`},
		},
		"a boundary that does not allow": {
			world: []*drydock.Record{role(values{"permissionsBoundary": "arn:aws:iam::111122223333:policy/limit"}), inline(read),
				record("aws:iam/policy:Policy", "p", "arn:aws:iam::111122223333:policy/limit", values{"name": "limit", "policy": policy(push)})},
			call: get, reason: []string{"the permissions boundary does not"},
		},
		"a policy that is none": {
			world: []*drydock.Record{role(nil), inline(`{"Effect":`)},
			call:  get, reason: []string{`policy "rights" does not parse`},
		},
		"an operator that is none": {
			world: []*drydock.Record{role(nil), inline(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Like":{"aws:a":"b"}}}`)},
			call:  get, reason: []string{`unknown condition operator "Like"`},
		},
		"TLS": {
			world: []*drydock.Record{role(nil), inline(read), theBucket, tlsOnly}, call: get, allowed: true, sid: "Read",
		},
		"no TLS": {
			world: []*drydock.Record{role(nil), inline(read), theBucket, tlsOnly},
			call:  access.Call{Role: build, Action: "s3:GetObject", Resource: object, Context: map[string][]string{"aws:securetransport": {"false"}}},
			sid:   "TLSOnly", reason: []string{"bucket policy of artifacts"},
		},
		"a key whose policy leaves it to the account": {
			world: []*drydock.Record{role(nil), decrypt, guarded("arn:aws:iam::111122223333:root")},
			call:  access.Call{Role: build, Action: "kms:Decrypt", Resource: key}, allowed: true, sid: "Decrypt",
		},
		"a key whose policy lacks the role": {
			world: []*drydock.Record{role(nil), decrypt, guarded("arn:aws:iam::111122223333:role/other")},
			call:  access.Call{Role: build, Action: "kms:Decrypt", Resource: key}, reason: []string{"key policy of 1234abcd", "others than " + build},
		},
		"a key that is not in the world": {
			world: []*drydock.Record{role(nil), decrypt},
			call:  access.Call{Role: build, Action: "kms:Decrypt", Resource: key}, allowed: true, sid: "Decrypt",
		},
		"a service and a topic": {
			world: []*drydock.Record{opened}, call: access.Call{Role: "events.amazonaws.com", Action: "sns:Publish", Resource: topic},
			allowed: true, sid: "Rules",
		},
		"another service and a topic": {
			world: []*drydock.Record{opened}, call: access.Call{Role: "cloudwatch.amazonaws.com", Action: "sns:Publish", Resource: topic},
			reason: []string{"no policy lets cloudwatch.amazonaws.com sns:Publish", "topic policy of news"},
		},
		"a topic's own policy is replaced": {
			world: []*drydock.Record{opened, record("aws:sns/topic:Topic", topic, topic, values{"policy": policy(
				`{"Effect":"Allow","Principal":"*","Action":"sns:Publish","Resource":"*"}`)})},
			call: access.Call{Role: "cloudwatch.amazonaws.com", Action: "sns:Publish", Resource: topic},
		},
		"a trusted service": {
			world: []*drydock.Record{role(nil)}, allowed: true,
			call: access.Call{Role: "codebuild.amazonaws.com", Action: "sts:AssumeRole", Resource: build,
				Context: map[string][]string{"aws:SourceArn": {project}}},
		},
		"a trusted service for something else": {
			world: []*drydock.Record{role(nil)},
			call: access.Call{Role: "codebuild.amazonaws.com", Action: "sts:AssumeRole", Resource: build,
				Context: map[string][]string{"aws:SourceArn": {project + "-2"}}},
			reason: []string{"trust policy of build", "aws:SourceArn"},
		},
		"a service that is not trusted": {
			world: []*drydock.Record{role(nil)}, call: access.Call{Role: "ec2.amazonaws.com", Action: "sts:AssumeRole", Resource: build},
			reason: []string{"allows the action to others than ec2.amazonaws.com"},
		},
		"a role of another account": {
			world:  []*drydock.Record{role(nil)},
			call:   access.Call{Role: "arn:aws:iam::999999999999:role/stranger", Action: "sts:AssumeRole", Resource: build},
			reason: []string{"trust policy of build"},
		},
		"a role of another account and an open bucket": {
			world: []*drydock.Record{theBucket, record("aws:s3/bucketPolicy:BucketPolicy", "artifacts", "", values{"bucket": "artifacts",
				"policy": policy(`{"Sid":"Open","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"` + bucket + `/*"}`)})},
			call: access.Call{Role: "arn:aws:iam::999999999999:role/stranger", Action: "s3:GetObject", Resource: object}, allowed: true,
		},
		"no role at all": {
			call: access.Call{Role: "arn:nonsense", Action: "s3:GetObject", Resource: object}, reason: []string{"no ARN of a role"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			decided := access.New(worldOf(c.world...)).Decide(c.call)
			assert.Equal(t, c.allowed, decided.Allowed, decided.Reason)
			assert.Equal(t, c.sid, decided.Sid)
			for _, part := range c.reason {
				assert.Contains(t, decided.Reason, part)
			}
			assert.NotEmpty(t, decided.Reason)
			assert.Equal(t, c.call.Action, decided.Action)
		})
	}
}

// TestDisabledKey: whatever its policy says, nobody uses it.
func TestDisabledKey(t *testing.T) {
	for name, of := range map[string]func(*drydock.Record, any){
		"by the program": func(r *drydock.Record, v any) { r.Inputs["isEnabled"] = v },
		"in the account": func(r *drydock.Record, v any) { r.Outputs["isEnabled"] = v },
	} {
		t.Run(name, func(t *testing.T) {
			k := record("aws:kms/key:Key", "1234abcd", key, values{"policy": policy(`{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}`)})
			call := access.Call{Role: build, Action: "kms:Decrypt", Resource: key}
			judge := access.New(worldOf(role(nil), k, inline(`{"Effect":"Allow","Action":"kms:Decrypt","Resource":"`+key+`"}`)))
			of(k, true)
			require.True(t, judge.Decide(call).Allowed)
			of(k, false)
			decided := judge.Decide(call)
			assert.False(t, decided.Allowed)
			assert.Contains(t, decided.Reason, "KMS.DisabledException: "+key+" is disabled")
		})
	}
}
