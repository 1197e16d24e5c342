package awscli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// kubeconfig is kubectl's configuration as it is in its file.
// https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
type kubeconfig map[string]any

// kubeconfig is the file that the command updates: the option's, the first of the environment's, or the default.
func (c *call) kubeconfig() string {
	fromEnv, _, _ := strings.Cut(c.env("KUBECONFIG"), string(filepath.ListSeparator))
	return c.abs(first(c.given.text("kubeconfig"), fromEnv, "~/.kube/config"))
}

func readKubeconfig(file string) (kubeconfig, error) {
	config := map[string]any{"apiVersion": "v1", "kind": "Config", "preferences": map[string]any{}}
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return config, nil
	}
	if err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		return nil, failure{exitConfiguration, fmt.Sprintf("YamlDocumentException: %s: %s", file, err)}
	}
	return config, nil
}

// set puts a named entry into a list of entries, and tells whether it replaced one.
func (k kubeconfig) set(list, name, kind string, value map[string]any) (replaced bool) {
	entries, _ := k[list].([]any)
	entry := map[string]any{"name": name, kind: value}
	for i, e := range entries {
		if old, ok := e.(map[string]any); ok && old["name"] == name {
			entries[i], replaced = entry, true
		}
	}
	if !replaced {
		entries = append(entries, entry)
	}
	k[list] = entries
	return replaced
}

func (k kubeconfig) write(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return replace(file, func(w io.Writer) error { // for its owner alone, as the temporary file is
		e := yaml.NewEncoder(w)
		e.SetIndent(2)
		return errors.Join(e.Encode(map[string]any(k)), e.Close())
	})
}
