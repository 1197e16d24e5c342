package spelling

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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

func TestFile(t *testing.T) {
	for there, want := range map[string]string{
		"taskdef.yml":    "rename taskdef.yml to taskdef.json: the name is exact",
		"Task-Def.json":  "rename Task-Def.json to taskdef.json: the name is exact",
		"tasksdef.json":  "rename tasksdef.json to taskdef.json: the name is exact",
		"Dockerfile":     "write it",
		"definition.txt": "write it",
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, there), nil, 0o644))
		assert.Equal(t, want, File(dir, "taskdef.json", "write it"), there)
	}
	assert.Equal(t, "write it", File("/nowhere", "taskdef.json", "write it"))
}
