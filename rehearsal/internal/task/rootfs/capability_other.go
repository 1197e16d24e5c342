//go:build !linux

package rootfs

import "os"

// setCapability does nothing: only Linux has file capabilities.
func setCapability(*os.File, string) error { return nil }
