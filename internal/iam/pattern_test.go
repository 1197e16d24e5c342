package iam

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestPatternsMatchAsTheirRegularExpression compares with another way to say the same.
func TestPatternsMatchAsTheirRegularExpression(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ab:*?.]{0,10}`).Draw(t, "pattern")
		value := rapid.StringMatching(`[ab:.]{0,10}`).Draw(t, "value")
		expression := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(text))
		p, resolved := parsePattern(text, nil)
		require.True(t, resolved)
		want := regexp.MustCompile(`^` + expression + `$`).MatchString(value)
		assert.Equal(t, want, p.matches([]rune(value), anywhere), "%q ~ %q", text, value)
	})
}

func TestALongPatternTakesNoLonger(t *testing.T) {
	p, resolved := parsePattern(strings.Repeat("a*", 500)+"b", nil)
	require.True(t, resolved)
	assert.False(t, p.matches([]rune(strings.Repeat("a", 2000)), anywhere))
}
