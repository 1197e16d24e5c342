package images

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/layout"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// A BuildKit build that imports a cache takes its layers from an image, as the last release's. Buildah's cache is a
// repository of layers: the rehearsal has one, which is not of the stack and which the build's own login does not open.
const cacheRepository = "rehearsal/cache"

// maxCached is how many layers the cache keeps from one rehearsal to the next.
const maxCached = 60

// trimmed are the newest of a cache's layers; the others' files are removed.
func trimmed(path layout.Path, listed []v1.Descriptor) ([]v1.Descriptor, error) {
	if len(listed) <= maxCached {
		return listed, nil
	}
	listed = listed[len(listed)-maxCached:]
	if err := writeIndex(path, listed); err != nil {
		return nil, err
	}
	unused, err := path.GarbageCollect()
	if err != nil {
		return nil, err
	}
	for _, blob := range unused {
		if err := path.RemoveBlob(blob); err != nil {
			return nil, err
		}
	}
	return listed, nil
}

// cache are the flags that use the cache as BuildKit would: it reads what --cache-from names, and writes when the image
// is to carry its cache. What is only copied is faster copied again than kept.
// https://docs.docker.com/build/cache/backends/inline/
func (b *buildah) cache(o build) []string {
	file, err := readDockerfile(o)
	if o.noCache || err == nil && !file.runs() {
		return []string{"--no-cache"}
	}
	args := []string{"--layers"}
	if !b.caches {
		return args
	}
	at := b.daemon.registry.addr + "/" + cacheRepository
	if o.cacheFrom {
		args = append(args, "--cache-from="+at)
	}
	if o.cacheTo {
		args = append(args, "--cache-to="+at)
	}
	return args
}

// runs tells whether something is run in the build.
func (f *dockerfile) runs() bool {
	return slices.ContainsFunc(f.stages, func(s *stage) bool {
		return slices.ContainsFunc(s.steps, func(i instruction) bool { return i.word == "RUN" })
	})
}

// hasCache tells whether the program, from Buildah 1.28 on, has a cache in a registry, and there is a registry that is
// kept.
func (b *buildah) hasCache() bool {
	if b.daemon.registry.temporary != "" {
		return false
	}
	cmd := command(context.Background(), b.program, append(storage(filepath.Join(b.dir, "images")), "build", "--help")...)
	cmd.Env = append(os.Environ(), b.env...)
	help, err := cmd.Output()
	return err == nil && strings.Contains(string(help), "--cache-to")
}
