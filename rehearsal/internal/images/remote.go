package images

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

func (d *daemon) pull(ctx context.Context, c tools.Command) error {
	set := flags("pull")
	quiet := set.BoolP("quiet", "q", false, "")
	platform := set.String("platform", "", "")
	if err := read(set, c.Args, 1, 1); err != nil {
		return err
	}
	ref, err := parse(set.Arg(0))
	if err != nil {
		return err
	}
	wanted := platformOf(build{})
	if *platform != "" {
		if wanted, err = v1.ParsePlatform(*platform); err != nil {
			return usage("invalid platform %q: %s", *platform, err)
		}
	}
	if !*quiet {
		if name := shown(ref); name != set.Arg(0) && !strings.Contains(set.Arg(0), ref.Identifier()) {
			fmt.Fprintln(c.Stdout, "Using default tag: latest")
		}
		fmt.Fprintf(c.Stdout, "%s: Pulling from %s\n", ref.Identifier(), ref.Context().RepositoryStr())
	}
	kept, err := d.fetch(ctx, ref, wanted)
	if err != nil {
		return err
	}
	digest, err := kept.Digest()
	if err != nil {
		return err
	}
	if !*quiet {
		fmt.Fprintf(c.Stdout, "Digest: %s\nStatus: Downloaded newer image for %s\n", digest, shown(ref))
	}
	fmt.Fprintln(c.Stdout, shown(ref))
	return nil
}

// fetch brings an image onto the machine.
func (d *daemon) fetch(ctx context.Context, ref name.Reference, platform *v1.Platform) (*image, error) {
	from, err := d.remote(ctx, ref, platform)
	if err == nil {
		from, err = d.store(from)
		err = d.client().said(err)
	}
	if err != nil {
		return nil, d.notPulled(ref, err)
	}
	kept, err := d.keep(from, ref.Name())
	if err != nil {
		return nil, err
	}
	return kept, d.record(kept, ref)
}

// record notes where an image is.
func (d *daemon) record(i *image, ref name.Reference) error {
	digest, err := i.Digest()
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if at := ref.Context().Name() + "@" + digest.String(); !slices.Contains(i.digests, at) {
		i.digests = append(i.digests, at)
	}
	return nil
}

func (d *daemon) remote(ctx context.Context, ref name.Reference, platform *v1.Platform) (v1.Image, error) {
	if ref.Context().RegistryStr() == d.registry.host {
		return d.client().pull(ctx, ref.Context().RepositoryStr(), ref.Identifier(), platform)
	}
	if d.builder.Name == None {
		return nil, fmt.Errorf("there is no builder here, and so no image of %s", shown(ref))
	}
	from, err := remote.Image(ref, remote.WithContext(ctx), remote.WithPlatform(*platform))
	return from, d.client().said(err)
}

// notPulled is the error as docker words it.
func (d *daemon) notPulled(ref name.Reference, err error) error {
	var why *refusal
	if errors.As(err, &why) {
		switch why.Code {
		case "MANIFEST_UNKNOWN":
			return fail("Error response from daemon: manifest for %s not found: %s", shown(ref), err)
		case "NAME_UNKNOWN":
			return fail("Error response from daemon: repository %s not found: %s", ref.Context().Name(), err)
		case "DENIED":
			return fail("Error response from daemon: pull access denied for %s, repository does not exist or may require "+
				"'docker login': %s", ref.Context().Name(), err)
		}
	}
	return fail("Error response from daemon: Get %q: %s", "https://"+ref.Context().RegistryStr()+"/v2/", err)
}

func (d *daemon) push(ctx context.Context, c tools.Command) error {
	set := flags("push")
	all := set.BoolP("all-tags", "a", false, "")
	quiet := set.BoolP("quiet", "q", false, "")
	set.String("platform", "", "")
	set.Bool("disable-content-trust", true, "")
	if err := read(set, c.Args, 1, 1); err != nil {
		return err
	}
	ref, err := parse(set.Arg(0))
	if err != nil {
		return err
	}
	if !*all {
		return d.pushOne(ctx, c, ref, *quiet)
	}
	tags := d.tagsOf(ref.Context())
	if len(tags) == 0 {
		return fail("An image does not exist locally with the tag: %s", ref.Context().Name())
	}
	for _, tag := range tags {
		if err := d.pushOne(ctx, c, tag, *quiet); err != nil {
			return err
		}
	}
	return nil
}

func (d *daemon) pushOne(ctx context.Context, c tools.Command, ref name.Reference, quiet bool) error {
	if !quiet {
		fmt.Fprintf(c.Stdout, "The push refers to repository [%s]\n", ref.Context().Name())
	}
	kept := d.find(ref.Name())
	if kept == nil {
		return fail("An image does not exist locally with the tag: %s", ref.Context().Name())
	}
	if host := ref.Context().RegistryStr(); host != d.registry.host {
		return fail("denied: a rehearsal pushes to %s alone, and not to %s", d.registry.host, host)
	}
	if err := d.client().push(ctx, ref.Context().RepositoryStr(), ref.Identifier(), kept); err != nil {
		return &failure{1, err.Error()}
	}
	if err := d.record(kept, ref); err != nil {
		return err
	}
	digest, err := kept.Digest()
	if err != nil {
		return err
	}
	size, err := kept.Size()
	if err != nil {
		return err
	}
	if quiet {
		fmt.Fprintln(c.Stdout, shown(ref))
		return nil
	}
	fmt.Fprintf(c.Stdout, "%s: digest: %s size: %d\n", ref.Identifier(), digest, size)
	return nil
}
