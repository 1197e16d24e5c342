//go:build unix

package scratch

import (
	"io/fs"
	"os"
	"syscall"
)

// ours tells whether the file is there, is this user's, and no link to something else.
func ours(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSymlink != 0 {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}
