package rehearsal

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// running tells what runs in the namespaces that the build has deployed to.
func (r *release) running(ctx context.Context, a action) error {
	for _, c := range r.building.entered {
		err := r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Workloads"}, func(s *verdict.Step) error {
			all, err := c.Workloads(ctx)
			if err != nil {
				return err
			}
			ready := 0
			for _, w := range all {
				s.Log = append(s.Log, w.String())
				for _, reason := range w.Reasons {
					s.Log = append(s.Log, "  "+reason)
				}
				if w.Ready {
					ready++
				}
			}
			s.Detail = fmt.Sprintf("%d of %d in the cluster %s are ready", ready, len(all), c.name)
			return nil
		})
		for _, note := range c.Notes() {
			r.note("The cluster %s: %s", c.name, note)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// causes are the problem of a failed command of the build, and what is behind it: calls that were denied, and what its
// clusters refused or could not run. What a cluster knows comes first, as the command itself says little of it.
func (r *release) causes(failed *verdict.Problem, log []string) (*verdict.Problem, []verdict.Problem) {
	more := slices.Clone(r.building.denied)
	var known []verdict.Problem
	for _, c := range r.building.entered {
		known = append(known, c.causes(log)...)
	}
	if len(known) > 0 {
		cause := known[0]
		cause.File, cause.Line = failed.File, failed.Line
		more = append(append([]verdict.Problem{*failed}, known[1:]...), more...)
		failed = &cause
	}
	var once []verdict.Problem
	for _, p := range more {
		if !slices.Contains(once, p) {
			once = append(once, p)
		}
	}
	return failed, once
}

// causes are what the cluster has refused, what it could not run, or else what kubectl was told.
func (c *cluster) causes(log []string) []verdict.Problem {
	c.mu.Lock()
	all := slices.Clone(c.refused)
	c.mu.Unlock()
	all = append(all, c.forbidden(log)...)
	for _, trouble := range c.Troubles()[c.before:] {
		all = append(all, verdict.Problem{What: trouble, Where: "EKS cluster " + c.name, Fix: "mend it in the image or in the manifests"})
	}
	if len(all) > 0 {
		return all
	}
	for _, line := range log {
		if refusal.MatchString(line) {
			all = append(all, verdict.Problem{What: line, Where: "EKS cluster " + c.name, Fix: "correct what it names, in the manifests or in the cluster"})
		}
	}
	return all
}

// refusal is how kubectl tells of an error.
var refusal = regexp.MustCompile(`^(?:Error from server|[Ee]rror: |The \S+ "[^"]*" is invalid)`)

// forbidden is how the API server refuses what neither an access policy nor RBAC permits.
// https://kubernetes.io/docs/reference/access-authn-authz/authorization/
var forbidden = regexp.MustCompile(`User "([^"]+)" cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?`)

// forbidden tells what the cluster's access entries would have to have for what its API server has refused.
func (c *cluster) forbidden(log []string) []verdict.Problem {
	var all []verdict.Problem
	for _, line := range log {
		m := forbidden.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		what, fix := m[3], "associate an access policy of EKS with the role's access entry that permits it, or bind the user to a role in the cluster"
		if m[5] != "" {
			what += " in the namespace " + m[5]
			fix = fmt.Sprintf("associate an access policy of EKS with the role's access entry that permits it, as AmazonEKSEditPolicy, for the namespace %s", m[5])
		}
		all = append(all, verdict.Problem{
			What: fmt.Sprintf("nothing lets %s %s %s: it has %s", m[1], m[2], what, c.policies(m[1])), Where: "EKS cluster " + c.name, Fix: fix,
		})
	}
	return all
}

// policies are the access policies that the user has in the cluster, as a list.
func (c *cluster) policies(user string) string {
	var all []string
	for _, b := range c.bindings() {
		if b.Policy == "" || !b.Is(user) {
			continue
		}
		scope := "the whole cluster"
		if len(b.Namespaces) > 0 {
			scope = strings.Join(b.Namespaces, ", ")
		}
		all = append(all, fmt.Sprintf("%s for %s", b.Policy[strings.LastIndex(b.Policy, "/")+1:], scope))
	}
	return first(strings.Join(all, "; "), "no access policy")
}
