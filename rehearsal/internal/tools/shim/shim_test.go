package shim

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestImports: another import would delay the init of this package, by up to ten milliseconds of each command of a build.
func TestImports(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	seen := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, i := range file.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			require.NoError(t, err)
			assert.Contains(t, []string{"io", "os", "syscall"}, path, "%s: package os does not import it", name)
			seen++
		}
	}
	assert.NotZero(t, seen)
}

func TestSplit(t *testing.T) {
	for path, want := range map[string][2]string{
		"/tmp/tools-1/as/docker": {"/tmp/tools-1/as/", "docker"}, "docker": {"", "docker"}, "/s": {"/", "s"}, "": {"", ""},
	} {
		folder, name := split(path)
		assert.Equal(t, want, [2]string{folder, name}, path)
	}
}
