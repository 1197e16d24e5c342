package rootfs

import (
	"os"

	"golang.org/x/sys/unix"
)

func setCapability(f *os.File, value string) error {
	return unix.Fsetxattr(int(f.Fd()), "security.capability", []byte(value), 0)
}
