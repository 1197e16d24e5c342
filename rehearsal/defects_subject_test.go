package rehearsal

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// subject is a sound release into which a defect is injected. Its helpers fail the test where there is nothing to change:
// a defect that changes nothing would be no defect.
type subject struct {
	testing.TB
	world    *world.World
	dir      string            // the app as it is
	files    map[string]string // and its files that are changed or added; an empty text removes one
	programs []string          // those of files that are executable
	app      App
	// manifests are changed files of the repository of manifests, in a release to clusters.
	manifests map[string]string
}

// only is the only record of the type.
func (s *subject) only(typ string) *drydock.Record {
	s.Helper()
	all := s.world.All(typ)
	require.Len(s, all, 1, typ)
	return all[0]
}

// named is the record of the type whose ID or name begins so: names end in digits that Pulumi has chosen.
func (s *subject) named(typ, prefix string) *drydock.Record {
	s.Helper()
	for _, r := range s.world.All(typ) {
		if strings.HasPrefix(r.ID, prefix) || strings.HasPrefix(r.Attr("name"), prefix) {
			return r
		}
	}
	require.Failf(s, "no such record", "%s %s", typ, prefix)
	return nil
}

// remove takes all records of the type out of the world.
func (s *subject) remove(typ string) {
	s.Helper()
	all := s.world.All(typ)
	require.NotEmpty(s, all, typ)
	for _, r := range all {
		s.world.Remove(r)
	}
}

// set gives a property of the record another value, wherever it is kept. The path's parts are keys of objects, and
// "*" for every member of a list.
func (s *subject) set(r *drydock.Record, path string, value any) {
	s.Helper()
	parts := strings.Split(path, ".")
	changed := put(map[string]any(r.Inputs), parts, value)
	if len(parts) == 1 {
		if _, has := r.Outputs[path]; has {
			r.Outputs[path] = value
			changed = true
		}
	}
	require.True(s, changed, "%s has no %s", r.Type, path)
}

// put sets what the path leads to; the last key may be a new one.
func put(in any, path []string, value any) bool {
	switch in := in.(type) {
	case map[string]any:
		if len(path) == 1 {
			in[path[0]] = value
			return true
		}
		return put(in[path[0]], path[1:], value)
	case []any:
		changed := false
		for i := range in {
			if path[0] == "*" && len(path) == 1 {
				in[i], changed = value, true
			} else if path[0] == "*" {
				changed = put(in[i], path[1:], value) || changed
			}
		}
		return changed
	}
	return false
}

// action is the properties of the pipeline's action.
func (s *subject) action(name string) map[string]any {
	s.Helper()
	for _, stage := range s.only(pipelineType).Inputs.Objs("stages") {
		for _, a := range stage.Objs("actions") {
			if a.Str("name") == name {
				return a
			}
		}
	}
	require.Failf(s, "no such action", "%s", name)
	return nil
}

// configure changes a value of an action's configuration.
func (s *subject) configure(action, key, value string) {
	s.Helper()
	require.True(s, put(s.action(action), []string{"configuration", key}, value), key)
}

// text is a file of the app as it is by now.
func (s *subject) text(name string) string {
	s.Helper()
	if text, changed := s.files[name]; changed {
		return text
	}
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	require.NoError(s, err)
	return string(text)
}

// edit replaces a text in a file of the app, which must have it.
func (s *subject) edit(name, from, to string) {
	s.Helper()
	s.files[name] = replaced(s, s.text(name), from, to)
}

// rename gives a file of the app another name.
func (s *subject) rename(from, to string) {
	s.Helper()
	s.files[to] = s.text(from)
	s.files[from] = ""
}

// rendered replaces a text in one of the files that the pipeline's config object holds: what the program has rendered.
func (s *subject) rendered(name, from, to string) {
	s.Helper()
	object := s.only(objectType)
	archive := *object.Inputs["source"].(*drydock.Asset)
	archive.Files = maps.Clone(archive.Files)
	archive.Files[name] = replaced(s, archive.Files[name], from, to)
	object.Inputs["source"] = &archive
}

// buildspec replaces a text in the project's rendered buildspec.
func (s *subject) buildspec(from, to string) {
	s.Helper()
	project := s.only(projectType)
	s.set(project, "source.buildspec", replaced(s, project.Inputs.Obj("source").Str("buildspec"), from, to))
}

func replaced(t testing.TB, text, from, to string) string {
	t.Helper()
	require.Contains(t, text, from)
	return strings.Replace(text, from, to, 1)
}
