// Package permissions writes the IAM policies that let a deployer manage what a stack contains, and nothing else: create,
// read, update, delete and tag each of its resources.
//
// What each type of resource asks for is a table, written from the calls that the Terraform AWS provider makes (which
// Pulumi's is built on) and from AWS's Service Authorization Reference, which names the action behind a call and the
// resources that it can be narrowed to:
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
package permissions

import (
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
		return nil, fmt.Errorf("none of the stack's %d resources is one of AWS", len(resources))
	}
	slices.Sort(report.Elsewhere)
	report.Elsewhere = slices.Compact(report.Elsewhere)
	slices.Sort(report.Unbounded)
	report.Wildcards = b.wildcards()
	var err error
	report.Documents, err = iam.Split(iam.ManagedPolicy, b.statements()...)
	return report, err
}

// local tells of components, providers and what is computed on the deploying machine.
func local(token string) bool {
	provider, _, _ := strings.Cut(token, ":")
	return provider == "pulumi" || provider == "container-pipeline" || provider == "tls" || provider == "random"
}
