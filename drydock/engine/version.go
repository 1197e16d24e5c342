package engine

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/blang/semver"
)

// Minimum is the oldest Pulumi whose preview, up, refresh and destroy all take the flags that the drydock gives
// (--client, --config-file, --event-log) and that knows PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER.
const Minimum = "3.209.0"

var (
	minimum           = semver.MustParse(Minimum)
	errUnknownVersion = errors.New("does not name its version")
)

// versionOf asks the command for its version. The answer is kept in the cache until the file changes, because asking
// costs a third of a second, each time.
func versionOf(ctx context.Context, path string) (semver.Version, error) {
	note, err := versionNote(path)
	if err != nil {
		return semver.Version{}, err
	}
	if text, err := os.ReadFile(note); err == nil {
		if v, err := semver.Parse(string(text)); err == nil {
			return v, nil
		}
	}
	v, err := askVersion(ctx, path)
	if err != nil {
		return semver.Version{}, err
	}
	// Without the note the next call asks again, which is slower and not wrong.
	if os.MkdirAll(filepath.Dir(note), 0o755) == nil {
		_ = os.WriteFile(note, []byte(v.String()), 0o644)
	}
	return v, nil
}

func askVersion(ctx context.Context, path string) (semver.Version, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "version")
	cmd.Env = append(os.Environ(), "PULUMI_SKIP_UPDATE_CHECK=true")
	out, err := cmd.Output()
	if err != nil {
		return semver.Version{}, fmt.Errorf("%s version: %w", path, err)
	}
	text := strings.TrimSpace(string(out))
	v, err := semver.ParseTolerant(text)
	if err != nil {
		return semver.Version{}, fmt.Errorf("%s %w (it answers %q)", path, errUnknownVersion, text)
	}
	return v, nil
}

func versionNote(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", path, info.Size(), info.ModTime().UnixNano()))
	return filepath.Join(cache, "versions", fmt.Sprintf("%x", key[:12])), nil
}
