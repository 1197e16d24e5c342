package tests

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/diff"
)

// expected is the verdict on one edit.
type expected struct {
	name  string
	edit  edit
	stack string // which is compared
	// ops counts the changes, and dangers those by kind: "create 1, update 3" and "data 1, traffic 2". Both are complete.
	ops, dangers string
	// says are lines, or beginnings of such, that must be among the verdict's, see verdictLines.
	says []string
	// refused tells that Pulumi refuses it.
	refused bool
}

// Each edit of a stack's configuration, and what diff says of it, on a base that is brought up once. The program runs in
// this process, which saves building it: diff_program_test.go has the command itself, on edits of the program.
func TestDiffOfConfigurations(t *testing.T) {
	edits := map[string][]expected{}
	for _, e := range slices.Concat(containerEdits, deliveryEdits, edgeEdits, stackEdits, stagedEdits, metaEdits, eksEdits) {
		edits[e.stack] = append(edits[e.stack], e)
	}
	for _, name := range sortedKeys(edits) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dock := drydock.Start(t)
			repository(dock, name, settingsOf(t, name)).Up(t)
			for _, e := range edits[name] {
				t.Run(e.name, func(t *testing.T) {
					result, err := repository(dock, name, e.settings(t)).Run(t.Context(), drydock.Preview)
					require.NotNil(t, result, "%v", err)
					e.check(t, diff.Judge(result))
					assert.Equal(t, e.refused, err != nil, "%v", err)
				})
			}
		})
	}
}

// settings are the stack's with the edit.
func (e *expected) settings(t *testing.T) settings {
	t.Helper()
	text := read(t, fileOf(e.stack))
	for _, ch := range e.edit {
		text = ch.in(t, text)
	}
	var file struct{ Config settings }
	require.NoError(t, yaml.Unmarshal([]byte(text), &file))
	return file.Config
}

func (e *expected) check(t *testing.T, v diff.Verdict) {
	t.Helper()
	lines := verdictLines(&v)
	all := strings.Join(lines, "\n")
	assert.Equal(t, e.ops, operations(&v), all)
	assert.Equal(t, e.dangers, tally(&v), all)
	for _, want := range e.says {
		said := slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, want) })
		assert.True(t, said, "%q is not said:\n%s", want, all)
	}
}

// operations counts the changes of real resources and components alike.
func operations(v *diff.Verdict) string {
	var all []string
	for _, op := range []string{"create", "update", "replace", "delete"} {
		if n := v.Count(op); n > 0 {
			all = append(all, fmt.Sprintf("%s %d", op, n))
		}
	}
	return strings.Join(all, ", ")
}

// tally counts the dangers of each kind, the worst first.
func tally(v *diff.Verdict) string {
	var kinds []string
	count := map[string]int{}
	for _, d := range v.Dangers {
		kind := string(d.Kind)
		if count[kind] == 0 {
			kinds = append(kinds, kind)
		}
		count[kind]++
	}
	for i, kind := range kinds {
		kinds[i] = fmt.Sprintf("%s %d", kind, count[kind])
	}
	return strings.Join(kinds, ", ")
}

// verdictLines are what the report says of a stack, in lines:
//
//	replace lb/listener bash-dog (port)
//	data: delete ecr/repository bash-dog-api: the repository is deleted, …
//	way out: leave `port` as it is
//	gained action s3:GetObject, PullImages of bash-dog-build
//	opened tcp 443 from 0.0.0.0/0
func verdictLines(v *diff.Verdict) []string {
	var lines []string
	for _, d := range v.Dangers {
		lines = append(lines, fmt.Sprintf("%s: %s %s %s: %s", d.Kind, d.Op, diff.Short(d.Type), d.Name, d.Reason))
		for _, way := range d.WayOut {
			lines = append(lines, "way out: "+way)
		}
	}
	for _, a := range v.Access {
		for _, st := range a.Statements {
			for _, e := range st.Gained {
				lines = append(lines, fmt.Sprintf("gained %s, %s of %s", e, st.Sid, a.Name))
			}
			for _, e := range st.Lost {
				lines = append(lines, fmt.Sprintf("lost %s, %s of %s", e, st.Sid, a.Name))
			}
		}
		if a.Problem != "" {
			lines = append(lines, fmt.Sprintf("policy of %s: %s", a.Name, a.Problem))
		}
	}
	for _, e := range v.Exposure {
		lines = append(lines, strings.TrimSuffix("opened "+e.What+" from "+strings.Join(e.From, ", "), " from "))
	}
	for _, change := range v.Changes {
		var paths []string
		for _, p := range change.Properties {
			paths = append(paths, p.Path)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s (%s)", change.Op, diff.Short(change.Type), change.Name, strings.Join(paths, ", ")))
	}
	return lines
}
