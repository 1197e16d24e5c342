package images

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// client speaks to the registry over HTTP, as docker does.
type client struct {
	r    *Registry
	auth authn.Authenticator
}

func (r *Registry) client(auth authn.Authenticator) client { return client{r: r, auth: auth} }

func (c client) options(ctx context.Context) []remote.Option {
	return []remote.Option{remote.WithAuth(c.auth), remote.WithContext(ctx), remote.WithTransport(reasons{})}
}

func (c client) push(ctx context.Context, repository, tag string, image v1.Image) error {
	ref, err := name.ParseReference(c.r.addr + "/" + repository + ":" + tag)
	if err != nil {
		return err
	}
	return c.said(remote.Write(ref, image, c.options(ctx)...))
}

// pull gives the image of a tag or digest; its layers are read while the context lasts.
func (c client) pull(ctx context.Context, repository, reference string, platform *v1.Platform) (v1.Image, error) {
	separator := ":"
	if strings.Contains(reference, ":") {
		separator = "@"
	}
	ref, err := name.ParseReference(c.r.addr + "/" + repository + separator + reference)
	if err != nil {
		return nil, err
	}
	image, err := remote.Image(ref, append(c.options(ctx), remote.WithPlatform(*platform))...)
	return image, c.said(err)
}

// said turns an error into what the registry said, in the words in which docker prints it.
func (c client) said(err error) error {
	var why *refusal
	var answer *transport.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &why):
	case errors.As(err, &answer) && answer.StatusCode == http.StatusUnauthorized:
		return errors.New("no basic auth credentials")
	case errors.As(err, &answer) && len(answer.Errors) > 0:
		why = &refusal{answer.StatusCode, string(answer.Errors[0].Code), answer.Errors[0].Message}
	default:
		return errors.New(strings.ReplaceAll(err.Error(), c.r.addr, c.r.host))
	}
	return &refusal{why.Status, why.Code, strings.ToLower(strings.ReplaceAll(why.Code, "_", " ")) + ": " + why.Message}
}

// reasons gives the reason of a denied HEAD, whose answer has no body.
type reasons struct{}

// RoundTrip does a request.
func (reasons) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if why := response.Header.Get(headDenied); why != "" {
		_ = response.Body.Close()
		return nil, &refusal{http.StatusForbidden, "DENIED", why}
	}
	return response, nil
}

// discarded is an answer that nobody reads.
type discarded struct{ header http.Header }

func (d *discarded) Header() http.Header         { return d.header }
func (d *discarded) Write(b []byte) (int, error) { return len(b), nil }
func (d *discarded) WriteHeader(int)             {}

// status notes the code of an answer.
type status struct {
	http.ResponseWriter
	code int
}

// WriteHeader notes it.
func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// replaceFile writes the file as a whole or not at all.
func replaceFile(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}
