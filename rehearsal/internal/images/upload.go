package images

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// upload is a layer on its way, in a file: go-containerregistry's registry would hold it in memory.
type upload struct {
	file *os.File
	sum  hash.Hash
	size int64
}

// upload serves the upload of a layer, in parts or whole.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs
func (s *store) upload(w http.ResponseWriter, r request) error {
	switch r.Method {
	case http.MethodPost:
		return s.start(w)
	case http.MethodPatch:
		return s.part(w, r)
	}
	return s.complete(w, r)
}

func (s *store) start(w http.ResponseWriter) error {
	file, err := os.CreateTemp(string(s.path), "upload-*")
	if err != nil {
		return err
	}
	id := rand.Text()
	s.mu.Lock()
	s.uploads[id] = &upload{file: file, sum: sha256.New()}
	s.mu.Unlock()
	s.accepted(w, id, 0)
	return nil
}

func (s *store) accepted(w http.ResponseWriter, id string, size int64) {
	w.Header().Set("Location", "/v2/"+s.Name+"/blobs/uploads/"+id)
	w.Header().Set("Range", fmt.Sprintf("0-%d", max(0, size-1)))
	w.WriteHeader(http.StatusAccepted)
}

// take makes the upload this request's alone.
func (s *store) take(id string) (*upload, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, ok := s.uploads[id]
	if !ok {
		return nil, &refusal{http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", "There is no upload " + id}
	}
	delete(s.uploads, id)
	return u, nil
}

func (s *store) part(w http.ResponseWriter, r request) error {
	u, err := s.take(r.name)
	if err != nil {
		return err
	}
	if err := u.write(r.Body); err != nil {
		u.remove()
		return err
	}
	s.mu.Lock()
	s.uploads[r.name] = u
	s.mu.Unlock()
	s.accepted(w, r.name, u.size)
	return nil
}

func (s *store) complete(w http.ResponseWriter, r request) error {
	u, err := s.take(r.name)
	if err != nil {
		return err
	}
	defer u.remove()
	if err := u.write(r.Body); err != nil {
		return err
	}
	digest, err := v1.NewHash(r.URL.Query().Get("digest"))
	if err != nil || hex.EncodeToString(u.sum.Sum(nil)) != digest.Hex {
		return &refusal{http.StatusBadRequest, "DIGEST_INVALID", "The layer's digest is not the one given"}
	}
	at := s.blob(digest.String())
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return err
	}
	if err := os.Rename(u.file.Name(), at); err != nil {
		return err
	}
	w.Header().Set("Location", "/v2/"+s.Name+"/blobs/"+digest.String())
	w.Header().Set("Docker-Content-Digest", digest.String())
	w.WriteHeader(http.StatusCreated)
	return nil
}

func (u *upload) write(from io.Reader) error {
	n, err := io.Copy(io.MultiWriter(u.file, u.sum), from)
	u.size += n
	return err
}

// remove ends the upload; a layer that is complete has another name by now.
func (u *upload) remove() {
	_ = u.file.Close()
	_ = os.Remove(u.file.Name())
}

// abandon removes the uploads that no client has completed.
func (s *store) abandon() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, u := range s.uploads {
		u.remove()
		delete(s.uploads, id)
	}
}
