package drydock

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestScrubTakesCredentialsAway(t *testing.T) {
	env := []string{
		"HOME=/home/me", "AWS_ACCESS_KEY_ID=AKIA", "AWS_PROFILE=prod", "CLOUDFLARE_API_TOKEN=t",
		"PULUMI_ACCESS_TOKEN=pul-1", "PULUMI_HOME=/home/me/.pulumi", "AWSOME=yes",
	}
	assert.Equal(t, []string{"HOME=/home/me", "AWSOME=yes"}, scrub(env, nil))
	assert.Equal(t, []string{"HOME=/home/me", "AWS_PROFILE=prod", "AWSOME=yes"}, scrub(env, []string{"AWS_PROFILE"}))
	assert.Len(t, scrub(env, []string{"AWS_*"}), 4)
}

func TestPut(t *testing.T) {
	for name, c := range map[string]struct {
		key   string
		value any
		want  string // in the file
	}{
		"text":          {"color", "white", `"p:color":"white"`},
		"number":        {"size", 3, `"p:size":3`},
		"fraction":      {"size", 0.5, `"p:size":0.5`},
		"boolean":       {"swims", true, `"p:swims":true`},
		"list":          {"names", []string{"a", "b"}, `"p:names":["a","b"]`},
		"object":        {"nest", map[string]any{"eggs": 2}, `"p:nest":{"eggs":2}`},
		"a path":        {"nest.eggs", 2, `"p:nest":{"eggs":2}`},
		"another space": {"aws:region", "us-east-2", `"aws:region":"us-east-2"`},
	} {
		t.Run(name, func(t *testing.T) {
			m := config.Map{}
			require.NoError(t, put(m, "p", c.key, c.value))
			text, err := m.MarshalJSON()
			require.NoError(t, err)
			assert.Equal(t, "{"+c.want+"}", string(text))
		})
	}
}

func TestPutRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		key   string
		value any
		want  string
	}{
		"null":       {"color", nil, "config color: null is not a value"},
		"a function": {"color", func() {}, "config color: "},
		"bad key":    {"a:b:c:d", "x", "config a:b:c:d: "},
	} {
		t.Run(name, func(t *testing.T) {
			assert.ErrorContains(t, put(config.Map{}, "p", c.key, c.value), c.want)
		})
	}
}

func TestReadEvents(t *testing.T) {
	const log = `{"sequence":1,"preludeEvent":{"config":{}}}
{"resourcePreEvent":{"metadata":{"op":"same","urn":"urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev","type":"pulumi:pulumi:Stack"}}}
{"resourcePreEvent":{"metadata":{"op":"create","urn":"urn:pulumi:dev::p::pulumi:providers:aws::default_6_83_0","type":"pulumi:providers:aws"}}}
{"resourcePreEvent":{"metadata":{"op":"create-replacement","urn":"urn:pulumi:dev::p::a:b:C::x","type":"a:b:C"}}}
{"resourcePreEvent":{"metadata":{"op":"replace","urn":"urn:pulumi:dev::p::a:b:C::x","type":"a:b:C","keys":["size"],"detailedDiff":{"size":{},"nest.eggs[0]":{}}}}}
{"resourcePreEvent":{"metadata":{"op":"update","urn":"urn:pulumi:dev::p::a:b:C::y","type":"a:b:C","diffs":["z","a"],"detailedDiff":null}}}
{"diagnosticEvent":{"message":"<{%fg 1%}>too <{%reset%}>bad\n","severity":"error","urn":"urn:pulumi:dev::p::a:b:C::y"}}
{"diagnosticEvent":{"message":"working on it","severity":"info","ephemeral":true}}
{"summaryEvent":{"durationSeconds":3}}
{"torn":`
	r := &Result{Operation: Up}
	require.NoError(t, r.read(strings.NewReader(log)))
	assert.Equal(t, 1, r.Same)
	assert.Equal(t, 3*time.Second, r.Duration)
	require.Len(t, r.Steps, 2)
	assert.Equal(t, "replace a:b:C x (nest.eggs[0], size)", r.Steps[0].String())
	assert.Equal(t, []string{"size"}, r.Step("x").ReplaceKeys)
	assert.Equal(t, []string{"a", "z"}, r.Step("y").Diff)
	assert.Nil(t, r.Step("z"))
	assert.Equal(t, []string{"y: too bad"}, r.errors())
	assert.Len(t, r.Messages, 1)

	assert.Error(t, (&Result{}).read(strings.NewReader("nonsense\n")))
}

func TestAssetsAreReadable(t *testing.T) {
	asset := func(hash string) map[string]any {
		return map[string]any{sig.Key: sig.AssetSig, "hash": hash, "text": "<contents elided>"}
	}
	inputs := map[string]any{"plain": "x", "list": []any{asset("known")}, "archive": map[string]any{
		sig.Key: sig.ArchiveSig, "assets": map[string]any{"a.txt": asset("known"), "b.bin": asset("other")},
	}}
	r := &Result{Steps: []Step{{New: &ResourceState{Inputs: inputs}}}}
	r.readable(func(hash string) (string, bool) { return "content", hash == "known" })
	known := map[string]any{sig.Key: sig.AssetSig, "hash": "known", "text": "content"}
	assert.Equal(t, map[string]any{"plain": "x", "list": []any{known}, "archive": map[string]any{
		sig.Key: sig.ArchiveSig, "assets": map[string]any{"a.txt": known, "b.bin": map[string]any{sig.Key: sig.AssetSig, "hash": "other"}},
	}}, inputs)
}

