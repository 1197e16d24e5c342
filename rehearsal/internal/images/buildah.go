package images

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// buildah builds with buildah or podman, whose build command is the same, in a storage of its own.
type buildah struct {
	program string
	daemon  *daemon
	dir     string
	env     []string
	caches  bool

	mu   sync.Mutex
	lent map[string]string // ids of the machine's images that the storage has, by name
}

// private is the environment that keeps a program's other files under dir. The isolation needs no container runtime,
// network set-up or control groups, and so works as root or not, in a container or not.
func private(dir string) []string {
	return []string{
		"BUILDAH_ISOLATION=chroot", "HOME=" + dir, "TMPDIR=" + dir, "XDG_RUNTIME_DIR=" + dir, "XDG_CONFIG_HOME=" + dir,
		"XDG_DATA_HOME=" + dir,
	}
}

// storage are the flags that keep a program's images under dir. The vfs driver works on every file system and for every
// user.
func storage(dir string) []string {
	return []string{"--root", filepath.Join(dir, "root"), "--runroot", filepath.Join(dir, "run"), "--storage-driver", "vfs"}
}

func newBuildah(program string, d *daemon) (engine, error) {
	b := &buildah{program: program, daemon: d, dir: filepath.Join(d.dir, "storage"), lent: map[string]string{}}
	files := map[string]string{
		// https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md
		"registries.conf": fmt.Sprintf("unqualified-search-registries = [\"docker.io\"]\n[[registry]]\nprefix = %q\nlocation = %q\n"+
			"insecure = true\n[[registry]]\nlocation = %[2]q\ninsecure = true\n", d.registry.host, d.registry.addr),
		// Many machines have no policy, without which nothing is read.
		"policy.json": `{"default": [{"type": "insecureAcceptAnything"}]}`,
	}
	if err := os.MkdirAll(filepath.Join(b.dir, "home"), 0o700); err != nil {
		return nil, err
	}
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(b.dir, file), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	path, _ := os.LookupEnv("PATH") // the shell's own has this docker first
	b.env = append(private(filepath.Join(b.dir, "home")),
		"PATH="+path, "CONTAINERS_REGISTRIES_CONF="+filepath.Join(b.dir, "registries.conf"),
		"REGISTRY_AUTH_FILE="+filepath.Join(b.dir, "auth.json"), "BUILDAH_FORMAT=docker")
	b.caches = b.hasCache()
	return b, nil
}

func (b *buildah) build(ctx context.Context, c tools.Command, o build) (v1.Image, []string, error) {
	if err := errors.Join(b.logins(), b.lend(ctx, c, o)); err != nil {
		return nil, nil, err
	}
	work, err := os.MkdirTemp(b.daemon.dir, "image-")
	if err != nil {
		return nil, nil, err
	}
	image, err := b.into(ctx, c, o, work)
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(work))
	}
	return image, nil, nil
}

// into builds, and exports the image as a layout.
func (b *buildah) into(ctx context.Context, c tools.Command, o build, work string) (v1.Image, error) {
	id := filepath.Join(work, "id")
	if err := b.do(ctx, c, append([]string{"build"}, b.arguments(o, id)...)...); err != nil {
		return nil, fail("ERROR: failed to build: %s", err)
	}
	name, err := os.ReadFile(id)
	if err != nil {
		return nil, err
	}
	target := filepath.Join(work, "layout")
	export := c
	export.Stdin = nil
	if err := b.do(ctx, export, "push", "--quiet", b.policy(),
		strings.TrimSpace(string(name)), "oci:"+target+":built"); err != nil {
		return nil, fail("ERROR: failed to export the image: %s", err)
	}
	return only(layout.Path(target))
}

// lend gives the storage those base images that are on the rehearsal's machine. Others it pulls itself.
func (b *buildah) lend(ctx context.Context, c tools.Command, o build) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, text := range baseImages(o) {
		kept := b.daemon.find(text)
		if kept == nil || b.lent[text] == kept.id {
			continue
		}
		if err := b.load(ctx, c, kept, text); err != nil {
			return fail("ERROR: failed to solve: %s: %s", text, err)
		}
		b.lent[text] = kept.id
	}
	return nil
}

func (b *buildah) load(ctx context.Context, c tools.Command, kept *image, name string) error {
	saved, err := b.daemon.archive(kept, name)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(saved) }()
	quiet := tools.Command{Dir: c.Dir, Env: c.Env, Stdout: io.Discard, Stderr: c.Stderr}
	return b.do(ctx, quiet, "pull", "--quiet", b.policy(), "docker-archive:"+saved)
}

// arguments are those of buildah build, which has most of docker's.
func (b *buildah) arguments(o build, id string) []string {
	args := []string{
		"--file", o.dockerfile, "--iidfile", id, b.policy(), "--identity-label=false",
	}
	args = append(args, b.cache(o)...)
	// Without a platform, buildah has no TARGETARCH, which BuildKit always has.
	args = append(args, "--platform", platformOf(o).String())
	if o.target != "" {
		args = append(args, "--target", o.target)
	}
	if o.network != "" && o.network != "default" {
		args = append(args, "--network", o.network)
	}
	for flag, values := range map[string][]string{"--tag": o.tags, "--build-arg": o.args, "--label": o.labels} {
		for _, v := range values {
			args = append(args, flag, v)
		}
	}
	if o.pull {
		args = append(args, "--pull-always")
	} else {
		args = append(args, "--pull=false") // when it is not there; else a newer one is asked for
	}
	return slices.Concat(args, o.more, []string{o.context})
}

func (b *buildah) policy() string { return "--signature-policy=" + filepath.Join(b.dir, "policy.json") }

func (b *buildah) do(ctx context.Context, c tools.Command, args ...string) error {
	cmd := command(ctx, b.program, append(storage(filepath.Join(b.dir, "images")), args...)...)
	inherit(c, b.env)(cmd)
	cmd.Stdin = nil
	return run(cmd)
}

// logins writes down the registries' passwords for base images.
// https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
func (b *buildah) logins() error {
	b.daemon.mu.Lock()
	defer b.daemon.mu.Unlock()
	encoded := func(user, password string) map[string]string {
		return map[string]string{"auth": base64.StdEncoding.EncodeToString([]byte(user + ":" + password))}
	}
	r := b.daemon.registry
	auths := map[string]map[string]string{r.addr + "/" + cacheRepository: encoded(r.own.Username, r.own.Password)}
	if password, ok := b.daemon.logins[r.host]; ok {
		auths[r.host] = encoded("AWS", password)
		auths[r.addr] = auths[r.host]
	}
	content, err := json.Marshal(map[string]any{"auths": auths})
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(b.dir, "auth.json"), content)
}

// close removes the storage. Files of other users in a user's own namespace go only in it.
func (b *buildah) close() error {
	if os.Geteuid() != 0 {
		cmd := command(context.Background(), b.program, "unshare", "rm", "-rf", filepath.Join(b.dir, "images"))
		cmd.Env = append(os.Environ(), b.env...)
		_ = cmd.Run() // what is left, RemoveAll tells
	}
	return os.RemoveAll(b.dir)
}
