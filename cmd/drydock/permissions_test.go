package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPermissionsRefusesWhatIsNoAccount(t *testing.T) {
	var stdout, stderr bytes.Buffer
	assert.Equal(t, wrong, run(t.Context(), []string{"permissions", "--account", "acme"}, &stdout, &stderr))
	assert.Empty(t, stdout.String())
	assert.Contains(t, stderr.String(), `--account is 12 digits, and got "acme"`)
}
