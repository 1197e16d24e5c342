package images

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/spf13/pflag"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// build is one docker build.
type build struct {
	context    string // the folder
	dockerfile string // absolute
	target     string
	platform   string
	network    string
	tags       []string
	args       []string // "NAME=value"
	labels     []string
	noCache    bool
	pull       bool
	quiet      bool
	iidfile    string
	push       bool
	// cacheFrom and cacheTo tell whether a cache is to be read and made, wherever that is.
	cacheFrom, cacheTo bool
	// more are flags that every builder takes as they are.
	more []string
}

var (
	// These flags of docker build change neither the image nor the release.
	ignoredTexts = []string{
		"progress", "provenance", "sbom", "attest", "builder", "memory", "memory-swap", "metadata-file",
		"cpu-shares", "cpu-period", "cpu-quota", "cpuset-cpus", "cpuset-mems", "cgroup-parent", "isolation", "annotation",
	}
	ignoredSwitches = []string{"load", "rm", "force-rm", "compress", "disable-content-trust", "debug"}
	// These are passed on to the builder.
	passed = []string{"add-host", "secret", "ssh", "shm-size", "ulimit", "security-opt"}
)

func (d *daemon) build(ctx context.Context, c tools.Command) error {
	b, err := parseBuild(c)
	if err != nil {
		return err
	}
	shell := c
	if b.quiet {
		shell.Stdout, shell.Stderr = io.Discard, io.Discard
	}
	start := time.Now()
	made, notes, err := d.engine.build(ctx, shell, b)
	took := time.Since(start)
	d.builder.took(took)
	if err != nil {
		return err
	}
	kept, err := d.keep(made, b.tags...)
	if err != nil {
		return err
	}
	if err := d.announce(c, b, kept); err != nil {
		return err
	}
	d.log(Built{
		Tags: b.tags, Target: b.target, Platform: b.platform, Took: took,
		Imitated: len(notes) > 0, Notes: notes,
	})
	if !b.push {
		return nil
	}
	for _, tag := range b.tags {
		ref, err := parse(tag)
		if err != nil {
			return err
		}
		if err := d.pushOne(ctx, c, ref, b.quiet); err != nil {
			return err
		}
	}
	return nil
}

// announce tells the shell what was made.
func (d *daemon) announce(c tools.Command, b build, kept *image) error {
	if b.iidfile != "" {
		if err := os.WriteFile(b.iidfile, []byte(kept.id), 0o644); err != nil {
			return fail("ERROR: %s", err)
		}
	}
	if b.quiet {
		fmt.Fprintln(c.Stdout, kept.id)
		return nil
	}
	fmt.Fprintf(c.Stderr, "writing image %s\n", kept.id)
	for _, tag := range b.tags {
		ref, err := parse(tag)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.Stderr, "naming to %s\n", shown(ref))
	}
	return nil
}

// parseBuild reads the command line of docker build and docker buildx build.
// https://docs.docker.com/reference/cli/docker/buildx/build/
func parseBuild(c tools.Command) (build, error) {
	b := build{}
	set := flags("build")
	file := set.StringP("file", "f", "", "")
	set.StringArrayVarP(&b.tags, "tag", "t", nil, "")
	set.StringArrayVar(&b.args, "build-arg", nil, "")
	set.StringArrayVar(&b.labels, "label", nil, "")
	set.StringVar(&b.target, "target", "", "")
	set.StringVar(&b.platform, "platform", "", "")
	set.StringVar(&b.network, "network", "", "")
	set.BoolVar(&b.noCache, "no-cache", false, "")
	set.BoolVar(&b.pull, "pull", false, "")
	set.BoolVarP(&b.quiet, "quiet", "q", false, "")
	set.StringVar(&b.iidfile, "iidfile", "", "")
	set.BoolVar(&b.push, "push", false, "")
	set.StringArray("cache-from", nil, "")
	set.StringArray("cache-to", nil, "")
	for _, name := range ignoredTexts {
		set.StringArray(name, nil, "")
	}
	for _, name := range ignoredSwitches {
		set.Bool(name, false, "")
	}
	for _, name := range passed {
		set.StringArray(name, nil, "")
	}
	if err := read(set, c.Args, 1, 1); err != nil {
		return b, err
	}
	b.more = given(set)
	b.args = valued(b.args, c.Env)
	b.cacheFrom = set.Changed("cache-from")
	b.cacheTo = set.Changed("cache-to") || slices.Contains(b.args, "BUILDKIT_INLINE_CACHE=1")
	if b.iidfile != "" {
		b.iidfile = within(c.Dir, b.iidfile)
	}
	if err := b.valid(); err != nil {
		return b, err
	}
	return b, b.locate(c.Dir, set.Arg(0), *file)
}

// given are the flags that are passed on.
func given(set *pflag.FlagSet) []string {
	var args []string
	for _, name := range passed {
		values, _ := set.GetStringArray(name) // the flag is one
		for _, v := range values {
			args = append(args, "--"+name+"="+v)
		}
	}
	return args
}

// valued gives build arguments without value that of the environment, if it has one, as docker does.
func valued(args, env []string) []string {
	var all []string
	for _, arg := range args {
		if !strings.Contains(arg, "=") {
			value, ok := variable(env, arg)
			if !ok {
				continue
			}
			arg += "=" + value
		}
		all = append(all, arg)
	}
	return all
}

func (b *build) valid() error {
	for _, tag := range b.tags {
		if _, err := parse(tag); err != nil {
			return usage("invalid argument %q for \"-t, --tag\" flag: %s", tag, err)
		}
	}
	if b.platform != "" {
		if strings.Contains(b.platform, ",") {
			return usage("docker build --platform %s: a rehearsal builds for one platform at a time", b.platform)
		}
		if _, err := v1.ParsePlatform(b.platform); err != nil {
			return usage("invalid argument %q for --platform: %s", b.platform, err)
		}
	}
	if b.push && len(b.tags) == 0 {
		return fail("ERROR: tag is needed when pushing to registry")
	}
	return nil
}

// locate finds the context and the Dockerfile.
func (b *build) locate(dir, context, file string) error {
	if context == "-" || strings.Contains(context, "://") || file == "-" {
		return usage("docker build %s: a rehearsal builds from a folder and a file in it", context)
	}
	b.context = within(dir, context)
	info, err := os.Stat(b.context)
	if err != nil || !info.IsDir() {
		return fail("ERROR: unable to prepare context: path %q not found", context)
	}
	b.dockerfile = filepath.Join(b.context, "Dockerfile")
	if file != "" {
		b.dockerfile = within(dir, file)
	}
	if info, err := os.Stat(b.dockerfile); err != nil || info.IsDir() {
		return fail("ERROR: failed to solve: failed to read dockerfile: open %s: no such file or directory", filepath.Base(b.dockerfile))
	}
	return nil
}

func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}
