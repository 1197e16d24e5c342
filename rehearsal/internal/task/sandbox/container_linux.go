package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// status is what a part says that cannot run its program: that its set-up failed, or that there is no such program.
type status struct{ SetUp, Refused string }

// become reads the spec, places the process, gives up its privileges and executes the program. It returns only on errors,
// which the holder is told of.
func become(place func(*Spec) error) error {
	report := os.NewFile(statusPipe, "status")
	unix.CloseOnExec(statusPipe)
	var s status
	switch refused, err := run(place); {
	case err != nil:
		s.SetUp = err.Error()
	default:
		s.Refused = refused
	}
	return json.NewEncoder(report).Encode(s)
}

func run(place func(*Spec) error) (refused string, err error) {
	spec, err := readSpec()
	if err != nil {
		return "", fmt.Errorf("read the description: %w", err)
	}
	unix.Umask(0o022) // a container engine's, not the user's
	if err := place(spec); err != nil {
		return "", err
	}
	if err := spec.dropPrivileges(); err != nil {
		return "", err
	}
	if err := os.Chdir(spec.Dir); err != nil {
		return fmt.Sprintf("chdir to cwd (%q) set in config.json failed: %v", spec.Dir, cause(err)), nil
	}
	path, err := lookPath(spec.Args[0], spec.Env)
	if err != nil {
		return fmt.Sprintf("exec: %q: %v", spec.Args[0], err), nil
	}
	// What the kernel refuses to execute has started, for a container engine: its log tells why it ended.
	err = syscall.Exec(path, spec.Args, spec.Env)
	fmt.Fprintf(os.Stderr, "exec %s: %v\n", path, err)
	os.Exit(255)
	return "", nil
}

// join makes this process part of the container that it was given a pidfd of, whose PID namespace it was born into.
func (*Spec) join() error {
	unix.CloseOnExec(targetFile)
	// A mount namespace can be entered by what shares its root directory with no other thread.
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return fmt.Errorf("unshare the root directory: %w", err)
	}
	if err := unix.Setns(targetFile, unix.CLONE_NEWNS|unix.CLONE_NEWIPC|unix.CLONE_NEWUTS); err != nil {
		return fmt.Errorf("enter the container's namespaces: %w", err)
	}
	return nil
}

// dropPrivileges leaves the container's user, and for root the capabilities of a container.
func (s *Spec) dropPrivileges() error {
	if err := dropCapabilities(); err != nil {
		return err
	}
	if s.KeepIDs {
		return nil
	}
	// Like a container engine, so that the user may open /dev/stdout.
	for _, stream := range []int{1, 2} {
		if err := unix.Fchown(stream, s.UID, s.GID); err != nil {
			return fmt.Errorf("give the user its output: %w", err)
		}
	}
	if err := syscall.Setgroups(s.Groups); err != nil {
		return fmt.Errorf("set the groups to %v: %w", s.Groups, err)
	}
	if err := syscall.Setresgid(s.GID, s.GID, s.GID); err != nil {
		return fmt.Errorf("set the group to %d: %w", s.GID, err)
	}
	if err := syscall.Setresuid(s.UID, s.UID, s.UID); err != nil {
		return fmt.Errorf("set the user to %d: %w", s.UID, err)
	}
	return nil
}

// kept are the capabilities of a container by default.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html
var kept = map[uintptr]bool{
	unix.CAP_AUDIT_WRITE: true, unix.CAP_CHOWN: true, unix.CAP_DAC_OVERRIDE: true, unix.CAP_FOWNER: true,
	unix.CAP_FSETID: true, unix.CAP_KILL: true, unix.CAP_MKNOD: true, unix.CAP_NET_BIND_SERVICE: true,
	unix.CAP_NET_RAW: true, unix.CAP_SETFCAP: true, unix.CAP_SETGID: true, unix.CAP_SETPCAP: true,
	unix.CAP_SETUID: true, unix.CAP_SYS_CHROOT: true,
}

// dropCapabilities takes all others out of the bounding set, to which the program's are confined when it is executed.
func dropCapabilities() error {
	for c := uintptr(0); c < 64; c++ {
		if kept[c] {
			continue
		}
		err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0)
		if errors.Is(err, unix.EINVAL) {
			return nil // past the last one that the kernel has
		}
		if err != nil {
			return fmt.Errorf("drop capability %d: %w", c, err)
		}
	}
	return nil
}

// lookPath finds a program as execvp does, with the environment's PATH.
func lookPath(name string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		return name, executable(name)
	}
	for _, dir := range filepath.SplitList(variableOf(env, "PATH")) {
		path := filepath.Join(dir, name)
		if name != "" && executable(path) == nil {
			return path, nil
		}
	}
	return "", errors.New("executable file not found in $PATH")
}

func executable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("stat %s: %w", path, cause(err))
	case info.IsDir():
		return errors.New("is a directory")
	case info.Mode()&0o111 == 0:
		return fs.ErrPermission
	}
	return nil
}

// cause is a file operation's error without the operation and the path.
func cause(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}

// variableOf is the last value of the variable, which is the one that counts.
func variableOf(env []string, name string) string {
	value := ""
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			value = v
		}
	}
	return value
}
