package images_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/images"
)

// archive is a tar.gz with one program and a hard link to it.
func archive(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "./bin/", Typeflag: tar.TypeDir, Mode: 0o755}))
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "./bin/app", Typeflag: tar.TypeReg, Mode: 0o755, Size: 3, Uid: 7}))
	_, err := io.WriteString(w, "app")
	require.NoError(t, err)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "again", Typeflag: tar.TypeLink, Linkname: "bin/app"}))
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "../../out", Typeflag: tar.TypeReg}))
	require.NoError(t, w.Close())
	require.NoError(t, zip.Close())
	return out.String()
}

// entries are the files of an image: "mode uid:gid link-or-content" by name.
func entries(t *testing.T, made v1.Image) map[string]string {
	t.Helper()
	flat := mutate.Extract(made)
	defer func() { assert.NoError(t, flat.Close()) }()
	found := map[string]string{}
	for r := tar.NewReader(flat); ; {
		h, err := r.Next()
		if err == io.EOF {
			return found
		}
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		found[h.Name] = h.FileInfo().Mode().String() + " " + h.Linkname + string(text)
		if h.Uid+h.Gid > 0 {
			found[h.Name] += " owned"
		}
	}
}

func TestImitatedFiles(t *testing.T) {
	for name, test := range map[string]struct {
		file string
		want map[string]string
	}{
		"a file, and a folder's content": {
			"FROM scratch\nCOPY one /etc/name\nCOPY dir /srv\n",
			map[string]string{
				"etc": "drwxr-xr-x ", "etc/name": "-rw-r--r-- 1", "srv": "drwxr-xr-x ", "srv/two": "-rw-r--r-- 2",
				"srv/link": "Lrwxrwxrwx two", "srv/deep": "drwxr-xr-x ", "srv/deep/three": "-rw-r--r-- 3",
			},
		},
		"into a folder, with a pattern": {
			"FROM scratch\nWORKDIR /app\nCOPY o* dir/t* ./\n",
			map[string]string{"app": "drwxr-xr-x ", "app/one": "-rw-r--r-- 1", "app/two": "-rw-r--r-- 2"},
		},
		"an archive is unpacked": {
			"FROM scratch\nARG WHAT=app\nADD ${WHAT}.tar.gz /opt\n",
			map[string]string{
				"opt": "drwxr-xr-x ", "opt/bin": "drwxr-xr-x ", "opt/bin/app": "-rwxr-xr-x app owned", "opt/again": "---------- opt/bin/app",
				"opt/out": "---------- ",
			},
		},
		"a file that ADD cannot unpack": {"FROM scratch\nADD one /\n", map[string]string{"one": "-rw-r--r-- 1"}},
		"an owner and a mode": {
			"FROM scratch\nCOPY --chown=65534:65534 --chmod=0750 [\"one\", \"/x\"]\n", map[string]string{"x": "-rwxr-x--- 1 owned"},
		},
		"what is ignored is not there": {
			"FROM scratch\nCOPY secrets /secrets/\n", map[string]string{"secrets": "drwxr-xr-x ", "secrets/public": "-rw-r--r-- p"},
		},
		"of an earlier stage": {
			"FROM scratch AS Base\nCOPY one /\nFROM scratch AS other\nCOPY missing /\nFROM base\nCOPY dir/two /\n",
			map[string]string{"one": "-rw-r--r-- 1", "two": "-rw-r--r-- 2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, images.None)
			b.write("one", "1")
			b.write("dir/two", "2")
			b.write("dir/deep/three", "3")
			b.write("app.tar.gz", archive(t))
			b.write("secrets/key", "k")
			b.write("secrets/public", "p")
			b.write(".dockerignore", "# not these\nsecrets/*\n!secrets/public\n**/*.log\n")
			b.write("dir/noise.log", "")
			require.NoError(t, os.Symlink("two", filepath.Join(b.dir, "dir", "link")))
			b.write("Dockerfile", test.file)
			b.login()
			b.ok("build", "-t", host+"/api:1", "--push", ".")
			made, err := b.registry.Image("api", "1")
			require.NoError(t, err)
			if diff := cmp.Diff(test.want, entries(t, made)); diff != "" {
				t.Error(diff)
			}
			assert.False(t, b.built[0].Imitated)

			first, err := made.Digest()
			require.NoError(t, err)
			b.ok("build", "-t", host+"/api:2", "--push", ".")
			assert.ElementsMatch(t, []string{"1", "2"}, b.registry.Tags("api")[first.String()], "the same content is the same image")
		})
	}
}

