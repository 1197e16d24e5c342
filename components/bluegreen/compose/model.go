package compose

import (
	"context"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	compose "github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
)

// model is a compose file, as text says it and as compose-go understands it.
type model struct {
	raw      map[string]any
	services map[string]types.ServiceConfig // those with profiles, too
	unset    []string                       // variables of ${NAME} that have neither value nor default, sorted
}

// read loads the file without what would make its meaning depend on the machine: no environment, no .env file, no
// absolute paths.
func read(path string, variables map[string]string) (*model, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the compose file: %w", err)
	}
	details := types.ConfigDetails{
		WorkingDir:  ".",
		ConfigFiles: []types.ConfigFile{{Filename: path, Content: text}},
		Environment: types.Mapping{},
	}
	unset := map[string]bool{}
	options := compose.ToOptions(&details, []func(*compose.Options){func(o *compose.Options) {
		o.SetProjectName("compose", true)
		o.SkipNormalization, o.SkipResolveEnvironment, o.SkipResolveLabels, o.ResolvePaths = true, true, true, false
		o.Interpolate.LookupValue = func(name string) (string, bool) { value, ok := variables[name]; return value, ok }
		o.Interpolate.Substitute = func(text string, lookup template.Mapping) (string, error) {
			noteUnset(text, lookup, unset)
			return template.SubstituteWithOptions(text, lookup, template.WithoutLogging)
		}
	}})
	raw, err := compose.LoadModelWithContext(context.Background(), details, func(o *compose.Options) { *o = *options })
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	project, err := compose.ModelToProject(maps.Clone(raw), options, details)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m := &model{raw: raw, services: maps.Clone(map[string]types.ServiceConfig(project.Services)), unset: slices.Sorted(maps.Keys(unset))}
	maps.Copy(m.services, project.DisabledServices)
	return m, nil
}

// noteUnset finds the variables for which compose would take an empty text and only warn.
func noteUnset(text string, lookup template.Mapping, unset map[string]bool) {
	for name, v := range template.ExtractVariables(map[string]any{"": text}, nil) {
		if _, set := lookup(name); !set && !v.Required && !hasDefault(text, name) {
			unset[name] = true
		}
	}
}

// hasDefault tells whether the text says what to do without the variable: ${NAME-x}, ${NAME:-x}, ${NAME+x}, ${NAME:+x}.
func hasDefault(text, name string) bool {
	return regexp.MustCompile(`\$\{` + regexp.QuoteMeta(name) + `:?[-+]`).MatchString(text)
}

// isRemote tells a build context that is fetched, such as a git repository, from a folder.
func isRemote(context string) bool {
	return strings.Contains(context, "://") || strings.HasPrefix(context, "git@") || strings.HasPrefix(context, "github.com/")
}

func or[T comparable](given, otherwise T) T {
	var zero T
	if given == zero {
		return otherwise
	}
	return given
}
