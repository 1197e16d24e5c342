package images

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// shown is a name as docker prints it: docker.io is what go-containerregistry calls index.docker.io.
func shown(ref name.Reference) string {
	repository := familiar(ref.Context())
	if tag, ok := ref.(name.Tag); ok {
		return repository + ":" + tag.TagStr()
	}
	return repository + "@" + ref.Identifier()
}

func familiar(repository name.Repository) string {
	if repository.RegistryStr() == name.DefaultRegistry {
		return "docker.io/" + repository.RepositoryStr()
	}
	return repository.Name()
}

// tagsOf are the machine's tags of a repository, sorted.
func (d *daemon) tagsOf(repository name.Repository) []name.Reference {
	d.mu.Lock()
	defer d.mu.Unlock()
	var tags []name.Reference
	for full := range d.images {
		ref, err := name.NewTag(full)
		if err == nil && ref.Context().Name() == repository.Name() {
			tags = append(tags, ref)
		}
	}
	slices.SortFunc(tags, func(a, b name.Reference) int { return strings.Compare(a.Name(), b.Name()) })
	return tags
}

func (d *daemon) tag(_ context.Context, c tools.Command) error {
	set := flags("tag")
	if err := read(set, c.Args, 2, 2); err != nil {
		return err
	}
	to, err := parse(set.Arg(1))
	if err != nil {
		return err
	}
	kept := d.find(set.Arg(0))
	if kept == nil {
		return fail("Error response from daemon: No such image: %s", set.Arg(0))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.images[to.Name()] = kept
	return nil
}

func (d *daemon) remove(_ context.Context, c tools.Command) error {
	set := flags("rmi")
	force := set.BoolP("force", "f", false, "")
	set.Bool("no-prune", false, "")
	if err := read(set, c.Args, 1, anyNumber); err != nil {
		return err
	}
	var errs []error
	for _, text := range set.Args() {
		found := d.find(text)
		if found == nil {
			if *force {
				fmt.Fprintf(c.Stderr, "Error response from daemon: No such image: %s\n", text)
				continue
			}
			errs = append(errs, fail("Error response from daemon: No such image: %s", text))
			continue
		}
		fmt.Fprintf(c.Stdout, "Untagged: %s\n", text)
		d.forget(text, found)
	}
	return errors.Join(errs...)
}

// forget takes away a name, or with an id every name.
func (d *daemon) forget(text string, found *image) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if ref, err := parse(text); err == nil && d.images[ref.Name()] != nil {
		delete(d.images, ref.Name())
		return
	}
	for full, i := range d.images {
		if i.id == found.id {
			delete(d.images, full)
		}
	}
}

// row is an image in docker's lists.
type row struct{ Repository, Tag, ID, Digest, Size string }

func (d *daemon) list(_ context.Context, c tools.Command) error {
	set := flags("images")
	quiet := set.BoolP("quiet", "q", false, "")
	long := set.Bool("no-trunc", false, "")
	format := set.String("format", "", "")
	set.BoolP("all", "a", false, "")
	set.Bool("digests", false, "")
	if err := read(set, c.Args, 0, 1); err != nil {
		return err
	}
	rows, err := d.rows(set.Arg(0), *long)
	if err != nil {
		return err
	}
	if *quiet {
		*format = "{{.ID}}"
	}
	if *format != "" {
		for _, r := range rows {
			if err := render(c.Stdout, *format, r); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(c.Stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "REPOSITORY\tTAG\tIMAGE ID\tSIZE")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.Repository, r.Tag, r.ID, r.Size)
	}
	return w.Flush()
}

func (d *daemon) rows(filter string, long bool) ([]row, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	rows := []row{}
	for full, i := range d.images {
		r := row{Repository: "<none>", Tag: "<none>", ID: i.id}
		if ref, err := name.NewTag(full); err == nil && full != i.id {
			r.Repository, r.Tag = familiar(ref.Context()), ref.TagStr()
		}
		if filter != "" && !matches(r, filter) {
			continue
		}
		digest, err := i.Image.Digest()
		if err != nil {
			return nil, err
		}
		size, err := bytesOf(i)
		if err != nil {
			return nil, err
		}
		if !long {
			r.ID = strings.TrimPrefix(r.ID, "sha256:")[:12]
		}
		r.Digest, r.Size = digest.String(), fmt.Sprintf("%.3gMB", float64(size)/1e6)
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.Repository+":"+a.Tag, b.Repository+":"+b.Tag) })
	return rows, nil
}

func matches(r row, filter string) bool {
	ref, err := parse(filter)
	if err != nil || familiar(ref.Context()) != r.Repository {
		return false
	}
	return !strings.HasSuffix(filter, ":"+ref.Identifier()) || r.Tag == ref.Identifier()
}

func bytesOf(i *image) (int64, error) {
	manifest, err := i.Manifest()
	if err != nil {
		return 0, err
	}
	var size int64
	for _, l := range manifest.Layers {
		size += l.Size
	}
	return size, nil
}
