package access

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

const prefix = "arn:aws:eks::aws:cluster-access-policy/"

func TestAllowed(t *testing.T) {
	role := Binding{Username: "arn:aws:sts::{{AccountID}}:assumed-role/deploy/{{SessionName}}", Policy: prefix + "AmazonEKSEditPolicy", Namespaces: []string{"shop-*"}}
	patch := Request{Username: "arn:aws:sts::111122223333:assumed-role/deploy/build-7", Namespace: "shop-1", Group: "apps", Resource: "deployments", Verb: "patch"}
	with := func(change func(r *Request)) Request {
		r := patch
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		request Request
		want    bool
	}{
		"what the policy permits": {patch, true},
		"of another role":         {with(func(r *Request) { r.Username = "arn:aws:sts::111122223333:assumed-role/deploy2/build-7" }), false},
		"a session within a name": {with(func(r *Request) { r.Username = "arn:aws:sts::111122223333:assumed-role/deploy/x/build-7" }), false},
		"another namespace":       {with(func(r *Request) { r.Namespace = "other" }), false},
		"no namespace":            {with(func(r *Request) { r.Namespace = "" }), false},
		"another group":           {with(func(r *Request) { r.Group = "example.com" }), false},
		"another verb":            {with(func(r *Request) { r.Verb = "escalate" }), false},
		"a part of the resource":  {with(func(r *Request) { r.Resource = "deployments/status" }), false},
		"a path":                  {Request{Username: patch.Username, Path: "/metrics", Verb: "get"}, false},
	} {
		assert.Equal(t, c.want, Allowed([]Binding{role}, c.request), name)
	}
	whole := Binding{Username: "owner", Policy: prefix + "AmazonEKSClusterAdminPolicy"}
	assert.True(t, Allowed([]Binding{role, whole}, Request{Username: "owner", Path: "/metrics", Verb: "get"}))
	assert.True(t, Allowed([]Binding{role, whole}, Request{Username: "owner", Group: "", Resource: "nodes", Verb: "delete"}))
	assert.False(t, Allowed([]Binding{{Username: "owner"}}, Request{Username: "owner", Resource: "pods", Verb: "get"}), "an entry without a policy")
}

func TestKnown(t *testing.T) {
	assert.True(t, Known(prefix+"AmazonEKSViewPolicy"))
	assert.True(t, Known("arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSSecretReaderPolicy"))
	assert.False(t, Known(prefix+"AmazonEKSAutoNodePolicy"))
}

// Each policy contains the smaller ones, as in the documentation.
func TestPoliciesContainEachOther(t *testing.T) {
	order := []string{"AmazonEKSViewPolicy", "AmazonEKSEditPolicy", "AmazonEKSAdminPolicy"}
	for i, name := range order[1:] {
		for _, rule := range policies[order[i]] {
			for _, resource := range rule.Resources {
				for _, verb := range rule.Verbs {
					r := Request{Group: rule.Groups[0], Resource: resource, Verb: verb}
					assert.True(t, slices.ContainsFunc(policies[name], func(rule Rule) bool { return rule.allows(r) }), "%s: %v", name, r)
				}
			}
		}
	}
}
