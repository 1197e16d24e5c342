package images

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/spf13/pflag"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// flags is a command's flag set, whose errors are docker's.
func flags(command string) *pflag.FlagSet {
	set := pflag.NewFlagSet(command, pflag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	return set
}

func read(set *pflag.FlagSet, args []string, least, most int) error {
	if err := set.Parse(args); err != nil {
		return usage("%s\nSee 'docker %s --help'.", err, set.Name())
	}
	if n := set.NArg(); n < least || n > most {
		return usage("docker: '%s' takes %s, and got %d\nSee 'docker %[1]s --help'.", set.Name(), count(least, most), n)
	}
	return nil
}

func count(least, most int) string {
	switch {
	case least == most:
		return fmt.Sprintf("%d argument(s)", least)
	case most > 1000:
		return fmt.Sprintf("at least %d argument(s)", least)
	}
	return fmt.Sprintf("%d to %d arguments", least, most)
}

const anyNumber = 1 << 20

// login remembers a password. Only the one of the stack's own registry can be checked.
func (d *daemon) login(_ context.Context, c tools.Command) error {
	set := flags("login")
	user := set.StringP("username", "u", "", "")
	password := set.StringP("password", "p", "", "")
	stdin := set.Bool("password-stdin", false, "")
	if err := read(set, c.Args, 0, 1); err != nil {
		return err
	}
	switch {
	case *stdin && *password != "":
		return fail("--password and --password-stdin are mutually exclusive")
	case *stdin && *user == "":
		return fail("Must provide --username with --password-stdin")
	case *stdin:
		given, err := io.ReadAll(io.LimitReader(c.Stdin, 1<<20))
		if err != nil {
			return err
		}
		*password = strings.TrimRight(string(given), "\r\n")
	case *password != "":
		fmt.Fprintln(c.Stderr, "WARNING! Using --password via the CLI is insecure. Use --password-stdin.")
	}
	if *user == "" || *password == "" {
		return fail("Error: Cannot perform an interactive login from a non TTY device")
	}
	host := server(set.Arg(0))
	if host == d.registry.host && (*user != "AWS" || *password != d.registry.password) {
		// What ECR answers to a wrong or expired token.
		return fail("Error response from daemon: login attempt to https://%s/v2/ failed with status: 400 Bad Request", host)
	}
	d.mu.Lock()
	d.logins[host] = *password
	d.mu.Unlock()
	fmt.Fprintln(c.Stdout, "Login Succeeded")
	return nil
}

func (d *daemon) logout(_ context.Context, c tools.Command) error {
	set := flags("logout")
	if err := read(set, c.Args, 0, 1); err != nil {
		return err
	}
	host := server(set.Arg(0))
	d.mu.Lock()
	delete(d.logins, host)
	d.mu.Unlock()
	fmt.Fprintf(c.Stdout, "Removing login credentials for %s\n", host)
	return nil
}

// server is the host of a registry's address.
func server(address string) string {
	if address == "" {
		return name.DefaultRegistry
	}
	address = strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://")
	host, _, _ := strings.Cut(address, "/")
	return host
}

// client is the registry's, with the login if there is one.
func (d *daemon) client() client {
	d.mu.Lock()
	defer d.mu.Unlock()
	password, ok := d.logins[d.registry.host]
	if !ok {
		return d.registry.client(authn.Anonymous)
	}
	return d.registry.client(&authn.Basic{Username: "AWS", Password: password})
}

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
	var wanted *v1.Platform
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
		return nil, fmt.Errorf("there is no builder here, and so no image of %s", ref.Context().RegistryStr())
	}
	options := []remote.Option{remote.WithContext(ctx)}
	if platform != nil {
		options = append(options, remote.WithPlatform(*platform))
	}
	from, err := remote.Image(ref, options...)
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
