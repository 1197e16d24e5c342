package mocks

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

// Resource is one as the engine would see it.
type Resource struct {
	Type, Name string
	Inputs     resource.PropertyMap
	Request    *pulumirpc.RegisterResourceRequest
}

// Kind is the last part of the type, as "Role".
func (r Resource) Kind() string { return r.Type[strings.LastIndex(r.Type, ":")+1:] }

// Plain gives all inputs as plain Go values.
func (r Resource) Plain() map[string]any { return r.Inputs.Mappable() }

// Text of an input, without the mark of a secret.
func (r Resource) Text(t *testing.T, input string) string {
	t.Helper()
	value := r.Inputs[resource.PropertyKey(input)]
	if value.IsSecret() {
		value = value.SecretValue().Element
	}
	require.Truef(t, value.IsString(), "%s of %s is no text: %v", input, r.Name, value)
	return value.StringValue()
}

// Needs requires the resource to wait for others, each given as the end of its URN, as "Role::dog".
func (r Resource) Needs(t *testing.T, others ...string) {
	t.Helper()
	dependencies := r.Request.GetDependencies()
	for _, other := range others {
		require.Truef(t, slices.ContainsFunc(dependencies, func(urn string) bool { return strings.HasSuffix(urn, other) }),
			"%s does not depend on %s, but on %q", r.Name, other, dependencies)
	}
}

// Variables of a CodeBuild project by name, each with its type before it if it has one.
func (r Resource) Variables() map[string]string {
	variables := map[string]string{}
	list, _ := r.Plain()["environment"].(map[string]any)["environmentVariables"].([]any)
	for _, v := range list {
		variable := v.(map[string]any)
		text := variable["value"].(string)
		if kind, given := variable["type"]; given {
			text = kind.(string) + " " + text
		}
		variables[variable["name"].(string)] = text
	}
	return variables
}

// Action of a CodePipeline: its inputs, and the stage that it is in.
type Action struct {
	Stage, Name string
	Inputs      map[string]any
}

// Actions of a CodePipeline, in their order.
func (r Resource) Actions() []Action {
	var actions []Action
	for _, s := range r.Plain()["stages"].([]any) {
		stage := s.(map[string]any)
		for _, a := range stage["actions"].([]any) {
			inputs := a.(map[string]any)
			actions = append(actions, Action{stage["name"].(string), inputs["name"].(string), inputs})
		}
	}
	return actions
}

// Action gives the inputs of the action of a name.
func (r Resource) Action(t *testing.T, name string) map[string]any {
	t.Helper()
	var names []string
	for _, a := range r.Actions() {
		if a.Name == name {
			return a.Inputs
		}
		names = append(names, a.Name)
	}
	require.Failf(t, "no such action", "%s is not among %v", name, names)
	return nil
}

// Await gives the value of an output.
func Await(output pulumi.Output) any {
	values := make(chan any, 1)
	pulumi.All(output).ApplyT(func(all []any) any {
		values <- all[0]
		return nil
	})
	return <-values
}
