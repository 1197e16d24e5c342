package diff

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// A stack that Pulumi refuses for its protected resources alone is one with dangers, not one that failed.
func TestProtectedOnly(t *testing.T) {
	message := func(severity, text string) drydock.Message { return drydock.Message{Severity: severity, Text: text} }
	deletion := message("error", `resource "urn" cannot be deleted because it is protected.`)
	replacement := message("error", "unable to replace resource \"urn\" as it is currently marked for protection. To unprotect it, …")
	end, other := message("error", "preview failed"), message("error", "ValidationException: no")
	for name, c := range map[string]struct {
		messages []drydock.Message
		want     bool
	}{
		"a deletion":              {[]drydock.Message{deletion, end}, true},
		"a replacement":           {[]drydock.Message{replacement, end}, true},
		"with a warning":          {[]drydock.Message{message("warning", "old"), replacement, end}, true},
		"something else as well":  {[]drydock.Message{deletion, other, end}, false},
		"no reason that is known": {[]drydock.Message{end}, false},
	} {
		assert.Equal(t, c.want, protectedOnly(&drydock.Result{Messages: c.messages}), name)
	}
}

func TestReferenceToAnotherStackIsExplained(t *testing.T) {
	err := errors.New(`preview of dev failed: acme/net/dev: unknown stack "acme/net/dev"`)
	told := explained(err)
	assert.ErrorIs(t, told, err)
	assert.ErrorContains(t, told, "the program reads the stack acme/net/dev by a StackReference")
	other := errors.New("ValidationException")
	assert.Equal(t, other, explained(other))
}
