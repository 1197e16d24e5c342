package images

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// daemon is docker's part that a rehearsal has of its own: the images on the machine, and the logins.
type daemon struct {
	builder  *Builder
	registry *Registry
	engine   engine
	log      func(Built)
	dir      string
	broken   error // why there is no daemon

	mu     sync.Mutex
	logins map[string]string // passwords by host
	images map[string]*image // by full name, or by id when it has none
}

// image is one on the machine.
type image struct {
	v1.Image
	id      string   // of its configuration, "sha256:…"
	digests []string // repository@digest, where it was pulled from or pushed to
}

// failure is an error that docker prints as it is.
type failure struct {
	code int
	text string
}

func (f *failure) Error() string { return f.text }

func fail(format string, args ...any) error { return &failure{1, fmt.Sprintf(format, args...)} }

// usage is a failure to understand the command.
func usage(format string, args ...any) error { return &failure{125, fmt.Sprintf(format, args...)} }

// commands are docker's that a rehearsal answers, by their names and their older ones.
var commands = map[string]func(*daemon, context.Context, tools.Command) error{
	"login": (*daemon).login, "logout": (*daemon).logout, "version": (*daemon).version, "info": (*daemon).info,
	"system info": (*daemon).info,
	"build":       (*daemon).build, "image build": (*daemon).build, "buildx build": (*daemon).build, "builder build": (*daemon).build,
	"pull": (*daemon).pull, "image pull": (*daemon).pull, "push": (*daemon).push, "image push": (*daemon).push,
	"tag": (*daemon).tag, "image tag": (*daemon).tag, "rmi": (*daemon).remove, "image rm": (*daemon).remove,
	"images": (*daemon).list, "image ls": (*daemon).list, "image list": (*daemon).list,
	"inspect": (*daemon).inspect, "image inspect": (*daemon).inspect,
	"buildx create": (*daemon).nothing, "buildx use": (*daemon).nothing, "buildx inspect": (*daemon).nothing, "buildx rm": (*daemon).nothing,
	"image prune": (*daemon).nothing, "system prune": (*daemon).nothing, "builder prune": (*daemon).nothing,
	"buildx version": (*daemon).nothing,
}

// groups are docker's commands that have commands.
var groups = []string{"image", "buildx", "builder", "system", "container", "volume", "network", "manifest", "compose"}

// run answers one docker command.
func (d *daemon) run(ctx context.Context, c tools.Command) int {
	err := d.broken
	if err == nil {
		err = d.dispatch(ctx, c)
	}
	if ctx.Err() != nil {
		return 130
	}
	if err == nil {
		return 0
	}
	fmt.Fprintln(c.Stderr, err)
	var f *failure
	if errors.As(err, &f) {
		return f.code
	}
	return 1
}

func (d *daemon) dispatch(ctx context.Context, c tools.Command) error {
	for len(c.Args) > 0 && (c.Args[0] == "-D" || c.Args[0] == "--debug") {
		c.Args = c.Args[1:]
	}
	if len(c.Args) == 0 {
		return usage("docker: a command is missing")
	}
	if c.Args[0] == "--version" || c.Args[0] == "-v" {
		fmt.Fprintf(c.Stdout, "Docker version %s, build rehearsal\n", dockerVersion)
		return nil
	}
	for words := min(2, len(c.Args)); words > 0; words-- {
		if answer, ok := commands[strings.Join(c.Args[:words], " ")]; ok {
			c.Args = c.Args[words:]
			return answer(d, ctx, c)
		}
	}
	words := 1
	if len(c.Args) > 1 && slices.Contains(groups, c.Args[0]) {
		words = 2
	}
	return usage("docker %s: a rehearsal does not do this; it has login, logout, build, tag, pull, push, images, inspect, rmi, "+
		"version and info", strings.Join(c.Args[:words], " "))
}

func (d *daemon) nothing(context.Context, tools.Command) error { return nil }

// parse reads an image's name as docker does: without host it is Docker Hub's, without tag the tag is latest.
func parse(text string) (name.Reference, error) {
	full := text
	if !strings.Contains(text, "/") {
		full = "library/" + text // so that a name may have one letter
	}
	ref, err := name.ParseReference(full)
	if err == nil {
		return ref, nil
	}
	if repository, _, _ := strings.Cut(text, ":"); repository != strings.ToLower(repository) {
		return nil, fail("invalid reference format: repository name (%s) must be lowercase", repository)
	}
	return nil, fail("invalid reference format: %q", text)
}

// keep puts an image on the machine.
func (d *daemon) keep(made v1.Image, tags ...string) (*image, error) {
	id, err := made.ConfigName()
	if err != nil {
		return nil, err
	}
	kept := &image{Image: made, id: id.String()}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, tag := range tags {
		ref, err := parse(tag)
		if err != nil {
			return nil, err
		}
		d.images[ref.Name()] = kept
	}
	if len(tags) == 0 {
		d.images[kept.id] = kept
	}
	return kept, nil
}

// find is the image of a name, or of an id or its beginning; nil when there is none.
func (d *daemon) find(text string) *image {
	d.mu.Lock()
	defer d.mu.Unlock()
	if ref, err := parse(text); err == nil {
		if found := d.images[ref.Name()]; found != nil {
			return found
		}
		for _, i := range d.images {
			if slices.Contains(i.digests, ref.Name()) {
				return i
			}
		}
	}
	for _, i := range d.images {
		if len(text) >= 4 && (strings.HasPrefix(i.id, text) || strings.HasPrefix(i.id, "sha256:"+text)) {
			return i
		}
	}
	return nil
}

// store copies an image that is elsewhere into a file layout of the machine.
func (d *daemon) store(from v1.Image) (v1.Image, error) {
	dir, err := os.MkdirTemp(d.dir, "image-")
	if err != nil {
		return nil, err
	}
	path, err := layout.Write(dir, empty.Index)
	if err == nil {
		err = path.AppendImage(from)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return only(path)
}

// archive saves an image under the name in a file, as docker save does.
func (d *daemon) archive(kept *image, name string) (string, error) {
	ref, err := parse(name)
	if err != nil {
		return "", err
	}
	file, err := os.CreateTemp(d.dir, "saved-*.tar")
	if err != nil {
		return "", err
	}
	if err := errors.Join(tarball.Write(ref, kept, file), file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// only is the one image of a layout.
func only(path layout.Path) (v1.Image, error) {
	index, err := path.ImageIndex()
	if err != nil {
		return nil, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	if len(manifest.Manifests) != 1 {
		return nil, fmt.Errorf("the builder made %d images instead of one", len(manifest.Manifests))
	}
	return index.Image(manifest.Manifests[0].Digest)
}

func (d *daemon) close() error {
	var errs []error
	if d.engine != nil {
		errs = append(errs, d.engine.close())
	}
	if d.dir != "" {
		errs = append(errs, os.RemoveAll(d.dir))
	}
	return errors.Join(errs...)
}
