package main

import (
	"encoding/json"
	"io"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// resultJSON is the form that scripts read. Its keys are stable.
type resultJSON struct {
	Operation string         `json:"operation"`
	Stack     string         `json:"stack"`
	Changed   bool           `json:"changed"`
	Summary   map[string]int `json:"summary"`
	Steps     []stepJSON     `json:"steps"`
	Outputs   map[string]any `json:"outputs"`
	Messages  []messageJSON  `json:"messages,omitempty"`
	Error     string         `json:"error,omitempty"`
	Seconds   float64        `json:"seconds"`
}

type stepJSON struct {
	Op          string   `json:"op"`
	URN         string   `json:"urn"`
	Type        string   `json:"type"`
	Name        string   `json:"name"`
	Diff        []string `json:"diff,omitempty"`
	ReplaceKeys []string `json:"replaceKeys,omitempty"`
}

type messageJSON struct {
	Severity string `json:"severity"`
	URN      string `json:"urn,omitempty"`
	Text     string `json:"text"`
}

func resultOf(r *drydock.Result, outputs map[string]drydock.Output, failed error) resultJSON {
	j := resultJSON{
		Operation: string(r.Operation), Stack: r.Stack, Changed: !r.Unchanged(), Seconds: r.Duration.Seconds(),
		Summary: map[string]int{"same": r.Same}, Steps: []stepJSON{}, Outputs: values(outputs),
	}
	for _, s := range r.Steps {
		j.Summary[s.Op]++
		j.Steps = append(j.Steps, stepJSON{
			Op: s.Op, URN: s.URN, Type: s.Type, Name: s.Name, Diff: s.Diff, ReplaceKeys: s.ReplaceKeys,
		})
	}
	for _, m := range r.Messages {
		j.Messages = append(j.Messages, messageJSON(m))
	}
	if failed != nil {
		j.Error = failed.Error()
	}
	return j
}

func values(outputs map[string]drydock.Output) map[string]any {
	plain := map[string]any{}
	for name, o := range outputs {
		plain[name] = o.Value
	}
	return plain
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
