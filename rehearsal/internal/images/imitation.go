package images

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// imitation stands in where no builder is: it copies files as the Dockerfile says, and runs nothing.
type imitation struct{ daemon *daemon }

func (*imitation) close() error { return nil }

// imitating is one build.
type imitating struct {
	*imitation
	ctx     context.Context
	command tools.Command
	order   build
	file    *dockerfile
	given   scope
	files   *files
	stages  map[int]*carried
}

func (e *imitation) build(ctx context.Context, c tools.Command, o build) (v1.Image, []string, error) {
	file, err := readDockerfile(o)
	if err != nil {
		return nil, nil, err
	}
	target := len(file.stages) - 1
	if o.target != "" {
		if target = file.stage(o.target, len(file.stages)); target < 0 {
			return nil, nil, fail("ERROR: failed to solve: target stage %q could not be found", o.target)
		}
	}
	local, err := openFiles(o)
	if err != nil {
		return nil, nil, err
	}
	defer local.close()
	i := &imitating{e, ctx, c, o, file, predefined(o), local, map[int]*carried{}}
	made, err := i.carry(target)
	if err != nil {
		return nil, nil, err
	}
	for _, note := range made.notes {
		fmt.Fprintln(c.Stderr, "not carried out:", note)
	}
	image, err := made.image(o)
	return image, made.notes, err
}

// carry carries a stage out, after those that it needs.
func (i *imitating) carry(n int) (*carried, error) {
	if done := i.stages[n]; done != nil {
		return done, nil
	}
	s := i.file.stages[n]
	now, err := i.from(s, n)
	if err != nil {
		return nil, err
	}
	for _, step := range s.steps {
		if err := i.ctx.Err(); err != nil {
			return nil, err
		}
		fmt.Fprintf(i.command.Stderr, " => [%s] %s %s\n", stageName(s, n), step.word, step.rest)
		if err := i.step(now, n, step); err != nil {
			return nil, err
		}
	}
	i.stages[n] = now
	return now, nil
}

func stageName(s *stage, n int) string {
	if s.name != "" {
		return s.name
	}
	return fmt.Sprintf("stage-%d", n)
}

// from is the state that a stage begins with.
func (i *imitating) from(s *stage, n int) (*carried, error) {
	fmt.Fprintf(i.command.Stderr, " => [%s] FROM %s\n", stageName(s, n), s.base)
	now := &carried{values: scope{}, base: empty.Image, shell: []string{"/bin/sh", "-c"}}
	if earlier := i.file.stage(s.base, n); earlier >= 0 {
		before, err := i.carry(earlier)
		if err != nil {
			return nil, err
		}
		now.base, now.layers, now.notes = before.base, slices.Clone(before.layers), slices.Clone(before.notes)
		now.config = *before.config.DeepCopy()
	} else if s.base != "scratch" {
		if err := i.external(now, s); err != nil {
			return nil, err
		}
	}
	for _, pair := range now.config.Env {
		key, value, _ := strings.Cut(pair, "=")
		now.values[key] = value
	}
	if len(now.config.Env) == 0 { // as BuildKit gives an image from scratch
		now.config.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	}
	return now, nil
}

// external begins with an image that the rehearsal has; others are not pulled.
func (i *imitating) external(now *carried, s *stage) error {
	ref, err := parse(s.base)
	if err != nil {
		return err
	}
	kept := i.daemon.find(ref.Name())
	if kept == nil && ref.Context().RegistryStr() == i.daemon.registry.host {
		if kept, err = i.daemon.fetch(i.ctx, ref, platformOf(i.order)); err != nil {
			return err
		}
	}
	if kept == nil {
		now.notes = append(now.notes, fmt.Sprintf("line %d: FROM %s", s.line, s.base))
		return nil
	}
	config, err := kept.ConfigFile()
	if err != nil {
		return err
	}
	now.base, now.config = kept, *config.Config.DeepCopy()
	return nil
}

func (i *imitating) step(now *carried, n int, s instruction) error {
	text := now.values.expand(s.rest)
	switch s.word {
	case "ARG":
		now.values.declare(s.rest, i.given, i.file.global)
	case "ENV":
		for _, pair := range now.values.pairs(s.rest) {
			now.setenv(pair[0], pair[1])
		}
	case "LABEL":
		for _, pair := range now.values.pairs(s.rest) {
			now.label(pair[0], pair[1])
		}
	case "COPY", "ADD":
		return i.copy(now, n, s)
	case "RUN", "HEALTHCHECK", "ONBUILD":
		now.notes = append(now.notes, fmt.Sprintf("line %d: %s %s", s.line, s.word, s.rest))
	case "WORKDIR":
		now.config.WorkingDir = path.Join("/", now.config.WorkingDir, text)
		if path.IsAbs(text) {
			now.config.WorkingDir = path.Clean(text)
		}
	default:
		now.set(s, text)
	}
	return nil
}

// copyFlags are those that are carried out, or make no difference to the files.
var copyFlags = []string{"chown", "chmod", "link", "checksum", "keep-git-dir"}

// copy carries out a COPY or ADD from the context. What another stage would have made is not there.
func (i *imitating) copy(now *carried, n int, s instruction) error {
	if from, ok := s.flags["from"]; ok {
		now.notes = append(now.notes, fmt.Sprintf("line %d: %s --from=%s %s", s.line, s.word, from, s.rest))
		if earlier := i.file.stage(now.values.expand(from), n); earlier >= 0 {
			_, err := i.carry(earlier)
			return err
		}
		return nil
	}
	args, ok := s.list()
	if !ok {
		args = words(s.rest)
	}
	for at := range args {
		args[at] = now.values.expand(args[at])
	}
	if len(args) < 2 {
		return s.wrong("%s requires at least two arguments, but only one was provided. Destination could not be determined", s.word)
	}
	layer, left, err := i.files.layer(i.ctx, i.daemon.dir, copying{
		sources: args[:len(args)-1], to: target(now.config.WorkingDir, args[len(args)-1]), unpack: s.word == "ADD",
		owner: now.values.expand(s.flags["chown"]), mode: now.values.expand(s.flags["chmod"]),
	})
	if err != nil {
		return fail("%s:%d\nERROR: failed to solve: %s", filepath.Base(i.order.dockerfile), s.line, err)
	}
	for flag := range s.flags {
		if !slices.Contains(copyFlags, flag) {
			left = append(left, "--"+flag)
		}
	}
	for _, what := range left {
		now.notes = append(now.notes, fmt.Sprintf("line %d: %s %s", s.line, s.word, what))
	}
	now.layers = append(now.layers, layer)
	return nil
}

// target is the place in the image, with a slash at its end when it must be a folder.
func target(dir, to string) string {
	if !path.IsAbs(to) {
		to = path.Join("/", dir) + "/" + to
	}
	slash := strings.HasSuffix(to, "/") || strings.HasSuffix(to, "/.")
	if to = path.Clean(to); slash && to != "/" {
		to += "/"
	}
	return to
}
