// Package mocks runs a component's test in its own process, with clouds that accept everything: for what a component
// registers and with which inputs. Whether a cloud would accept it is the drydock's to say.
package mocks

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// Cloud is what a program registered, and how the clouds answer its questions. The zero value is ready to use.
type Cloud struct {
	// Stack is the name of the program's stack. Default: "test".
	Stack string
	// Account is that of the default provider of AWS, Accounts are those of other providers by their names. Default:
	// 123456789012.
	Account  string
	Accounts map[string]string
	// Answers by a function's token replace the usual ones.
	Answers map[string]map[string]any
	// Resources in the order of their registration, which may differ from run to run.
	Resources []Resource

	mu sync.Mutex
}

// Deploy runs a program and requires it to succeed.
func Deploy(t *testing.T, program pulumi.RunFunc) *Cloud {
	t.Helper()
	c := &Cloud{}
	require.NoError(t, c.Run(program))
	return c
}

// Run runs a program.
func (c *Cloud) Run(program pulumi.RunFunc) error {
	stack := c.Stack
	if stack == "" {
		stack = "test"
	}
	return pulumi.RunErr(program, pulumi.WithMocks("container-pipeline", stack, c))
}

// NewResource keeps what is registered, and gives it what a cloud would add to it.
func (c *Cloud) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Resources = append(c.Resources, Resource{args.TypeToken, args.Name, args.Inputs, args.RegisterRPC})
	id, outputs := args.Name+"-id", args.Inputs.Copy()
	for key, value := range computed(c.account(args.Provider), args.TypeToken, args.Name, args.Inputs) {
		if key == "id" {
			id = value
		} else if _, given := outputs[resource.PropertyKey(key)]; !given {
			outputs[resource.PropertyKey(key)] = resource.NewStringProperty(value)
		}
	}
	return id, outputs, nil
}

// account is the one that a provider, by its reference, is in.
func (c *Cloud) account(provider string) string {
	for name, account := range c.Accounts {
		if strings.Contains(provider, "::"+name+"::") {
			return account
		}
	}
	if c.Account == "" {
		return "123456789012"
	}
	return c.Account
}

// Call answers a program's questions to a cloud.
func (c *Cloud) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	if answer, ok := c.Answers[args.Token]; ok {
		return resource.NewPropertyMapFromMap(answer), nil
	}
	switch args.Token {
	case "aws:index/getCallerIdentity:getCallerIdentity":
		return resource.NewPropertyMapFromMap(map[string]any{"accountId": c.account(args.Provider)}), nil
	default:
		if answer, ok := answers[args.Token]; ok {
			return resource.NewPropertyMapFromMap(answer), nil
		}
	}
	return nil, fmt.Errorf("no answer for %s", args.Token)
}

// All are the resources of a type, as "Role" or "ecs/service:Service", by their names.
func (c *Cloud) All(kind string) []Resource {
	var found []Resource
	for _, r := range c.Resources {
		if strings.HasSuffix(r.Type, ":"+kind) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b Resource) int { return strings.Compare(a.Name, b.Name) })
	return found
}

// Names are those of All.
func (c *Cloud) Names(kind string) []string {
	var names []string
	for _, r := range c.All(kind) {
		names = append(names, r.Name)
	}
	return names
}

// Made are all resources but components, each as "Role dog", sorted.
func (c *Cloud) Made() []string {
	return c.list(func(r Resource) bool { return !strings.HasPrefix(r.Type, "container-pipeline:") })
}

// Children are the resources below the components of a type, as "Build", each as "Role dog", sorted.
func (c *Cloud) Children(component string) []string {
	return c.list(func(r Resource) bool { return strings.Contains(r.Request.GetParent(), ":"+component+"::") })
}

func (c *Cloud) list(among func(Resource) bool) []string {
	var found []string
	for _, r := range c.Resources {
		if among(r) {
			found = append(found, r.Kind()+" "+r.Name)
		}
	}
	slices.Sort(found)
	return found
}

// Resource is the one among All that has the name.
func (c *Cloud) Resource(t *testing.T, kind, name string) Resource {
	t.Helper()
	for _, r := range c.All(kind) {
		if r.Name == name {
			return r
		}
	}
	require.Failf(t, "not registered", "%s %s is not among %v", kind, name, c.Made())
	return Resource{}
}
