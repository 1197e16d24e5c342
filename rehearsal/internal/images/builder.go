package images

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// Names of builders. None checks a Dockerfile and makes an image of what it copies, but runs nothing.
const (
	Docker  = "docker"
	Podman  = "podman"
	Buildah = "buildah"
	None    = "none"
)

// Builder builds images. It is safe for concurrent use.
type Builder struct {
	// Name is one of the names above.
	Name    string
	program string // its path, "" for None

	mu      sync.Mutex
	busy    time.Duration
	closers []func() error
}

// Built is one build that went well.
type Built struct {
	// Tags are the image's, as they were given to --tag.
	Tags []string
	// Target is the Dockerfile's stage, "" for the last; Platform is as in "linux/arm64", "" for the builder's own.
	Target, Platform string
	Took             time.Duration
	// Imitated tells that instructions were not carried out, which Notes name.
	Imitated bool
	Notes    []string
}

// engine is how a builder builds. The rest of docker is the same with each: images of a rehearsal never reach the
// storage, configuration or registries of the user's own builder.
type engine interface {
	build(ctx context.Context, c tools.Command, b build) (v1.Image, []string, error)
	close() error
}

// Find chooses the builder that is preferred, or with "" the first of docker, podman and buildah that works. A docker
// without its daemon does not. Without any, it is None.
func Find(prefer string) (*Builder, error) {
	known := []string{Docker, Podman, Buildah, None}
	if prefer != "" && !slices.Contains(known, prefer) {
		return nil, fmt.Errorf("no builder is called %q: it is one of %s", prefer, strings.Join(known, ", "))
	}
	if prefer == None {
		return &Builder{Name: None}, nil
	}
	for _, name := range known[:3] {
		if prefer != "" && prefer != name {
			continue
		}
		program, err := works(name)
		if err == nil {
			return &Builder{Name: name, program: program}, nil
		}
		if prefer == name {
			return nil, fmt.Errorf("%s does not work here: %w", name, err)
		}
	}
	return &Builder{Name: None}, nil
}

// works finds the program and tries it: docker must have its daemon, the others must be able to build for this user.
func works(name string) (string, error) {
	program, err := exec.LookPath(name)
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "probe-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	args := []string{"version", "--format", "{{.Server.Version}}"}
	if name != Docker {
		if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("FROM scratch\nLABEL probe=true\n"), 0o600); err != nil {
			return "", err
		}
		args = append(storage(dir), "build", "--quiet", dir)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := command(ctx, program, args...)
	cmd.Env = append(os.Environ(), private(dir)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
	}
	return program, nil
}

// Tool is the docker command. What it makes is under the folder scratch until Close; log, if there is one, is told of
// each build that went well.
func (b *Builder) Tool(r *Registry, scratch string, log func(Built)) tools.Tool {
	d := &daemon{builder: b, registry: r, log: log, logins: map[string]string{}, images: map[string]*image{}}
	if log == nil {
		d.log = func(Built) {}
	}
	d.dir, d.broken = os.MkdirTemp(scratch, "docker-")
	if d.broken == nil {
		d.engine, d.broken = b.engine(d)
	}
	b.mu.Lock()
	b.closers = append(b.closers, d.close)
	b.mu.Unlock()
	return d.run
}

func (b *Builder) engine(d *daemon) (engine, error) {
	switch b.Name {
	case Docker:
		return newDocker(b.program, d)
	case Podman, Buildah:
		return newBuildah(b.program, d)
	}
	return &imitation{d}, nil
}

// Busy is the time that builds have taken.
func (b *Builder) Busy() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.busy
}

func (b *Builder) took(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.busy += d
}

// Close removes the images and all else that the tools have made.
func (b *Builder) Close() error {
	b.mu.Lock()
	closers := b.closers
	b.closers = nil
	b.mu.Unlock()
	var errs []error
	for _, c := range closers {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}
