package bluegreen

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/golden"
)

func TestBaseImageCache(t *testing.T) {
	a := resolved(t, func(a *ContainerPipelineArgs) {
		a.Build.BaseImageCache = true
		a.Build.Args = map[string]string{"VERSION": "1"}
	})
	cloud := deployBuild(t, a, store(nil))
	assert.Contains(t, cloud.Children("Build"), "PullThroughCacheRule bash-dog-cache")
	rule := cloud.Resource(t, "PullThroughCacheRule", "bash-dog-cache").Plain()
	assert.Equal(t, "bash-dog-cache", rule["ecrRepositoryPrefix"])
	assert.Equal(t, "public.ecr.aws", rule["upstreamRegistryUrl"])

	source := cloud.Resource(t, "Project", "bash-dog-build").Plain()["source"].(map[string]any)
	assert.Contains(t, source["buildspec"], "BASE_REGISTRY=123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-cache/")
	assert.Contains(t, source["buildspec"], "VERSION=1")
	assert.Equal(t, map[string]string{"VERSION": "1"}, a.Build.Args, "the caller's arguments are left alone")
	golden.JSON(t, "policies/build.cache.json", policyOf(t, cloud, "bash-dog-build"))
}

func TestBaseImageCacheWithOwnFiles(t *testing.T) {
	a := resolved(t, func(a *ContainerPipelineArgs) { a.Build.BaseImageCache, a.OwnFiles = true, true })
	cloud := deployBuild(t, a, store(nil))
	environment := cloud.Resource(t, "Project", "bash-dog-build").Plain()["environment"].(map[string]any)
	assert.Contains(t, environment["environmentVariables"], map[string]any{
		"name": "BASE_REGISTRY", "value": "123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-cache/",
	})
}
