package images

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

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
	case *stdin && c.Stdin != nil:
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
