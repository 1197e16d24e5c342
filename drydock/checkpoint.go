package drydock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// checkpoint is what Pulumi's file backend keeps of a stack.
// Source: github.com/pulumi/pulumi/pkg/v3/backend/diy, layout version 1.
type checkpoint struct {
	file string
	apitype.CheckpointV3
}

func (s *state) checkpointFile(project, stack string) string {
	return s.path("pulumi", ".pulumi", "stacks", project, stack+".json")
}

// ensureStack makes the stack when it is not there, as `pulumi stack init` would, a process less. The new stack names
// its secrets provider, so that nobody has to write it into the stack's configuration file.
func (s *state) ensureStack(project, stack string) error {
	file := s.checkpointFile(project, stack)
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	salt, err := json.Marshal(map[string]string{"salt": s.salt})
	if err != nil {
		return err
	}
	content, err := json.Marshal(apitype.CheckpointV3{
		Stack: tokens.QName("organization/" + project + "/" + stack),
		Latest: &apitype.DeploymentV3{
			Manifest:         apitype.ManifestV1{Time: time.Now()},
			SecretsProviders: &apitype.SecretsProvidersV1{Type: "passphrase", State: salt},
		},
	})
	if err != nil {
		return err
	}
	data, err := json.Marshal(apitype.VersionedCheckpoint{Version: 3, Checkpoint: content})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	if err := keepOnce(s.path("pulumi/.pulumi/meta.yaml"), func() (string, error) { return "version: 1\n", nil }, nil); err != nil {
		return err
	}
	return writeFile(file, data)
}

// checkpointOf reads the stack; nil when it does not exist.
func (s *state) checkpointOf(project, stack string) (*checkpoint, error) {
	return readCheckpoint(s.checkpointFile(project, stack))
}

func readCheckpoint(file string) (*checkpoint, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var v apitype.VersionedCheckpoint
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	c := &checkpoint{file: file}
	if err := json.Unmarshal(v.Checkpoint, &c.CheckpointV3); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if c.Latest == nil {
		c.Latest = &apitype.DeploymentV3{}
	}
	return c, nil
}

// checkpoints reads all stacks of the drydock.
func (s *state) checkpoints() ([]*checkpoint, error) {
	files, err := filepath.Glob(s.path("pulumi/.pulumi/stacks/*/*.json"))
	if err != nil {
		return nil, err
	}
	var all []*checkpoint
	for _, file := range files {
		c, err := readCheckpoint(file)
		if err != nil {
			return nil, err
		}
		if c != nil {
			all = append(all, c)
		}
	}
	return all, nil
}

// outputs of the stack, those of secrets still sealed.
func (c *checkpoint) outputs() map[string]any {
	for _, r := range c.Latest.Resources {
		if r.Type == "pulumi:pulumi:Stack" && !r.Delete {
			return r.Outputs
		}
	}
	return nil
}

// Output is a value that a program exports.
type Output struct {
	// Value is plain JSON: string, float64, bool, []any, map[string]any or nil.
	Value any
	// Secret tells that the value is a secret or has one within.
	Secret bool
}

// reveal opens the secrets within a value of the checkpoint. Without a crypter they become HiddenSecret.
func reveal(v any, crypter func() (config.Crypter, error)) (plain any, secret bool, err error) {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			var s bool
			if out[i], s, err = reveal(e, crypter); err != nil {
				return nil, false, err
			}
			secret = secret || s
		}
		return out, secret, nil
	case map[string]any:
		if v[sig.Key] == sig.Secret {
			plain, err := unseal(v, crypter)
			return plain, true, err
		}
		out := make(map[string]any, len(v))
		for k, e := range v {
			var s bool
			if out[k], s, err = reveal(e, crypter); err != nil {
				return nil, false, err
			}
			secret = secret || s
		}
		return out, secret, nil
	}
	return v, false, nil
}

func unseal(v map[string]any, crypter func() (config.Crypter, error)) (any, error) {
	if crypter == nil {
		return HiddenSecret, nil
	}
	c, err := crypter()
	if err != nil {
		return nil, err
	}
	sealed, _ := v["ciphertext"].(string)
	text, err := c.DecryptValue(context.Background(), sealed)
	if err != nil {
		return nil, fmt.Errorf("opening a secret of the state: %w", err)
	}
	var plain any
	if err := json.Unmarshal([]byte(text), &plain); err != nil {
		return nil, fmt.Errorf("opening a secret of the state: %w", err)
	}
	plain, _, err = reveal(plain, crypter)
	return plain, err
}
