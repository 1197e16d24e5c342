package rehearsal

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// tidied fails the test at its end if the test has left a file in the system's folder for temporary ones, a mount or a process
// behind. It gives that folder a path of the test's own, by which its processes are found.
func tidied(t *testing.T) {
	t.Helper()
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	t.Cleanup(func() {
		left, err := os.ReadDir(tmp)
		require.NoError(t, err)
		assert.Empty(t, left, "temporary files")
		mounts, err := os.ReadFile("/proc/self/mountinfo")
		if err != nil {
			return // not on this system
		}
		assert.NotContains(t, string(mounts), tmp)
		assert.Empty(t, processesWith(t, "TMPDIR="+tmp))
	})
}

// processesWith are those whose environment has the text, each as its command line.
func processesWith(t *testing.T, text string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	require.NoError(t, err)
	var found []string
	for _, file := range files {
		environ, err := os.ReadFile(file)
		if err != nil || filepath.Base(filepath.Dir(file)) == fmt.Sprint(os.Getpid()) || !bytes.Contains(environ, []byte(text)) {
			continue // it has ended, or is another user's
		}
		line, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline")) // empty when it has just ended
		found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
	}
	return found
}

// attempt releases like play, with the error of a rehearsal that cannot be carried out.
func attempt(ctx context.Context, w *world.World, app App, options ...Option) (*Verdict, error) {
	r, err := newRelease(w.Clone(), app, settled(options), "")
	if err != nil {
		return nil, err
	}
	if err := r.play(ctx); err != nil {
		_ = r.tidy()
		return r.verdict, err
	}
	return r.verdict, r.tidy()
}

// ownFiles is the dev stack with files of the repository's own, and an app that has them.
func ownFiles(t *testing.T) (*world.World, string) {
	t.Helper()
	c := configOf(t, "dev")
	c.pipeline(t)["ownFiles"] = true
	dock, stack := up(t, c)
	return world.Of(dock.Cloud()), scaffolded(t, dock, stack, App{Dir: bashDog})
}

// TestBrokenFolders: what is no folder of an app ends the rehearsal before anything is released.
func TestBrokenFolders(t *testing.T) {
	w := made(t, "dev")
	for name, c := range map[string]struct{ dir, want string }{
		"none":    {"", "App.Dir (--app) is empty"},
		"nowhere": {"testdata/nowhere", "testdata/nowhere: no such file or directory"},
		"a file":  {"doc.go", "doc.go is a file"},
	} {
		t.Run(name, func(t *testing.T) {
			tidied(t)
			_, err := attempt(t.Context(), w, App{Dir: c.dir}, quick...)
			require.Error(t, err)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

// TestBrokenInput: each defect fails the release at the step where AWS would, and is named with its file.
func TestBrokenInput(t *testing.T) {
	plain := made(t, "dev")
	own, owned := ownFiles(t)
	for name, c := range map[string]struct {
		w    *world.World
		dir  string
		step string
		want []string
	}{
		"an empty folder":     {plain, t.TempDir(), "Repository", []string{"no files"}},
		"no Dockerfile":       {plain, copyOf(t, bashDog, map[string]string{"Dockerfile": ""}), "BUILD", []string{"Dockerfile"}},
		"an empty Dockerfile": {plain, copyOf(t, bashDog, map[string]string{"Dockerfile": "# nothing\n"}), "BUILD", []string{"docker build"}},
		"a wrong instruction": {plain, copyOf(t, bashDog, map[string]string{"Dockerfile": "FROM scratch AS api\nCOPPY a b\n"}), "BUILD", []string{"COPPY"}},
		"no buildspec":        {own, bashDog, "DOWNLOAD_SOURCE", []string{"buildspec.yml"}},
		"a buildspec that is no YAML": {own, copyOf(t, owned, map[string]string{"buildspec.yml": "version: 0.2\nphases: [\n"}),
			"DOWNLOAD_SOURCE", []string{"YAML", "buildspec.yml"}},
		"a buildspec that is a list": {own, copyOf(t, owned, map[string]string{"buildspec.yml": "- version: 0.2\n"}),
			"DOWNLOAD_SOURCE", []string{"buildspec.yml"}},
		"a buildspec of bytes":              {own, copyOf(t, owned, map[string]string{"buildspec.yml": "\x00\xff\xfe"}), "DOWNLOAD_SOURCE", []string{"buildspec.yml"}},
		"a task definition that is no JSON": {own, copyOf(t, owned, map[string]string{"taskdef.json": "{"}), "", []string{"taskdef.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			tidied(t)
			v, err := attempt(t.Context(), c.w, App{Dir: c.dir}, quick...)
			require.NoError(t, err)
			failed := v.FailedStep()
			require.NotNil(t, failed, "it passes")
			if c.step != "" {
				assert.Equal(t, c.step, failed.Name)
			}
			for _, want := range c.want {
				assert.Contains(t, said(v), want)
			}
			assert.NotEmpty(t, failed.Problem.Fix)
		})
	}
}

// TestOddFiles: whatever git can bring, and what it leaves out, is released.
func TestOddFiles(t *testing.T) {
	w := made(t, "dev")
	for name, add := range map[string]func(t *testing.T, dir string){
		"links that go round": func(t *testing.T, dir string) {
			require.NoError(t, os.Symlink("b", filepath.Join(dir, "a")))
			require.NoError(t, os.Symlink("a", filepath.Join(dir, "b")))
			require.NoError(t, os.Symlink(".", filepath.Join(dir, "here")))
			require.NoError(t, os.Symlink("/nowhere/at/all", filepath.Join(dir, "gone")))
		},
		"names with all sorts of characters": func(t *testing.T, dir string) {
			for _, name := range []string{"two\nlines", `quo"te's`, "ünïcødé 犬.txt", "-rf", "$(false)", "back\\slash", "\xff\xfe"} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644))
			}
		},
		"a pipe": func(t *testing.T, dir string) { require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := copyOf(t, bashDog, nil)
			add(t, dir)
			tidied(t)
			sound(t, play(t, w, App{Dir: dir}, quick...))
		})
	}
}

