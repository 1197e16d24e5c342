package authorization

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMeet(t *testing.T) {
	for _, c := range []struct {
		resource, format string
		want             bool
	}{
		{"arn:aws:iam::1:role/dog-*", "arn:*:iam::*:role/*", true},
		{"arn:aws:iam::1:policy/dog", "arn:*:iam::*:role/*", false},
		{"arn:aws:secretsmanager:r:1:secret:dog-??????", "arn:*:secretsmanager:*:*:secret:*", true},
		{"arn:aws:s3:::dogs", "arn:*:s3:::+", true},
		{"arn:aws:s3:::dogs/key", "arn:*:s3:::+", false},
		{"arn:aws:s3:::dogs/key", "arn:*:s3:::+/*", true},
		{"arn:aws:s3:::dogs", "arn:*:s3:::+/*", false},
		{"arn:aws:s3:::dogs-*", "arn:*:s3:::+", true},
		{"", "+", true},
	} {
		assert.Equal(t, c.want, Meet(c.resource, c.format), "%s %s", c.resource, c.format)
	}
}

func TestActions(t *testing.T) {
	pass, err := Lookup("iam:PassRole")
	require.NoError(t, err)
	assert.True(t, pass.Takes("arn:aws:iam::1:role/dog"))
	assert.False(t, pass.Takes("arn:aws:iam::1:user/dog"))
	assert.Contains(t, pass.Keys, "iam:PassedToService")

	connect, err := Lookup("codestar-connections:CreateConnection")
	require.NoError(t, err)
	assert.True(t, connect.OnEverything())
	assert.True(t, connect.Takes("*"))
	assert.False(t, connect.Takes("arn:aws:codestar-connections:r:1:connection/*"))

	_, err = Lookup("dog:Bark")
	assert.ErrorContains(t, err, "dog:Bark is not in")
}

func TestLacks(t *testing.T) {
	alias, err := Lookup("kms:CreateAlias")
	require.NoError(t, err)
	assert.Equal(t, []string{"arn:*:kms:*:*:key/*"}, alias.Lacks([]string{"arn:aws:kms:r:1:alias/dog"}))
	rule, err := Lookup("elasticloadbalancing:CreateRule")
	require.NoError(t, err)
	assert.Empty(t, rule.Lacks([]string{"arn:aws:elasticloadbalancing:r:1:listener/app/dog/1/2"}), "an application's or a network's listener")
	assert.Len(t, rule.Lacks(nil), 1)
}
