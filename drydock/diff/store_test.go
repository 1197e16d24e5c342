package diff

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newStore(t *testing.T) *store {
	t.Helper()
	s, err := openStore(filepath.Join(t.TempDir(), "diff"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.close()) })
	return s
}

// put keeps a base that was used the given time ago.
func (s *store) put(t *testing.T, b base, ago time.Duration) {
	t.Helper()
	require.NoError(t, os.MkdirAll(s.path(b), 0o700))
	require.NoError(t, s.keep(b))
	at := time.Now().Add(-ago)
	require.NoError(t, os.Chtimes(filepath.Join(s.path(b), "base.json"), at, at))
}

func TestStoreFindsWhatIsWhole(t *testing.T) {
	s := newStore(t)
	b := base{Commit: "0123456789abcdef", Dir: "infra", Stack: "dev", Tool: s.tool}
	dir, up, err := s.find(b)
	require.NoError(t, err)
	assert.False(t, up)

	require.NoError(t, os.MkdirAll(filepath.Join(dir, "pulumi"), 0o700)) // cut off
	_, up, err = s.find(b)
	require.NoError(t, err)
	assert.False(t, up)
	assert.NoDirExists(t, dir)

	s.put(t, b, time.Hour)
	again, up, err := s.find(b)
	require.NoError(t, err)
	assert.True(t, up)
	assert.Equal(t, dir, again)
	for name, other := range map[string]base{
		"stack": {b.Commit, b.Dir, "prod", b.Tool}, "folder": {b.Commit, ".", b.Stack, b.Tool},
		"commit": {"0123456789abcdee", b.Dir, b.Stack, b.Tool}, "tool": {b.Commit, b.Dir, b.Stack, "another"},
	} {
		_, up, err := s.find(other)
		require.NoError(t, err)
		assert.False(t, up, "another %s", name)
	}
}

func TestStoreKeepsTheLastFew(t *testing.T) {
	s := newStore(t)
	var all []base
	for i := range kept + 2 {
		for _, stack := range []string{"dev", "prod"} {
			b := base{Commit: fmt.Sprintf("commit-number-%d", i), Stack: stack, Tool: s.tool}
			s.put(t, b, time.Duration(i)*time.Hour)
			all = append(all, b)
		}
	}
	old := base{Commit: "commit-number-0", Stack: "dev", Tool: "an older build"}
	s.put(t, old, 0)
	_, up, err := s.find(all[len(all)-1]) // the oldest is used again
	require.NoError(t, err)
	assert.True(t, up)
	require.NoError(t, s.prune(t.Context()))
	var left []string
	for _, b := range append(all, old) {
		if _, err := os.Stat(s.path(b)); err == nil {
			left = append(left, b.Commit+" "+b.Stack)
		}
	}
	assert.Equal(t, []string{
		"commit-number-0 dev", "commit-number-0 prod", "commit-number-1 dev", "commit-number-1 prod", "commit-number-4 dev", "commit-number-4 prod",
	}, left)
}

func TestStoreIsUsedByOneAtATime(t *testing.T) {
	s := newStore(t)
	_, err := openStore(s.dir)
	assert.ErrorContains(t, err, fmt.Sprintf("another diff is under way in %s (pid %d)", s.dir, os.Getpid()))
	ignored, err := os.ReadFile(filepath.Join(s.dir, ".gitignore"))
	require.NoError(t, err)
	assert.Equal(t, "*\n", string(ignored))
}
