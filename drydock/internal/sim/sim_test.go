package sim

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	jetty = "aws:test/jetty:Jetty"
	boat  = "aws:test/boat:Boat"
)

// harbour is a provider with two types: jetties, and boats that lie at one.
func harbour() *Provider {
	return &Provider{
		Name: "aws", Version: "1.0.0", Config: Fields{"region": String().Required()},
		Resources: []*Resource{
			{
				Type: jetty, AutoName: &AutoName{Field: "name", Max: 20},
				Inputs: Fields{
					"name": String().Replaces().Match(`[a-z0-9-]+`, "lower-case letters, digits and hyphens"),
					"side": String().OneOf("port", "starboard").Default("port"),
				},
				Outputs: []string{"arn"},
				Create: func(op *Op) error {
					op.ID = op.In.Str("name")
					op.Out["arn"] = op.ARN("test", "jetty/"+op.ID)
					return nil
				},
				Delete: func(op *Op) error {
					if len(op.Users(boat, op.ID)) > 0 {
						return Refuse("JettyInUse", "%s has boats", op.ID)
					}
					return nil
				},
			},
			{
				Type: boat,
				Inputs: Fields{
					"jetty":  String().Required().Refs(jetty, "id", "JettyNotFound: there is no jetty %s"),
					"crew":   Set(String()).AtMost(3),
					"plan":   JSON(),
					"length": Int().Between(1, 20),
					"key":    String().Sensitive(),
					"hull":   Object(Fields{"colour": String(), "material": String().Replaces()}),
					"berth":  String().Computed(),
					"flags":  Map(String()),
				},
				Outputs: []string{"berth"},
				Create: func(op *Op) error {
					op.ID = "boat-" + Hex(8)
					if !op.Out.Has("berth") {
						op.Out["berth"] = "chosen"
					}
					return nil
				},
			},
		},
	}
}

func open(t *testing.T, dir string) (*Cloud, *Local) {
	t.Helper()
	p := harbour()
	cloud, err := OpenCloud(dir, p)
	require.NoError(t, err)
	return cloud, NewLocal(p, cloud, Values{"region": "us-east-2"})
}

func newHarbour(t *testing.T) *Local {
	t.Helper()
	cloud, local := open(t, t.TempDir())
	t.Cleanup(func() { _ = cloud.Close() })
	return local
}

func TestWrongInputsAreAllNamed(t *testing.T) {
	_, err := newHarbour(t).Check(boat, "b", Values{
		"length": 21.5, "crew": []any{"a", "b", "c", "d"}, "plan": "{", "sail": "big", "hull": map[string]any{"colr": "red"},
		"flags": "none", "key": 3.0,
	})
	for _, want := range []string{
		"jetty: missing required property", "length: must be a whole number, not 21.5", "length: must be between 1 and 20, got 21.5",
		"crew: must be at most 3 elements, got 4", "plan: contains invalid JSON", "sail: unknown property", "hull.colr: unknown property",
		"flags: must be a map",
	} {
		assert.ErrorContains(t, err, want)
	}
}

func TestSensitiveValuesAreNotShown(t *testing.T) {
	_, err := newHarbour(t).Check(boat, "b", Values{"jetty": "x", "key": []any{"hunter2"}})
	assert.ErrorContains(t, err, "key: must be a string")
	assert.NotContains(t, err.Error(), "hunter2")
}

func TestUnknownTypeIsNamed(t *testing.T) {
	_, err := newHarbour(t).Check("aws:test/plane:Plane", "p", Values{})
	assert.ErrorContains(t, err, "the drydock does not simulate aws:test/plane:Plane")
}

func TestReferencesMustExist(t *testing.T) {
	local := newHarbour(t)
	_, _, err := local.Create(boat, "b", Values{"jetty": "nowhere"})
	assert.ErrorContains(t, err, "JettyNotFound: there is no jetty nowhere")
}

func TestLifecycle(t *testing.T) {
	local := newHarbour(t)
	id, out, err := local.Create(jetty, "north", Values{})
	require.NoError(t, err)
	assert.Regexp(t, `^north-[0-9a-f]{7}$`, id, "named automatically")
	assert.Equal(t, "arn:aws:test:us-east-2:123456789012:jetty/"+id, out["arn"])
	assert.Equal(t, "port", out["side"], "the default")

	boatID, out, err := local.Create(boat, "b", Values{"jetty": id})
	require.NoError(t, err)
	assert.Equal(t, "chosen", out["berth"])
	assert.ErrorContains(t, local.Delete(jetty, id), "JettyInUse: "+id+" has boats")

	_, err = local.Update(boat, boatID, Values{"jetty": id, "length": 4.0})
	require.NoError(t, err)
	in, _, err := local.Read(boat, boatID)
	require.NoError(t, err)
	assert.InDelta(t, 4, in["length"], 0)

	require.NoError(t, local.Delete(boat, boatID))
	require.NoError(t, local.Delete(jetty, id))
	in, _, err = local.Read(jetty, id)
	require.NoError(t, err)
	assert.Nil(t, in)
	require.NoError(t, local.Delete(jetty, id), "deleting again is no error")
}

