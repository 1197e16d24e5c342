package sim

import (
	"fmt"
	"sort"
	"strings"
	"sync"
)

// Record is one thing that exists in the cloud.
type Record struct {
	Type    string `json:"type"`
	ID      string `json:"id"`
	Inputs  Values `json:"inputs"`
	Outputs Values `json:"outputs"`
	// State is what the cloud knows beside inputs and outputs: images of a repository, versions of an object.
	State Values `json:"state,omitempty"`
	// Scope is the account and region, so that a name may exist once in each.
	Scope string `json:"scope,omitempty"`
	// Seeded marks what the account had from the start; it does not count as made by a program.
	Seeded bool `json:"seeded,omitempty"`

	serial int
}

// Attr returns the string property: "id", an output or an input.
func (r *Record) Attr(name string) string {
	if name == "id" {
		return r.ID
	}
	if s, ok := r.Outputs[name].(string); ok {
		return s
	}
	return r.Inputs.Str(name)
}

// Cloud holds all records. It is safe for concurrent use through the provider server; service code runs under its lock.
type Cloud struct {
	mu      sync.Mutex
	byType  map[string]map[string]*Record // type -> scope+id
	journal *journal
	serial  int
	hook    func(Call) error
	guard   func(Call, *Record, *Record) error
	texts   texts
}

// Call is one operation that is about to be carried out.
type Call struct {
	Type string // resource type or function token
	Op   string // "create", "read", "update", "delete", "invoke"
	Name string // the resource's logical name, "" for reads by id and invokes
}

// Intercept sets a function that sees every call first; its error is the call's failure. It is how a test fails a
// chosen call, or dies at it. nil removes it.
func (c *Cloud) Intercept(hook func(Call) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hook = hook
}

// Guard sets a function that sees every call that is about to count, with the record as it was and as it will be: a
// creation has no former one, a deletion no later one, a read the same twice, an invocation none. Its error is the call's
// failure, and nothing has changed then. It runs under the cloud's lock. nil removes it.
func (c *Cloud) Guard(guard func(call Call, was, next *Record) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.guard = guard
}

// admit asks the guard.
func (c *Cloud) admit(call Call, was, next *Record) error {
	if c.guard == nil {
		return nil
	}
	return c.guard(call, was, next)
}

// Fill puts the records in place of all that exists.
func (c *Cloud) Fill(records []*Record) error {
	return c.Locked(func() error {
		for _, r := range c.inOrder() {
			if err := c.Remove(r); err != nil {
				return err
			}
		}
		for _, r := range records {
			if err := c.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// Locked runs f while no call is under way.
func (c *Cloud) Locked(f func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return f()
}

// Put stores a new or changed record. Call it within an operation or Locked.
func (c *Cloud) Put(r *Record) error {
	if err := c.journal.write(entry{Put: r}); err != nil {
		return fmt.Errorf("keeping the drydock's state: %w", err)
	}
	c.put(r)
	return nil
}

func (c *Cloud) put(r *Record) {
	if c.byType[r.Type] == nil {
		c.byType[r.Type] = map[string]*Record{}
	}
	if old := c.byType[r.Type][key(r.Scope, r.ID)]; old != nil {
		r.serial = old.serial
	} else {
		c.serial++
		r.serial = c.serial
	}
	c.byType[r.Type][key(r.Scope, r.ID)] = r
}

// Remove deletes a record. Call it within an operation or Locked.
func (c *Cloud) Remove(r *Record) error {
	if err := c.journal.write(entry{Remove: &recordKey{r.Type, r.Scope, r.ID}}); err != nil {
		return fmt.Errorf("keeping the drydock's state: %w", err)
	}
	delete(c.byType[r.Type], key(r.Scope, r.ID))
	return nil
}

func key(scope, id string) string { return scope + "|" + id }

// Get returns the record with the id in the scope, or nil.
func (c *Cloud) Get(typ, scope, id string) *Record { return c.byType[typ][key(scope, id)] }

// Find returns the first record of the type whose attribute has the value, or nil.
func (c *Cloud) Find(typ, attr, value string) *Record {
	for _, r := range c.All(typ) {
		if r.Attr(attr) == value {
			return r
		}
	}
	return nil
}

// All returns the records of a type in the order they were made.
func (c *Cloud) All(typ string) []*Record {
	out := make([]*Record, 0, len(c.byType[typ]))
	for _, r := range c.byType[typ] {
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].serial < out[j].serial })
	return out
}

// Types returns the types that have records.
func (c *Cloud) Types() []string {
	var out []string
	for t, m := range c.byType {
		if len(m) > 0 {
			out = append(out, t)
		}
	}
	sort.Strings(out)
	return out
}

// Made returns every record that a program made, in order.
func (c *Cloud) Made() []*Record {
	var out []*Record
	for t := range c.byType {
		for _, r := range c.All(t) {
			if !r.Seeded {
				out = append(out, r)
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].serial < out[j].serial })
	return out
}

// Users are the records of the type that mention value anywhere in their inputs.
func (c *Cloud) Users(typ, value string) []*Record {
	var out []*Record
	for _, r := range c.All(typ) {
		if value != "" && mentions(map[string]any(r.Inputs), value) {
			out = append(out, r)
		}
	}
	return out
}

func mentions(v any, value string) bool {
	switch v := v.(type) {
	case string:
		return v == value
	case []any:
		for _, e := range v {
			if mentions(e, value) {
				return true
			}
		}
	case map[string]any:
		for _, e := range v {
			if mentions(e, value) {
				return true
			}
		}
	}
	return false
}

// scope is where a type's names live: IAM, S3 and other clouds' things are global to the account, the rest regional.
func (op *Op) scope() string {
	if !strings.HasPrefix(op.Type, "aws:") {
		return ""
	}
	if strings.HasPrefix(op.Type, "aws:iam/") || strings.HasPrefix(op.Type, "aws:s3/") {
		return op.Account()
	}
	return op.Account() + "/" + op.Region()
}
