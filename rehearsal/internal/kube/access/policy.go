// Package access answers whether EKS permits a request to a cluster, by the access policies of its access entries.
//
// EKS asks them beside RBAC and not as roles of it, so that what they permit cannot be passed on by roles and bindings, not even
// with AmazonEKSAdminPolicy (https://github.com/aws/containers-roadmap/issues/2682).
package access

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// Rule permits verbs on resources, as "pods" or "pods/log", of API groups, or on paths that are no resources.
type Rule struct {
	Groups, Resources, Verbs []string
	Paths                    []string
}

// Binding is an access policy that is associated with an access entry.
// https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html
type Binding struct {
	// Username is the access entry's, in which "{{SessionName}}" is any text.
	Username string
	// Groups are the access entry's Kubernetes groups, which roles of the cluster may be bound to.
	Groups []string
	// Policy is the ARN of the access policy, as "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"; "" for an entry
	// without one.
	Policy string
	// Namespaces that the policy is for, with "*" for any characters. None is the whole cluster.
	Namespaces []string
}

// Request is what somebody wants of the API server.
type Request struct {
	Username               string
	Namespace, Group, Verb string
	// Resource is "pods" or "pods/log"; Path is of a request that is for no resource.
	Resource, Path string
}

// Known tells whether the rules of a policy are known, by its ARN.
func Known(policy string) bool {
	_, ok := policies[name(policy)]
	return ok
}

// Allowed tells whether a policy of the user permits the request.
func Allowed(bindings []Binding, r Request) bool {
	return slices.ContainsFunc(bindings, func(b Binding) bool {
		return b.Is(r.Username) && b.covers(r.Namespace) &&
			slices.ContainsFunc(policies[name(b.Policy)], func(rule Rule) bool { return rule.allows(r) })
	})
}

func name(policy string) string { return policy[strings.LastIndexByte(policy, '/')+1:] }

// placeholders of usernames, and what IAM lets them be.
var placeholders = strings.NewReplacer(
	`\{\{SessionName\}\}`, `[\w+=,.@-]+`, `\{\{SessionNameRaw\}\}`, `[\w+=,.@-]+`, `\{\{AccountID\}\}`, `\d{12}`,
)

// Is tells whether the user is of the binding's access entry.
func (b Binding) Is(username string) bool {
	if !strings.Contains(b.Username, "{{") {
		return b.Username == username
	}
	pattern, err := regexp.Compile("^" + placeholders.Replace(regexp.QuoteMeta(b.Username)) + "$")
	return err == nil && pattern.MatchString(username)
}

// covers is whether the binding's scope has the namespace; a request beyond namespaces has "".
func (b Binding) covers(namespace string) bool {
	return len(b.Namespaces) == 0 || namespace != "" && slices.ContainsFunc(b.Namespaces, func(pattern string) bool {
		matches, err := path.Match(pattern, namespace)
		return err == nil && matches
	})
}

func (rule Rule) allows(r Request) bool {
	if !has(rule.Verbs, r.Verb) {
		return false
	}
	if r.Path != "" {
		return has(rule.Paths, r.Path)
	}
	return has(rule.Groups, r.Group) && has(rule.Resources, r.Resource)
}

func has(all []string, one string) bool {
	return slices.Contains(all, one) || slices.Contains(all, "*")
}
