package gotool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shop has two commands, one of which the go command calls otherwise.
var shop = Module{
	Name: "shop", Path: "example.com/shop/v3",
	GoMod: []byte("module pins\n\nrequire (\n\texample.com/shop/v3 v3.2.1 // indirect\n\texample.com/till v1.0.0\n)\n"),
	GoSum: []byte("sums\n"),
	Commands: []Command{
		{Name: "shopd", Package: "example.com/shop/v3"},
		{Name: "till", Package: "example.com/till"},
	},
	Settings: []string{"main.version=v{example.com/shop/v3}", "till.version={example.com/till}"},
	Takes:    "a minute", Env: []string{"CGO_ENABLED=0"}, Flags: []string{"-trimpath"},
}

// fakeGo puts a go command on PATH whose list and build are the scripts; build gets the output's folder as $out.
func fakeGo(t *testing.T, list, build string) {
	t.Helper()
	dir := t.TempDir()
	text := fmt.Sprintf("#!/bin/sh\ncase \"$1\" in\nlist) %s;;\nbuild) out=\"$4\"; %s;;\nesac\n", list, build)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go"), []byte(text), 0o755))
	t.Setenv("PATH", dir+":/usr/bin:/bin")
}

const buildsAll = `for p; do case "$p" in example.com/till) echo till >"$out/till";; example.com/shop/v3) echo shop >"$out/shop";; esac; done`

func TestGet(t *testing.T) {
	dir := t.TempDir()
	said := filepath.Join(t.TempDir(), "said")
	fakeGo(t, `echo a; echo b`, `cat go.sum >`+said+`; echo "$CGO_ENABLED $GOWORK $*" >>`+said+`; echo a >&2; `+buildsAll)
	var progress bytes.Buffer
	require.NoError(t, shop.Get(t.Context(), dir, &progress))
	assert.FileExists(t, filepath.Join(dir, "shopd"))
	assert.FileExists(t, filepath.Join(dir, "till"))
	assert.NoDirExists(t, filepath.Join(dir, "shop.half"))
	assert.Contains(t, progress.String(), "Building shop 3.2.1 from its published sources, once (a minute).")
	text, err := os.ReadFile(said)
	require.NoError(t, err)
	assert.Equal(t, "sums\n0 off build -v -o "+dir+"/shop.half/ -ldflags -s -w -X main.version=v3.2.1 -X till.version=1.0.0"+
		" -trimpath example.com/shop/v3 example.com/till\n", string(text))

	progress.Reset()
	require.NoError(t, shop.Get(t.Context(), dir, &progress))
	assert.Empty(t, progress.String(), "it is built once")
}

func TestGetBuildsWhatIsAskedFor(t *testing.T) {
	dir := t.TempDir()
	fakeGo(t, "echo a", buildsAll)
	require.NoError(t, shop.Get(t.Context(), dir, &bytes.Buffer{}, "till"))
	assert.FileExists(t, filepath.Join(dir, "till"))
	assert.NoFileExists(t, filepath.Join(dir, "shopd"))
	require.NoError(t, shop.Get(t.Context(), dir, &bytes.Buffer{}, "till", "shopd"))
	assert.FileExists(t, filepath.Join(dir, "shopd"))
}

func TestGetWithoutGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := shop.Get(t.Context(), t.TempDir(), &bytes.Buffer{})
	assert.ErrorContains(t, err, "no go command is on PATH; install Go from https://go.dev/dl")
}

func TestBuildThatFailsLeavesNothing(t *testing.T) {
	for name, c := range map[string]struct{ list, build, want string }{
		"no network": {"echo 'go: x: dial tcp: lookup modules.example.com: no such host' >&2; exit 1", "true",
			"no such host\nthe first build needs the network or a GOPROXY"},
		"no compiler": {"echo a", "echo '# a: too old' >&2; exit 2", "# a: too old"},
		"half done":   {"echo a", `echo half > "$out/till"; exit 2`, "building shop 3.2.1"},
	} {
		t.Run(name, func(t *testing.T) {
			fakeGo(t, c.list, c.build)
			dir := t.TempDir()
			require.ErrorContains(t, shop.Get(t.Context(), dir, &bytes.Buffer{}), c.want)
			assert.NoFileExists(t, filepath.Join(dir, "till"))
			assert.NoDirExists(t, filepath.Join(dir, "shop.half"))
		})
	}
}

func TestBuildIsInterrupted(t *testing.T) {
	fakeGo(t, "echo a", `echo half > "$out/till"; exec sleep 60`)
	ctx, cancel := context.WithCancelCause(t.Context())
	dir := t.TempDir()
	go func() {
		for {
			if _, err := os.Stat(filepath.Join(dir, "shop.half", "till")); err == nil {
				cancel(errors.New("enough"))
				return
			}
		}
	}()
	require.ErrorContains(t, shop.Get(ctx, dir, &bytes.Buffer{}), "enough")
	assert.NoFileExists(t, filepath.Join(dir, "till"))
}

func TestSecondProcessWaitsForTheFirst(t *testing.T) {
	fakeGo(t, "echo a", buildsAll)
	dir := t.TempDir()
	first, err := shop.lock(t.Context(), dir, &bytes.Buffer{})
	require.NoError(t, err)
	got := make(chan error, 1)
	says := &heard{text: make(chan string, 10)}
	go func() { got <- shop.Get(t.Context(), dir, says) }()
	assert.Contains(t, <-says.text, fmt.Sprintf("Another process (pid %d) is building shop", os.Getpid()))
	require.NoError(t, first.Unlock())
	require.NoError(t, <-got)
}

type heard struct{ text chan string }

func (h *heard) Write(p []byte) (int, error) {
	h.text <- string(p)
	return len(p), nil
}

func TestFolderChangesWithAnyModule(t *testing.T) {
	other := shop
	other.GoSum = []byte("others\n")
	assert.Regexp(t, `^shop-3\.2\.1-[0-9a-f]{8}-\w+-\w+$`, Folder("shop", shop))
	assert.NotEqual(t, Folder("shop", shop), Folder("shop", other))
	assert.NotEqual(t, Folder("shop", shop), Folder("shop", shop, other))
}

func TestMeterCountsTheGoCommandsProgress(t *testing.T) {
	m := newMeter(&bytes.Buffer{})
	defer m.stop()
	m.phase("compiling packages", 7)
	for line, want := range map[string]bool{
		"go: downloading a v1.0.0": true, "github.com/a/b": true, "# a/b": false, "a.go:1:2: wrong": false, "go: no network": false,
	} {
		assert.Equal(t, want, m.step(line), line)
	}
	assert.True(t, strings.HasPrefix(m.line(), "  compiling packages: 2 of 7  ("), m.line())
}
