// Package permissions writes the IAM policies that let a deployer manage what a stack contains, and nothing else: create,
// read, update, delete and tag each of its resources.
//
// What each type of resource asks for is a table, written from the calls that the Terraform AWS provider makes (which
// Pulumi's is built on) and from AWS's Service Authorization Reference, which names the action behind a call and the
// resources that it can be narrowed to:
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
package permissions

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// Place is where the resources are to be managed.
type Place struct {
	Partition string // "aws", "aws-cn", "aws-us-gov"
	Region    string // "us-east-2"
	Account   string // 12 digits
}

func (p Place) arn(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", p.Partition, service, p.Region, p.Account, resource)
}

// global is the ARN of a resource of a service without regions.
func (p Place) global(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s::%s:%s", p.Partition, service, p.Account, resource)
}

// Resource is one of a stack's.
type Resource struct {
	Type, Name string // as "aws:ecr/repository:Repository", and the name in the program
	Inputs     map[string]any
	Outputs    map[string]any
	// Role is the ARN of the one that the resource's provider assumes, and Region that provider's. Default: the deployer's
	// own credentials, in the place of the deployment.
	Role, Region string
}

// place is where the resource is, of a deployment in the place.
func (r Resource) place(p Place) Place {
	p.Region = cmp.Or(r.Region, p.Region)
	return p
}

// text is an output, or else an input, that is a text; "" without.
func (r Resource) text(property string) string {
	if value, ok := r.Outputs[property].(string); ok {
		return value
	}
	value, _ := r.Inputs[property].(string)
	return value
}

// Options adjust what is granted.
type Options struct {
	// Place of the deployment. Required.
	Place Place
	// Boundary is the ARN of the permissions boundary with which alone roles may be made. Required.
	Boundary string
	// Role is the ARN of the one whose permissions are asked for: of those that the stack's providers assume, for what is
	// in other accounts. Place is in its account. Default: the deployer itself.
	Role string
}

// Report is what a stack's deployer is to be allowed.
type Report struct {
	// Documents are valid managed policies, each within IAM's limit of 6,144 characters; together they are the permissions.
	Documents []iam.Document `json:"documents"`
	// Wildcards are the statements on "*", with the reason.
	Wildcards []Wildcard `json:"wildcards"`
	// Elsewhere are the types of other clouds: they are managed with credentials of their own.
	Elsewhere []string `json:"elsewhere"`
	// Unbounded are the roles, by their names in the program, that have no permissions boundary: the deployer cannot make
	// them as they are.
	Unbounded []string `json:"unbounded"`
	// Roles are those that the deployer assumes for resources of other accounts. Each has permissions of its own: Options.Role.
	Roles []string `json:"roles"`
}

// Wildcard is a statement that no resource narrows.
type Wildcard struct {
	Actions []string `json:"actions"`
	Reason  string   `json:"reason"`
}

// Generate writes the policies for the resources. The error names every type of AWS's that the table lacks.
func Generate(resources []Resource, o Options) (*Report, error) {
	report := &Report{}
	b := &builder{options: o}
	var unknown []string
	for _, r := range resources {
		if r.Role != o.Role {
			if o.Role == "" {
				report.Roles = union(report.Roles, []string{r.Role})
				b.add(r, assumed)
			}
			continue
		}
		grants, known := table()[r.Type]
		switch {
		case known:
			b.add(r, grants)
		case strings.HasPrefix(r.Type, "aws:"):
			unknown = append(unknown, fmt.Sprintf("%s %s", r.Type, r.Name))
		case !local(r.Type):
			report.Elsewhere = append(report.Elsewhere, r.Type)
		}
		if r.Type == roleType && r.text("permissionsBoundary") == "" {
			report.Unbounded = append(report.Unbounded, r.Name)
		}
	}
	if len(unknown) > 0 {
		return nil, fmt.Errorf("it is not known what managing these takes: %s", strings.Join(unknown, ", "))
	}
	if len(b.parts) == 0 {
		return nil, nothing(resources, o)
	}
	slices.Sort(report.Elsewhere)
	report.Elsewhere = slices.Compact(report.Elsewhere)
	slices.Sort(report.Unbounded)
	report.Wildcards = b.wildcards()
	var err error
	report.Documents, err = iam.Split(iam.ManagedPolicy, b.statements()...)
	return report, err
}

func nothing(resources []Resource, o Options) error {
	if o.Role == "" {
		return fmt.Errorf("none of the stack's %d resources is one of AWS", len(resources))
	}
	var roles []string
	for _, r := range resources {
		if r.Role != "" {
			roles = union(roles, []string{r.Role})
		}
	}
	return fmt.Errorf("no provider of the stack assumes %s; those that it assumes: %s", o.Role, cmp.Or(strings.Join(roles, ", "), "none"))
}

// assumed lets the deployer act by the role that a resource is managed with.
var assumed = []grant{allow(func(_ Place, r Resource) []string { return []string{r.Role} }, "sts", "AssumeRole")}

// local tells of components, providers and what is computed on the deploying machine.
func local(token string) bool {
	provider, _, _ := strings.Cut(token, ":")
	return provider == "pulumi" || provider == "container-pipeline" || provider == "tls" || provider == "random"
}
