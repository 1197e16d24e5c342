package drydock

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/encoding"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// configure writes the configuration that the engine gets and returns its path. It is a copy, because Pulumi writes the
// secrets' salt into the file that it is given, and because a real stack's secrets can only be opened with the real
// stack's key: in the drydock each of them has a placeholder, always the same.
func (s *Stack) configure(p *project) (path string, err error) {
	file := p.stackFile(s.name)
	source, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	path = s.dock.state.path("config", p.name(), "Pulumi."+s.name+".yaml")
	if err := os.MkdirAll(s.dock.state.path("config", p.name()), 0o700); err != nil {
		return "", err
	}
	made := s.fingerprint(source)
	if was, err := os.ReadFile(path + ".made"); err == nil && string(was) == made {
		if _, err := os.Stat(path); err == nil {
			return path, nil // encrypting again would take a quarter of a second
		}
	}
	loaded, err := p.parseConfig(file, source)
	if err != nil {
		return "", usage("%s: %v", file, err)
	}
	if loaded.Environment != nil {
		return "", usage("%s: environment: the drydock cannot open Pulumi ESC environments; "+
			"give the values under config: in a stack of its own", file)
	}
	if err := s.rewrite(p, loaded); err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	if err := loaded.Save(path); err != nil {
		return "", err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return "", err
	}
	return path, writeFile(path+".made", []byte(made))
}

// parseConfig reads a stack's configuration from its text.
func (p *project) parseConfig(file string, text []byte) (*workspace.ProjectStack, error) {
	sink := diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never})
	loaded, err := workspace.LoadProjectStackBytes(sink, p.Project, text, file, encoding.YAML) // of which JSON is a part
	if err == nil && loaded.Config == nil {
		loaded.Config = config.Map{}
	}
	return loaded, err
}

// sameConfig tells whether two texts configure the same values.
func (p *project) sameConfig(file string, a, b []byte) (bool, error) {
	left, err := p.parseConfig(file, a)
	if err != nil {
		return false, err
	}
	right, err := p.parseConfig(file, b)
	if err != nil {
		return false, err
	}
	one, err := left.Config.Decrypt(config.NopDecrypter)
	if err != nil {
		return false, err
	}
	two, err := right.Config.Decrypt(config.NopDecrypter)
	return maps.Equal(one, two), err
}

// fingerprint tells whether a copy is still that of the source and of the options. It is keyed, so that it tells nobody
// what the secrets among them are.
func (s *Stack) fingerprint(source []byte) string {
	mac := hmac.New(sha256.New, []byte(s.dock.state.passphrase))
	settings, _ := json.Marshal([]any{s.settings.config, s.settings.secrets}) // cannot fail: put checked each value
	fmt.Fprintf(mac, "%s\n%s\n%s", s.dock.state.salt, settings, source)
	return hex.EncodeToString(mac.Sum(nil))
}

func (s *Stack) rewrite(p *project, to *workspace.ProjectStack) (err error) {
	secure := to.Config.SecureKeys()
	if to.Config, err = to.Config.Copy(placeholders{s.dock.state.passphrase}, s.sealer()); err != nil {
		return err
	}
	to.SecretsProvider, to.EncryptedKey, to.EncryptionSalt = "", "", s.dock.state.salt
	var problems []error
	for key, value := range s.settings.config {
		problems = append(problems, put(to.Config, p.name(), key, value))
	}
	for key, value := range s.settings.secrets {
		sealed, err := s.sealer().EncryptValue(context.Background(), value)
		if err != nil {
			return err
		}
		problems = append(problems, set(to.Config, p.name(), key, config.NewSecureValue(sealed)))
	}
	if len(secure) > 0 {
		var names []string
		for _, k := range secure {
			names = append(names, k.String())
		}
		slices.Sort(names)
		fmt.Fprintf(s.dock.settings.progress, "Secrets of the real stack stay closed; the drydock uses placeholders for %s.\n",
			strings.Join(names, ", "))
	}
	return errors.Join(problems...)
}

// put sets a plain value: a text, a number, a boolean, or anything that is an object or list in JSON.
func put(to config.Map, project, key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("config %s: %w", key, err)
	}
	var v config.Value
	switch decoded := decode(text).(type) {
	case string:
		v = config.NewValue(decoded)
	case bool:
		v = config.NewTypedValue(strconv.FormatBool(decoded), config.TypeBool)
	case json.Number:
		kind := config.Type(config.TypeFloat)
		if _, err := decoded.Int64(); err == nil {
			kind = config.TypeInt
		}
		v = config.NewTypedValue(decoded.String(), kind)
	case nil:
		return fmt.Errorf("config %s: null is not a value; leave the key out", key)
	default:
		v = config.NewObjectValue(string(text))
	}
	return set(to, project, key, v)
}

func decode(text []byte) (v any) {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	_ = d.Decode(&v) // what json.Marshal wrote
	return v
}

func set(to config.Map, project, key string, v config.Value) error {
	if !strings.Contains(key, ":") {
		key = project + ":" + key
	}
	k, err := config.ParseKey(key)
	if err == nil {
		err = to.Set(k, v, true)
	}
	if err != nil {
		return fmt.Errorf("config %s: %w", key, err)
	}
	return nil
}

// placeholders opens every secret to a text that stands for it.
type placeholders struct{ key string }

func (p placeholders) DecryptValue(_ context.Context, sealed string) (string, error) {
	mac := hmac.New(sha256.New, []byte(p.key))
	mac.Write([]byte(sealed))
	return "drydock-placeholder-" + hex.EncodeToString(mac.Sum(nil)[:8]), nil
}

func (p placeholders) BatchDecrypt(ctx context.Context, sealed []string) ([]string, error) {
	return config.DefaultBatchDecrypt(ctx, p, sealed)
}

// sealer encrypts for the drydock's engine; the key is derived when the first secret needs it.
func (s *Stack) sealer() config.Encrypter { return sealer{s.dock.state} }

type sealer struct{ state *state }

func (s sealer) EncryptValue(ctx context.Context, plain string) (string, error) {
	c, err := s.state.crypter()
	if err != nil {
		return "", err
	}
	return c.EncryptValue(ctx, plain)
}

func (s sealer) BatchEncrypt(ctx context.Context, plain []string) ([]string, error) {
	return config.DefaultBatchEncrypt(ctx, s, plain)
}
