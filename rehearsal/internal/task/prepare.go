package task

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task/rootfs"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task/sandbox"
)

// defaultPath is what container engines set where the image does not.
const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// hostname is what Fargate gives to a task with the address.
var hostname = "ip-" + strings.ReplaceAll(sandbox.Address, ".", "-") + ".ec2.internal"

// prepare extracts the container's image below dir. What the image lacks for the container is refused, in the words of a
// container engine; an error is the machine's.
func (c Container) prepare(dir string, oneUser bool) (spec sandbox.Spec, refused string, err error) {
	root := filepath.Join(dir, c.Name)
	if err := os.Mkdir(root, 0o755); err != nil {
		return spec, "", err
	}
	if err := rootfs.Extract(c.Image, root); err != nil {
		return spec, "", err
	}
	file, err := c.Image.ConfigFile()
	if err != nil {
		return spec, "", err
	}
	spec = c.spec(root, file.Config)
	if err := writeNetworkFiles(root); err != nil {
		return spec, "", err
	}
	if spec.Mounts, err = c.mounts(dir, root, file.Config); err != nil {
		return spec, "", err
	}
	// Container engines make the working directory.
	if err := rootfs.MakeDir(root, spec.Dir); err != nil {
		return spec, fmt.Sprintf("mkdir %s: %v", spec.Dir, err), nil
	}
	if len(spec.Args) == 0 {
		return spec, "no command specified", nil
	}
	who, err := lookUpUser(root, firstOf(c.User, file.Config.User))
	if err != nil {
		return spec, err.Error(), nil
	}
	if !oneUser {
		spec.UID, spec.GID, spec.Groups = who.uid, who.gid, who.groups
	}
	spec.Env = withDefault(spec.Env, "HOME", who.home)
	return spec, "", nil
}

func (c Container) spec(root string, image v1.Config) sandbox.Spec {
	entryPoint, command := image.Entrypoint, image.Cmd
	if len(c.EntryPoint) > 0 {
		entryPoint, command = c.EntryPoint, nil
	}
	if len(c.Command) > 0 {
		command = c.Command
	}
	env := append([]string{defaultPath, "HOSTNAME=" + hostname}, image.Env...)
	return sandbox.Spec{
		Root: root, Hostname: hostname, Dir: path.Clean("/" + firstOf(c.WorkingDir, image.WorkingDir)),
		Args:     append(append([]string(nil), entryPoint...), command...),
		Env:      merge(append(env, c.Env...)),
		ReadOnly: c.ReadonlyRootFilesystem, StopSignal: image.StopSignal,
	}
}

// writeNetworkFiles writes what a container engine does. No name server is there to be asked: the one of a VPC is named, and
// the options bound how long programs wait that do not notice.
// https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
func writeNetworkFiles(root string) error {
	files := map[string]string{
		"/etc/hostname":    hostname + "\n",
		"/etc/hosts":       "127.0.0.1 localhost\n" + sandbox.Address + " " + hostname + "\n",
		"/etc/resolv.conf": "nameserver 169.254.169.253\noptions timeout:1 attempts:1\n",
	}
	for name, content := range files {
		if err := rootfs.Write(root, name, []byte(content)); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// merge leaves the last value of every variable, at the place of its first.
func merge(env []string) []string {
	var all []string
	at := map[string]int{}
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		if i, ok := at[name]; ok {
			all[i] = e
			continue
		}
		at[name] = len(all)
		all = append(all, e)
	}
	return all
}

func withDefault(env []string, name, value string) []string {
	return merge(append([]string{name + "=" + value}, env...))
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
