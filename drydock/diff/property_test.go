package diff

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/drydock"
)

func TestProperties(t *testing.T) {
	asset := func(hash string) in {
		return in{"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "hash": hash}
	}
	text := func(hash, text string) in {
		a := asset(hash)
		a["text"] = text
		return a
	}
	archive := func(hash, file string) in {
		return in{"4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7", "hash": hash, "assets": in{"same": asset("0"), "changed": asset(file)}}
	}
	for name, c := range map[string]struct {
		was, will in
		diff      []string
		forces    []string
		want      []Property
	}{
		"a value":                           {in{"a": 1.0, "b": "x"}, in{"a": 2.0, "b": "x"}, nil, nil, []Property{{Path: "a", Old: 1.0, New: 2.0}}},
		"added and removed":                 {in{"a": 1.0}, in{"b": true}, nil, nil, []Property{{Path: "a", Old: 1.0}, {Path: "b", New: true}}},
		"within objects":                    {in{"a": in{"b": in{"c": 1.0, "d": 1.0}}}, in{"a": in{"b": in{"c": 2.0, "d": 1.0}}}, nil, nil, []Property{{Path: "a.b.c", Old: 1.0, New: 2.0}}},
		"what forces":                       {in{"name": "a", "tags": "x"}, in{"name": "b", "tags": "y"}, nil, []string{"name"}, []Property{{Path: "name", Old: "a", New: "b", Forces: true}, {Path: "tags", Old: "x", New: "y"}}},
		"what the provider takes for equal": {in{"a": "1", "b": "1"}, in{"a": "2", "b": "2"}, []string{"b"}, nil, []Property{{Path: "b", Old: "1", New: "2"}}},
		"the engine's own":                  {in{"__defaults": []any{"name"}}, in{"__defaults": []any{}}, nil, nil, nil},
		"a secret":                          {in{"a": drydock.HiddenSecret}, in{"a": drydock.HiddenSecret}, []string{"a"}, nil, []Property{{Path: "a", Old: "[secret]", New: "[secret]"}}},
		"a secret within":                   {in{"a": in{"b": drydock.HiddenSecret}}, in{"a": in{"b": drydock.HiddenSecret}}, []string{"a.b"}, nil, []Property{{Path: "a.b", Old: "[secret]", New: "[secret]"}}},
		"what is known later":               {in{"a": "x"}, in{"a": drydock.Unknown}, nil, nil, []Property{{Path: "a", Old: "x", New: knownLater}}},
		"a list of values":                  {in{"a": []any{"x"}}, in{"a": []any{"x", drydock.Unknown}}, nil, nil, []Property{{Path: "a", Old: []any{"x"}, New: []any{"x", knownLater}}}},
		"elements by name": {
			in{"a": []any{in{"name": "one", "v": 1.0}, in{"name": "two", "v": 2.0}}},
			in{"a": []any{in{"name": "zero", "v": 0.0}, in{"name": "one", "v": 1.0}, in{"name": "two", "v": 3.0}}}, nil, nil,
			[]Property{{Path: "a[two].v", Old: 2.0, New: 3.0}, {Path: "a[zero]", New: in{"name": "zero", "v": 0.0}}}},
		"elements by place": {in{"a": []any{in{"v": 1.0}}}, in{"a": []any{in{"v": 2.0}, in{"v": 3.0}}}, nil, nil,
			[]Property{{Path: "a[0].v", Old: 1.0, New: 2.0}, {Path: "a[1]", New: in{"v": 3.0}}}},
		"text that is JSON": {in{"a": `[{"name":"api","port":1}]`}, in{"a": `[{"port":2,"name":"api"}]`}, nil, nil, []Property{{Path: "a[api].port", Old: 1.0, New: 2.0}}},
		"an asset's text":   {in{"a": text("1", "x")}, in{"a": text("2", "y")}, nil, nil, []Property{{Path: "a", Old: "x", New: "y"}}},
		"an asset's JSON":   {in{"a": text("1", `{"b":1}`)}, in{"a": text("2", `{"b":2}`)}, nil, nil, []Property{{Path: "a.b", Old: 1.0, New: 2.0}}},
		"an archive's file": {in{"a": archive("1", "2")}, in{"a": archive("3", "4")}, nil, nil, []Property{{Path: "a[changed]", Old: "[content 2]", New: "[content 4]"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := step("update", "a:b:C", "x", c.was, c.will, c.forces...)
			s.Diff = c.diff
			assert.Empty(t, cmp.Diff(c.want, properties(s)))
		})
	}
}

func TestLines(t *testing.T) {
	text := func(c Change) string {
		var all string
		for _, l := range c.Lines() {
			all += string(l.Mark) + " " + l.Text + "\n"
		}
		return all
	}
	c := Change{Op: "replace", Resource: Resource{Type: "aws:ecs/service:Service", Name: "api"}, Properties: []Property{
		{Path: "name", Old: "a", New: "b", Forces: true},
		{Path: "count", New: 2.0},
		{Path: "gone", Old: []any{"x", 1.0}},
		{Path: "password", Old: "[secret]", New: "[secret]"},
		{Path: "spec", Old: "one\ntwo\nthree\n", New: "one\n2\nthree\nfour\n"},
		{Path: "blank", Old: "", New: " x"},
	}}
	assert.Equal(t, `! replace ecs/service api
-     name: a
+     name: b   (forces the replacement)
+     count: 2
-     gone: ["x",1]
      password: [secret] → [secret] changes
      spec:
-       two
+       2
+       four
-     blank: ""
+     blank: " x"
`, text(c))
	assert.Equal(t, "  update tls/PrivateKey k\n", text(Change{Op: "update", Resource: Resource{Type: "tls:index/privateKey:PrivateKey", Name: "k"}}))
	assert.Equal(t, "- delete shop:Shop k   (perhaps renamed to l)\n",
		text(Change{Op: "delete", Resource: Resource{Type: "shop:Shop", Name: "k"}, RenamedTo: "l"}))
}
