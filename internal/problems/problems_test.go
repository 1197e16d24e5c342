package problems

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAllProblemsAreReportedAtOnce(t *testing.T) {
	var l List
	assert.NoError(t, l.Err())
	l.Add("name", "missing: give one")
	l.Within("port", 0, 1, 65535, "")
	l.OneOf("mode", "off", "on", "auto")
	assert.False(t, l.Matches("zone", "X", regexp.MustCompile(`^[a-z]+$`), "lower-case letters"))

	// What is right is not reported.
	l.Within("port", 1, 1, 65535, "")
	l.OneOf("mode", "on", "on", "auto")
	assert.True(t, l.Matches("zone", "x", regexp.MustCompile(`^[a-z]+$`), "lower-case letters"))

	assert.EqualError(t, l.Err(), `name: missing: give one
port: 0 is out of range: give 1 to 65535
mode: "off" is not known: give one of on, auto
zone: "X" is not valid: give lower-case letters`)
}
