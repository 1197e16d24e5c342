package drydock

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/encoding"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// SecretsProvider is one of Pulumi's cloud secrets providers, such as a key of KMS.
// https://www.pulumi.com/docs/iac/concepts/secrets/#configuring-secrets-encryption
type SecretsProvider struct {
	// URL as "awskms://alias/states?region=us-east-2".
	URL string
	// DataKey is what secrets are encrypted with, 32 bytes, and EncryptedKey the same under the provider's key.
	DataKey, EncryptedKey []byte
}

// Sealed is a stack under another secrets provider than its drydock's, as it would be in a backend and in a repository.
type Sealed struct {
	// Project is the program's name, File the path of the stack's configuration, and Config its content.
	Project, File string
	Config        []byte
	// State is what Pulumi's backends in buckets keep of the stack; of one that has not been up, that it is there.
	State []byte
	// Resources are how many it has.
	Resources int
}

// Seal gives the stack as it would be under the secrets provider. Secrets of a real stack's configuration are the same
// placeholders as in the drydock's own operations.
func (s *Stack) Seal(provider SecretsProvider) (*Sealed, error) {
	p, err := s.source.open(s)
	if err != nil {
		return nil, err
	}
	out := &Sealed{Project: p.name(), File: p.stackFile(s.name)}
	crypter := config.NewSymmetricCrypter(provider.DataKey)
	if out.Config, err = s.sealConfig(p, provider, crypter); err != nil {
		return nil, fmt.Errorf("%s: %w", out.File, err)
	}
	c, err := s.dock.state.checkpointOf(p.name(), s.name)
	if err != nil {
		return nil, err
	}
	sealed := apitype.CheckpointV3{Stack: tokens.QName("organization/" + p.name() + "/" + s.name)}
	if c != nil {
		out.Resources = len(c.Latest.Resources)
		if sealed.Latest, err = s.sealState(c, provider, crypter); err != nil {
			return nil, fmt.Errorf("%s: %w", c.file, err)
		}
	}
	content, err := json.Marshal(sealed)
	if err != nil {
		return nil, err
	}
	out.State, err = json.Marshal(apitype.VersionedCheckpoint{Version: 3, Checkpoint: content})
	return out, err
}

func (s *Stack) sealConfig(p *project, provider SecretsProvider, crypter config.Crypter) ([]byte, error) {
	file := p.stackFile(s.name)
	source, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	loaded, err := p.parseConfig(file, source)
	if err != nil {
		return nil, err
	}
	if loaded.Config, err = loaded.Config.Copy(placeholders{s.dock.state.passphrase}, crypter); err != nil {
		return nil, err
	}
	loaded.SecretsProvider, loaded.EncryptionSalt = provider.URL, ""
	loaded.EncryptedKey = base64.StdEncoding.EncodeToString(provider.EncryptedKey)
	return encoding.YAML.Marshal(loaded)
}

// sealState is the deployment with its secrets under the other provider.
func (s *Stack) sealState(c *checkpoint, provider SecretsProvider, crypter config.Crypter) (*apitype.DeploymentV3, error) {
	text, err := json.Marshal(c.Latest)
	if err != nil {
		return nil, err
	}
	var whole any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&whole); err != nil {
		return nil, err
	}
	if whole, err = reseal(whole, s.dock.state.crypter, crypter); err != nil {
		return nil, err
	}
	if text, err = json.Marshal(whole); err != nil {
		return nil, err
	}
	latest := &apitype.DeploymentV3{}
	if err := json.Unmarshal(text, latest); err != nil {
		return nil, err
	}
	state, err := json.Marshal(map[string]any{"url": provider.URL, "encryptedkey": provider.EncryptedKey})
	latest.SecretsProviders = &apitype.SecretsProvidersV1{Type: "cloud", State: state}
	return latest, err
}

// reseal encrypts the secrets within a value anew.
func reseal(v any, from func() (config.Crypter, error), to config.Crypter) (any, error) {
	switch v := v.(type) {
	case []any:
		for i := range v {
			var err error
			if v[i], err = reseal(v[i], from, to); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		if sealed, ok := v["ciphertext"].(string); ok && v[sig.Key] == sig.Secret {
			old, err := from()
			if err != nil {
				return nil, err
			}
			plain, err := old.DecryptValue(context.Background(), sealed)
			if err != nil {
				return nil, fmt.Errorf("opening a secret of the state: %w", err)
			}
			v["ciphertext"], err = to.EncryptValue(context.Background(), plain)
			return v, err
		}
		for key := range v {
			var err error
			if v[key], err = reseal(v[key], from, to); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}
