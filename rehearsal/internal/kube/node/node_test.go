package node

import (
	"archive/tar"
	"bytes"
	"io"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
)

func TestExpand(t *testing.T) {
	env := []variable{{"A", "a"}, {"EMPTY", ""}, {"DOLLAR", "$(A)"}}
	for text, want := range map[string]string{
		"": "", "plain": "plain", "$(A)": "a", "x$(A)y$(A)": "xaya", "$(EMPTY)": "", "$(NO)": "$(NO)", "$$(A)": "$(A)", "$$$(A)": "$a",
		"$A": "$A", "$": "$", "a$": "a$", "$(A": "$(A", "$(DOLLAR)": "$(A)", "$()": "$()",
	} {
		assert.Equal(t, want, expand(text, env), text)
	}
}

func TestLaterVariablesReplaceEarlierOnes(t *testing.T) {
	assert.Equal(t, []variable{{"B", "2"}, {"A", "3"}}, set([]variable{{"A", "1"}, {"B", "2"}}, "A", "3"))
}

func TestNonRoot(t *testing.T) {
	uid := func(n int64) *int64 { return &n }
	for name, c := range map[string]struct {
		uid         *int64
		image, want string
	}{
		"root by default":       {nil, "", "container has runAsNonRoot and image will run as root"},
		"root with a group":     {nil, "0:1000", "container has runAsNonRoot and image will run as root"},
		"a number":              {nil, "1000", ""},
		"a name":                {nil, "nginx", "container has runAsNonRoot and image has non-numeric user (nginx), cannot verify user is non-root"},
		"the pod says who":      {uid(1000), "root", ""},
		"the pod says root":     {uid(0), "1000", "container's runAsUser breaks non-root policy"},
		"a number with a group": {nil, "1000:root", ""},
	} {
		t.Run(name, func(t *testing.T) {
			image, err := mutate.Config(empty.Image, v1.Config{User: c.image})
			require.NoError(t, err)
			if err = nonRoot(c.uid, image); c.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, c.want)
		})
	}
}

func TestWriteFiles(t *testing.T) {
	files := map[string]file{"a": {[]byte("1"), 0o644}, "dir/b": {[]byte("2"), 0o600}}
	for name, c := range map[string]struct {
		mount api.VolumeMount
		want  []string
	}{
		"a directory":         {api.VolumeMount{MountPath: "/etc/app"}, []string{"etc/app/", "etc/app/.wh..wh..opq", "etc/app/a 1", "etc/app/dir/b 2"}},
		"a file":              {api.VolumeMount{MountPath: "/etc/app/b", SubPath: "dir/b"}, []string{"etc/app/b 2"}},
		"a directory's part":  {api.VolumeMount{MountPath: "/etc/app/", SubPath: "dir"}, []string{"etc/app/b 2"}},
		"a path that is none": {api.VolumeMount{MountPath: "/etc/app", SubPath: "c"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var layer bytes.Buffer
			to := tar.NewWriter(&layer)
			require.NoError(t, writeFiles(to, c.mount, files))
			require.NoError(t, to.Close())
			var got []string
			for from := tar.NewReader(&layer); ; {
				header, err := from.Next()
				if err == io.EOF {
					break
				}
				require.NoError(t, err)
				content, err := io.ReadAll(from)
				require.NoError(t, err)
				line := header.Name
				if len(content) > 0 {
					line += " " + string(content)
				}
				got = append(got, line)
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestPodsOfATemplateShareARun(t *testing.T) {
	replica := func(uid, hash, owner string) api.Pod {
		return api.Pod{Metadata: api.Meta{
			UID: uid, Labels: map[string]string{"pod-template-hash": hash}, OwnerReferences: []api.Owner{{Kind: "ReplicaSet", UID: owner, Controller: true}},
		}}
	}
	assert.Equal(t, key(replica("1", "h", "set")), key(replica("2", "h", "set")))
	assert.NotEqual(t, key(replica("1", "h", "set")), key(replica("2", "i", "set")))
	assert.NotEqual(t, key(replica("1", "h", "set")), key(replica("2", "h", "other")))
	job := api.Owner{Kind: "Job", UID: "job", Controller: true}
	assert.Equal(t, "1", key(api.Pod{Metadata: api.Meta{UID: "1", OwnerReferences: []api.Owner{job}}}), "each does its own work")
	assert.Equal(t, "1", key(api.Pod{Metadata: api.Meta{UID: "1", Labels: map[string]string{"pod-template-hash": "forged"}}}))
}
