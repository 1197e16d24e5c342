//go:build unix

package tools

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools/shim"
)

func TestRequests(t *testing.T) {
	for name, r := range map[string]shim.Request{
		"all":               {Args: []string{"docker", "build", "."}, Dir: "/src", Env: []string{"A=1", "B=a\nb\xff"}},
		"empty ones":        {Args: []string{"docker", "", ""}, Env: []string{"A="}},
		"no environment":    {Args: []string{"docker"}, Dir: "/", Env: []string{}},
		"a length of bytes": {Args: []string{"aws", string(bytes.Repeat([]byte("x"), 70_000))}, Dir: "/", Env: []string{"A=é"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := decode(bytes.NewReader(r.Encode()))
			require.NoError(t, err)
			assert.Equal(t, r, got)
		})
	}
}

func TestBadRequests(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":               "",
		"half a header":         "\x00\x00\x00",
		"less than it says":     "\x00\x00\x00\x09\x00\x00\x00\x01/\x00a\x00",
		"no argument":           "\x00\x00\x00\x02\x00\x00\x00\x00/\x00",
		"fewer arguments":       "\x00\x00\x00\x04\x00\x00\x00\x02/\x00a\x00",
		"no parts":              "\x00\x00\x00\x00\x00\x00\x00\x01",
		"too long":              "\xff\xff\xff\xff\x00\x00\x00\x01/\x00a\x00",
		"too many arguments":    "\x00\x00\x00\x04\xff\xff\xff\xff/\x00a\x00",
		"without the last zero": "\x00\x00\x00\x03\x00\x00\x00\x01/\x00a",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decode(bytes.NewReader([]byte(text)))
			assert.Error(t, err)
		})
	}
}
