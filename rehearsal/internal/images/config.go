package images

import (
	"maps"
	"path"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// carried is a stage that was carried out, as far as it can be.
type carried struct {
	config v1.Config
	layers []v1.Layer
	base   v1.Image
	values scope
	shell  []string
	cmd    bool // the stage has a CMD of its own
	notes  []string
}

// set carries out what changes the configuration alone.
func (c *carried) set(s instruction, text string) {
	list, ok := s.list()
	if !ok {
		list = append(slices.Clone(c.shell), s.rest)
	}
	switch s.word {
	case "CMD":
		c.config.Cmd, c.cmd = list, true
	case "ENTRYPOINT":
		c.config.Entrypoint = list
		if !c.cmd {
			c.config.Cmd = nil // the base image's was for its own entry point
		}
	case "SHELL":
		c.shell, c.config.Shell = list, list
	case "USER":
		c.config.User = text
	case "STOPSIGNAL":
		c.config.StopSignal = text
	case "MAINTAINER":
		c.label("maintainer", text)
	case "EXPOSE":
		c.config.ExposedPorts = entries(c.config.ExposedPorts, strings.Fields(text), func(port string) string {
			if strings.Contains(port, "/") {
				return port
			}
			return port + "/tcp"
		})
	case "VOLUME":
		if !ok {
			list = strings.Fields(text)
		}
		c.config.Volumes = entries(c.config.Volumes, list, path.Clean)
	}
}

func entries(to map[string]struct{}, names []string, normal func(string) string) map[string]struct{} {
	all := maps.Clone(to)
	if all == nil {
		all = map[string]struct{}{}
	}
	for _, name := range names {
		all[normal(name)] = struct{}{}
	}
	return all
}

func (c *carried) setenv(name, value string) {
	c.values[name] = value
	c.config.Env = append(slices.DeleteFunc(slices.Clone(c.config.Env), func(e string) bool {
		return strings.HasPrefix(e, name+"=")
	}), name+"="+value)
}

func (c *carried) label(name, value string) {
	if c.config.Labels == nil {
		c.config.Labels = map[string]string{}
	}
	c.config.Labels[name] = value
}

func (c *carried) image(o build) (v1.Image, error) {
	for _, label := range o.labels {
		name, value, _ := strings.Cut(label, "=")
		c.label(name, value)
	}
	if len(c.notes) > 0 {
		c.label("imitated", "true")
	}
	image, err := mutate.AppendLayers(mutate.MediaType(c.base, types.DockerManifestSchema2), c.layers...)
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	p := platformOf(o)
	config.OS, config.Architecture, config.Variant, config.Config = p.OS, p.Architecture, p.Variant, c.config
	return mutate.ConfigFile(image, config)
}
