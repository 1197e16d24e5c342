package awscli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the AWS CLI's own formatter prints for these values.
func TestText(t *testing.T) {
	tests := map[string]struct{ value, want string }{
		"null":                    {`null`, "None\n"},
		"bool":                    {`true`, "True\n"},
		"number":                  {`12345678901`, "12345678901\n"},
		"list":                    {`["a",1,null,false]`, "a\t1\tNone\tFalse\n"},
		"empty list":              {`[]`, ""},
		"empty structure":         {`{}`, ""},
		"lists in a list":         {`[["a","b"],["c"]]`, "a\tb\nc\n"},
		"sorted by key":           {`{"b":2,"a":1}`, "1\t2\n"},
		"labels":                  {`{"items":[{"id":"x","tags":["t","u"]},{"id":"y"}],"n":1}`, "1\nITEMS\tx\nTAGS\tt\nTAGS\tu\nITEMS\ty\n"},
		"a cell for every column": {`[{"a":1},{"b":2},{"a":3,"b":4}]`, "1\t\n\t2\n3\t4\n"},
		"null in a structure":     {`[{"a":null,"b":"x"}]`, "None\tx\n"},
		"structure in structure":  {`{"a":{"b":{"c":1}}}`, "B\t1\n"},
		"labelled lists in list":  {`{"a":[["x"],["y","z"]]}`, "A\tx\nA\ty\nA\tz\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var v any
			require.NoError(t, json.Unmarshal([]byte(tt.value), &v))
			var b strings.Builder
			require.NoError(t, writeText(&b, v))
			assert.Equal(t, tt.want, b.String())
		})
	}
}

func TestForms(t *testing.T) {
	answer := struct {
		B    string
		A    []int
		None any
	}{"<&>é", []int{1, 2}, nil}
	tests := map[string]struct {
		args globals
		env  string
		want string
	}{
		"json keeps the order":     {want: "{\n    \"B\": \"<&>é\",\n    \"A\": [\n        1,\n        2\n    ],\n    \"None\": null\n}\n"},
		"yaml":                     {args: globals{output: "yaml"}, want: "B: <&>é\nA:\n- 1\n- 2\nNone: null\n"},
		"text":                     {args: globals{output: "text"}, want: "<&>é\tNone\nA\t1\nA\t2\n"},
		"form of the environment":  {env: "text", args: globals{query: "A[1]"}, want: "2\n"},
		"query of a missing value": {args: globals{query: "C.d"}, want: "null\n"},
		"missing value as text":    {args: globals{query: "C.d", output: "text"}, want: "None\n"},
		"several values":           {args: globals{query: "[B,A[0]]", output: "text"}, want: "<&>é\t1\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := &call{global: tt.args}
			c.Env = []string{"AWS_DEFAULT_OUTPUT=" + tt.env}
			p, err := c.newPrinter()
			require.NoError(t, err)
			var b strings.Builder
			require.NoError(t, p.print(&b, answer))
			assert.Equal(t, tt.want, b.String())
		})
	}
}

// What the AWS CLI's own parser makes of these words.
func TestShorthand(t *testing.T) {
	tests := map[string]struct {
		want  string // as JSON
		wrong string
	}{
		"a=1,b=2":                    {want: `{"a":"1","b":"2"}`},
		"a=1,2,b=3":                  {want: `{"a":["1","2"],"b":"3"}`},
		"a=[1,2],b=c":                {want: `{"a":["1","2"],"b":"c"}`},
		"a={b={c=d}},e=f":            {want: `{"a":{"b":{"c":"d"}},"e":"f"}`},
		"a=[{b=c},{d=e}]":            {want: `{"a":[{"b":"c"},{"d":"e"}]}`},
		`a='x,y',b="q\"r"`:           {want: `{"a":"x,y","b":"q\"r"}`},
		"a=,b=1":                     {want: `{"a":"","b":"1"}`},
		"a=b=c":                      {want: `{"a":"b=c"}`},
		`a=x\,y`:                     {want: `{"a":"x,y"}`},
		"a=x y, b=z":                 {want: `{"a":"x y","b":"z"}`},
		"Name=tag:E,Values=prod,dev": {want: `{"Name":"tag:E","Values":["prod","dev"]}`},
		"a":                          {wrong: "Expected: '=', received: 'EOF' for input:\na\n ^"},
		"a=1,":                       {wrong: "Expected: '<second>', received: 'EOF' for input:\na=1,\n    ^"},
		"a=[1":                       {wrong: "Expected: ']', received: 'EOF'"},
		"a='x":                       {wrong: "received: 'EOF'"},
		"a=b]":                       {wrong: "Expected: ',', received: ']'"},
	}
	for word, tt := range tests {
		t.Run(word, func(t *testing.T) {
			got, err := shorthand(word)
			if tt.wrong != "" {
				require.Error(t, err)
				assert.Contains(t, err.Error(), tt.wrong)
				return
			}
			require.NoError(t, err)
			encoded, err := json.Marshal(got)
			require.NoError(t, err)
			assert.JSONEq(t, tt.want, string(encoded))
		})
	}
}
