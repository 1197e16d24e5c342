package rootfs

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func requireOwner(t *testing.T, file string, uid, gid uint32, capability string) {
	t.Helper()
	info, err := os.Stat(file)
	require.NoError(t, err)
	owner := info.Sys().(*syscall.Stat_t)
	require.Equal(t, []uint32{uid, gid}, []uint32{owner.Uid, owner.Gid})
	require.Equal(t, os.FileMode(0o755)|os.ModeSetuid, info.Mode())
	value := make([]byte, 64)
	n, err := unix.Getxattr(file, "security.capability", value)
	require.NoError(t, err)
	require.Equal(t, capability, string(value[:n]))
}
