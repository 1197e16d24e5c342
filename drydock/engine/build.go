package engine

import (
	"context"
	"embed"
	"io"
	"path/filepath"

	"github.com/container-pipeline/container-pipeline/internal/gotool"
)

//go:embed modules
var modules embed.FS

var (
	pulumi = gotool.Module{
		Name:     "pulumi",
		Path:     "github.com/pulumi/pulumi/pkg/v3",
		Commands: []gotool.Command{{Name: "pulumi", Package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"}},
		Settings: []string{"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{github.com/pulumi/pulumi/pkg/v3}"},
		Takes:    "about six minutes on two cores",
	}.Read(modules, "modules/pulumi")
	// The last release of sdk/v3 that contains the language host; it drives the current engine.
	languageHost = gotool.Module{
		Name:     "pulumi-language-go",
		Path:     "github.com/pulumi/pulumi/sdk/v3",
		Commands: []gotool.Command{{Name: "pulumi-language-go", Package: "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go"}},
		Takes:    "about a minute",
	}.Read(modules, "modules/pulumi-language-go")
)

// toolDir is the folder in the cache for both: the engine takes a language host beside it for its own.
func toolDir() (string, error) {
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "engine", gotool.Folder("pulumi", pulumi, languageHost)), nil
}

// build returns the path of the module's one command, building it when it is missing.
func build(ctx context.Context, m gotool.Module, progress io.Writer) (string, error) {
	dir, err := toolDir()
	if err != nil {
		return "", err
	}
	return gotool.File(dir, m.Name), m.Get(ctx, dir, progress)
}