func TestDiff(t *testing.T) {
	local := newHarbour(t)
	jettyID, _, err := local.Create(jetty, "j", Values{"name": "j"})
	require.NoError(t, err)
	base := Values{
		"jetty": jettyID, "crew": []any{"ann", "bob"}, "plan": `{"a":1,"b":[2]}`,
		"hull": map[string]any{"colour": "red", "material": "oak"}, "flags": map[string]any{"a.b": "1"}, "berth": "7",
	}
	id, _, err := local.Create(boat, "b", base)
	require.NoError(t, err)
	cases := map[string]struct {
		edit func(Values)
		want []Change
	}{
		"nothing":              {func(Values) {}, nil},
		"order of a set":       {func(v Values) { v["crew"] = []any{"bob", "ann"} }, nil},
		"form of JSON":         {func(v Values) { v["plan"] = `{ "b": [2], "a": 1 }` }, nil},
		"computed, left out":   {func(v Values) { delete(v, "berth") }, nil},
		"meaning of JSON":      {func(v Values) { v["plan"] = `{"a":2}` }, []Change{{"plan", Changed, false}}},
		"member of a set":      {func(v Values) { v["crew"] = []any{"ann", "cid"} }, []Change{{"crew[0]", Changed, false}}},
		"added":                {func(v Values) { v["length"] = 3.0 }, []Change{{"length", Added, false}}},
		"removed":              {func(v Values) { delete(v, "plan") }, []Change{{"plan", Removed, false}}},
		"within an object":     {func(v Values) { v["hull"] = map[string]any{"colour": "blue", "material": "oak"} }, []Change{{"hull.colour", Changed, false}}},
		"replacing in a level": {func(v Values) { v["hull"] = map[string]any{"colour": "red", "material": "tin"} }, []Change{{"hull.material", Changed, true}}},
		"odd key of a map":     {func(v Values) { v["flags"] = map[string]any{"a.b": "2"} }, []Change{{`flags["a.b"]`, Changed, false}}},
		"unknown":              {func(v Values) { v["plan"] = Unknown }, []Change{{"plan", Changed, false}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			next := base.Copy()
			c.edit(next)
			got, err := local.Diff(boat, id, next)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestInterceptedCallFails(t *testing.T) {
	cloud, local := open(t, t.TempDir())
	defer func() { _ = cloud.Close() }()
	cloud.Intercept(func(c Call) error {
		if c.Op == "create" && c.Type == jetty {
			return errors.New("ServiceUnavailable")
		}
		return nil
	})
	_, _, err := local.Create(jetty, "j", Values{})
	require.ErrorContains(t, err, "ServiceUnavailable")
	assert.Empty(t, cloud.Made())
	cloud.Intercept(nil)
	_, _, err = local.Create(jetty, "j", Values{})
	require.NoError(t, err)
}

func TestCloudOutlivesItsProcess(t *testing.T) {
	dir := t.TempDir()
	cloud, local := open(t, dir)
	id, _, err := local.Create(jetty, "j", Values{"name": "j"})
	require.NoError(t, err)
	kept, _, err := local.Create(boat, "kept", Values{"jetty": id, "key": "hunter2"})
	require.NoError(t, err)
	gone, _, err := local.Create(boat, "gone", Values{"jetty": id})
	require.NoError(t, err)
	require.NoError(t, local.Delete(boat, gone))
	require.NoError(t, cloud.Close())

	assertNowhere(t, dir, "hunter2")
	// What a process writes as it is killed may lack its end.
	tear(t, filepath.Join(dir, "journal.jsonl"), `{"put":{"type":"`+boat)

	cloud, local = open(t, dir)
	defer func() { _ = cloud.Close() }()
	in, _, err := local.Read(boat, kept)
	require.NoError(t, err)
	assert.Equal(t, "hunter2", in["key"])
	in, _, err = local.Read(boat, gone)
	require.NoError(t, err)
	assert.Nil(t, in)
	assert.Len(t, cloud.Made(), 2)
}

func TestDamagedJournalIsNamed(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "journal.jsonl"), []byte("nonsense\n"), 0o600))
	_, err := OpenCloud(dir, harbour())
	assert.ErrorContains(t, err, "line 1 is damaged")
	assert.ErrorContains(t, err, "remove the drydock's folder to start anew")
}

func tear(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(text)
	require.NoError(t, errors.Join(err, f.Close()))
}

func assertNowhere(t *testing.T, dir, secret string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		assert.False(t, strings.Contains(string(text), secret), "%s holds the secret", path)
		return err
	}))
}
