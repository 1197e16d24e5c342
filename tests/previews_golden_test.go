package tests

import (
	"slices"
	"strings"
	"testing"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/golden"
)

// goldenPreview compares what the first preview of a stack shows with testdata/previews: the tree of what it would make,
// each with its type and name, the protected ones marked. Types, names and parents are what users' states are kept by, so
// whoever changes one sees it here, and in the upgrade tests.
func goldenPreview(t *testing.T, r *drydock.Result) {
	t.Helper()
	under := map[string][]drydock.Step{}
	for _, s := range r.Steps {
		under[s.New.Parent] = append(under[s.New.Parent], s)
	}
	var text strings.Builder
	var write func(parent string, depth int)
	write = func(parent string, depth int) {
		slices.SortFunc(under[parent], func(a, b drydock.Step) int { return strings.Compare(a.Type+" "+a.Name, b.Type+" "+b.Name) })
		for _, s := range under[parent] {
			text.WriteString(strings.Repeat("  ", depth) + s.Type + " " + s.Name)
			if s.Op != "create" {
				text.WriteString(": " + s.Op)
			}
			if s.New.Protect {
				text.WriteString(" (protected)")
			}
			text.WriteByte('\n')
			write(s.URN, depth+1)
		}
	}
	write("", 0)
	golden.Text(t, "previews/"+r.Stack+".txt", text.String())
}
