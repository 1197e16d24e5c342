package drydock

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Result is what an operation did, or, for a preview, would do.
type Result struct {
	Operation Operation
	Stack     string
	// Steps are the resources that change, one step each, in the engine's order.
	Steps []Step
	// Same is the number of resources that stay as they are.
	Same int
	// Options are those of them whose Protect or RetainOnDelete changes: nothing in the clouds, so Pulumi counts them as
	// staying, but an up takes the options over.
	Options []Step
	// Messages are what engine, program and providers said: warnings and errors among them.
	Messages []Message
	Duration time.Duration
}

// Step is one resource's change.
type Step struct {
	// Op is "create", "update", "replace", "delete", "read" or "import"; of Result.Options, "same".
	Op   string
	URN  string
	Type string
	Name string
	// Diff are the paths of the properties that differ, sorted.
	Diff []string
	// ReplaceKeys are the properties that force the replacement, sorted.
	ReplaceKeys []string
	// Old is nil for what did not exist, New for what will not.
	Old, New *ResourceState
}

func (s Step) String() string {
	text := s.Op + " " + s.Type + " " + s.Name
	if len(s.Diff) > 0 {
		text += " (" + strings.Join(s.Diff, ", ") + ")"
	}
	return text
}

// Message is one of the engine's diagnostics.
type Message struct {
	// Severity is "info", "info#err", "warning" or "error".
	Severity string
	// URN is the resource it is about, "" for none.
	URN  string
	Text string
}

// Unchanged tells that there is nothing to change.
func (r *Result) Unchanged() bool { return len(r.Steps) == 0 }

// Changes are the steps by their Op.
func (r *Result) Changes() map[string][]Step {
	by := map[string][]Step{}
	for _, s := range r.Steps {
		by[s.Op] = append(by[s.Op], s)
	}
	return by
}

// Step returns the step of the resource with the logical name, nil when it does not change.
func (r *Result) Step(name string) *Step {
	for i, s := range r.Steps {
		if s.Name == name {
			return &r.Steps[i]
		}
	}
	return nil
}

func (r *Result) errors() []string {
	var texts []string
	for _, m := range r.Messages {
		if m.Severity != "error" {
			continue
		}
		text := m.Text
		if m.URN != "" {
			text = urn.URN(m.URN).Name() + ": " + text
		}
		texts = append(texts, text)
	}
	return texts
}

// Failure is an operation that the engine could not carry out.
type Failure struct {
	Operation Operation
	Stack     string
	// Messages are the engine's errors, each with the resource's name before it.
	Messages []string
	// Output is what the engine wrote to stderr.
	Output string
}

func (f *Failure) Error() string {
	why := strings.Join(f.Messages, "\n")
	if why == "" {
		why = f.Output
	}
	return fmt.Sprintf("%s of %s failed:\n%s", f.Operation, f.Stack, why)
}

// readEvents makes a result from the engine's event log; an engine that failed early has written none.
func readEvents(op Operation, stack, path string) (*Result, error) {
	result := &Result{Operation: op, Stack: stack}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return result, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	if err := result.read(f); err != nil {
		return nil, fmt.Errorf("reading the engine's events in %s: %w", path, err)
	}
	return result, nil
}

func (r *Result) read(events io.Reader) error {
	lines := bufio.NewReader(events)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil // an engine that was killed leaves a torn last line
		}
		if err != nil {
			return err
		}
		var e apitype.EngineEvent
		if err := json.Unmarshal(line, &e); err != nil {
			return err
		}
		r.add(&e)
	}
}

func (r *Result) add(e *apitype.EngineEvent) {
	switch {
	case e.ResourcePreEvent != nil && r.Operation != Refresh:
		r.step(&e.ResourcePreEvent.Metadata)
	case e.ResOutputsEvent != nil && r.Operation == Refresh:
		// What a refresh finds out is known when the resource has been read.
		r.step(&e.ResOutputsEvent.Metadata)
	case e.DiagnosticEvent != nil && !e.DiagnosticEvent.Ephemeral:
		d := e.DiagnosticEvent
		text := strings.TrimSpace(colors.Never.Colorize(d.Message))
		r.Messages = append(r.Messages, Message{Severity: d.Severity, URN: d.URN, Text: text})
	case e.SummaryEvent != nil:
		r.Duration = time.Duration(e.SummaryEvent.DurationSeconds) * time.Second
	}
}

func (r *Result) step(m *apitype.StepEventMetadata) {
	name := urn.URN(m.URN).Name()
	if strings.HasPrefix(m.Type, "pulumi:providers:") && strings.HasPrefix(name, "default") {
		return // made by the engine itself, which does not count them either
	}
	switch m.Op {
	case apitype.OpSame:
		r.Same++
		if optionsChange(m) {
			r.Options = append(r.Options, stepOf(m, name))
		}
		return
	case apitype.OpRefresh:
		if r.Operation == Refresh {
			r.Same++
		}
		return
	case apitype.OpCreateReplacement, apitype.OpDeleteReplaced, apitype.OpReadDiscard, apitype.OpDiscardReplaced,
		apitype.OpRemovePendingReplace:
		return // parts of a replacement, whose own step is "replace"
	}
	r.Steps = append(r.Steps, stepOf(m, name))
}

func stepOf(m *apitype.StepEventMetadata, name string) Step {
	return Step{
		Op: string(m.Op), URN: m.URN, Type: m.Type, Name: name, Diff: differing(m),
		ReplaceKeys: slices.Sorted(slices.Values(m.Keys)), Old: stateOf(m.Old), New: stateOf(m.New),
	}
}

func differing(m *apitype.StepEventMetadata) []string {
	if len(m.DetailedDiff) > 0 {
		return slices.Sorted(maps.Keys(m.DetailedDiff))
	}
	return slices.Sorted(slices.Values(m.Diffs))
}

// unneeded stands for the program in operations that do without it.
type unneeded struct{ op Operation }

func (u unneeded) Run(context.Context, *pulumirpc.RunRequest) error {
	return fmt.Errorf("%s runs without the program", u.op)
}
