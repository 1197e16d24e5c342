package drydock

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// removed are the variables that a real account, a real zone or the user's own Pulumi would be reached by.
var removed = []string{"AWS_*", "CLOUDFLARE_*", "PULUMI_*"}

// Env serves the drydock and returns the environment in which a plain pulumi uses it for the program in the folder:
// this process's environment without credentials, with engine and language host first on PATH. The stacks that have a
// configuration file are made, so that no `pulumi stack init` is needed. Call tidy when the environment is not used
// any more: a plain pulumi marks the stacks' configuration files with the drydock's salt, and tidy undoes that.
func (d *Dock) Env(ctx context.Context, dir string) (env []string, tidy func() error, err error) {
	p, err := folder(dir).project()
	if err != nil {
		return nil, nil, err
	}
	stacks, err := p.stacks()
	if err != nil {
		return nil, nil, err
	}
	if err := d.Serve(ctx); err != nil {
		return nil, nil, err
	}
	for _, name := range stacks {
		if err := d.state.ensureStack(p.name(), name); err != nil {
			return nil, nil, err
		}
	}
	path, err := d.searchPath(ctx)
	if err != nil {
		return nil, nil, err
	}
	tidy, err = d.keepConfig(p, stacks)
	return append(d.environment(), "PATH="+path), tidy, err
}

// Variables tells, for a shell, what of an environment that Env returned is to be set and what is to be unset.
func (d *Dock) Variables(env []string) (set, unset []string) {
	have := os.Environ()
	for _, v := range env {
		if !slices.Contains(have, v) {
			set = append(set, v)
		}
	}
	for _, v := range have {
		name, _, _ := strings.Cut(v, "=")
		if !slices.ContainsFunc(env, func(e string) bool { return strings.HasPrefix(e, name+"=") }) {
			unset = append(unset, name)
		}
	}
	return set, unset
}

// searchPath is PATH with the engine and the language host before everything else.
func (d *Dock) searchPath(ctx context.Context) (string, error) {
	e, err := d.pulumi(ctx)
	if err != nil {
		return "", err
	}
	language, err := e.LanguageHost(ctx, d.settings.progress)
	if err != nil {
		return "", err
	}
	parts := []string{filepath.Dir(e.Path), filepath.Dir(language), os.Getenv("PATH")}
	return strings.Join(slices.Compact(parts), string(os.PathListSeparator)), nil
}

// keepConfig returns what undoes the mark that a plain pulumi leaves in the stacks' configuration files: the salt of
// this drydock's secrets, which means nothing to a real stack.
func (d *Dock) keepConfig(p *project, stacks []string) (tidy func() error, err error) {
	before := map[string][]byte{}
	for _, name := range stacks {
		file := p.stackFile(name)
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		before[file] = d.unmarked(text) // one that was killed may have left its mark
	}
	return func() error {
		var errs []error
		for file, text := range before {
			errs = append(errs, d.unmark(p, file, text))
		}
		return errors.Join(errs...)
	}, nil
}

// unmarked is the text without the mark, unless it has secrets, which need it.
func (d *Dock) unmarked(text []byte) []byte {
	if bytes.Contains(text, []byte("secure:")) {
		return text
	}
	return bytes.Replace(text, []byte("encryptionsalt: "+d.state.salt+"\n"), nil, 1)
}

// unmark takes the mark out of the file; when the values are the same as before, it writes the former text back,
// because Pulumi has rewritten all of it.
func (d *Dock) unmark(p *project, file string, before []byte) error {
	now, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	text := d.unmarked(now)
	if bytes.Equal(text, now) {
		return nil
	}
	if same, err := p.sameConfig(file, before, text); err != nil {
		return err
	} else if same {
		text = before
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, info.Mode())
}

// environment is this process's environment without credentials, and with what makes an engine use this drydock.
func (d *Dock) environment() []string {
	return append(scrub(os.Environ(), d.settings.pass), d.variables()...)
}

func scrub(env, pass []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return matches(removed, name) && !matches(pass, name)
	})
}

func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if prefix, ok := strings.CutSuffix(p, "*"); ok {
			return strings.HasPrefix(name, prefix)
		}
		return p == name
	})
}

// variables are those that point an engine at the drydock.
func (d *Dock) variables() []string {
	var providers []string
	for name, port := range d.ports {
		providers = append(providers, fmt.Sprintf("%s:%d", name, port))
	}
	slices.Sort(providers)
	set := []string{
		"PULUMI_BACKEND_URL=" + (&url.URL{Scheme: "file", Path: filepath.ToSlash(d.state.path("pulumi"))}).String(),
		"PULUMI_CONFIG_PASSPHRASE=" + d.state.passphrase,
		"PULUMI_DEBUG_PROVIDERS=" + strings.Join(providers, ","),
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
		"PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS=true",
		"PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER=true",
		"PULUMI_HOME=" + d.state.path("home"),
		"PULUMI_SKIP_UPDATE_CHECK=true",
	}
	if d.settings.lastOnly {
		set = append(set, "PULUMI_EXPERIMENTAL=true", "PULUMI_SKIP_CHECKPOINTS=true")
	}
	return set
}
