package pulumi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/permissions"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// guard puts what providers do before the policies of the build's role. It runs while the clouds are locked.
type guard struct {
	*runner
	world *world.World
	stale bool // since the world was read
	env   []string
}

// admit asks for all calls of an operation, so that one report shows every lack; the error is the first one's, in the
// words of AWS.
func (g *guard) admit(call drydock.Call, was, next *drydock.Record) error {
	if g.stale {
		g.world, g.stale = world.Held(g.dock.Cloud()), false
		g.now.Store(g.world)
	}
	if strings.HasPrefix(call.Type, "cloudflare:") && !slices.ContainsFunc(g.env, credential) {
		g.Note("The program manages Cloudflare, and the build has none of CLOUDFLARE_API_TOKEN, CLOUDFLARE_API_KEY and " +
			"CLOUDFLARE_API_USER_SERVICE_KEY: unless the stack's configuration has one, Cloudflare refuses.")
	}
	calls, err := g.calls(call, was, next)
	if err != nil {
		return err
	}
	var denied error
	for _, c := range calls {
		c.Role = g.Role
		if reason := g.Ask(g.world, c); reason != nil && denied == nil {
			denied = fmt.Errorf("AccessDenied: User: %s is not authorized to perform: %s on resource: %s because %w",
				session(g.Role, g.Session), c.Action, c.Resource, reason)
		}
	}
	if denied == nil && call.Op != "read" && call.Op != "invoke" {
		g.stale = true
		id := ""
		if next != nil {
			id = next.ID
		} else if was != nil {
			id = was.ID
		}
		g.changes = append(g.changes, Change{call.Op, call.Type, call.Name, id})
	}
	return denied
}

// credential tells whether the variable is one that the provider for Cloudflare takes for a credential.
// https://www.pulumi.com/registry/packages/cloudflare/installation-configuration/
func credential(variable string) bool {
	name, value, _ := strings.Cut(variable, "=")
	return value != "" && (name == "CLOUDFLARE_API_TOKEN" || name == "CLOUDFLARE_API_KEY" || name == "CLOUDFLARE_API_USER_SERVICE_KEY")
}

// session is the ARN of a session of the role.
func session(role, name string) string {
	arn, _ := world.ParseARN(role)
	arn.Region = ""
	return arn.With("sts", "assumed-role/"+role[strings.LastIndex(role, "/")+1:]+"/"+name)
}

// calls are those that a provider makes in an operation.
func (g *guard) calls(call drydock.Call, was, next *drydock.Record) ([]access.Call, error) {
	if call.Op == "invoke" {
		return g.invocation(call.Type), nil
	}
	r := next
	if r == nil {
		r = was
	}
	resource := permissions.Resource{Type: r.Type, Name: call.Name, Inputs: r.Inputs, Outputs: map[string]any{"id": r.ID}}
	for key, value := range r.Outputs {
		resource.Outputs[key] = value
	}
	needed, known := permissions.Calls(resource, permissions.Operation(call.Op), g.place(r))
	if !known {
		return nil, fmt.Errorf("the rehearsal does not know which calls managing a %s takes", r.Type)
	}
	var all []access.Call
	for _, n := range needed {
		if n.Action == "iam:PassRole" {
			continue // asked for where a role is passed
		}
		all = append(all, access.Call{
			Action: n.Action, Resource: n.Resource, Context: g.context(n, r, was, next),
			Why: call.Op + " " + call.Name, Doc: actionsDoc,
		})
	}
	if next != nil && call.Op != "read" {
		all = append(all, passes(was, next, call.Name)...)
	}
	return all, nil
}

const actionsDoc = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"

// place is where the record is; what is global is managed from the build's region.
func (g *guard) place(r *drydock.Record) permissions.Place {
	role, _ := world.ParseARN(g.Role)
	account, region, _ := strings.Cut(r.Scope, "/")
	return permissions.Place{Partition: role.Partition, Region: first(region, g.Region), Account: first(account, g.Account)}
}

// context are the keys of the request: the tags that the resource has or gets, the boundary of the role that it is about,
// and what else the call is conditional on.
func (g *guard) context(n permissions.Call, r, was, next *drydock.Record) map[string][]string {
	context := map[string][]string{}
	for _, c := range n.Conditions {
		context[c.Key] = c.Values
	}
	delete(context, boundaryKey)
	if boundary := g.boundaryOf(n.Action, r); boundary != "" {
		context[boundaryKey] = []string{boundary}
	}
	present := was
	if present == nil {
		present = next
	}
	for key, value := range tagsOf(present) {
		context["aws:ResourceTag/"+key] = []string{value}
	}
	if next == nil || next == was {
		return context
	}
	for key, value := range tagsOf(next) {
		context["aws:RequestTag/"+key] = []string{value}
		context["aws:TagKeys"] = append(context["aws:TagKeys"], key)
	}
	return context
}

const boundaryKey = "iam:PermissionsBoundary"

// bounding are the actions whose requests tell the boundary of the role that they are about.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
var bounding = map[string]bool{
	"iam:AttachRolePolicy": true, "iam:CreateRole": true, "iam:DeleteRolePermissionsBoundary": true, "iam:DeleteRolePolicy": true,
	"iam:DetachRolePolicy": true, "iam:PutRolePermissionsBoundary": true, "iam:PutRolePolicy": true,
}

const roleType = "aws:iam/role:Role"

func (g *guard) boundaryOf(action string, r *drydock.Record) string {
	if !bounding[action] {
		return ""
	}
	if r.Type == roleType {
		return r.Attr("permissionsBoundary")
	}
	name := r.Inputs.Str("role")
	if role := g.world.Find(roleType, "name", name[strings.LastIndex(name, "/")+1:]); role != nil {
		return role.Attr("permissionsBoundary")
	}
	return ""
}

func tagsOf(r *drydock.Record) map[string]string {
	tags := r.Outputs.Obj("tagsAll")
	if len(tags) == 0 {
		tags = r.Inputs.Obj("tags")
	}
	texts := map[string]string{}
	for key := range tags {
		texts[key] = tags.Str(key)
	}
	return texts
}
