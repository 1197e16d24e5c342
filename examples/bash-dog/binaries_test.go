// Package bashdog_test keeps the committed programs of the example honest. To rebuild them after a change of app/:
//
//	go test ./examples/bash-dog -run TestBinaries -update
package bashdog_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rebuild the programs in bin/")

var architectures = []string{"amd64", "arm64"}

func archive(arch string) string { return filepath.Join("bin", "bash-dog-"+arch+".tar.gz") }

// sourcesFile tells which sources the programs were built from, so that a forgotten rebuild is found by any Go.
var sourcesFile = filepath.Join("bin", "sources.sha256")

func TestBinaries(t *testing.T) {
	if *update {
		for _, arch := range architectures {
			require.NoError(t, os.WriteFile(archive(arch), pack(t, build(t, arch)), 0o644))
		}
		require.NoError(t, os.WriteFile(sourcesFile, []byte(sources(t)), 0o644))
	}
	recorded, err := os.ReadFile(sourcesFile)
	require.NoError(t, err)
	assert.Equal(t, string(recorded), sources(t), "app/ has changed since bin/ was built: run this test with -update")
	for _, arch := range architectures {
		t.Run(arch, func(t *testing.T) { reproduces(t, arch) })
	}
}

// reproduces builds the program again and compares it byte by byte. Only the same Go gives the same bytes.
func reproduces(t *testing.T, arch string) {
	committed := unpack(t, arch)
	info, err := buildinfo.Read(bytes.NewReader(committed))
	require.NoError(t, err)
	assert.Contains(t, info.Settings, debug.BuildSetting{Key: "GOARCH", Value: arch})
	assert.Contains(t, info.Settings, debug.BuildSetting{Key: "CGO_ENABLED", Value: "0"})
	out, err := exec.Command("go", "env", "GOVERSION").Output()
	require.NoError(t, err)
	if installed := strings.TrimSpace(string(out)); installed != info.GoVersion {
		t.Skipf("the program was built with %s and this is %s, which gives other bytes: set GOTOOLCHAIN=%[1]s to compare",
			info.GoVersion, installed)
	}
	if rebuilt := build(t, arch); !bytes.Equal(committed, rebuilt) {
		t.Errorf("%s holds %d bytes with sha256 %x; building app/ gives %d bytes with sha256 %x",
			archive(arch), len(committed), sha256.Sum256(committed), len(rebuilt), sha256.Sum256(rebuilt))
	}
}

// build makes the program for linux on the architecture, without anything of this machine in it.
func build(t *testing.T, arch string) []byte {
	out := filepath.Join(t.TempDir(), "bash-dog")
	goBuild := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", out, ".")
	goBuild.Dir = "app"
	goBuild.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch, "GOAMD64=v1", "GOARM64=v8.0",
		"GOFLAGS=", "GOWORK=off", "GOEXPERIMENT=", "GODEBUG=", "GOFIPS140=off")
	said, err := goBuild.CombinedOutput()
	require.NoError(t, err, string(said))
	program, err := os.ReadFile(out)
	require.NoError(t, err)
	return program
}

func pack(t *testing.T, program []byte) []byte {
	var packed bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	require.NoError(t, err)
	files := tar.NewWriter(zipped)
	require.NoError(t, files.WriteHeader(&tar.Header{Name: "bash-dog", Mode: 0o755, Size: int64(len(program))}))
	_, err = files.Write(program)
	require.NoError(t, err)
	require.NoError(t, files.Close())
	require.NoError(t, zipped.Close())
	return packed.Bytes()
}

// unpack returns the one program in the architecture's archive.
func unpack(t *testing.T, arch string) []byte {
	packed, err := os.ReadFile(archive(arch))
	require.NoError(t, err)
	zipped, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	files := tar.NewReader(zipped)
	header, err := files.Next()
	require.NoError(t, err)
	assert.Equal(t, "bash-dog", header.Name)
	assert.EqualValues(t, 0o755, header.Mode)
	program, err := io.ReadAll(files)
	require.NoError(t, err)
	_, err = files.Next()
	require.ErrorIs(t, err, io.EOF, "the archive holds one file")
	return program
}

// sources are the digests of what the program is built from, as sha256sum writes them.
func sources(t *testing.T) string {
	files, err := filepath.Glob("app/*.go")
	require.NoError(t, err)
	var list strings.Builder
	for _, file := range append(files, "app/go.mod") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(content), filepath.ToSlash(file))
	}
	return list.String()
}
