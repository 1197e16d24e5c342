package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// admitted finds who may do more than before by something else than a policy's statements.
func admitted(s drydock.Step) []Danger {
	var found []Danger
	widen := func(property, reason, way string) {
		found = append(found, Danger{Kind: Widened, Op: s.Op, Resource: resourceOf(s), Reason: reason, Forces: []string{property}, WayOut: []string{way}})
	}
	if s.New == nil {
		return nil
	}
	was, will := inputs(s.Old), inputs(s.New)
	switch s.Type {
	case "aws:iam/role:Role", "aws:iam/user:User":
		if text(was["permissionsBoundary"]) != "" && text(will["permissionsBoundary"]) == "" {
			widen("permissionsBoundary", "the permissions boundary is removed: what it kept out is allowed by any policy that says so",
				"leave `permissionsBoundary` as it is, or agree to this")
		}
	case "aws:eks/accessPolicyAssociation:AccessPolicyAssociation":
		clusterAccess(was, will, widen)
	case "aws:codebuild/webhook:Webhook":
		if s.Old != nil {
			starts(was, will, widen)
		}
	}
	return found
}

// eksAccess ranks EKS's access policies by what they allow.
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
var eksAccess = []string{"AmazonEKSViewPolicy", "AmazonEKSSecretReaderPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSEditPolicy", "AmazonEKSAdminPolicy",
	eksClusterAdmin}

const eksClusterAdmin = "AmazonEKSClusterAdminPolicy"

func clusterAccess(was, will map[string]any, widen func(property, reason, way string)) {
	const way = "give the least access policy that does, for the namespaces that need it, or agree to this"
	before, after := accessPolicy(was), accessPolicy(will)
	switch {
	case after == eksClusterAdmin && before != after:
		widen(attachedPolicy, after+" allows everything in the cluster", way)
	case before != "" && slices.Index(eksAccess, after) > slices.Index(eksAccess, before):
		widen(attachedPolicy, fmt.Sprintf("%s allows more than %s", after, before), way)
	}
	if before == "" {
		return
	}
	if lookup(was, "accessScope.type") == "namespace" && lookup(will, "accessScope.type") == "cluster" {
		widen("accessScope", "the access is to the whole cluster instead of some namespaces", way)
		return
	}
	if more := minus(texts(lookup(will, "accessScope.namespaces")), texts(lookup(was, "accessScope.namespaces"))); len(more) > 0 {
		widen("accessScope", "the access is to more namespaces: "+strings.Join(more, ", "), way)
	}
}

// accessPolicy is the name of the access policy, "" where there is none, or none that is known.
func accessPolicy(association map[string]any) string {
	arn := text(association[attachedPolicy])
	return arn[strings.LastIndexByte(arn, '/')+1:]
}

// filters are those of one group of a webhook, by their types: all must match for an event to start a build.
// https://docs.aws.amazon.com/codebuild/latest/userguide/github-webhook.html
type filters map[string]string

// excluded begins the type of a filter that keeps out what matches.
const excluded = "not "

// starts finds what starts a build that did not. Patterns of branches and files are the reviewer's to read; who may start
// a build, and which events do, can be compared.
func starts(was, will map[string]any, widen func(property, reason, way string)) {
	const way = "leave the filter as it is, or let nothing in the build be worth a stranger's while"
	if will["filterGroups"] == drydock.Unknown {
		return
	}
	before, after := groups(was), groups(will)
	if len(before) > 0 && len(after) == 0 {
		widen("filterGroups", "the webhook's filters are removed: every push starts a build", way)
		return
	}
	for i, g := range after {
		if len(before) == 0 || slices.ContainsFunc(before, func(b filters) bool { return g.wider(b) == "" }) {
			continue
		}
		widen(fmt.Sprintf("filterGroups[%d]", i), g.wider(before[min(i, len(before)-1)]), way)
	}
}

// wider says what the group lets through that the other one did not, "" for nothing.
func (g filters) wider(other filters) string {
	var lets []string
	for typ, pattern := range other {
		now, kept := g[typ]
		switch {
		case !kept:
			lets = append(lets, fmt.Sprintf("the webhook's filter %s %s falls", typ, pattern))
		case now == drydock.Unknown:
		case typ == "EVENT" || typ == "ACTOR_ACCOUNT_ID":
			if more := minus(alternatives(now), alternatives(pattern)); len(more) > 0 {
				lets = append(lets, fmt.Sprintf("the webhook's filter %s takes %s too", typ, strings.Join(more, ", ")))
			}
		case typ == excluded+"ACTOR_ACCOUNT_ID":
			if less := minus(alternatives(pattern), alternatives(now)); len(less) > 0 {
				lets = append(lets, fmt.Sprintf("the webhook's filter %s takes %s too", typ, strings.Join(less, ", ")))
			}
		}
	}
	slices.Sort(lets)
	return strings.Join(lets, "; ")
}

// alternatives are the events of a list, or the accounts of a pattern such as ^(1|2)$.
func alternatives(pattern string) []string {
	return strings.FieldsFunc(pattern, func(r rune) bool { return strings.ContainsRune("^$()|, ", r) })
}

func groups(webhook map[string]any) []filters {
	var all []filters
	for _, group := range objects(webhook["filterGroups"]) {
		g := filters{}
		for _, f := range objects(group["filters"]) {
			typ := text(f["type"])
			if f["excludeMatchedPattern"] == true {
				typ = excluded + typ
			}
			g[typ] = text(f["pattern"])
		}
		all = append(all, g)
	}
	return all
}
