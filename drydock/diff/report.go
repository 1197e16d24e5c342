package diff

import "slices"

// Report is the difference between two commits, stack by stack. Its JSON keys are stable.
type Report struct {
	Base Commit `json:"base"`
	Head Commit `json:"head"`
	// Dir is the program's folder within the repository, "." for its root.
	Dir string `json:"dir"`
	// Notes tell what the report does not cover.
	Notes   []string `json:"notes,omitempty"`
	Stacks  []Stack  `json:"stacks"`
	Seconds float64  `json:"seconds"`
}

// Commit is one of the two sides.
type Commit struct {
	// Ref is what the caller named; "" for the working tree.
	Ref string `json:"ref,omitempty"`
	// Hash is the commit's, of the working tree the one that is checked out.
	Hash string `json:"hash"`
	// Dirty tells of changes in the working tree that are not committed.
	Dirty bool `json:"dirty,omitempty"`
}

// Where a stack's configuration file is.
const (
	Both     = "both"
	OnlyBase = "base" // merging destroys nothing, and leaves what is there behind
	OnlyHead = "head" // everything is created
)

// Stack is what merging does to one stack.
type Stack struct {
	Name string `json:"name"`
	// At is Both, OnlyBase or OnlyHead.
	At string `json:"at"`
	Verdict
	// Same is the number of resources that stay as they are.
	Same int `json:"same"`
	// Refused tells that Pulumi refuses the change, because it would delete what is protected.
	Refused bool `json:"refused,omitempty"`
	// Error tells why there is no whole verdict: the base could not be brought up, or the head not be previewed.
	Error string `json:"error,omitempty"`
	// Reused tells that the base's state was there from an earlier run.
	Reused  bool    `json:"reused"`
	Seconds float64 `json:"seconds"`
}

// Verdict is what a preview means.
type Verdict struct {
	Changes  []Change   `json:"changes,omitempty"`
	Dangers  []Danger   `json:"dangers,omitempty"`
	Access   []Access   `json:"access,omitempty"`
	Exposure []Exposure `json:"exposure,omitempty"`
}

// Resource names one of the stack's.
type Resource struct {
	URN  string `json:"urn"`
	Type string `json:"type"`
	Name string `json:"name"`
}

// Change is what happens to one resource.
type Change struct {
	// Op is "create", "update", "replace", "delete", "read" or "import".
	Op string `json:"op"`
	Resource
	// RenamedTo is, of what is deleted, the name of a resource of its type that is created: likely the same one.
	RenamedTo string `json:"renamedTo,omitempty"`
	// Properties are those that change, of an update or a replacement; policies that can be compared are in Access instead.
	Properties []Property `json:"properties,omitempty"`
}

// Property is one that changes.
type Property struct {
	// Path is as in the program, but for elements of a list that have a name: containers[api].port.
	Path string `json:"path"`
	// Old and New are plain JSON, nil for none. Secrets are "[secret]", also when both are; what follows from a resource
	// that does not exist yet is "[known after the up]".
	Old any `json:"old"`
	New any `json:"new"`
	// Forces tells that the resource is replaced because of it.
	Forces bool `json:"forces,omitempty"`
}

// Kind is what is at stake.
type Kind string

// The kinds of danger, the worst first.
const (
	Data       Kind = "data"       // is lost
	Traffic    Kind = "traffic"    // is dropped
	Releases   Kind = "releases"   // stop until somebody acts
	Leftover   Kind = "leftover"   // Pulumi forgets what stays in the cloud
	Protection Kind = "protection" // against any of these is removed, or against a bad release
	Opened     Kind = "exposure"   // to everybody, or to who reads the network
	Widened    Kind = "access"     // by a wildcard, a restriction that falls, or a wider grant
)

var kinds = []Kind{Data, Traffic, Releases, Leftover, Protection, Opened, Widened}

// Danger is a change that a person should agree to.
type Danger struct {
	Kind Kind `json:"kind"`
	// Op is the change's; "same" for a resource of which only options change.
	Op string `json:"op"`
	Resource
	Reason string `json:"reason"`
	// Forces are the properties that the danger comes from.
	Forces []string `json:"forces,omitempty"`
	// WayOut are steps that avoid it, the best first.
	WayOut []string `json:"wayOut,omitempty"`
}

// Access is how a policy's permissions change.
type Access struct {
	Op string `json:"op"`
	Resource
	// Policy is the property that holds the document.
	Policy     string            `json:"policy"`
	Statements []StatementChange `json:"statements,omitempty"`
	// Problem tells why the statements cannot be compared.
	Problem string `json:"problem,omitempty"`
}

// StatementChange is how one statement of a policy changes.
type StatementChange struct {
	// Change is "gained", "lost" or "changed".
	Change string `json:"change"`
	Sid    string `json:"sid,omitempty"`
	Effect string `json:"effect"`
	// Gained and Lost are the statement's elements: "action s3:GetObject", "resource *", "condition …".
	Gained []string `json:"gained,omitempty"`
	Lost   []string `json:"lost,omitempty"`
	// Widened tells which of them let in more than what they name.
	Widened []string `json:"widened,omitempty"`
}

// Exposure is network access that is gained.
type Exposure struct {
	Op string `json:"op"`
	Resource
	// What is opened: "tcp 443", "port 80, by a new listener for HTTP".
	What string `json:"what"`
	// From are the sources that it is opened to: address ranges, or IDs of security groups and prefix lists.
	From []string `json:"from,omitempty"`
	// World tells that everybody is among them.
	World bool `json:"world,omitempty"`
}

// Danger tells whether a stack has one.
func (r *Report) Danger() bool {
	return slices.ContainsFunc(r.Stacks, func(s Stack) bool { return len(s.Dangers) > 0 })
}

// Failed tells whether a stack could not be judged.
func (r *Report) Failed() bool {
	return slices.ContainsFunc(r.Stacks, func(s Stack) bool { return s.Error != "" })
}

// Count is how many changes have the operation.
func (v *Verdict) Count(op string) int {
	n := 0
	for _, c := range v.Changes {
		if c.Op == op {
			n++
		}
	}
	return n
}
