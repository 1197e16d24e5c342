package reference

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const source = `package pond

// DuckArgs describe a duck
// and its <name>.
type DuckArgs struct {
	Feathers
	// Color is red | white. It fades.
	// Default: "white", as in nature. See *.
	Color string ` + "`pulumi:\"color\"`" + `
	// Nests it owns.
	Nests []*Nest ` + "`pulumi:\"nests\"`" + `
	Pond  *Pond // where it swims
	age   int
}

// Duck swims.
type Duck struct {
	// Name and Voice of it.
	Name  string ` + "`pulumi:\"name\"`" + `
	Voice string ` + "`pulumi:\"voice\"`" + `
}
`

func TestTables(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "duck.go"), []byte(source), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "duck_test.go"), []byte("no Go"), 0o600))
	p, err := Load(dir)
	require.NoError(t, err)

	assert.Equal(t, "DuckArgs describe a duck and its &lt;name&gt;.", p.Doc("DuckArgs"))
	assert.Equal(t, "| key | type | what it is | default |\n|---|---|---|---|\n"+
		"| all of `Feathers` | | | |\n"+
		"| `color` | `string` | Color is red \\| white. It fades. See \\*. | \"white\", as in nature |\n"+
		"| `nests` | list of [Nest](#nest) | Nests it owns. | — |\n"+
		"| `Pond` | `*Pond` | where it swims | — |\n", p.Table("DuckArgs", []string{"Nest"}))
	assert.Equal(t, "| output | Go field | what it is |\n|---|---|---|\n"+
		"| `name` | `Name` | Name and Voice of it. |\n"+
		"| `voice` | `Voice` | Name and Voice of it. |\n", p.Outputs("Duck"))
	assert.Equal(t, "`name`, `voice`", p.Keys("Duck"))
}

func TestSourceThatIsNoGo(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "duck.go"), []byte("quack"), 0o600))
	_, err := Load(dir)
	require.ErrorContains(t, err, "duck.go")
}
