package sim

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
)

// Resource describes a resource type.
type Resource struct {
	// Type is the Pulumi token, "aws:ecr/repository:Repository".
	Type string
	// Inputs are all inputs that the simulator knows; any other is refused.
	Inputs Fields
	// Outputs are the names of the properties the cloud adds to the inputs. Create must set each.
	Outputs []string
	// AutoName names the input that gets "<logical name>-<7 hex digits>" when the program leaves it out.
	AutoName *AutoName
	// Identity names the output that tells records apart where ids repeat: a task definition's id is its family, which
	// its revisions share, and its ARN is its own. "": the id does.
	Identity string
	// Validate adds rules over several inputs. It runs at preview too, where any value may be Unknown.
	Validate func(c *Check)
	// Create makes the resource: it must set op.ID and the outputs in op.Out, or return the cloud's refusal.
	Create func(op *Op) error
	// Update applies op.In over op.Old. nil: the type has no updates beyond storing its inputs.
	Update func(op *Op) error
	// Delete may refuse. nil: deletion always succeeds.
	Delete func(op *Op) error
	// Read may adjust the record's inputs and outputs to the cloud's present state before they are reported. nil: as stored.
	Read func(op *Op)
	// Unsettled names the outputs that a preview cannot know when the given inputs change ("versionId" of an object
	// whose content changes). nil: none.
	Unsettled func(changed map[string]bool) []string
	// ForceReplace names changed inputs that replace only in some cases.
	ForceReplace func(old, new Values) []string
	// Stale names the outputs that force a replacement although no input changed: those of a certificate that is due
	// for renewal. nil: none.
	Stale func(in, out Values) []string
	// Sealed encrypts the type's records on disk for a secret among its outputs; a sensitive input does so by itself.
	Sealed bool
	// DeleteBeforeReplace is for types whose replacement could not exist beside the original.
	DeleteBeforeReplace bool
}

// AutoName says which input is named automatically and how long the name may be.
type AutoName struct {
	Field string
	Max   int
	Lower bool // lower-case only
}

// Function describes an invoke, such as "aws:index/getRegion:getRegion".
type Function struct {
	Token string
	Args  Fields
	Call  func(op *Op) error // reads op.In, sets op.Out
}

// Provider is a simulated cloud's provider: what it can make and answer.
type Provider struct {
	Name      string // "aws"
	Version   string // that of the SDK it was written for
	Config    Fields
	Resources []*Resource
	Functions []*Function
	// Seed returns what a new account has from the start (a default VPC with its subnets, a zone). nil: nothing.
	Seed func() []*Record
}

// Op is one call on a resource or function. The cloud is locked while it runs.
type Op struct {
	Cloud  *Cloud
	Config Values // the provider instance's configuration
	Type   string
	ID     string
	In     Values // checked inputs
	Old    Values // update: the inputs before
	Out    Values // outputs; starts as a copy of the inputs (update: over the old outputs)
	Record *Record
	URN    string
}

// Refuse returns the cloud's error with its code: "ResourceInUse: …".
func Refuse(code, format string, args ...any) error {
	return fmt.Errorf("%s: %s", code, fmt.Sprintf(format, args...))
}

// Region is the provider's region.
func (op *Op) Region() string { return op.Config.Str("region") }

// Account is the simulated account's 12 digits.
func (op *Op) Account() string {
	if ids := op.Config.Strs("allowedAccountIds"); len(ids) == 1 {
		return ids[0]
	}
	return Account
}

// Account is the AWS account of a drydock: the example account of AWS's documentation.
const Account = "123456789012"

// Partition is the ARN partition of the region.
func (op *Op) Partition() string {
	switch {
	case strings.HasPrefix(op.Region(), "cn-"):
		return "aws-cn"
	case strings.HasPrefix(op.Region(), "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// ARN builds arn:<partition>:<service>:<region>:<account>:<rest>.
func (op *Op) ARN(service, rest string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", op.Partition(), service, op.Region(), op.Account(), rest)
}

// Users are the records of the type that mention value anywhere in their inputs.
func (op *Op) Users(typ, value string) []*Record { return op.Cloud.Users(typ, value) }

// Hex returns n random hexadecimal digits.
func Hex(n int) string {
	b := make([]byte, (n+1)/2)
	_, _ = rand.Read(b) // never fails: crypto/rand.Read's documentation
	return hex.EncodeToString(b)[:n]
}

// Alnum returns n random letters and digits, as Secrets Manager's ARN suffix has.
func Alnum(n int) string {
	const set = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = set[int(b[i])%len(set)]
	}
	return string(b)
}

// checkRefs tells which references point at nothing, in the cloud's words.
func (op *Op) checkRefs(fields Fields) error { return op.refsIn(fields, op.In) }

func (op *Op) refsIn(fields Fields, values Values) error {
	for _, k := range sortedKeys(fields) {
		if v, ok := values[k]; ok {
			if err := op.refsOf(fields[k], v); err != nil {
				return err
			}
		}
	}
	return nil
}

func (op *Op) refsOf(f *Field, v any) error {
	switch v := v.(type) {
	case string:
		if f.refs == nil || v == "" || op.Cloud.Find(f.refs.typ, f.refs.attr, v) != nil {
			return nil
		}
		return fmt.Errorf(f.refs.refusal, v)
	case []any:
		for _, e := range v {
			if err := op.refsOf(f.elem, e); err != nil {
				return err
			}
		}
	case map[string]any:
		if f.kind == kindObject {
			return op.refsIn(f.fields, v)
		}
		for _, k := range sortedKeys(v) {
			if err := op.refsOf(f.elem, v[k]); err != nil {
				return err
			}
		}
	}
	return nil
}
