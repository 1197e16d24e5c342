package images

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// dockerCLI builds with the user's docker daemon, under names that are nobody's, and takes the image from it.
type dockerCLI struct {
	program string
	daemon  *daemon
	buildx  bool
	env     []string
}

func newDocker(program string, d *daemon) (engine, error) {
	config := filepath.Join(d.dir, "config")
	if err := os.MkdirAll(config, 0o700); err != nil {
		return nil, err
	}
	ctx := context.Background()
	// The user's configuration names the daemon and has the plugins: both are taken from it, and it is left alone.
	host, err := command(ctx, program, "context", "inspect", "--format", "{{.Endpoints.docker.Host}}").Output()
	if err != nil {
		return nil, fmt.Errorf("docker context inspect: %w", err)
	}
	if home, err := os.UserHomeDir(); err == nil {
		plugins := filepath.Join(home, ".docker", "cli-plugins")
		if _, err := os.Stat(plugins); err == nil {
			if err := os.Symlink(plugins, filepath.Join(config, "cli-plugins")); err != nil {
				return nil, err
			}
		}
	}
	path, _ := os.LookupEnv("PATH") // the shell's own has this tool first
	e := &dockerCLI{program: program, daemon: d}
	e.env = []string{"PATH=" + path, "DOCKER_CONFIG=" + config, "DOCKER_HOST=" + strings.TrimSpace(string(host))}
	e.buildx = command(ctx, program, "buildx", "version").Run() == nil
	return e, nil
}

func (e *dockerCLI) build(ctx context.Context, c tools.Command, o build) (v1.Image, []string, error) {
	name := "container-pipeline-rehearsal/" + strings.ToLower(rand.Text()) + ":built"
	bases, err := e.bases(ctx, c, o)
	defer func() { // also when the context has ended
		quiet := tools.Command{Dir: c.Dir, Env: c.Env}
		_ = e.do(context.WithoutCancel(ctx), quiet, append([]string{"rmi", name}, bases.names...)...)
	}()
	if err != nil {
		return nil, nil, err
	}
	if err := e.do(ctx, c, append([]string{"build"}, e.arguments(o, name, bases.flags)...)...); err != nil {
		return nil, nil, fail("ERROR: docker build: %s", err)
	}
	work, err := os.MkdirTemp(e.daemon.dir, "image-")
	if err != nil {
		return nil, nil, err
	}
	saved := filepath.Join(work, "image.tar")
	if err := e.do(ctx, c, "save", "--output", saved, name); err != nil {
		return nil, nil, errors.Join(fail("ERROR: docker save: %s", err), os.RemoveAll(work))
	}
	image, err := tarball.ImageFromPath(saved, nil)
	return image, nil, err
}

func (e *dockerCLI) arguments(o build, name string, bases []string) []string {
	args := append([]string{"--file", o.dockerfile, "--tag", name}, bases...)
	if e.buildx {
		args = append(args, "--load")
	}
	for flag, on := range map[string]bool{"--no-cache": o.noCache, "--pull": o.pull, "--quiet": o.quiet} {
		if on {
			args = append(args, flag)
		}
	}
	for flag, value := range map[string]string{"--target": o.target, "--platform": o.platform, "--network": o.network} {
		if value != "" {
			args = append(args, flag, value)
		}
	}
	for flag, values := range map[string][]string{"--build-arg": o.args, "--label": o.labels} {
		for _, v := range values {
			args = append(args, flag, v)
		}
	}
	return append(append(args, o.more...), o.context)
}

// borrowed are images of the rehearsal that the user's daemon has for one build.
type borrowed struct{ names, flags []string }

// bases lends the daemon the base images that are the rehearsal's own: those on its machine, or in its registry.
func (e *dockerCLI) bases(ctx context.Context, c tools.Command, o build) (borrowed, error) {
	var lent borrowed
	for _, text := range baseImages(o) {
		ref, err := parse(text)
		if err != nil {
			return lent, err
		}
		kept := e.daemon.find(ref.Name())
		if kept == nil && ref.Context().RegistryStr() == e.daemon.registry.host {
			if kept, err = e.daemon.fetch(ctx, ref, platformOf(o)); err != nil {
				return lent, err
			}
		}
		if kept == nil {
			continue
		}
		name := "container-pipeline-rehearsal/" + strings.ToLower(rand.Text()) + ":base"
		lent.names = append(lent.names, name)
		if err := e.lend(ctx, c, kept, name); err != nil {
			return lent, err
		}
		lent.flags = append(lent.flags, "--build-context", text+"=docker-image://"+name)
	}
	return lent, nil
}

// lend loads an image into the user's daemon under the name.
func (e *dockerCLI) lend(ctx context.Context, c tools.Command, kept *image, name string) error {
	saved, err := e.daemon.archive(kept, name)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(saved) }()
	return e.do(ctx, c, "load", "--quiet", "--input", saved)
}

func (e *dockerCLI) do(ctx context.Context, c tools.Command, args ...string) error {
	cmd := command(ctx, e.program, args...)
	inherit(c, e.env)(cmd)
	cmd.Stdin = nil
	return run(cmd)
}

func (e *dockerCLI) close() error { return nil }
