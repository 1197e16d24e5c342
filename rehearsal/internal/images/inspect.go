package images

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// inspect prints images as docker describes them.
// https://docs.docker.com/reference/api/engine/ (ImageInspect)
func (d *daemon) inspect(_ context.Context, c tools.Command) error {
	set := flags("inspect")
	format := set.StringP("format", "f", "", "")
	set.String("type", "image", "")
	set.BoolP("size", "s", false, "")
	set.String("platform", "", "")
	if err := read(set, c.Args, 1, anyNumber); err != nil {
		return err
	}
	all := []map[string]any{}
	var missing []error
	for _, text := range set.Args() {
		found := d.find(text)
		if found == nil {
			missing = append(missing, fail("Error: No such object: %s", text))
			continue
		}
		described, err := d.describe(found)
		if err != nil {
			return err
		}
		if *format != "" {
			if err := render(c.Stdout, *format, described); err != nil {
				return err
			}
		}
		all = append(all, described)
	}
	if *format == "" {
		out := json.NewEncoder(c.Stdout)
		out.SetIndent("", "    ")
		if err := out.Encode(all); err != nil {
			return err
		}
	}
	return errors.Join(missing...)
}

func (d *daemon) describe(i *image) (map[string]any, error) {
	config, err := i.ConfigFile()
	if err != nil {
		return nil, err
	}
	size, err := bytesOf(i)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	tags := []string{}
	for full, other := range d.images {
		if ref, err := name.NewTag(full); err == nil && other == i && full != i.id {
			tags = append(tags, shown(ref))
		}
	}
	slices.Sort(tags)
	return map[string]any{
		"Id": i.id, "RepoTags": tags, "RepoDigests": append([]string{}, i.digests...), "Created": config.Created,
		"Architecture": config.Architecture, "Os": config.OS, "Size": size, "Config": config.Config,
		"RootFS": map[string]any{"Type": config.RootFS.Type, "Layers": hashes(config.RootFS.DiffIDs)},
	}, nil
}

func hashes(all []v1.Hash) []string {
	texts := []string{}
	for _, h := range all {
		texts = append(texts, h.String())
	}
	return texts
}

// render prints a value through a Go template, with docker's functions.
// https://docs.docker.com/engine/cli/formatting/
func render(w io.Writer, format string, value any) error {
	if format == "json" {
		format = "{{json .}}"
	}
	functions := template.FuncMap{
		"json": func(v any) (string, error) { b, err := json.Marshal(v); return string(b), err },
		"join": strings.Join, "split": strings.Split, "lower": strings.ToLower, "upper": strings.ToUpper,
	}
	t, err := template.New("").Funcs(functions).Parse(format)
	if err != nil {
		return fail("template parsing error: %s", err)
	}
	if err := t.Execute(w, value); err != nil {
		return fail("template parsing error: %s", err)
	}
	_, err = fmt.Fprintln(w)
	return err
}
