package node

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task"
)

// file is one of a volume.
type file struct {
	data []byte
	mode int
}

// mount gives the container its volumes: those with files as layers of its image, and those that are written to as directories
// that the pod's containers share, which anyone may write to, as a kubelet makes them.
func (l *lookup) mount(c api.Container, image v1.Image) (v1.Image, []task.MountPoint, error) {
	var points []task.MountPoint
	var layer bytes.Buffer
	to := tar.NewWriter(&layer)
	config, err := image.ConfigFile()
	if err != nil {
		return nil, nil, err
	}
	config = config.DeepCopy()
	if config.Config.Volumes == nil {
		config.Config.Volumes = map[string]struct{}{}
	}
	for _, m := range c.VolumeMounts {
		v := l.volume(m.Name)
		files, isFiles, err := l.files(v)
		if err != nil {
			return nil, nil, mountError{fmt.Errorf("MountVolume.SetUp failed for volume %q : %w", v.Name, err)}
		}
		if isFiles {
			if err := writeFiles(to, m, files); err != nil {
				return nil, nil, err
			}
			continue
		}
		l.noteOf(v)
		if err := writeDir(to, m.MountPath, 0o777); err != nil {
			return nil, nil, err
		}
		config.Config.Volumes[m.MountPath] = struct{}{}
		points = append(points, task.MountPoint{SourceVolume: shared(m), ContainerPath: m.MountPath, ReadOnly: m.ReadOnly})
	}
	if err := to.Close(); err != nil || len(c.VolumeMounts) == 0 {
		return image, nil, err
	}
	added, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(layer.Bytes())), nil })
	if err != nil {
		return nil, nil, err
	}
	if image, err = mutate.AppendLayers(image, added); err != nil {
		return nil, nil, err
	}
	image, err = mutate.Config(image, config.Config)
	return image, points, err
}

// shared is the directory of a volume, or of a path in it.
func shared(m api.VolumeMount) string {
	return strings.TrimSuffix(m.Name+"-"+strings.NewReplacer("/", "-", ".", "-").Replace(m.SubPath), "-")
}

func (l *lookup) volume(name string) api.Volume {
	i := slices.IndexFunc(l.pod.Spec.Volumes, func(v api.Volume) bool { return v.Name == name })
	if i < 0 {
		return api.Volume{Name: name} // the API server lets no such pod pass
	}
	return l.pod.Spec.Volumes[i]
}

// noteOf says that a volume is not what it would be.
func (l *lookup) noteOf(v api.Volume) {
	switch {
	case v.EmptyDir != nil:
	case v.PersistentVolumeClaim != nil:
		l.node.note("The volume %s of %s is an empty directory: the claim %s is taken as bound.", v.Name, l.name(), v.PersistentVolumeClaim.ClaimName)
	default:
		l.node.note("The volume %s of %s is an empty directory: what a node has there is not in a rehearsal.", v.Name, l.name())
	}
}

// files are a volume's, if it is one of those that consist of files.
func (l *lookup) files(v api.Volume) (all map[string]file, isFiles bool, err error) {
	all = map[string]file{}
	switch {
	case v.ConfigMap != nil:
		return all, true, l.addConfigMap(all, v.ConfigMap, 0o644)
	case v.Secret != nil:
		return all, true, l.addSecret(all, v.Secret, 0o644)
	case v.DownwardAPI != nil:
		l.addFields(all, v.DownwardAPI)
		return all, true, nil
	case v.Projected == nil:
		return nil, false, nil
	}
	mode := 0o644
	if v.Projected.DefaultMode != nil {
		mode = *v.Projected.DefaultMode
	}
	var errs []error
	for _, s := range v.Projected.Sources {
		switch {
		case s.ConfigMap != nil:
			errs = append(errs, l.addConfigMap(all, s.ConfigMap, mode))
		case s.Secret != nil:
			errs = append(errs, l.addSecret(all, s.Secret, mode))
		case s.DownwardAPI != nil:
			l.addFields(all, s.DownwardAPI)
		case s.ServiceAccountToken != nil:
			// The API server that it is for is out of the pod's reach.
			all[s.ServiceAccountToken.Path] = file{[]byte("rehearsal"), 0o644}
		}
	}
	return all, true, errors.Join(errs...)
}

func (l *lookup) addConfigMap(to map[string]file, s *api.Source, mode int) error {
	data, found, err := l.configMap(s.Name)
	if err != nil {
		return err
	}
	return add(to, s, data, found, fmt.Sprintf("configmap %q", s.Name), mode)
}

func (l *lookup) addSecret(to map[string]file, s *api.Source, mode int) error {
	name := s.SecretName + s.Name // a volume's, or a projected source's
	data, found, err := l.secret(name)
	if err != nil {
		return err
	}
	return add(to, s, data, found, fmt.Sprintf("secret %q", name), mode)
}

// add adds the files of a source: all its keys, or the items.
func add(to map[string]file, s *api.Source, data map[string][]byte, found bool, what string, mode int) error {
	if !found && !s.Optional {
		return fmt.Errorf("%s not found", what)
	}
	if s.DefaultMode != nil {
		mode = *s.DefaultMode
	}
	if len(s.Items) == 0 {
		for key, value := range data {
			to[key] = file{value, mode}
		}
	}
	for _, item := range s.Items {
		value, ok := data[item.Key]
		if !ok && !s.Optional {
			return fmt.Errorf("references non-existent key of %s: %s", what, item.Key)
		}
		own := mode
		if item.Mode != nil {
			own = *item.Mode
		}
		if ok {
			to[item.Path] = file{value, own}
		}
	}
	return nil
}

func (l *lookup) addFields(to map[string]file, d *api.Downward) {
	for _, item := range d.Items {
		if item.FieldRef != nil {
			to[item.Path] = file{[]byte(l.field(item.FieldRef.FieldPath)), 0o644}
		}
	}
}

// writeFiles writes a volume's files where the container has it, instead of what the image has there.
func writeFiles(to *tar.Writer, m api.VolumeMount, files map[string]file) error {
	if m.SubPath != "" {
		if f, ok := files[path.Clean(m.SubPath)]; ok {
			return writeFile(to, m.MountPath, f)
		}
	} else if err := writeDir(to, m.MountPath, 0o755); err != nil {
		return err
	}
	prefix := strings.TrimPrefix(path.Join("/", m.SubPath), "/")
	if prefix != "" {
		prefix += "/"
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		within, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		if err := writeFile(to, path.Join(m.MountPath, within), files[name]); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(to *tar.Writer, name string, f file) error {
	header := &tar.Header{Name: strings.TrimPrefix(name, "/"), Mode: int64(f.mode), Size: int64(len(f.data)), Typeflag: tar.TypeReg}
	if err := to.WriteHeader(header); err != nil {
		return err
	}
	_, err := to.Write(f.data)
	return err
}

// writeDir writes a directory that hides what the image has there.
// https://github.com/opencontainers/image-spec/blob/main/layer.md#opaque-whiteout
func writeDir(to *tar.Writer, name string, mode int64) error {
	name = strings.Trim(path.Clean(name), "/") + "/"
	if err := to.WriteHeader(&tar.Header{Name: name, Mode: mode, Typeflag: tar.TypeDir}); err != nil {
		return err
	}
	return to.WriteHeader(&tar.Header{Name: name + ".wh..wh..opq", Mode: 0o644, Typeflag: tar.TypeReg})
}
