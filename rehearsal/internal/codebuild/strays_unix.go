//go:build unix

package codebuild

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// endStrays kills the processes whose environment has the variable, as "NAME=value": those that have left the shell's
// group, as daemons do. A build container ends with its build, whatever still runs. It finds them in /proc, thus on
// Linux; one that was started with another environment stays.
func endStrays(variable string) {
	entry := append([]byte(variable), 0)
	// A process may have started another one before it was killed.
	for range 10 {
		found := false
		files, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is right, so there is no error
		for _, file := range files {
			environ, err := os.ReadFile(file)
			if err != nil || !(bytes.HasPrefix(environ, entry) || bytes.Contains(environ, append([]byte{0}, entry...))) {
				continue // another user's, or one that has ended
			}
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			if err == nil && pid != os.Getpid() {
				found = syscall.Kill(pid, syscall.SIGKILL) == nil || found
			}
		}
		if !found {
			return
		}
	}
}
