package access_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
)

// Conditions on what AWS sends with every request are met without the call's naming it.
func TestKeysOfEveryRequest(t *testing.T) {
	tagged := record("aws:ecr/repository:Repository", "api", repository, values{"name": "api", "tags": values{"team": "bash"}})
	function := "arn:aws:lambda:eu-west-1:111122223333:function:hook"
	permitted := record("aws:lambda/permission:Permission", "p", "", values{
		"function": "hook", "action": "lambda:InvokeFunction", "principal": "sns.amazonaws.com", "statementId": "Topic", "sourceArn": topic,
	})
	for name, c := range map[string]struct {
		condition string
		call      access.Call
		allowed   bool
	}{
		"the role's tag":      {`"StringEquals":{"aws:PrincipalTag/team":"bash"}`, access.Call{Resource: repository}, true},
		"the resource's tag":  {`"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}`, access.Call{Resource: repository}, true},
		"a tag it lacks":      {`"StringEquals":{"aws:ResourceTag/stage":"dev"}`, access.Call{Resource: repository}, false},
		"the region":          {`"StringEquals":{"aws:RequestedRegion":"eu-west-1"}`, access.Call{Resource: repository}, true},
		"IAM's region":        {`"StringEquals":{"aws:RequestedRegion":"us-east-1"}`, access.Call{Resource: build}, true},
		"a bucket's owner":    {`"StringEquals":{"aws:ResourceAccount":"111122223333"}`, access.Call{Resource: object}, true},
		"another owner":       {`"StringEquals":{"aws:ResourceAccount":"111122223333"}`, access.Call{Resource: object, ResourceAccount: "999999999999"}, false},
		"the role itself":     {`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/build"}`, access.Call{Resource: repository}, true},
		"its account":         {`"StringEquals":{"aws:PrincipalAccount":"111122223333"}`, access.Call{Resource: repository}, true},
		"no service's source": {`"Null":{"aws:SourceArn":"false"}`, access.Call{Resource: repository}, false},
		"TLS":                 {`"Bool":{"aws:SecureTransport":"true"}`, access.Call{Resource: repository}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := worldOf(role(values{"tags": values{"team": "bash"}}), tagged, theBucket,
				inline(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{`+c.condition+`}}`))
			c.call.Role, c.call.Action = build, "some:Action"
			decided := access.New(w).Decide(c.call)
			assert.Equal(t, c.allowed, decided.Allowed, decided.Reason)
			assert.Empty(t, decided.Context, "only the call's own keys are shown")
		})
	}
	t.Run("a function's permission", func(t *testing.T) {
		call := access.Call{Role: "sns.amazonaws.com", Action: "lambda:InvokeFunction", Resource: function,
			Context: map[string][]string{"aws:SourceArn": {topic}}}
		judge := access.New(worldOf(permitted))
		assert.True(t, judge.Decide(call).Allowed)
		call.Context["aws:SourceArn"] = []string{topic + "-2"}
		assert.False(t, judge.Decide(call).Allowed)
	})
}

// A change of the world counts from the next decision on.
func TestDecideFollowsTheWorld(t *testing.T) {
	rights := inline(read)
	w := worldOf(role(nil), rights)
	judge := access.New(w)
	get := access.Call{Role: build, Action: "s3:GetObject", Resource: object}
	require.True(t, judge.Decide(get).Allowed)
	w.Remove(rights)
	assert.False(t, judge.Decide(get).Allowed)
}

func TestProblem(t *testing.T) {
	nameless := record("aws:s3/bucketPolicy:BucketPolicy", "artifacts", "", values{"bucket": "artifacts",
		"policy": policy(`{"Effect":"Deny","Principal":"*","Action":"s3:DeleteBucket","Resource":"` + bucket + `"}`)})
	judge := access.New(worldOf(role(nil), theBucket, nameless, inline(push+`,{"Sid":"Never","Effect":"Deny","Action":"s3:Put*","Resource":"*"}`)))
	for name, c := range map[string]struct {
		call       access.Call
		where, fix string
	}{
		"an identity's lack": {access.Call{Role: build, Action: "ecr:PutImage", Resource: repository}, "role build",
			"add ecr:PutImage on " + repository + " to a policy of role build"},
		"a denial": {access.Call{Role: build, Action: "s3:PutObject", Resource: object}, "role build",
			`remove or narrow statement "Never" of policy rights`},
		"a denial without a name": {access.Call{Role: build, Action: "s3:DeleteBucket", Resource: bucket}, "role build",
			"remove or narrow the statement of policy bucket policy of artifacts"},
		"a role that is not there": {access.Call{Role: build + "-2", Action: "s3:GetObject", Resource: object}, "role build-2", "put right what is named"},
		"a trust": {access.Call{Role: "codebuild.amazonaws.com", Action: "sts:AssumeRole", Resource: build,
			Context: map[string][]string{"aws:SourceArn": {project + "-2"}}}, "role build", "(the call has aws:SourceArn = " + project + "-2)"},
		"a service": {access.Call{Role: "events.amazonaws.com", Action: "sns:Publish", Resource: topic}, topic,
			"let the policy of " + topic + " allow sns:Publish to the service events.amazonaws.com"},
		"a key": {access.Call{Role: build, Action: "kms:Decrypt", Resource: key}, "role build", "the key's own policy"},
	} {
		t.Run(name, func(t *testing.T) {
			c.call.Why = "go on"
			problem := access.Problem(judge.Decide(c.call))
			require.NotNil(t, problem)
			assert.True(t, strings.HasPrefix(problem.What, "AccessDenied: "), problem.What)
			assert.Contains(t, problem.What, "(needed to go on)")
			assert.Equal(t, c.where, problem.Where)
			assert.Contains(t, problem.Fix, c.fix)
		})
	}
}

func TestExcess(t *testing.T) {
	judge := access.New(worldOf(role(nil), inline(push)))
	allowed := judge.Decide(access.Call{Role: build, Action: "ecr:UploadLayerPart", Resource: repository})
	require.Nil(t, access.Problem(allowed))
	problem := access.Excess(allowed)
	require.NotNil(t, problem)
	assert.Contains(t, problem.What, "role build may ecr:UploadLayerPart on "+repository)
	assert.Equal(t, "role build", problem.Where)
	assert.Contains(t, problem.Fix, `narrow statement "Push" of policy rights`)
	assert.Nil(t, access.Excess(judge.Decide(access.Call{Role: build, Action: "ecr:PutImage", Resource: repository})))

	allowed = judge.Decide(access.Call{Role: build, Action: "ecr:UploadLayerPart", Resource: repository, Why: "push without TLS",
		Context: map[string][]string{"aws:SecureTransport": {"false"}}})
	assert.Contains(t, access.Excess(allowed).What, "and so push without TLS (the call has aws:SecureTransport = false), which a release never needs")
}