// TestUnreadableFile: the error names it. Root is not asked: it reads everything.
func TestUnreadableFile(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read every file: run the tests as another user")
	}
	dir := copyOf(t, bashDog, map[string]string{"secret.pem": "key"})
	require.NoError(t, os.Chmod(filepath.Join(dir, "secret.pem"), 0))
	w := made(t, "dev")
	tidied(t)
	_, err := attempt(t.Context(), w, App{Dir: dir}, quick...)
	assert.ErrorContains(t, err, "secret.pem")
}

// TestLargeContext: a folder of 200 MB passes through without being held in memory.
func TestLargeContext(t *testing.T) {
	const most = 64 << 20
	dir := copyOf(t, bashDog, nil)
	large, err := os.Create(filepath.Join(dir, "html", "large.bin"))
	require.NoError(t, err)
	_, err = io.CopyN(large, rand.Reader, 200<<20)
	require.NoError(t, err)
	require.NoError(t, large.Close())
	w := made(t, "dev")
	tidied(t)
	grown := heapGrowth(func() { sound(t, play(t, w, App{Dir: dir}, quick...)) })
	assert.Less(t, grown, uint64(most), "bytes of heap for a context of 200 MB")
}

// heapGrowth is by how much the heap was larger at some moment of f than before it.
func heapGrowth(f func()) uint64 {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	before, most := now.HeapAlloc, now.HeapAlloc
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return most - before
}

// announced tells by a channel that a text was written.
type announced struct {
	text string
	seen chan struct{}
	all  bytes.Buffer
}

func (a *announced) Write(p []byte) (int, error) {
	a.all.Write(p)
	if a.text != "" && strings.Contains(a.all.String(), a.text) {
		a.text = ""
		close(a.seen)
	}
	return len(p), nil
}

// TestInterruptedBuild: a buildspec that never ends is ended from outside, with all that it has started.
func TestInterruptedBuild(t *testing.T) {
	for name, command := range map[string]string{
		"a command":            "echo ready; sleep 1000",
		"one that does not go": "trap '' TERM INT HUP; echo ready; while :; do sleep 1000; done",
		"a daemon":             "setsid sleep 1000 & echo ready; wait",
		"another shell":        "bash -c 'echo ready; sleep 1000 | cat'",
	} {
		t.Run(name, func(t *testing.T) {
			w, dir := ownFiles(t)
			dir = copyOf(t, dir, map[string]string{"buildspec.yml": "version: 0.2\nphases:\n  build:\n    commands:\n      - |\n        " + command + "\n"})
			tidied(t)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			out := &announced{text: "ready\n", seen: make(chan struct{})}
			go func() {
				<-out.seen
				stop()
			}()
			_, err := attempt(ctx, w, App{Dir: dir}, append([]Option{Log(out)}, quick...)...)
			require.ErrorIs(t, err, context.Canceled, out.all.String())
		})
	}
}

// TestNotUp: a stack that cannot be released says what to do.
func TestNotUp(t *testing.T) {
	dock := drydock.Start(t)
	_, err := Release(t.Context(), dock, App{Dir: bashDog}, Of(dock.Stack("dev", drydock.Dir(".."))))
	assert.ErrorContains(t, err, "drydock up --stack dev")

	dock, stack := up(t, configOf(t, "edge"))
	_, err = Release(t.Context(), dock, App{Dir: bashDog}, Of(stack))
	assert.ErrorContains(t, err, "no pipeline")
	assert.NotContains(t, err.Error(), "drydock up", "it is up")
}
