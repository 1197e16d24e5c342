// Package engine gets the real Pulumi command: the one the user has, where it is recent enough, else one built once
// from its published sources and kept in the user's cache.
package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

const (
	// PathVariable names the environment variable that chooses a pulumi command, whatever else is there.
	PathVariable = "DRYDOCK_PULUMI"
	// CacheVariable names the environment variable that moves the cache away from the user's cache folder.
	CacheVariable = "DRYDOCK_CACHE"
)

// Engine is a Pulumi command that is ready to run.
type Engine struct {
	// Path is the command's absolute path.
	Path string
	// Version is its version without a leading v, "" for a command that names none (a development build).
	Version string
}

// Find returns a Pulumi command: the one that DRYDOCK_PULUMI names, else the one on PATH when it is at least Minimum,
// else the one in the cache, which is built there first when it is missing (minutes; progress says how far it is).
// Two processes that need it at the same time build it once. A nil progress is silence.
func Find(ctx context.Context, progress io.Writer) (*Engine, error) {
	if progress == nil {
		progress = io.Discard
	}
	if path := os.Getenv(PathVariable); path != "" {
		return chosen(ctx, path)
	}
	if path, err := exec.LookPath("pulumi"); err == nil {
		e, err := onPath(ctx, path)
		if err == nil {
			return e, nil
		}
		fmt.Fprintf(progress, "%v; the drydock uses an engine of its own\n", err)
	}
	path, err := build(ctx, pulumi, progress)
	if err != nil {
		return nil, fmt.Errorf("getting the Pulumi engine: %w\n"+
			"(instead, Pulumi %s or newer can be installed on PATH, or named by %s)", err, Minimum, PathVariable)
	}
	return &Engine{Path: path, Version: pulumi.Version(pulumi.Path)}, nil
}

// LanguageHost returns the path of pulumi-language-go, which a plain `pulumi up` of a Go program needs: the one beside
// the engine, as Pulumi's installer puts it, else the one on PATH, else one from the cache, built first when it is
// missing.
func (e *Engine) LanguageHost(ctx context.Context, progress io.Writer) (string, error) {
	if progress == nil {
		progress = io.Discard
	}
	if path, err := exec.LookPath(filepath.Join(filepath.Dir(e.Path), languageHost.Name)); err == nil {
		return path, nil
	}
	if path, err := exec.LookPath(languageHost.Name); err == nil {
		return filepath.Abs(path)
	}
	path, err := build(ctx, languageHost, progress)
	if err != nil {
		return "", fmt.Errorf("getting Pulumi's Go language host: %w", err)
	}
	return path, nil
}

// chosen takes the user's explicit choice: a version that cannot be told is trusted, one that is too old is not.
func chosen(ctx context.Context, path string) (*Engine, error) {
	path, err := exec.LookPath(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", PathVariable, err)
	}
	e, err := onPath(ctx, path)
	if errors.Is(err, errUnknownVersion) {
		path, err = filepath.Abs(path)
		return &Engine{Path: path}, err
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w; name a newer one or unset the variable", PathVariable, err)
	}
	return e, nil
}

func onPath(ctx context.Context, path string) (*Engine, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	v, err := versionOf(ctx, path)
	if err != nil {
		return nil, err
	}
	if v.LT(minimum) {
		return nil, fmt.Errorf("%s is version %s, older than %s", path, v, Minimum)
	}
	return &Engine{Path: path, Version: v.String()}, nil
}

// CacheDir is the folder for what is built once: engine, language host, programs.
func CacheDir() (string, error) {
	if dir := os.Getenv(CacheVariable); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding a folder for the cache: %w; name one with %s", err, CacheVariable)
	}
	return filepath.Join(dir, "container-pipeline"), nil
}
