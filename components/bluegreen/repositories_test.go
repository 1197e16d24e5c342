package bluegreen

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func TestRepositories(t *testing.T) {
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		r, err := NewRepositories(ctx, "dog", &RepositoriesArgs{Project: "bash-dog", Containers: []string{"api", "nginx"}})
		if err != nil {
			return err
		}
		assert.Equal(t, "123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-api", mocks.Await(r.URL("api")))
		assert.Equal(t, "arn:aws:ecr:us-east-2:123456789012:repository/bash-dog-nginx", mocks.Await(r.Arn("nginx")))
		assert.Len(t, mocks.Await(r.URLs), 2)
		return nil
	})
	assert.Equal(t, []string{
		"LifecyclePolicy dog-api", "LifecyclePolicy dog-nginx", "Repository dog-api", "Repository dog-nginx",
	}, m.Children("Repositories"))
	api := m.Resource(t, "Repository", "dog-api")
	assert.Equal(t, map[string]any{
		"name": "bash-dog-api", "imageTagMutability": "MUTABLE", "forceDelete": false,
		"imageScanningConfiguration": map[string]any{"scanOnPush": true},
	}, api.Plain())
	assert.True(t, api.Request.GetProtect())
	policy := m.Resource(t, "LifecyclePolicy", "dog-api").Request
	assert.True(t, policy.GetDeleteBeforeReplace())
	assert.False(t, policy.GetProtect(), "a protected policy could not change")
}

func TestDisposableRepositories(t *testing.T) {
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewRepositories(ctx, "dog", &RepositoriesArgs{Project: "dog", Containers: []string{"api"}, Disposable: true})
		return err
	})
	api := m.Resource(t, "Repository", "dog-api")
	assert.False(t, api.Request.GetProtect())
	assert.True(t, api.Inputs["forceDelete"].BoolValue())
}

func TestLifecyclePolicyKeepsLatest(t *testing.T) {
	var policy struct {
		Rules []struct {
			RulePriority int
			Selection    struct {
				TagStatus, CountType string
				TagPatternList       []string
				CountNumber          int
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(lifecyclePolicy(7)), &policy))
	require.Len(t, policy.Rules, 3)
	assert.Equal(t, []string{"latest"}, policy.Rules[0].Selection.TagPatternList)
	for i, rule := range policy.Rules {
		assert.Equal(t, i+1, rule.RulePriority)
		assert.Equal(t, "imageCountMoreThan", rule.Selection.CountType, "a running image can be of any age")
	}
	assert.Equal(t, 7, policy.Rules[1].Selection.CountNumber)
	assert.Equal(t, "untagged", policy.Rules[2].Selection.TagStatus)
}

func TestRepositoriesRefuse(t *testing.T) {
	m := &mocks.Cloud{}
	err := m.Run(func(ctx *pulumi.Context) error {
		_, err := NewRepositories(ctx, "dog", &RepositoriesArgs{Project: "Dog", Containers: []string{"a_b", "api", "api"}, KeepImages: 1})
		return err
	})
	for _, field := range []string{`project: "Dog"`, `containers[0]: "a_b"`, `containers[2]: "api" is given twice`, "keepImages: 1"} {
		assert.ErrorContains(t, err, field)
	}
	assert.Empty(t, m.Resources)
	assert.ErrorContains(t, m.Run(func(ctx *pulumi.Context) error {
		_, err := NewRepositories(ctx, "dog", nil)
		return err
	}), "containers: missing")
}

func TestUnknownContainerFailsTheProgram(t *testing.T) {
	err := (&mocks.Cloud{}).Run(func(ctx *pulumi.Context) error {
		r, err := NewRepositories(ctx, "dog", &RepositoriesArgs{Project: "dog", Containers: []string{"api"}})
		ctx.Export("url", r.URL("sidecar"))
		return err
	})
	assert.ErrorContains(t, err, `container "sidecar" has no repository`)
}
