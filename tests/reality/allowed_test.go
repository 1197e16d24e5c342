package reality

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/permissions"
	"github.com/container-pipeline/container-pipeline/internal/authorization"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// TestRecordedCallsAreAllowed holds the policies of `drydock permissions` to what the real provider called in the lives of
// the stacks: a deployer with these policies, and nothing else, can bring them up, change and destroy them.
func TestRecordedCallsAreAllowed(t *testing.T) {
	recorded, err := recordedCalls()
	require.NoError(t, err)
	require.NotEmpty(t, recorded)
	for stack, byRole := range recorded {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			resources, err := permissions.Read(t.Context(),
				drydock.Start(t).Stack(stack, drydock.Dir("../.."), drydock.Config(over(map[string]any{"aws:region": region}, tags(stack)))))
			require.NoError(t, err)
			for role, calls := range byRole {
				d := deployerOf(t, resources, role)
				for operation, c := range calls {
					for _, request := range requests(t, operation, c) {
						d.may(t, operation, request)
					}
				}
			}
		})
	}
}

// deployer has the policies that are written for a stack.
type deployer struct {
	policies []iam.Attached
	boundary string
}

func deployerOf(t *testing.T, resources []permissions.Resource, role string) deployer {
	place, err := permissions.PlaceOf(resources, role)
	require.NoError(t, err)
	d := deployer{boundary: "arn:aws:iam::" + place.Account + ":policy/deployer" + permissions.BoundarySuffix}
	report, err := permissions.Generate(resources, permissions.Options{Place: place, Boundary: d.boundary, Role: role})
	require.NoError(t, err)
	for _, document := range report.Documents {
		d.policies = append(d.policies, iam.Attached{Document: document})
	}
	return d
}

// may asks whether the policies allow a request to what has the stack's tag and, if it is a role, the boundary.
func (d deployer) may(t *testing.T, operation string, r iam.Request) {
	r.Principal = "arn:aws:iam::123456789012:role/deployer"
	context := map[string][]string{"aws:ResourceTag/team": {"dogs"}, "iam:PermissionsBoundary": {d.boundary}}
	maps.Copy(context, r.Context)
	r.Context = context
	decision, err := iam.Evaluate(r, d.policies...)
	require.NoError(t, err)
	if r.Resource == d.boundary && writes(r.Action) {
		assert.False(t, decision.Allowed, "the boundary is changed by a person: %s", r.Action)
		return
	}
	assert.True(t, decision.Allowed, "%s needs %s on %s: %s", operation, r.Action, r.Resource, decision.Reason)
}

func writes(action string) bool {
	return !strings.HasPrefix(action, "iam:Get") && !strings.HasPrefix(action, "iam:List")
}

// requests are what IAM is asked at the operation's calls: its action on all that they name and must name, the tags that
// they give, and the roles that they hand on.
func requests(t *testing.T, operation string, c *called) (all []iam.Request) {
	for _, action := range actionsOf(operation) {
		all = append(all, about(t, action, sorted(c.On, c.Made))...)
	}
	service, _, _ := strings.Cut(operation, " ")
	if c.Tagged {
		on := c.On
		if len(c.Made) > 0 {
			on = c.Made
		}
		for _, action := range tagging(operation) {
			all = append(all, about(t, action, on)...)
		}
	}
	for _, role := range c.Passes {
		all = append(all, iam.Request{Action: "iam:PassRole", Resource: role,
			Context: map[string][]string{"iam:PassedToService": {receivers[service]}}})
	}
	return all
}

// about are an action's requests: on each of the ARNs that it takes, on one of each kind that it always names, else on "*".
func about(t *testing.T, action string, on []string) (all []iam.Request) {
	known, err := authorization.Lookup(action)
	require.NoError(t, err)
	resources := slices.DeleteFunc(slices.Clone(on), func(arn string) bool { return !known.Takes(arn) })
	for _, format := range known.Lacks(resources) {
		resources = append(resources, anyOf(format))
	}
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	for _, r := range resources {
		all = append(all, iam.Request{Action: action, Resource: r})
	}
	return all
}

// anyOf is an ARN of the format, in the emulator's account.
func anyOf(format string) string {
	parts := strings.SplitN(format, ":", 6)
	for i, part := range []string{"arn", "aws", parts[2], region, "123456789012"} {
		if parts[i] == "*" {
			parts[i] = part
		}
	}
	parts[5] = strings.NewReplacer("*", "0000000000000000", "+", "0000000000000000").Replace(parts[5])
	return strings.Join(parts, ":")
}
