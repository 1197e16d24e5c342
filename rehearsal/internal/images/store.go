package images

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// refName is the annotation that holds a tag in an OCI image layout.
// https://github.com/opencontainers/image-spec/blob/main/annotations.md
const refName = "org.opencontainers.image.ref.name"

// maxManifest bounds what is read into memory: ECR takes manifests of up to 4 MiB.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
const maxManifest = 4 << 20

// store is a repository's content, an OCI image layout on disk. Layers are each repository's own, as in ECR.
type store struct {
	Repository
	path    layout.Path
	inner   http.Handler
	mu      sync.Mutex
	listed  []v1.Descriptor // in the order of their pushes; one more for each further tag
	uploads map[string]*upload
}

func openStore(dir string, repository Repository, inner http.Handler) (*store, error) {
	s := &store{Repository: repository, inner: inner, uploads: map[string]*upload{}}
	path, err := layout.FromPath(dir)
	if errors.Is(err, os.ErrNotExist) {
		path, err = layout.Write(dir, empty.Index)
	}
	if err != nil {
		return nil, err
	}
	s.path = path
	index, err := path.ImageIndex()
	if err != nil {
		return nil, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	listed := manifest.Manifests
	if repository.Name == cacheRepository {
		if listed, err = trimmed(path, listed); err != nil {
			return nil, err
		}
	}
	for _, d := range listed {
		if err := s.restore(d); err != nil {
			return nil, fmt.Errorf("%s: %w", d.Digest, err)
		}
	}
	return s, nil
}

// restore makes an image of an earlier run known again.
func (s *store) restore(d v1.Descriptor) error {
	body, err := s.path.Bytes(d.Digest)
	if err != nil {
		return err
	}
	reference := d.Digest.String()
	if tag := d.Annotations[refName]; tag != "" {
		reference = tag
	}
	if status := s.give(&discarded{header: http.Header{}}, reference, string(d.MediaType), body); status != http.StatusCreated {
		return fmt.Errorf("not a manifest: %d", status)
	}
	s.listed = append(s.listed, d)
	return nil
}

// answer serves a request that is allowed.
func (s *store) answer(w http.ResponseWriter, r request) error {
	switch {
	case r.kind == "uploads":
		return s.upload(w, r)
	case r.kind == "manifests" && r.Method == http.MethodPut:
		return s.put(w, r)
	case r.kind == "manifests":
		if _, ok := s.find(r.name); !ok {
			return &refusal{http.StatusNotFound, "MANIFEST_UNKNOWN", "Requested image not found"}
		}
	case r.kind == "blobs":
		if _, err := os.Stat(s.blob(r.name)); err != nil {
			return &refusal{http.StatusNotFound, "BLOB_UNKNOWN", "There is no layer " + r.name}
		}
	}
	s.inner.ServeHTTP(w, r.Request)
	return nil
}

func (s *store) put(w http.ResponseWriter, r request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxManifest))
	if err != nil {
		return &refusal{http.StatusBadRequest, "MANIFEST_INVALID", err.Error()}
	}
	digest, size, err := v1.SHA256(bytes.NewReader(body))
	if err != nil {
		return err
	}
	d := v1.Descriptor{MediaType: types.MediaType(r.Header.Get("Content-Type")), Digest: digest, Size: size}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.name != digest.String() {
		d.Annotations = map[string]string{refName: r.name}
	}
	if old, ok := s.lookup(r.name); ok && s.Immutable && old.Digest != digest {
		// ImageTagAlreadyExistsException, as the registry says it.
		return &refusal{http.StatusBadRequest, "TAG_INVALID", fmt.Sprintf("The image tag '%s' already exists in the '%s' "+
			"repository and cannot be overwritten because the tag is immutable.", r.name, s.Name)}
	}
	if err := s.path.WriteBlob(digest, io.NopCloser(bytes.NewReader(body))); err != nil {
		return err
	}
	if s.give(&discarded{header: http.Header{}}, r.name, string(d.MediaType), body) != http.StatusCreated {
		s.give(w, r.name, string(d.MediaType), body) // again, for the client to know why
		return nil
	}
	if err := s.list(d); err != nil {
		return err
	}
	w.Header().Set("Location", "/v2/"+s.Name+"/manifests/"+digest.String())
	w.Header().Set("Docker-Content-Digest", digest.String())
	w.WriteHeader(http.StatusCreated)
	return nil
}

// give hands a manifest to the registry that serves it.
func (s *store) give(w http.ResponseWriter, reference, mediaType string, body []byte) int {
	target := "/v2/" + s.Name + "/manifests/" + reference
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPut, target, bytes.NewReader(body))
	if err != nil {
		return http.StatusBadRequest
	}
	r.Header.Set("Content-Type", mediaType)
	seen := &status{ResponseWriter: w}
	s.inner.ServeHTTP(seen, r)
	return seen.code
}

// list writes down that the image is there under its tag, and what had the tag is there without.
func (s *store) list(d v1.Descriptor) error {
	tag := d.Annotations[refName]
	next := append(slices.Clone(s.listed), d)
	known := map[v1.Hash]bool{} // those with a tag
	for i, e := range next {
		if tag != "" && e.Annotations[refName] == tag && i < len(next)-1 {
			next[i].Annotations = nil
		}
		if next[i].Annotations != nil {
			known[e.Digest] = true
		}
	}
	next = slices.DeleteFunc(next, func(e v1.Descriptor) bool { // without tag once, and only when it has none
		drop := e.Annotations == nil && known[e.Digest]
		known[e.Digest] = true
		return drop
	})
	if err := writeIndex(s.path, next); err != nil {
		return err
	}
	s.listed = next
	return nil
}

func writeIndex(path layout.Path, listed []v1.Descriptor) error {
	index, err := json.Marshal(v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: listed})
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(string(path), "index.json"), index)
}

func (s *store) find(reference string) (v1.Descriptor, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lookup(reference)
}

func (s *store) lookup(reference string) (v1.Descriptor, bool) {
	at := slices.IndexFunc(s.listed, func(d v1.Descriptor) bool {
		return d.Annotations[refName] == reference || d.Digest.String() == reference
	})
	if at < 0 {
		return v1.Descriptor{}, false
	}
	return s.listed[at], true
}
