// Package graph draws what a stack has deployed: its components as groups, and what depends on what.
package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// Graph is the resources of a stack and their dependencies.
type Graph struct {
	Project, Stack string
	// Root holds what has no parent; it stands for the stack.
	Root *Node
}

// Node is a component or a resource.
type Node struct {
	// URN is Pulumi's name for it. Type is its type token, as "aws:iam/role:Role", Name its name in the program.
	URN, Type, Name string
	// Component tells that it is nothing in a cloud, only the parent of others.
	Component bool
	// Children are those that it is the parent of, in the state's order, which is one in which they can be made.
	Children []*Node
	// DependsOn are the resources that have to be there before it. A dependency on a component is one on everything
	// within, and what follows from others is left out: where A needs B and B needs C, "A needs C" says nothing.
	DependsOn []*Node

	parent *Node
}

// exported is the part of `pulumi stack export` that is drawn.
// https://pkg.go.dev/github.com/pulumi/pulumi/sdk/v3/go/common/apitype#DeploymentV3
type exported struct {
	Deployment struct {
		Resources []struct {
			URN          string   `json:"urn"`
			Type         string   `json:"type"`
			Custom       bool     `json:"custom"`
			Delete       bool     `json:"delete"`
			Parent       string   `json:"parent"`
			Dependencies []string `json:"dependencies"`
		} `json:"resources"`
	} `json:"deployment"`
}

// Read returns the graph of the stack's state. A stack that has not been up has none: the error is a
// *drydock.UsageError that says so.
func Read(ctx context.Context, stack *drydock.Stack) (*Graph, error) {
	resources, err := stack.Resources()
	if err != nil {
		return nil, err
	}
	none := &drydock.UsageError{
		Problem: fmt.Sprintf("stack %s has no resources to draw: `drydock up --stack %[1]s` makes them", stack.Name()),
	}
	if len(resources) == 0 {
		return nil, none // without starting the engine
	}
	deployment, err := stack.Export(ctx, false)
	if err != nil {
		return nil, err
	}
	g, err := Parse(deployment)
	if err == nil && len(g.Resources()) == 0 {
		return nil, none
	}
	return g, err
}

// Parse returns the graph of what `pulumi stack export` wrote.
func Parse(deployment []byte) (*Graph, error) {
	var e exported
	if err := json.Unmarshal(deployment, &e); err != nil {
		return nil, fmt.Errorf("the exported stack is not what `pulumi stack export` writes: %w", err)
	}
	g := &Graph{Root: &Node{Component: true}}
	nodes := map[string]*Node{}
	for _, r := range e.Deployment.Resources {
		parts := strings.SplitN(r.URN, "::", 4)
		switch {
		case len(parts) != 4:
			return nil, fmt.Errorf("the exported stack has a resource with the URN %q: one is as urn:pulumi:stack::project::type::name", r.URN)
		case r.Delete || strings.HasPrefix(r.Type, "pulumi:providers:"):
			continue
		}
		g.Project, g.Stack = parts[1], strings.TrimPrefix(parts[0], "urn:pulumi:")
		if r.Type == "pulumi:pulumi:Stack" {
			nodes[r.URN] = g.Root
			continue
		}
		n := &Node{URN: r.URN, Type: r.Type, Name: parts[3], Component: !r.Custom, parent: g.Root}
		if p := nodes[r.Parent]; p != nil {
			n.parent = p
		}
		n.parent.Children = append(n.parent.Children, n)
		nodes[r.URN] = n
	}
	g.Root.Name = g.Stack
	for _, r := range e.Deployment.Resources {
		if n := nodes[r.URN]; n != nil && n != g.Root {
			for _, on := range r.Dependencies {
				n.depend(nodes[on])
			}
		}
	}
	g.reduce()
	return g, nil
}

// depend adds a dependency, and for a component those on what is within. What a resource is the child of is a
// dependency that its place shows.
func (n *Node) depend(on *Node) {
	switch {
	case on == nil || on == n || on.contains(n):
	case on.Component:
		for _, c := range on.Children {
			n.depend(c)
		}
	default:
		for _, d := range n.DependsOn {
			if d == on {
				return
			}
		}
		n.DependsOn = append(n.DependsOn, on)
	}
}

func (n *Node) contains(other *Node) bool {
	for ; other != nil; other = other.parent {
		if other == n {
			return true
		}
	}
	return false
}

// Resources are the graph's without components, in the state's order of their groups.
func (g *Graph) Resources() []*Node { return g.Root.within(nil) }

func (n *Node) within(all []*Node) []*Node {
	for _, c := range n.Children {
		if !c.Component {
			all = append(all, c)
		}
		all = c.within(all)
	}
	return all
}

// Kind is the type without its package and module: "Role".
func (n *Node) Kind() string { return n.Type[strings.LastIndex(n.Type, ":")+1:] }
