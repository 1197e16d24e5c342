package spelling

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNearest(t *testing.T) {
	names := []string{"environment", "environmentFiles", "image", "links", "secrets"}
	for written, want := range map[string]string{
		"enviroment": "environment", "Environment": "environment", "imgae": "", "imag": "image", "secret": "secrets",
		"ports": "", "": "", "environmentfiles": "environmentFiles",
	} {
		assert.Equal(t, want, Nearest(written, names), written)
	}
	assert.Empty(t, Nearest("image", nil))
}
