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
	sources, err := openDevices()
	if err != nil {
		return err
	}
	if err := s.pivot(); err != nil {
		return err
	}
	steps := []func() error{
		mountKernel, func() error { return mountDevices(sources) }, hide,
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

func openDevices() (map[string]*os.File, error) {
	sources := map[string]*os.File{}
	for _, name := range devices {
		fd, err := unix.Open("/dev/"+name, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, fmt.Errorf("open /dev/%s: %w", name, err)
		}
		sources[name] = os.NewFile(uintptr(fd), name)
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
	for name, source := range sources {
		if err := bind(fmt.Sprintf("/proc/self/fd/%d", source.Fd()), "/dev/"+name); err != nil {
			return err
		}
		source.Close()
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

// bind mounts a file on one that it makes.
func bind(source, target string) error {
	if err := os.WriteFile(target, nil, 0o644); err != nil {
		return err
	}
	if err := unix.Mount(source, target, "", unix.MS_BIND, ""); err != nil {
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
		err := unix.Mount(path, path, "", unix.MS_BIND|unix.MS_REC, "")
		if errors.Is(err, unix.ENOENT) {
			continue
		}
		if err == nil {
			err = unix.Mount("", path, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY|inert, "")
		}
		if err != nil {
			return fmt.Errorf("make %s read-only: %w", path, err)
		}
	}
	return nil
}

// seal makes the root read-only if the container's is.
func (s *Spec) seal() error {
	if !s.ReadOnly {
		return nil
	}
	var root unix.Statfs_t
	if err := unix.Statfs("/", &root); err != nil {
		return err
	}
	// The flags of the mount below it must stay, or the kernel refuses: they have equal values in mount and statfs.
	keep := uintptr(root.Flags) & inert
	if err := unix.Mount("", "/", "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY|keep, ""); err != nil {
		return fmt.Errorf("make the root read-only: %w", err)
	}
	return nil
}
