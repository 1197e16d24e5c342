package stacks

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/components/meta"
)

func TestReadPermissions(t *testing.T) {
	given := &meta.PipelineArgs{Permissions: []string{"dev", `{"Statement": []}`}}
	assert.NoError(t, readPermissions(given))
	assert.Contains(t, given.Permissions[0], `"iam:CreateRole"`)
	assert.Equal(t, `{"Statement": []}`, given.Permissions[1])

	err := readPermissions(&meta.PipelineArgs{Permissions: []string{"qa", "../meta"}})
	assert.ErrorContains(t, err, "permissions[0]: there is no stacks/permissions/qa.json: write it with "+
		"`drydock permissions --stack qa --output stacks/permissions/qa.json`")
	assert.ErrorContains(t, err, "permissions[1]:")
}
