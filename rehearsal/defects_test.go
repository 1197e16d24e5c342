package rehearsal

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// defect is one thing that is wrong with a release that is sound without it.
type defect struct {
	kind, name string
	scene      string // a stack of the repository, or one of scenes
	inject     func(*subject)
	options    []Option // beside quick
	real       bool     // the containers must run for it to show
	// at is where AWS would fail, as "Stage / Step", and says what the problem must name.
	at   string
	says []string
}

// injected is a defect that shows without running the containers.
func injected(kind, name, scene string, inject func(*subject), at string, says ...string) defect {
	return defect{kind: kind, name: name, scene: scene, inject: inject, at: at, says: says}
}

// row is what came of a defect, as the table in docs/rehearsal.md has it.
type row struct {
	kind, name, at, says string
	ran                  bool
}

// TestInjectedDefects injects every defect, each alone, and every mutant of a policy: the rehearsal must fail at the step
// where AWS would, and name the defect. The table in docs/rehearsal.md is made of what it says.
func TestInjectedDefects(t *testing.T) {
	all := slices.Concat(fileDefects, buildDefects, containerDefects, runningDefects, recordDefects, policyDefects, circumstances, clusterDefects, definitionDefects)
	rows := make([]row, len(all))
	t.Run("each", func(t *testing.T) {
		for i, d := range all {
			rows[i] = row{kind: d.kind, name: d.name}
			t.Run(d.kind+"/"+d.name, func(t *testing.T) {
				t.Parallel()
				rows[i].at, rows[i].says = d.caught(t)
				rows[i].ran = !t.Failed()
			})
		}
	})
	var ofPolicies *mutated
	t.Run("mutants", func(t *testing.T) { ofPolicies = testMutants(t) })
	t.Run("table", func(t *testing.T) {
		for _, r := range rows {
			if !r.ran {
				t.Skipf("the table is of all defects, and %q was not injected, or not caught, in this run", r.name)
			}
		}
		if ofPolicies == nil {
			t.Skip("the table is of all defects, and the mutants of policies were not run")
		}
		inTheDocs(t, score(rows, ofPolicies)+tableOf(rows)+"\n"+tableOfMutants(ofPolicies))
	})
}

// score is the sentence above the table.
func score(rows []row, m *mutated) string {
	all, caught := 0, 0
	for _, o := range m.of {
		all, caught = all+o.all(), caught+o.caught
	}
	return fmt.Sprintf("**%d of %d injected defects** are caught, each at the step where AWS would fail. Of **%d mutants** of the policies of\n"+
		"four stacks, %d are caught and %d survive; the second table has the reasons.\n\n", len(rows), len(rows), all, caught, all-caught)
}

// TestScenesAreSound: without its defect, each release goes through.
func TestScenesAreSound(t *testing.T) {
	for _, name := range []string{"dev", "staging", "production", "own", "hooks", "key", "eks", "deployer"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			passes(t, subjectOf(t, name).release(quick...))
		})
	}
}

// release releases the app as it is by now.
func (s *subject) release(options ...Option) *Verdict {
	s.Helper()
	s.app.Dir = s.dir
	if len(s.files) > 0 {
		s.app.Dir = copyOf(s, s.dir, s.files)
	}
	if len(s.manifests) > 0 {
		s.app.Sources = map[string]string{"Manifests": copyOf(s, shopManifests, s.manifests)}
	}
	for _, name := range s.programs {
		require.NoError(s, os.Chmod(filepath.Join(s.app.Dir, name), 0o755))
	}
	return play(s, s.world, s.app, options...)
}

// caught fails the test unless the rehearsal finds the defect, and returns where it does and what it says.
func (d defect) caught(t *testing.T) (at, says string) {
	t.Helper()
	options := append(slices.Clone(quick), d.options...)
	if d.real {
		if err := task.Available(); err != nil || runtime.GOARCH != "amd64" {
			t.Skipf("no containers of the stack's architecture can be run here (%s): %v", runtime.GOARCH, err)
		}
		options = append([]Option{Builder("none"), hasty}, d.options...)
	}
	s := subjectOf(t, d.scene)
	d.inject(s)
	v := s.release(options...)
	failed := v.FailedStep()
	require.NotNil(t, failed, "the release goes through")
	at = failed.Stage + " / " + failed.Name
	assert.Equal(t, d.at, at, said(v))
	require.NotNil(t, failed.Problem, said(v))
	var text strings.Builder
	for _, p := range append([]verdict.Problem{*failed.Problem}, failed.More...) {
		text.WriteString(inFull(p))
	}
	for _, part := range d.says {
		assert.Contains(t, text.String(), part)
	}
	assert.NotEmpty(t, failed.Problem.Fix, text.String())
	return at, sayings(*failed.Problem)
}

// sayings is what the table has of a problem: the fix too where the command's own words are in it.
func sayings(p verdict.Problem) string {
	if strings.HasPrefix(p.What, "COMMAND_EXECUTION_ERROR") || strings.HasPrefix(p.What, "YAML_FILE_ERROR: YAML file") {
		return p.What + ". " + p.Fix
	}
	return p.What
}

// inFull is all that a problem says.
func inFull(p verdict.Problem) string {
	return fmt.Sprintf("%s\nwhere: %s\nfile: %s:%d\nfix: %s\n", p.What, p.Where, p.File, p.Line, p.Fix)
}
