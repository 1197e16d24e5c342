package drydock

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"

	"github.com/container-pipeline/container-pipeline/internal/flock"
)

// state is the folder of a drydock:
//
//	lock        held by the process that serves it, and by its engine
//	passphrase  what secrets in Pulumi's state are encrypted with, and salt, which goes with it
//	pulumi/     Pulumi's file backend
//	home/       Pulumi's home: no credentials and no workspaces of the user's
//	config/     stack configurations as the engine gets them
//	projects/   a Pulumi.yaml for each program that has no folder of its own
//	clouds/     the simulated clouds
type state struct {
	dir        string
	passphrase string
	salt       string // as Pulumi's passphrase provider keeps it
	crypter    func() (config.Crypter, error)
}

func openState(dir string) (*state, error) {
	for _, sub := range []string{"pulumi/.pulumi", "home", "config", "projects"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, err
		}
	}
	s := &state{dir: dir}
	if err := keepOnce(s.path(".gitignore"), func() (string, error) { return "*\n", nil }, nil); err != nil {
		return nil, err
	}
	if err := keepOnce(s.path("passphrase"), newPassphrase, &s.passphrase); err != nil {
		return nil, err
	}
	if err := keepOnce(s.path("salt"), s.newSalt, &s.salt); err != nil {
		return nil, err
	}
	if s.crypter == nil {
		s.crypter = sync.OnceValues(func() (config.Crypter, error) { return crypterOf(s.passphrase, s.salt) })
	}
	return s, nil
}

func (s *state) path(parts ...string) string {
	return filepath.Join(append([]string{s.dir}, parts...)...)
}

// keepOnce reads the file, making it first, for this user alone and in one step, when it is not there.
func keepOnce(path string, make func() (string, error), text *string) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		var made string
		if made, err = make(); err != nil {
			return err
		}
		data = []byte(made)
		err = writeFile(path, data)
	}
	if err == nil && text != nil {
		*text = strings.TrimSpace(string(data))
	}
	return err
}

// writeFile writes the file in one step, for this user alone.
func writeFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), path)
}

func newPassphrase() (string, error) { return rand.Text(), nil }

// newSalt makes the salt in the format of Pulumi's passphrase provider: version, salt, and a known text encrypted, by
// which a wrong passphrase is told. Source: github.com/pulumi/pulumi/pkg/v3/secrets/passphrase.
func (s *state) newSalt() (string, error) {
	salt := make([]byte, 8)
	_, _ = rand.Read(salt) // never fails
	crypter := config.NewSymmetricCrypterFromPassphrase(s.passphrase, salt)
	proof, err := crypter.EncryptValue(context.Background(), "pulumi")
	if err != nil {
		return "", err
	}
	s.crypter = func() (config.Crypter, error) { return crypter, nil }
	return "v1:" + base64.StdEncoding.EncodeToString(salt) + ":" + proof, nil
}

// crypterOf is Pulumi's passphrase provider. It takes about a quarter of a second: a million rounds of PBKDF2.
func crypterOf(passphrase, state string) (config.Crypter, error) {
	parts := strings.SplitN(state, ":", 3)
	if len(parts) != 3 || parts[0] != "v1" {
		return nil, errors.New("the secrets' salt is not one of Pulumi's passphrase provider")
	}
	salt, err := base64.StdEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, fmt.Errorf("the secrets' salt: %w", err)
	}
	crypter := config.NewSymmetricCrypterFromPassphrase(passphrase, salt)
	if proof, err := crypter.DecryptValue(context.Background(), parts[2]); err != nil || proof != "pulumi" {
		return nil, errors.New("the passphrase does not fit the secrets' salt")
	}
	return crypter, nil
}

// orphanTime is how long the engine of a killed drydock is waited for: its providers are gone, so it ends by itself.
const orphanTime = 30 * time.Second

// forkTime is how long a lock is waited for whose holder lives: a process that is just being started holds, until its own
// program runs, every file of the one that starts it, a lock given back meanwhile among them.
const forkTime = time.Second

// acquire locks the folder for this process and its engine.
func (s *state) acquire(ctx context.Context, progress io.Writer) (*flock.Lock, error) {
	file := s.path("lock")
	began := time.Now()
	said := false
	for {
		lock, err := flock.Try(file)
		if !errors.Is(err, flock.ErrHeld) {
			return lock, err
		}
		pid := flock.Holder(file)
		waited := time.Since(began)
		if flock.Alive(pid) && waited > forkTime || waited > orphanTime {
			return nil, fmt.Errorf("the drydock in %s is in use by another process (pid %d): "+
				"wait for it, end it, or use another folder", s.dir, pid)
		}
		if !said && !flock.Alive(pid) {
			said = true
			fmt.Fprintf(progress, "The drydock's last process (pid %d) was killed; waiting for its engine to end.\n", pid)
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// mend repairs what a killed engine leaves in the backend's files.
func (s *state) mend() error { return errors.Join(s.unlockStacks(), s.dropTornAttributes()) }

// dropTornAttributes removes attribute files that were cut off. The file backend writes its files in one step, but not
// the attributes beside them, which it can do without: https://pkg.go.dev/gocloud.dev/blob/fileblob
func (s *state) dropTornAttributes() error {
	return filepath.WalkDir(s.path("pulumi"), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".attrs" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil || json.Valid(text) {
			return err
		}
		return os.Remove(path)
	})
}

// unlockStacks removes the locks that engines left which were killed. Engines that live keep theirs: a plain pulumi
// may outlive the `drydock env` it was started in.
func (s *state) unlockStacks() error {
	locks, err := filepath.Glob(s.path("pulumi/.pulumi/locks/*/*/*/*.json"))
	if err != nil {
		return err
	}
	for _, path := range locks {
		var owner struct{ Pid int }
		data, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if json.Unmarshal(data, &owner) == nil && flock.Alive(owner.Pid) {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
