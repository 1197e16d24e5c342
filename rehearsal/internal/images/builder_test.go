package images_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/images"
)

func TestFind(t *testing.T) {
	const working, broken = "#!/bin/sh\nexit 0\n", "#!/bin/sh\necho 'Cannot connect to the Docker daemon'\nexit 1\n"
	for name, test := range map[string]struct {
		here   map[string]string
		prefer string
		want   string // or the error
	}{
		"nothing":              {nil, "", images.None},
		"docker first":         {map[string]string{"docker": working, "podman": working}, "", images.Docker},
		"without its daemon":   {map[string]string{"docker": broken, "buildah": working}, "", images.Buildah},
		"the preferred":        {map[string]string{"docker": working, "podman": working}, images.Podman, images.Podman},
		"none, though some is": {map[string]string{"docker": working}, images.None, images.None},
		"preferred, broken":    {map[string]string{"docker": broken}, images.Docker, "docker does not work here: exit status 1: Cannot connect"},
		"preferred, not here":  {nil, images.Buildah, "buildah does not work here: exec"},
		"unknown":              {nil, "kaniko", `no builder is called "kaniko": it is one of docker, podman, buildah, none`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for program, script := range test.here {
				require.NoError(t, os.WriteFile(filepath.Join(dir, program), []byte(script), 0o755))
			}
			t.Setenv("PATH", dir)
			found, err := images.Find(test.prefer)
			if err != nil {
				assert.ErrorContains(t, err, test.want)
				return
			}
			assert.Equal(t, test.want, found.Name)
		})
	}
}
