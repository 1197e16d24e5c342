// Package scratch makes folders for what a process leaves on its way, and removes those of processes that were killed: no
// signal handler runs then. A folder's owner holds the lock in it for as long as it lives, so a free lock is a dead owner.
package scratch

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/flock"
)

// lockName is the file in a folder that its owner has locked.
const lockName = ".owner"

// Folder is one process's own.
type Folder struct {
	path string
	lock *flock.Lock
}

// Make makes a folder for temporary files, whose name begins with the prefix, and removes what this user's dead processes
// have left of that prefix. What cannot be removed stays. After the prefix the name has the key where nobody else uses that
// one at the time, or else, as without a key, something random: caches that go by paths, such as that of the go command,
// find again what has been under the same path.
func Make(prefix, key string) (*Folder, error) {
	sweep(prefix)
	// It gets its prefix when it is locked, so that nobody takes it for a dead one's.
	path, err := os.MkdirTemp("", "new-"+prefix)
	if err != nil {
		return nil, err
	}
	lock, err := flock.Try(filepath.Join(path, lockName))
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(path))
	}
	names := []string{strings.TrimPrefix(filepath.Base(path), "new-")}
	if key != "" {
		names = []string{prefix + key, names[0]}
	}
	for _, name := range names {
		to := filepath.Join(filepath.Dir(path), name)
		if os.Rename(path, to) == nil { // it does not take the place of a folder that has something in it
			return &Folder{to, lock}, nil
		}
	}
	return &Folder{path, lock}, nil // Windows renames no folder with an open file in it: what is left of this one stays
}

// Path is where the folder is.
func (f *Folder) Path() string { return f.path }

// Remove removes the folder with all that is in it.
func (f *Folder) Remove() error { return errors.Join(os.RemoveAll(f.path), f.lock.Unlock()) }

func sweep(prefix string) {
	all, _ := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*")) // fails for a bad pattern alone
	for _, path := range all {
		file := filepath.Join(path, lockName)
		// Without a lock it was none of this package's.
		if !ours(path) || !ours(file) {
			continue
		}
		lock, err := flock.Try(file)
		if err != nil {
			continue
		}
		_ = os.RemoveAll(path) // the next start tries again
		_ = lock.Unlock()      // as above
	}
}
