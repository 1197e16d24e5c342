package aws

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func TestParameter(t *testing.T) {
	l := newLab(t)
	in := sim.Values{"name": "/bash-dog/level", "type": "String", "value": "debug"}
	id, out := l.make(parameterType, in)
	assert.Equal(t, "/bash-dog/level", id)
	assert.Equal(t, "arn:aws:ssm:us-east-2:123456789012:parameter/bash-dog/level", out.Str("arn"))
	assert.Equal(t, 1.0, out.Num("version"))
	_, out = l.make(parameterType, sim.Values{"name": "token", "type": "SecureString", "value": "x"})
	assert.Equal(t, "alias/aws/ssm", out.Str("keyId"))

	for name, c := range map[string]struct {
		set  sim.Values
		want string
	}{
		"name taken":         {sim.Values{}, "ParameterAlreadyExists"},
		"name of AWS":        {sim.Values{"name": "/aws/level"}, `can't be prefixed with "aws" or "ssm"`},
		"half a path":        {sim.Values{"name": "a/b"}, "must start with /"},
		"deep":               {sim.Values{"name": strings.Repeat("/a", 16)}, "maximum of 15 levels"},
		"no value":           {sim.Values{"name": "n", "value": nil}, "one of value, insecureValue must be given"},
		"empty":              {sim.Values{"name": "n", "value": ""}, "can't be empty"},
		"secret in the open": {sim.Values{"name": "n", "type": "SecureString", "value": nil, "insecureValue": "x"}, "must not be given for type \"SecureString\""},
		"key of plain text":  {sim.Values{"name": "n", "keyId": "alias/aws/ssm"}, `is for type "SecureString"`},
		"unknown key":        {sim.Values{"name": "n", "type": "SecureString", "keyId": "alias/none"}, "InvalidKeyId"},
		"too long":           {sim.Values{"name": "n", "value": strings.Repeat("x", 4097)}, "maximum parameter value of 4096"},
		"off pattern":        {sim.Values{"name": "n", "allowedPattern": "^info$"}, "does not match allowedPattern"},
		"kind":               {sim.Values{"type": "Text"}, "expected one of String, StringList, SecureString"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := l.Create(parameterType, "thing", with(in, c.set))
			require.ErrorContains(t, err, c.want)
		})
	}

	assert.Equal(t, "none", l.edit(parameterType, id, in))
	assert.Equal(t, "replace:name", l.edit(parameterType, id, with(in, sim.Values{"name": "/other"})))
	out, err := l.Update(parameterType, id, with(in, sim.Values{"value": "info"}))
	require.NoError(t, err)
	assert.Equal(t, 2.0, out.Num("version"))
	out, err = l.Update(parameterType, id, with(in, sim.Values{"value": "info", "tags": map[string]any{"a": "b"}}))
	require.NoError(t, err)
	assert.Equal(t, 2.0, out.Num("version"), "a tag makes no version")

	big, _ := l.make(parameterType, sim.Values{"name": "big", "type": "String", "tier": "Advanced", "value": strings.Repeat("x", 8192)})
	assert.Equal(t, "replace:tier", l.edit(parameterType, big, sim.Values{"name": "big", "type": "String", "tier": "Standard", "value": "x"}))
}

func TestParameterIsRead(t *testing.T) {
	const get = "aws:ssm/getParameter:getParameter"
	l := newLab(t)
	l.make(parameterType, sim.Values{"name": "/ci/token", "type": "SecureString", "value": "s3cr3t"})
	out := l.invoke(get, sim.Values{"name": "/ci/token"})
	assert.Equal(t, "s3cr3t", out.Str("value"))
	assert.Equal(t, "arn:aws:ssm:us-east-2:123456789012:parameter/ci/token", out.Str("arn"))
	sealed := l.invoke(get, sim.Values{"name": "/ci/token", "withDecryption": false})
	assert.NotContains(t, sealed.Str("value"), "s3cr3t")
	_, err := l.Invoke(get, sim.Values{"name": "/ci/gone"})
	assert.ErrorContains(t, err, "ParameterNotFound")
}