func TestConfigurationIsWrittenOnlyWhenItChanges(t *testing.T) {
	dock, err := Open(t.TempDir())
	require.NoError(t, err)
	written := func(paint string) (file, text string) {
		s := dock.Stack("real", Dir("testdata/ducks"), Secret("paint", paint))
		p, err := s.source.open(s)
		require.NoError(t, err)
		path, err := s.configure(p)
		require.NoError(t, err)
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		return path, string(data)
	}
	path, first := written("red")
	_, again := written("red")
	assert.Equal(t, first, again, "encrypted anew, the text would be another")
	_, other := written("green")
	assert.NotEqual(t, first, other)
	assert.Contains(t, first, "encryptionsalt: "+dock.state.salt)
	assert.NotContains(t, first, "v1:kQzzkZvzbzE=", "the real stack's salt")
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestStateIsKept(t *testing.T) {
	dir := t.TempDir()
	one, err := openState(dir)
	require.NoError(t, err)
	two, err := openState(dir)
	require.NoError(t, err)
	assert.Equal(t, one.passphrase, two.passphrase)
	sealing, err := one.crypter()
	require.NoError(t, err)
	sealed, err := sealing.EncryptValue(context.Background(), "treasure")
	require.NoError(t, err)
	opening, err := two.crypter()
	require.NoError(t, err)
	plain, err := opening.DecryptValue(context.Background(), sealed)
	require.NoError(t, err)
	assert.Equal(t, "treasure", plain)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "passphrase"), []byte("wrong"), 0o600))
	three, err := openState(dir)
	require.NoError(t, err)
	_, err = three.crypter()
	assert.ErrorContains(t, err, "the passphrase does not fit")
	for _, secret := range []string{"passphrase", "salt"} {
		info, err := os.Stat(filepath.Join(dir, secret))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), secret)
	}
}

func TestLocksOfTheDeadAreRemoved(t *testing.T) {
	s, err := openState(t.TempDir())
	require.NoError(t, err)
	locks := s.path("pulumi/.pulumi/locks/organization/p/dev")
	require.NoError(t, os.MkdirAll(locks, 0o700))
	for name, text := range map[string]string{
		"dead.json": `{"pid":2147483646}`, "torn.json": `{"pid`, "alive.json": `{"pid":` + strconv.Itoa(os.Getpid()) + `}`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(locks, name), []byte(text), 0o600))
	}
	require.NoError(t, s.mend())
	left, err := filepath.Glob(locks + "/*")
	require.NoError(t, err)
	assert.Equal(t, []string{filepath.Join(locks, "alive.json")}, left)
}

func TestTornAttributesAreRemoved(t *testing.T) {
	s, err := openState(t.TempDir())
	require.NoError(t, err)
	for name, text := range map[string]string{"torn.json.attrs": "", "whole.json.attrs": "{}", "dev.json": ""} {
		require.NoError(t, os.WriteFile(s.path("pulumi/.pulumi", name), []byte(text), 0o600))
	}
	require.NoError(t, s.mend())
	left, err := filepath.Glob(s.path("pulumi/.pulumi/*"))
	require.NoError(t, err)
	assert.Equal(t, []string{s.path("pulumi/.pulumi/dev.json"), s.path("pulumi/.pulumi/whole.json.attrs")}, left)
}

func TestUnmarked(t *testing.T) {
	d := &Dock{state: &state{salt: "v1:ours"}}
	assert.Equal(t, "config: {}\n", string(d.unmarked([]byte("encryptionsalt: v1:ours\nconfig: {}\n"))))
	for _, kept := range []string{
		"encryptionsalt: v1:theirs\nconfig: {}\n",
		"encryptionsalt: v1:ours\nconfig:\n  a:b:\n    secure: x\n",
	} {
		assert.Equal(t, kept, string(d.unmarked([]byte(kept))))
	}
}

func TestAgree(t *testing.T) {
	state := map[string]any{"name": "donald", "size": 2.0, "paint": map[string]any{"ciphertext": "x"}}
	assert.True(t, agree(state, map[string]any{"name": "donald", "size": 2.0, "paint": "red"}))
	assert.False(t, agree(state, map[string]any{"name": "daisy", "size": 2.0, "paint": "red"}))
	assert.False(t, agree(state, map[string]any{"name": "donald"}))
}

func TestReveal(t *testing.T) {
	s, err := openState(t.TempDir())
	require.NoError(t, err)
	c, err := s.crypter()
	require.NoError(t, err)
	sealed, err := c.EncryptValue(context.Background(), `"red"`)
	require.NoError(t, err)
	secret := map[string]any{"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": sealed}
	value := map[string]any{"ducks": []any{"donald", secret}}

	masked, isSecret, err := reveal(value, nil)
	require.NoError(t, err)
	assert.True(t, isSecret)
	assert.Equal(t, map[string]any{"ducks": []any{"donald", "[secret]"}}, masked)
	plain, _, err := reveal(value, s.crypter)
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"ducks": []any{"donald", "red"}}, plain)
	_, isSecret, err = reveal([]any{"donald"}, nil)
	require.NoError(t, err)
	assert.False(t, isSecret)
}

func TestEnsureStackKeepsWhatIsThere(t *testing.T) {
	s, err := openState(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, s.ensureStack("p", "dev"))
	before, err := os.ReadFile(s.checkpointFile("p", "dev"))
	require.NoError(t, err)
	require.NoError(t, s.ensureStack("p", "dev"))
	after, err := os.ReadFile(s.checkpointFile("p", "dev"))
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
	c, err := s.checkpointOf("p", "dev")
	require.NoError(t, err)
	assert.Equal(t, "passphrase", c.Latest.SecretsProviders.Type)
	assert.Empty(t, c.pendingCreates())
	assert.Equal(t, []apitype.OperationV2(nil), c.Latest.PendingOperations)
}
