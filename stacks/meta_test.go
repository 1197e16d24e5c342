package stacks

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/components/meta"
)

func TestReadPermissions(t *testing.T) {
	given := &meta.PipelineArgs{Permissions: []string{"dev", `{"Statement": []}`}}
	assert.Empty(t, readPermissions("p", given))
	assert.Contains(t, given.Permissions[0], `"iam:CreateRole"`)
	assert.Equal(t, `{"Statement": []}`, given.Permissions[1])

	err := errors.Join(readPermissions("p", &meta.PipelineArgs{Permissions: []string{"qa", "../meta"}})...)
	assert.ErrorContains(t, err, "p.permissions[0]: there is no stacks/permissions/qa.json: write it with "+
		"`drydock permissions --stack qa --output stacks/permissions/qa.json`")
	assert.ErrorContains(t, err, "p.permissions[1]:")
}
