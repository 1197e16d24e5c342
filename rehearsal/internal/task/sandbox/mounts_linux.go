package sandbox

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

const inert = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC

// devices are those of the machine that every container has.
var devices = []string{"null", "zero", "full", "random", "urandom", "tty"}

// Paths below /proc that reach beyond the container: hidden, or not to be written to, as by every container runtime.
// https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#masked-paths
var (
	hiddenFiles = []string{"/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/sched_debug", "/proc/sysrq-trigger"}
	hiddenDirs  = []string{"/proc/acpi", "/proc/scsi", "/sys/firmware"}
	readOnly    = []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"}
)

// enter makes Root the root directory, in the process's own mount namespace, and mounts what a container finds there.
func (s *Spec) enter() error {
	if err := unix.Sethostname([]byte(s.Hostname)); err != nil {
		return fmt.Errorf("set the host name to %q: %w", s.Hostname, err)
	}
	sources, err := s.openSources()
	if err != nil {
		return err
	}
	if err := s.pivot(); err != nil {
		return err
	}
	steps := []func() error{
		mountKernel, func() error { return mountDevices(sources) }, hide, func() error { return s.mountVolumes(sources) },
		// The machine's own root is still at the working directory: the devices came from there.
		func() error { return unix.Unmount(".", unix.MNT_DETACH) },
		func() error { return os.Chdir("/") },
		s.seal,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("mount the container's file systems: %w", err)
		}
	}
	return nil
}

// openSources opens what is mounted in the container and comes from outside of it, by path.
func (s *Spec) openSources() (map[string]*os.File, error) {
	var paths []string
	for _, name := range devices {
		paths = append(paths, "/dev/"+name)
	}
	for _, m := range s.Mounts {
		paths = append(paths, m.Source)
	}
	sources := map[string]*os.File{}
	for _, path := range paths {
		fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
		sources[path] = os.NewFile(uintptr(fd), path)
	}
	return sources, nil
}

// pivot changes the root before anything is mounted below it: from then on a symlink of the image leads nowhere else.
func (s *Spec) pivot() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("detach from the machine's mounts: %w", err)
	}
	if err := unix.Mount(s.Root, s.Root, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mount the container's root %s: %w", s.Root, err)
	}
	if err := os.Chdir(s.Root); err != nil {
		return err
	}
	// With equal arguments the old root is stacked on the new one, at the working directory: pivot_root(2), notes.
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("change the root to %s: %w", s.Root, err)
	}
	return nil
}

func mountKernel() error {
	if err := mountAt("proc", "/proc", "proc", inert, ""); err != nil {
		return err
	}
	// Where the machine hides parts of its own sysfs the kernel refuses another. Few programs need one.
	err := mountAt("sysfs", "/sys", "sysfs", inert|unix.MS_RDONLY, "")
	if errors.Is(err, unix.EPERM) {
		return nil
	}
	return err
}

// mountAt mounts a file system on a directory that it makes if there is none.
func mountAt(source, target, kind string, flags uintptr, data string) error {
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	if err := unix.Mount(source, target, kind, flags, data); err != nil {
		return fmt.Errorf("mount %s: %w", target, err)
	}
	return nil
}

// mountDevices fills /dev. The devices are bind mounts, as no one makes nodes in a user namespace.
func mountDevices(sources map[string]*os.File) error {
	if err := mountAt("tmpfs", "/dev", "tmpfs", unix.MS_NOSUID|unix.MS_NOEXEC, "mode=755,size=64k"); err != nil {
		return err
	}
	for _, name := range devices {
		if err := os.WriteFile("/dev/"+name, nil, 0o644); err != nil {
			return err
		}
		if err := bind(sources["/dev/"+name], "/dev/"+name); err != nil {
			return err
		}
	}
	if err := mountAt("devpts", "/dev/pts", "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"); err != nil {
		return err
	}
	if err := mountAt("tmpfs", "/dev/shm", "tmpfs", inert, "mode=1777,size=64m"); err != nil {
		return err
	}
	links := map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2", "ptmx": "pts/ptmx",
	}
	for name, target := range links {
		if err := os.Symlink(target, "/dev/"+name); err != nil {
			return err
		}
	}
	return nil
}

// mountVolumes mounts the directories that the container has of the task.
func (s *Spec) mountVolumes(sources map[string]*os.File) error {
	for _, m := range s.Mounts {
		if err := os.MkdirAll(m.Target, 0o755); err != nil {
			return err
		}
		if err := bind(sources[m.Source], m.Target); err != nil {
			return err
		}
		if !m.ReadOnly {
			continue
		}
		if err := forbidWrites(m.Target); err != nil {
			return err
		}
	}
	return nil
}

// bind mounts an open file or directory on another.
func bind(source *os.File, target string) error {
	if err := unix.Mount(fmt.Sprintf("/proc/self/fd/%d", source.Fd()), target, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount %s: %w", target, err)
	}
	return nil
}

// hide confines /proc and /sys to what a container may see and change. Paths that the kernel does not have are none.
func hide() error {
	for _, path := range hiddenFiles {
		if err := unix.Mount("/dev/null", path, "", unix.MS_BIND, ""); err != nil && !errors.Is(err, unix.ENOENT) {
			return fmt.Errorf("hide %s: %w", path, err)
		}
	}
	for _, path := range hiddenDirs {
		err := unix.Mount("tmpfs", path, "tmpfs", inert|unix.MS_RDONLY, "size=0")
		if err != nil && !errors.Is(err, unix.ENOENT) {
			return fmt.Errorf("hide %s: %w", path, err)
		}
	}
	for _, path := range readOnly {
		switch err := unix.Mount(path, path, "", unix.MS_BIND|unix.MS_REC, ""); {
		case errors.Is(err, unix.ENOENT):
			continue
		case err != nil:
			return fmt.Errorf("make %s read-only: %w", path, err)
		}
		if err := forbidWrites(path); err != nil {
			return err
		}
	}
	return nil
}

// seal makes the root read-only if the container's is.
func (s *Spec) seal() error {
	if !s.ReadOnly {
		return nil
	}
	return forbidWrites("/")
}

// forbidWrites makes a bind mount read-only. The flags of what it mounts must stay, or the kernel refuses; they have equal
// values in mount and statfs.
func forbidWrites(target string) error {
	var now unix.Statfs_t
	if err := unix.Statfs(target, &now); err != nil {
		return fmt.Errorf("make %s read-only: %w", target, err)
	}
	keep := uintptr(now.Flags) & inert
	if err := unix.Mount("", target, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY|keep, ""); err != nil {
		return fmt.Errorf("make %s read-only: %w", target, err)
	}
	return nil
}
