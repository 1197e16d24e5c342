package graph

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// resource is one of an exported stack: the parent and the dependencies are names of other resources.
type resource struct {
	typ, name, parent string
	needs             []string
}

// exportOf is what `pulumi stack export` writes for the resources. A component is one whose type begins with "app:".
func exportOf(resources ...resource) []byte {
	urns := map[string]string{}
	var all []string
	add := func(r resource, custom bool) {
		urn := fmt.Sprintf("urn:pulumi:dev::pond::%s::%s", r.typ, r.name)
		urns[r.name] = urn
		var needs []string
		for _, n := range r.needs {
			needs = append(needs, fmt.Sprintf("%q", urns[n]))
		}
		all = append(all, fmt.Sprintf(`{"urn":%q,"type":%q,"custom":%t,"parent":%q,"dependencies":[%s]}`,
			urn, r.typ, custom, urns[r.parent], strings.Join(needs, ",")))
	}
	add(resource{"pulumi:pulumi:Stack", "pond-dev", "", nil}, false)
	add(resource{"pulumi:providers:aws", "default", "", nil}, true)
	for _, r := range resources {
		if r.parent == "" {
			r.parent = "pond-dev"
		}
		add(r, !strings.HasPrefix(r.typ, "app:"))
	}
	return fmt.Appendf(nil, `{"version":3,"deployment":{"resources":[%s]}}`, strings.Join(all, ","))
}

// pond has two components in one, a role's policy, and a bucket of its own.
func pond(t *testing.T) *Graph {
	t.Helper()
	g, err := Parse(exportOf(
		resource{"app:index:Pond", "pond", "", nil},
		resource{"app:index:Water", "pond-water", "pond", nil},
		resource{"app:index:Ducks", "pond-ducks", "pond", nil},
		resource{"aws:s3/bucket:Bucket", "bread", "", nil},
		resource{"aws:ec2/vpc:Vpc", "pond-vpc", "pond-water", nil},
		resource{"aws:ec2/subnet:Subnet", "pond-subnet", "pond-water", []string{"pond-vpc"}},
		resource{"aws:iam/role:Role", "pond-role", "pond-ducks", nil},
		resource{"aws:iam/rolePolicy:RolePolicy", "pond-policy", "pond-role", []string{"pond-role", "bread"}},
		resource{"tls:index/privateKey:PrivateKey", "duck", "pond-ducks", []string{"pond-vpc", "pond-subnet", "pond-policy", "bread", "pond-role"}},
	))
	require.NoError(t, err)
	return g
}

func find(t *testing.T, g *Graph, name string) *Node {
	t.Helper()
	for _, n := range g.Resources() {
		if n.Name == name {
			return n
		}
	}
	require.Failf(t, "no resource", "%s", name)
	return nil
}

func names(nodes []*Node) []string {
	var all []string
	for _, n := range nodes {
		all = append(all, n.Name)
	}
	return all
}

func TestParse(t *testing.T) {
	g := pond(t)
	assert.Equal(t, "pond", g.Project)
	assert.Equal(t, "dev", g.Stack)
	assert.Equal(t, []string{"pond", "bread"}, names(g.Root.Children))
	assert.Equal(t, []string{"pond-water", "pond-ducks"}, names(g.Root.Children[0].Children))
	assert.True(t, g.Root.Children[0].Component)
	assert.Equal(t, []string{"pond-vpc", "pond-subnet", "pond-role", "pond-policy", "duck", "bread"}, names(g.Resources()))
	assert.Equal(t, "RolePolicy", find(t, g, "pond-policy").Kind())
}

func TestDependenciesThatFollowAreLeftOut(t *testing.T) {
	g := pond(t)
	assert.Equal(t, []string{"pond-subnet", "pond-policy"}, names(find(t, g, "duck").DependsOn), "neither vpc nor role nor bread")
	assert.Equal(t, []string{"bread"}, names(find(t, g, "pond-policy").DependsOn), "its role is its parent")
	assert.Equal(t, []string{"pond-vpc"}, names(find(t, g, "pond-subnet").DependsOn))
}

func TestDependencyOnAComponent(t *testing.T) {
	g, err := Parse(exportOf(
		resource{"app:index:Pond", "pond", "", nil},
		resource{"app:index:Ducks", "ducks", "pond", nil},
		resource{"aws:ec2/vpc:Vpc", "vpc", "pond", nil},
		resource{"aws:s3/bucket:Bucket", "bread", "ducks", nil},
		resource{"aws:s3/bucket:Bucket", "crumbs", "", []string{"pond"}},
		resource{"aws:s3/bucket:Bucket", "inner", "ducks", []string{"ducks"}},
	))
	require.NoError(t, err)
	assert.Equal(t, []string{"bread", "inner", "vpc"}, names(find(t, g, "crumbs").DependsOn))
	assert.Empty(t, find(t, g, "inner").DependsOn, "a component that it is within")
}

func TestParseErrors(t *testing.T) {
	_, err := Parse([]byte("no JSON"))
	assert.ErrorContains(t, err, "not what `pulumi stack export` writes")
	_, err = Parse([]byte(`{"deployment":{"resources":[{"urn":"vpc"}]}}`))
	assert.ErrorContains(t, err, `the URN "vpc"`)
}

// A state cannot have a cycle of dependencies, but a file can.
func TestCycle(t *testing.T) {
	data := strings.ReplaceAll(string(exportOf(
		resource{"app:index:A", "a", "", nil}, resource{"app:index:B", "b", "", nil},
		resource{"aws:s3/bucket:Bucket", "one", "a", []string{"LATER"}},
		resource{"aws:s3/bucket:Bucket", "two", "b", []string{"one"}},
	)), `""`, `"urn:pulumi:dev::pond::aws:s3/bucket:Bucket::two"`)
	g, err := Parse([]byte(data))
	require.NoError(t, err)
	require.NoError(t, SVG(&strings.Builder{}, g))
	require.NoError(t, Mermaid(&strings.Builder{}, g))
}
