package reality

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// plan is what an engine would do to a case's resource.
type plan struct {
	// Op is "same", "update", "replace", or unmade.
	Op string `json:"op"`
	// Inputs are the names of the top-level inputs that differ, sorted.
	Inputs []string `json:"inputs,omitempty"`
	// Forces are those that force the replacement.
	Forces []string `json:"forces,omitempty"`
	// Why the resource was not made, or the update not carried out.
	Why string `json:"why,omitempty"`
}

// unmade says that there was no plan, because the resource could not be made as it was before the change.
const unmade = "unmade"

// refusal tells whether and how a wrong program failed.
type refusal struct {
	Refused bool   `json:"refused"`
	Why     string `json:"why,omitempty"` // what the provider said
}

// answers are a provider's for all cases, by their names.
type answers struct {
	Plans    map[string]plan    `json:"plans"`
	Refusals map[string]refusal `json:"refusals"`
}

// askEdits asks the engine what it would do at each edit, with the drydock's providers, whichever they are.
func askEdits(t *testing.T, dock *drydock.Dock, settings map[string]any) map[string]plan {
	plans, config := map[string]plan{}, drydock.Config(settings)
	run := func(changed func(edit) bool) *drydock.Stack {
		return dock.Stack("edits", drydock.Program(program(func(e edit) values {
			switch {
			case plans[e.name].Op == unmade:
				return nil
			case changed(e):
				return e.after()
			}
			return e.base
		})), config)
	}
	before := run(func(edit) bool { return false })
	t.Cleanup(func() { destroy(t, before) })
	for name, why := range failures(t, before, drydock.Up) {
		plans[name] = plan{Op: unmade, Why: why}
	}
	if res := before.Preview(t); !res.Unchanged() {
		t.Errorf("a second up would change %v", res.Steps)
	}
	res := run(func(edit) bool { return true }).Preview(t)
	for _, e := range edits() {
		if plans[e.name].Op != unmade {
			plans[e.name] = planned(e, res.Step(e.name))
		}
	}
	updates := run(func(e edit) bool { return plans[e.name].Op == "update" })
	failed := failures(t, updates, drydock.Up)
	for name, why := range failed {
		p := plans[name]
		p.Why = why
		plans[name] = p
	}
	for _, s := range updates.Preview(t).Steps {
		if failed[s.Name] == "" && plans[s.Name].Op != unmade && !isForgotten(s) {
			t.Errorf("after the edits, a second up would change %v", s)
		}
	}
	return plans
}

// flaky are the calls that moto fails by itself, so that a destroy has to be tried again: a version that is a delete marker
// ("FakeDeleteMarker has no attribute dispose", reported as BadRequest), and rules of one group revoked at the same time.
var flaky = []string{"DeleteObjects", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress"}

// destroy destroys the stack, at a test's end too, when its context is done.
func destroy(t *testing.T, stack *drydock.Stack) {
	t.Helper()
	_, err := stack.Run(context.WithoutCancel(t.Context()), drydock.Destroy, progress())
	var failure *drydock.Failure
	if errors.As(err, &failure) && slices.ContainsFunc(flaky, func(call string) bool { return strings.Contains(failure.Error(), call) }) {
		t.Logf("the emulator failed, and is asked again: %v", err)
		_, err = stack.Run(context.WithoutCancel(t.Context()), drydock.Destroy, progress())
	}
	if err != nil {
		t.Error(err)
	}
}

// failures are what failed in an operation that goes on after a failure, by the resources' names. It fails the test
// when a fixture fails.
func failures(t *testing.T, stack *drydock.Stack, op drydock.Operation) map[string]string {
	t.Helper()
	res, err := stack.Run(context.WithoutCancel(t.Context()), op, drydock.Args("--continue-on-error"), progress())
	var failure *drydock.Failure
	if err != nil && !errors.As(err, &failure) {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, m := range res.Messages {
		if m.Severity == "error" && m.URN != "" {
			name := m.URN[strings.LastIndex(m.URN, "::")+2:]
			said[name] = strings.TrimSpace(said[name] + "\n" + steady(m.Text))
		}
	}
	for _, f := range fixtures() {
		if said[f.name] != "" {
			t.Fatalf("the fixture %s fails: %v", f.name, said[f.name])
		}
	}
	return said
}

// perRun is what says nothing, or differs in each answer of an AWS client.
var perRun = regexp.MustCompile(`rpc error: code = \w+ desc = |sdk-v2/provider2.go:\d+: sdk.helper_schema: |https response error StatusCode: \d+, RequestID: [^,]*, (HostID: [^,]*, )?`)

// random are the parts of ids and names that differ from run to run.
var random = regexp.MustCompile(`\b[0-9a-f]{7,}\b`)

// steady is the first line of what a provider said, without what says nothing and what is random.
func steady(said string) string {
	return firstLine(random.ReplaceAllString(perRun.ReplaceAllString(said, ""), "…"))
}

func progress() drydock.RunOption {
	if os.Getenv("REALITY_PROGRESS") == "" {
		return drydock.Stream(io.Discard, io.Discard)
	}
	return drydock.Stream(os.Stdout, os.Stderr)
}

func planned(e edit, s *drydock.Step) plan {
	if s == nil {
		return plan{Op: "same"}
	}
	return plan{Op: s.Op, Inputs: inputsOf(e, s.Diff), Forces: inputsOf(e, s.ReplaceKeys)}
}

// inputsOf are the top-level inputs that the paths lie in, sorted. The real provider tells of outputs too, such as versions.
func inputsOf(e edit, paths []string) (names []string) {
	given := over(e.base, e.change)
	maps.Copy(given, e.base)
	for _, p := range paths {
		if name := top(p); given[name] != nil && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
