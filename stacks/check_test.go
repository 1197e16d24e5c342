package stacks

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStrangers(t *testing.T) {
	for name, c := range map[string]struct{ configuration, want string }{
		"none":              {"", ""},
		"known":             {`{"container-pipeline:pipelines":"{}","container-pipeline:zones":"{}"}`, ""},
		"another project's": {`{"aws:region":"us-east-2","container-pipelines:zone":"{}"}`, ""},
		"misspelled":        {`{"container-pipeline:zone":"{}"}`, "container-pipeline:zone: no such key: give one of ekscicd, meta, permissionsBoundary, pipelines, staged, zones"},
		"no JSON":           {`{`, "reading the configuration that Pulumi gives: unexpected end of JSON input"},
	} {
		t.Run(name, func(t *testing.T) {
			err := errors.Join(strangers(c.configuration)...)
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, c.want)
		})
	}
}
