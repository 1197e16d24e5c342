package diff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/internal/flock"
)

// kept is how many base commits a store keeps.
const kept = 3

// store keeps the drydocks of base commits, one for each stack, so that a second diff on the same base need not bring it
// up again:
//
//	lock                      held by the process that uses the store
//	head                      the executable of the last head
//	<commit>-<hash>/          a drydock; the hash is that of the program's folder, the stack and this tool
//	<commit>-<hash>/base.json written when the stack is up; a drydock without it is not whole
type store struct {
	dir  string
	tool string
	lock *flock.Lock
}

// base is what base.json tells of the drydock that it is in.
type base struct {
	Commit string `json:"commit"`
	Dir    string `json:"dir"`
	Stack  string `json:"stack"`
	Tool   string `json:"tool"`
}

func openStore(dir string) (*store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("*\n"), 0o600); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "lock")
	lock, err := flock.Try(file)
	if errors.Is(err, flock.ErrHeld) {
		return nil, fmt.Errorf("another diff is under way in %s (pid %d): wait for it, end it, or use another folder", dir, flock.Holder(file))
	}
	if err != nil {
		return nil, err
	}
	tool, err := toolHash()
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return &store{dir: dir, tool: tool, lock: lock}, nil
}

func (s *store) close() error { return s.lock.Unlock() }

// toolHash tells one build of this tool from another, which may simulate something else.
func toolHash() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // only read
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	// Zones are the only setting from outside that what a stack comes up to depends on.
	fmt.Fprintf(h, "\n%s", os.Getenv("DRYDOCK_ZONES"))
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// path is the folder of the base's drydock.
func (s *store) path(b base) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{b.Commit, b.Dir, b.Stack, b.Tool}, "\n")))
	return filepath.Join(s.dir, b.Commit[:min(12, len(b.Commit))]+"-"+hex.EncodeToString(sum[:4]))
}

// find returns the folder of the base's drydock, and whether the base is up in it. One that is not whole is removed.
func (s *store) find(b base) (dir string, up bool, err error) {
	dir = s.path(b)
	if was, err := readBase(dir); err == nil && was == b {
		now := time.Now()
		return dir, true, os.Chtimes(filepath.Join(dir, "base.json"), now, now)
	}
	return dir, false, os.RemoveAll(dir)
}

// keep notes that the base is up in its folder.
func (s *store) keep(b base) error {
	data, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.path(b), "base.json"), data, 0o600)
}

func readBase(dir string) (b base, err error) {
	data, err := os.ReadFile(filepath.Join(dir, "base.json"))
	if err == nil {
		err = json.Unmarshal(data, &b)
	}
	return b, err
}

// prune removes drydocks that are not whole, those of other builds of this tool, and those of all but the commits that
// were used last.
func (s *store) prune(ctx context.Context) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	used := map[string]time.Time{}
	var errs []error
	whole := map[string]string{} // commits by folder
	for _, e := range entries {
		if !e.IsDir() || ctx.Err() != nil {
			continue
		}
		dir := filepath.Join(s.dir, e.Name())
		b, err := readBase(dir)
		if err != nil || b.Tool != s.tool {
			errs = append(errs, os.RemoveAll(dir))
			continue
		}
		whole[dir] = b.Commit
		if info, err := os.Stat(filepath.Join(dir, "base.json")); err == nil && info.ModTime().After(used[b.Commit]) {
			used[b.Commit] = info.ModTime()
		}
	}
	newest := slices.SortedFunc(maps.Keys(used), func(a, b string) int { return used[b].Compare(used[a]) })
	for dir, commit := range whole {
		if slices.Index(newest, commit) >= kept {
			errs = append(errs, os.RemoveAll(dir))
		}
	}
	return errors.Join(errs...)
}