func TestImitatedConfiguration(t *testing.T) {
	b := newBench(t, images.None)
	b.write("Dockerfile", `# syntax=docker/dockerfile:1
ARG VERSION=1
FROM scratch AS base
ARG VERSION
ENV VERSION=$VERSION NAME="a b" EMPTY=${NONE:-"fallback"}
ENV OLD style
LABEL version="${VERSION}" \
  # a comment
  other=x
ENTRYPOINT ["/app"]
CMD ["base"]

FROM base
ARG TARGETARCH
ARG SECOND=${VERSION}-${TARGETARCH}
ENV SECOND=${SECOND} PRICE=\$5
EXPOSE 80 53/udp
VOLUME /data /more
STOPSIGNAL SIGQUIT
WORKDIR /srv
WORKDIR app
USER 1000
CMD run $SECOND
`)
	b.ok("build", "--build-arg", "VERSION=7", "--platform", "linux/arm64/v8", "--label", "from=outside", "-t", "x", ".")
	var got v1.Config
	require.NoError(t, json.Unmarshal([]byte(b.ok("inspect", "--format", "{{json .Config}}", "x")), &got))
	want := v1.Config{
		Env: []string{
			"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "VERSION=7", "NAME=a b", "EMPTY=fallback", "OLD=style",
			"SECOND=7-arm64", "PRICE=$5",
		},
		Labels:     map[string]string{"version": "7", "other": "x", "from": "outside"},
		Entrypoint: []string{"/app"}, Cmd: []string{"/bin/sh", "-c", "run $SECOND"},
		ExposedPorts: map[string]struct{}{"80/tcp": {}, "53/udp": {}}, Volumes: map[string]struct{}{"/data": {}, "/more": {}},
		StopSignal: "SIGQUIT", WorkingDir: "/srv/app", User: "1000",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestImitatedErrors(t *testing.T) {
	for name, test := range map[string]struct{ file, want string }{
		"nothing":               {"# empty\n", "the Dockerfile cannot be empty"},
		"no stage":              {"COPY a /\n", "dockerfile parse error on line 1: no build stage in current context"},
		"unknown instruction":   {"FROM scratch\n\nCOPPY a /\n", "dockerfile parse error on line 3: unknown instruction: COPPY"},
		"wrong FROM":            {"FROM scratch as\n", "dockerfile parse error on line 1: FROM requires either one or three arguments"},
		"empty FROM":            {"ARG A\nFROM ${A}\n", "dockerfile parse error on line 2: base name (${A}) should not be blank"},
		"no argument":           {"FROM scratch\nCOPY\n", "dockerfile parse error on line 2: COPY requires at least one argument"},
		"no destination":        {"FROM scratch AS api\nCOPY a\n", "dockerfile parse error on line 2: COPY requires at least two arguments"},
		"no target":             {"FROM scratch AS a\n", `target stage "api" could not be found`},
		"no file":               {"FROM scratch AS api\nCOPY nginx.conf /etc/\n", "Dockerfile:2\nERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref: \"/nginx.conf\": not found"},
		"an ignored file":       {"FROM scratch AS api\nCOPY hidden /\n", `"/hidden": not found`},
		"outside":               {"FROM scratch AS api\nCOPY ../../etc/passwd /\n", `"/etc/passwd": not found`},
		"through a link":        {"FROM scratch AS api\nCOPY away/passwd /\n", `"/away/passwd": not found`},
		"several into a file":   {"FROM scratch AS api\nCOPY one one /file\n", "more than one source file"},
		"a mode":                {"FROM scratch AS api\nCOPY --chmod=rw one /\n", "invalid chmod parameter: 'rw'"},
		"of a stage it copies":  {"FROM scratch AS a\nCOPY none /\nFROM scratch AS api\nCOPY --from=a /none /\n", `"/none": not found`},
		"a base in ECR is gone": {"FROM " + host + "/api:none AS api\n", "no basic auth credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, images.None)
			b.write("Dockerfile", test.file)
			b.write("one", "1")
			b.write("hidden", "h")
			b.write(".dockerignore", "hidden\n")
			require.NoError(t, os.Symlink("/etc", filepath.Join(b.dir, "away")))
			b.fails(1, test.want, "build", "--target", "api", ".")
		})
	}
}

// What cannot be carried out is said, and the image is marked.
func TestImitatedNotes(t *testing.T) {
	b := newBench(t, images.None)
	b.write("one", "1")
	b.write("Dockerfile", `FROM golang:1 AS build
RUN <<END
COPPY is not an instruction here
END
FROM scratch
COPY --from=build /app /
COPY --chown=app one /
ADD https://example.com/file /
HEALTHCHECK CMD true
`)
	out := b.ok("build", "-t", "x", ".")
	require.Len(t, b.built, 1)
	assert.True(t, b.built[0].Imitated)
	want := []string{
		"line 6: COPY --from=build /app /", "line 7: COPY --chown=app", "line 8: ADD https://example.com/file", "line 9: HEALTHCHECK CMD true",
	}
	assert.Equal(t, want, b.built[0].Notes)
	assert.Contains(t, out, "not carried out: line 6")
	assert.Equal(t, "true\n", b.ok("inspect", "-f", "{{.Config.Labels.imitated}}", "x"))
	b.fails(1, "there is no builder here, and so no image of docker.io/library/alpine:latest", "pull", "alpine")
}
