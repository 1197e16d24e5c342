package task

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task/rootfs"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task/sandbox"
)

// volumes is the directory of a task's volumes, beside its containers'; no container has the name.
const volumes = ".volumes"

// mounts makes the container's volumes, if no other container's mount points have, and tells where they are mounted.
func (c Container) mounts(dir, root string, image v1.Config) ([]sandbox.Mount, error) {
	var all []sandbox.Mount
	for _, p := range c.MountPoints {
		source, target := filepath.Join(dir, volumes, p.SourceVolume), path.Clean("/"+p.ContainerPath)
		if err := makeVolume(source, root, target, image); err != nil {
			return nil, err
		}
		all = append(all, sandbox.Mount{Source: source, Target: target, ReadOnly: p.ReadOnly})
	}
	return all, nil
}

func makeVolume(source, root, target string, image v1.Config) error {
	if _, err := os.Stat(source); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(source), 0o700); err != nil {
		return err
	}
	for declared := range image.Volumes {
		if path.Clean("/"+declared) != target {
			continue
		}
		// The mount hides what is taken.
		if taken, err := rootfs.TakeDir(root, target, source); err != nil || taken {
			return err
		}
	}
	if err := os.Mkdir(source, 0o755); err != nil {
		return err
	}
	return os.Chmod(source, 0o755) // whatever the umask
}
