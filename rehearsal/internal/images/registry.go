// Package images answers the docker command of a rehearsed build, and is the registry that the build pushes to: a real
// one on loopback, which asks for what Amazon ECR asks for and refuses what ECR refuses.
package images

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Repository is an ECR repository.
type Repository struct {
	Name string
	// Immutable repositories refuse to move a tag to another image.
	// https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
	Immutable bool
	// Empty repositories have no images: what Options.Dir has is of an earlier one of the same name, and is forgotten.
	Empty bool
}

// Options are those of Serve.
type Options struct {
	// Dir keeps the images, an OCI image layout for each repository. Default: nothing is kept after Close.
	Dir string
	// Repositories are all that exist.
	Repositories []Repository
	// Host is the registry's name, as 123456789012.dkr.ecr.us-east-2.amazonaws.com.
	Host string
	// Ask decides on each IAM action, as "ecr:PutImage", that a request takes; an error is the reason for a denial, which
	// the client prints. It is called concurrently. Default: everything is allowed.
	Ask func(action, repository string) error
}

// Registry stands for the ECR registry of an account and region. It is safe for concurrent use.
type Registry struct {
	host      string
	ask       func(action, repository string) error
	password  string
	own       authn.Basic // of the rehearsal itself: its requests are not asked about
	stores    map[string]*store
	inner     http.Handler // go-containerregistry's: serves what the stores hold
	server    *http.Server
	addr      string
	temporary string // what Close removes

	closing sync.Once
}

// Serve opens the repositories and listens on a free port of 127.0.0.1.
func Serve(o Options) (*Registry, error) {
	if o.Host == "" {
		return nil, errors.New("the registry has no host: give Options.Host the stack's, as 123456789012.dkr.ecr.us-east-2.amazonaws.com")
	}
	r := &Registry{
		host: o.Host, ask: o.Ask, password: secret(), own: authn.Basic{Username: "rehearsal", Password: secret()},
		stores: map[string]*store{},
	}
	if r.ask == nil {
		r.ask = func(string, string) error { return nil }
	}
	if o.Dir == "" {
		dir, err := os.MkdirTemp("", "registry-")
		if err != nil {
			return nil, fmt.Errorf("the registry's images: %w", err)
		}
		o.Dir, r.temporary = dir, dir
	}
	if err := r.open(o); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Registry) open(o Options) error {
	if err := forgetDestroyed(o); err != nil {
		return err
	}
	silent := log.New(io.Discard, "", 0)
	r.inner = registry.New(registry.Logger(silent), registry.WithBlobHandler(blobs(r.stores)))
	for _, repository := range append(slices.Clone(o.Repositories), Repository{Name: cacheRepository}) {
		s, err := openStore(filepath.Join(o.Dir, escaped(repository.Name)), repository, r.inner)
		if err != nil {
			return fmt.Errorf("the images of %s: %w", repository.Name, err)
		}
		r.stores[repository.Name] = s
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("the registry's port: %w", err)
	}
	r.addr = listener.Addr().String()
	r.server = &http.Server{Handler: http.HandlerFunc(r.serve), ReadHeaderTimeout: time.Minute, ErrorLog: silent}
	go func() { _ = r.server.Serve(listener) }() // ends with Close
	return nil
}

// forgetDestroyed removes what is kept of repositories that are empty now: they have been destroyed since, and perhaps made
// anew.
func forgetDestroyed(o Options) error {
	kept := map[string]bool{}
	for _, repository := range o.Repositories {
		if !repository.Empty {
			kept[escaped(repository.Name)], kept[escaped(cacheRepository)] = true, true
		}
	}
	entries, err := os.ReadDir(o.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	errs := []error{err}
	for _, e := range entries {
		if !kept[e.Name()] {
			errs = append(errs, os.RemoveAll(filepath.Join(o.Dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// Addr is where it listens, as "127.0.0.1:41234".
func (r *Registry) Addr() string { return r.addr }

// Host is the name that it has for the build.
func (r *Registry) Host() string { return r.host }

// Password is the one that `aws ecr get-login-password` prints, for the user AWS.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
func (r *Registry) Password() string { return r.password }

// Tags are the images of a repository by digest, "sha256:…", each with its tags, none for an untagged image. An unknown
// repository has none.
func (r *Registry) Tags(repository string) map[string][]string {
	s, ok := r.stores[repository]
	if !ok {
		return map[string][]string{}
	}
	return s.tagged()
}

// Image is the image that a tag or digest of the repository refers to; of one for several platforms, that for linux and
// this machine's processor, else the first.
func (r *Registry) Image(repository, reference string) (v1.Image, error) {
	s, ok := r.stores[repository]
	if !ok {
		return nil, errors.New(r.unknown(repository).Message)
	}
	return s.image(reference)
}

// Push puts an image into the repository under the tag, without asking.
func (r *Registry) Push(repository, tag string, image v1.Image) error {
	return r.client(&r.own).push(context.Background(), repository, tag, image)
}

// Close ends the server. Images remain readable, unless they were not to be kept.
func (r *Registry) Close() error {
	var err error
	r.closing.Do(func() {
		if r.server != nil {
			err = r.server.Close()
		}
		for _, s := range r.stores {
			s.abandon()
		}
		if r.temporary != "" {
			err = errors.Join(err, os.RemoveAll(r.temporary))
		}
	})
	return err
}

// account is the registry's id.
func (r *Registry) account() string {
	account, _, _ := strings.Cut(r.host, ".")
	return account
}

func secret() string {
	random := make([]byte, 48)
	_, _ = rand.Read(random) // never fails: https://pkg.go.dev/crypto/rand#Read
	return base64.StdEncoding.EncodeToString(random)
}
