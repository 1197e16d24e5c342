package calls_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// accepted are permissions that no call of the list needs and that stay: what a page of AWS writes into the policy beyond
// the calls that it explains, or the other half of a statement that crosses actions with resources.
var accepted = []struct{ action, resource, reason string }{
	{"logs:CreateLogStream", ":log-group:", "CodeBuild's own policy names the group beside its streams: " + buildRoleDoc},
	{"logs:PutLogEvents", ":log-group:", "as above"},
	{"s3:GetBucketVersioning", ":s3:::", "the least of a pipeline's role, which a build shares: " + pipelineRoleDoc},
	{"ecs:CreateTaskSet", ":service/", "two calls on task sets and two on the service in one statement: " + deployRoleDoc},
	{"ecs:DeleteTaskSet", ":service/", "as above"},
	{"ecs:DescribeServices", ":task-set/", "as above"},
	{"ecs:UpdateServicePrimaryTaskSet", ":task-set/", "as above"},
	{"elasticloadbalancing:ModifyRule", ":listener-rule/", "for listeners that will have rules: " + deployRoleDoc},
	{"codeconnections:UseConnection", ":connection/", "AWS is renaming the service: " + renameDoc},
	{"codestar-connections:UseConnection", ":codeconnections:", "as above"},
	{"kms:Encrypt", ":key/", "CodeBuild's page on keys has it, S3 needs it not: " + buildKeyDoc},
	{"kms:ReEncrypt*", ":key/", "as above"},
	{"kms:DescribeKey", ":key/", "as above"},
	{"codedeploy:GetApplication", "/*", "the pipeline's role as its page has it: " + blueGreenDoc},
	{"codedeploy:GetApplicationRevision", "/*", "as above"},
	{"codedeploy:RegisterApplicationRevision", "/*", "as above"},
}

const (
	buildRoleDoc    = "https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html"
	buildKeyDoc     = "https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-kms.html"
	pipelineRoleDoc = "https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html"
	deployRoleDoc   = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/codedeploy_IAM_role.html"
	renameDoc       = "https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html"
	blueGreenDoc    = "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html"
)

// assertUsed fails the test for each action that a role's own policies allow on a resource and no call needs: either the
// list lacks the call, or the policy allows too much.
func assertUsed(t *testing.T, w *world.World, needed []access.Call) {
	t.Helper()
	var surplus []string
	for _, r := range w.All("aws:iam/rolePolicy:RolePolicy") {
		role := w.Find("aws:iam/role:Role", "name", r.Inputs.Str("role"))
		require.NotNil(t, role)
		document, err := iam.Parse(r.Attr("policy"))
		require.NoError(t, err)
		for _, s := range document.Statements {
			for _, action := range s.Action {
				for _, resource := range s.Resource {
					switch {
					case used(needed, role.Attr("arn"), s, action, resource):
					case isAccepted(action, resource):
						t.Logf("accepted: %s: %s on %s", role.Attr("name"), action, resource)
					default:
						surplus = append(surplus, fmt.Sprintf("%s: %s on %s (%s)", role.Attr("name"), action, resource, s.Sid))
					}
				}
			}
		}
	}
	slices.Sort(surplus)
	assert.Empty(t, surplus, "allowed and never needed:\n%s", strings.Join(surplus, "\n"))
}

func used(needed []access.Call, role string, s iam.Statement, action, resource string) bool {
	only := s
	only.Action, only.Resource, only.Condition = []string{action}, []string{resource}, nil
	return slices.ContainsFunc(needed, func(c access.Call) bool {
		request := iam.Request{Principal: role, Action: c.Action, Resource: c.Resource}
		decision, err := iam.Evaluate(request, iam.Attached{Name: "one", Document: iam.Policy(only)})
		return c.Role == role && err == nil && decision.Allowed
	})
}

func isAccepted(action, resource string) bool {
	for _, a := range accepted {
		if a.action == action && strings.Contains(resource, a.resource) {
			return true
		}
	}
	return false
}

// assertMissed takes each statement out of each role's policy in turn: a call of its role must then be denied, with a
// reason that names the role.
func assertMissed(t *testing.T, w *world.World, needed []access.Call) {
	t.Helper()
	for at, original := range w.All("aws:iam/rolePolicy:RolePolicy") {
		own := slices.DeleteFunc(slices.Clone(needed), func(c access.Call) bool { return nameOf(c.Role) != original.Attr("role") })
		document, err := iam.Parse(original.Attr("policy"))
		require.NoError(t, err)
		for i, s := range document.Statements {
			if s.Sid == "MoveRules" {
				continue // as accepted: no listener has rules yet
			}
			less := document
			less.Statements = slices.Delete(slices.Clone(document.Statements), i, i+1)
			text, err := less.MarshalJSON()
			require.NoError(t, err)
			changed := w.Clone()
			r := changed.All("aws:iam/rolePolicy:RolePolicy")[at]
			r.Inputs["policy"], r.Outputs["policy"] = string(text), string(text)
			assert.Contains(t, firstDenial(changed, own), "role "+r.Inputs.Str("role"), "without statement %s", s.Sid)
		}
	}
}

func firstDenial(w *world.World, needed []access.Call) string {
	judge := access.New(w)
	for _, c := range needed {
		if decided := judge.Decide(c); !decided.Allowed {
			return decided.Reason
		}
	}
	return "nothing is denied"
}

func nameOf(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }
