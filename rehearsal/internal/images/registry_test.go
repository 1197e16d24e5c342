package images_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/images"
)

func serve(t *testing.T, o images.Options) *images.Registry {
	t.Helper()
	o.Host = host
	if o.Repositories == nil {
		o.Repositories = []images.Repository{{Name: "api"}, {Name: "team/web"}, {Name: "fixed", Immutable: true}}
	}
	r, err := images.Serve(o)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, r.Close()) })
	return r
}

func ref(t *testing.T, r *images.Registry, text string) name.Reference {
	t.Helper()
	parsed, err := name.ParseReference(r.Addr() + "/" + text)
	require.NoError(t, err)
	return parsed
}

func aws(r *images.Registry) remote.Option {
	return remote.WithAuth(&authn.Basic{Username: "AWS", Password: r.Password()})
}

func anImage(t *testing.T) (v1.Image, string) {
	t.Helper()
	made, err := random.Image(1000, 2)
	require.NoError(t, err)
	digest, err := made.Digest()
	require.NoError(t, err)
	return made, digest.String()
}

// refused is an error's HTTP status, code and message.
func refused(t *testing.T, err error, status int, code, message string) {
	t.Helper()
	var answer *transport.Error
	require.ErrorAs(t, err, &answer)
	assert.Equal(t, status, answer.StatusCode)
	require.NotEmpty(t, answer.Errors)
	assert.Equal(t, code, string(answer.Errors[0].Code))
	assert.Equal(t, message, answer.Errors[0].Message)
}

func TestRegistryRefuses(t *testing.T) {
	r := serve(t, images.Options{})
	one, _ := anImage(t)
	two, _ := anImage(t)

	refused(t, remote.Write(ref(t, r, "nowhere:1"), one, aws(r)), http.StatusNotFound, "NAME_UNKNOWN",
		"The repository with name 'nowhere' does not exist in the registry with id '123456789012'")
	_, err := remote.Get(ref(t, r, "api:none"), aws(r))
	refused(t, err, http.StatusNotFound, "MANIFEST_UNKNOWN", "Requested image not found")

	require.NoError(t, remote.Write(ref(t, r, "fixed:1"), one, aws(r)))
	require.NoError(t, remote.Write(ref(t, r, "fixed:1"), one, aws(r)), "the same image")
	refused(t, remote.Write(ref(t, r, "fixed:1"), two, aws(r)), http.StatusBadRequest, "TAG_INVALID",
		"The image tag '1' already exists in the 'fixed' repository and cannot be overwritten because the tag is immutable.")
	require.NoError(t, remote.Write(ref(t, r, "fixed:2"), two, aws(r)))

	refused(t, remote.Delete(ref(t, r, "fixed:1"), aws(r)), http.StatusMethodNotAllowed, "UNSUPPORTED", "The operation is unsupported.")
}

func TestRegistryNeedsItsHost(t *testing.T) {
	_, err := images.Serve(images.Options{})
	assert.ErrorContains(t, err, "Options.Host")
}

func TestRegistryNeedsTheLogin(t *testing.T) {
	r := serve(t, images.Options{})
	made, _ := anImage(t)
	for what, auth := range map[string]authn.Authenticator{
		"none": authn.Anonymous, "another password": &authn.Basic{Username: "AWS", Password: "x"},
		"another user": &authn.Basic{Username: "me", Password: r.Password()},
	} {
		var answer *transport.Error
		require.ErrorAs(t, remote.Write(ref(t, r, "api:1"), made, remote.WithAuth(auth)), &answer, what)
		assert.Equal(t, http.StatusUnauthorized, answer.StatusCode, what)
	}
	response, err := http.Get("http://" + r.Addr() + "/v2/")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, `Basic realm="https://`+host+`/",service="ecr.amazonaws.com"`, response.Header.Get("WWW-Authenticate"))
}

func TestRegistryAsks(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]bool{}
	r := serve(t, images.Options{Ask: func(action, repository string) error {
		mu.Lock()
		defer mu.Unlock()
		asked[action+" "+repository] = true
		return nil
	}})
	took := func(do func() error) string {
		t.Helper()
		clear(asked)
		require.NoError(t, do())
		var all []string
		for a := range asked {
			all = append(all, a)
		}
		sort.Strings(all)
		return strings.Join(all, ", ")
	}
	made, _ := anImage(t)
	assert.Equal(t, "ecr:BatchCheckLayerAvailability team/web, ecr:BatchGetImage team/web, ecr:CompleteLayerUpload team/web, "+
		"ecr:InitiateLayerUpload team/web, ecr:PutImage team/web, ecr:UploadLayerPart team/web",
		took(func() error { return remote.Write(ref(t, r, "team/web:1"), made, aws(r)) }))
	assert.Contains(t, took(func() error { return remote.Write(ref(t, r, "api:1"), made, aws(r)) }),
		"ecr:InitiateLayerUpload api", "layers are each repository's own")
	assert.Equal(t, "ecr:BatchGetImage api, ecr:GetDownloadUrlForLayer api", took(func() error {
		pulled, err := remote.Image(ref(t, r, "api:1"), aws(r))
		if err != nil {
			return err
		}
		layers, err := pulled.Layers()
		if err != nil {
			return err
		}
		from, err := layers[0].Compressed()
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, from)
		return errors.Join(err, from.Close())
	}))
	assert.Empty(t, took(func() error { return r.Push("api", "2", made) }), "the rehearsal itself is not asked")
}

func TestRegistryKeepsImages(t *testing.T) {
	dir := t.TempDir()
	one, first := anImage(t)
	two, second := anImage(t)
	r := serve(t, images.Options{Dir: dir})
	require.NoError(t, r.Push("team/web", "1", one))
	require.NoError(t, r.Push("team/web", "latest", one))
	require.NoError(t, r.Push("team/web", "latest", two))
	require.NoError(t, r.Push("fixed", "1", one))
	want := map[string][]string{first: {"1"}, second: {"latest"}}
	assert.Equal(t, want, r.Tags("team/web"))
	require.NoError(t, r.Close())

	r = serve(t, images.Options{Dir: dir})
	assert.Equal(t, want, r.Tags("team/web"))
	pulled, err := remote.Image(ref(t, r, "team/web:latest"), aws(r))
	require.NoError(t, err)
	digest, err := pulled.Digest()
	require.NoError(t, err)
	assert.Equal(t, second, digest.String())
	_, err = r.Image("team/web", first)
	require.NoError(t, err)
	assert.ErrorContains(t, r.Push("fixed", "1", two), "tag is immutable", "as before")
	require.NoError(t, r.Push("team/web", "1", two))
	assert.Equal(t, map[string][]string{first: nil, second: {"latest", "1"}}, r.Tags("team/web"), "an image without tag remains")
	assert.Empty(t, r.Tags("nowhere"))
}

func TestRegistryOfNoFolderLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	r := serve(t, images.Options{})
	made, _ := anImage(t)
	require.NoError(t, r.Push("api", "1", made))
	require.NoError(t, r.Close())
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestImageOfAnIndex(t *testing.T) {
	r := serve(t, images.Options{})
	attestation, _ := anImage(t)
	made, digest := anImage(t)
	index := mutate.AppendManifests(empty.Index,
		mutate.IndexAddendum{Add: attestation, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"}}},
		mutate.IndexAddendum{Add: made, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "s390x"}}})
	require.NoError(t, remote.WriteIndex(ref(t, r, "api:1"), index, aws(r)))
	found, err := r.Image("api", "1")
	require.NoError(t, err)
	got, err := found.Digest()
	require.NoError(t, err)
	assert.Equal(t, digest, got.String())
	_, err = r.Image("api", "2")
	assert.EqualError(t, err, "api has no image 2")
	_, err = r.Image("nowhere", "2")
	assert.ErrorContains(t, err, "does not exist in the registry")
}

func TestUploads(t *testing.T) {
	dir := t.TempDir()
	r := serve(t, images.Options{Dir: dir})
	do := func(method, url, body string) *http.Response {
		t.Helper()
		request, err := http.NewRequest(method, "http://"+r.Addr()+url, strings.NewReader(body))
		require.NoError(t, err)
		request.SetBasicAuth("AWS", r.Password())
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response
	}
	at := do("POST", "/v2/api/blobs/uploads/", "").Header.Get("Location")
	assert.Equal(t, "0-4", do("PATCH", at, "hello").Header.Get("Range"))
	assert.Equal(t, "0-9", do("PATCH", at, "world").Header.Get("Range"))
	const digest = "sha256:936a185caaa266bb9cbe981e9e05c78cd732b0b3280eb944412bb6f8f8f07af" + "0"
	wrong := do("PUT", at+"?digest="+digest[:len(digest)-1]+"1", "")
	assert.Equal(t, http.StatusBadRequest, wrong.StatusCode)
	assert.Equal(t, http.StatusNotFound, do("PATCH", at, "more").StatusCode, "a failed upload has ended")
	assert.Equal(t, http.StatusNotFound, do("GET", "/v2/api/blobs/sha256:..%2f..%2findex.json", "").StatusCode)

	do("POST", "/v2/api/blobs/uploads/", "") // and the client goes
	require.NoError(t, r.Close())
	left, err := filepath.Glob(filepath.Join(dir, "api", "upload-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestConcurrentPushes(t *testing.T) {
	r := serve(t, images.Options{Dir: t.TempDir()})
	var group sync.WaitGroup
	for _, tag := range []string{"a", "b", "c", "d", "e", "f"} {
		made, _ := anImage(t)
		group.Go(func() {
			assert.NoError(t, remote.Write(ref(t, r, "api:"+tag), made, aws(r)))
			_, err := r.Image("api", tag)
			assert.NoError(t, err)
		})
	}
	group.Wait()
	assert.Len(t, r.Tags("api"), 6)
}
