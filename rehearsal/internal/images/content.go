package images

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func (s *store) tagged() map[string][]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string][]string{}
	for _, d := range s.listed {
		tags := all[d.Digest.String()]
		if tag := d.Annotations[refName]; tag != "" {
			tags = append(tags, tag)
		}
		all[d.Digest.String()] = tags
	}
	return all
}

func (s *store) image(reference string) (v1.Image, error) {
	d, ok := s.find(reference)
	if !ok {
		return nil, fmt.Errorf("%s has no image %s", s.Name, reference)
	}
	root, err := s.path.ImageIndex()
	if err != nil {
		return nil, err
	}
	for d.MediaType.IsIndex() {
		if root, err = root.ImageIndex(d.Digest); err != nil {
			return nil, err
		}
		if d, err = best(root); err != nil {
			return nil, fmt.Errorf("%s:%s: %w", s.Name, reference, err)
		}
	}
	return root.Image(d.Digest)
}

// best chooses the image of a platform. BuildKit's attestations have the platform unknown/unknown.
// https://docs.docker.com/build/metadata/attestations/attestation-storage/
func best(index v1.ImageIndex) (v1.Descriptor, error) {
	manifest, err := index.IndexManifest()
	if err != nil {
		return v1.Descriptor{}, err
	}
	var found []v1.Descriptor
	for _, d := range manifest.Manifests {
		switch p := d.Platform; {
		case p != nil && p.OS == "linux" && p.Architecture == runtime.GOARCH:
			return d, nil
		case p == nil || p.OS != "unknown":
			found = append(found, d)
		}
	}
	if len(found) == 0 {
		return v1.Descriptor{}, errors.New("an index without images")
	}
	return found[0], nil
}

// blob is the file of a layer.
func (s *store) blob(digest string) string {
	algorithm, sum, _ := strings.Cut(digest, ":")
	return filepath.Join(string(s.path), "blobs", filepath.Base(algorithm), filepath.Base(sum))
}

// blobs finds a layer in its repository's layout.
type blobs map[string]*store

// Get opens it.
func (b blobs) Get(_ context.Context, repository string, h v1.Hash) (io.ReadCloser, error) {
	return os.Open(b[repository].blob(h.String()))
}

// Stat is its size in bytes.
func (b blobs) Stat(_ context.Context, repository string, h v1.Hash) (int64, error) {
	info, err := os.Stat(b[repository].blob(h.String()))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// escaped makes a repository's name, which may have slashes, the name of one folder.
func escaped(repository string) string { return url.PathEscape(repository) }
