package awscli

import "time"

// Images are those of the container registries of the account.
type Images interface {
	// Images are a repository's, by its name without the registry; none for one that nothing was pushed to.
	Images(repository string) ([]Image, error)
	// Tag gives the image that the reference (a tag or digest) names a further tag, which it takes from any other.
	Tag(repository, reference, tag string) error
	// Delete takes a tag away, or with a digest the whole image.
	Delete(repository, reference string) error
}

// Image is one manifest of a repository.
type Image struct {
	Digest    string // sha256:...
	Tags      []string
	Size      int64 // bytes, of all layers together
	PushedAt  time.Time
	MediaType string // of the manifest
	Manifest  []byte
}
