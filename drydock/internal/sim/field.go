package sim

import (
	"regexp"
	"strings"
)

type kind int

const (
	kindString kind = iota
	kindNumber
	kindBool
	kindList
	kindMap
	kindObject
	kindBlob
)

// Fields are the properties of a resource or object by name.
type Fields map[string]*Field

// Field describes one input. Build it with String, Int, Bool, List, Set, Map, Object, JSON or Blobs and the methods
// below; each method returns the field itself.
type Field struct {
	kind      kind
	whole     bool // numbers: no fraction
	unordered bool // lists: order does not matter
	json      bool // strings: compared as JSON
	required  bool
	replaces  bool
	computed  bool
	sensitive bool
	def       any
	enum      []string
	min, max  *float64 // numbers: the value; strings: length in characters; lists: number of elements
	pattern   *regexp.Regexp
	words     string // what the pattern accepts, in words
	doc       string
	elem      *Field
	fields    Fields
	refs      *ref
	suppress  func(old, new any) bool
	check     func(v any) string
}

type ref struct{ typ, attr, refusal string }

// String is a text.
func String() *Field { return &Field{kind: kindString} }

// JSON is a text that holds JSON; it is compared by meaning, as the real provider does.
func JSON() *Field { return &Field{kind: kindString, json: true} }

// Int is a whole number.
func Int() *Field { return &Field{kind: kindNumber, whole: true} }

// Number is any number.
func Number() *Field { return &Field{kind: kindNumber} }

// Bool is true or false.
func Bool() *Field { return &Field{kind: kindBool} }

// List is a list in which order matters.
func List(elem *Field) *Field { return &Field{kind: kindList, elem: elem} }

// Set is a list in which order does not matter.
func Set(elem *Field) *Field { return &Field{kind: kindList, elem: elem, unordered: true} }

// Map has free keys.
func Map(elem *Field) *Field { return &Field{kind: kindMap, elem: elem} }

// Object has the given fields and no others.
func Object(fields Fields) *Field { return &Field{kind: kindObject, fields: fields} }

// Blobs takes an asset or archive.
func Blobs() *Field { return &Field{kind: kindBlob} }

// Required: the program must give it.
func (f *Field) Required() *Field { f.required = true; return f }

// Replaces: a change replaces the resource.
func (f *Field) Replaces() *Field { f.replaces = true; return f }

// Replacing are the paths of the inputs of which any change replaces the resource, elements of lists and maps not told
// apart: "healthChecks.port".
func (f Fields) Replacing() []string {
	var paths []string
	for _, name := range sortedKeys(f) {
		field := f[name]
		if field.replaces {
			paths = append(paths, name)
		}
		for field.elem != nil {
			field = field.elem
		}
		for _, within := range field.fields.Replacing() {
			paths = append(paths, name+"."+within)
		}
	}
	return paths
}

// Knows tells whether there is an input at the path, as Replacing has it.
func (f Fields) Knows(path string) bool {
	name, within, nested := strings.Cut(path, ".")
	field := f[name]
	for field != nil && field.elem != nil {
		field = field.elem
	}
	return field != nil && (!nested || field.fields.Knows(within))
}

// Computed: where the program gives none, the cloud chooses the value, and a value once given and then left out is
// no change.
func (f *Field) Computed() *Field { f.computed = true; return f }

// Sensitive: the value is sealed in the drydock's state and never printed.
func (f *Field) Sensitive() *Field { f.sensitive = true; return f }

// Default is what the provider fills in where the program gives none.
func (f *Field) Default(v any) *Field { f.def = v; return f }

// OneOf lists the accepted strings.
func (f *Field) OneOf(values ...string) *Field { f.enum = values; return f }

// Between bounds a number's value, a string's length or a list's size, both ends included.
func (f *Field) Between(min, max float64) *Field { f.min, f.max = &min, &max; return f }

// AtLeast bounds from below, as Between does.
func (f *Field) AtLeast(min float64) *Field { f.min = &min; return f }

// AtMost bounds from above, as Between does.
func (f *Field) AtMost(max float64) *Field { f.max = &max; return f }

// Match gives the pattern of the whole string and says in words what it accepts.
func (f *Field) Match(pattern, words string) *Field {
	f.pattern, f.words = regexp.MustCompile(`^(?:`+pattern+`)$`), words
	return f
}

// Doc is the page the rule comes from; it ends the messages about this field.
func (f *Field) Doc(url string) *Field { f.doc = url; return f }

// Refs says that the value must be attribute attr ("id", "arn", or any output) of an existing record of the type.
// refusal is the cloud's message, with %s for the value. It is checked when the resource is made or updated, as the
// real cloud does, not at preview.
func (f *Field) Refs(typ, attr, refusal string) *Field { f.refs = &ref{typ, attr, refusal}; return f }

// Same suppresses a difference that the provider does not count as one.
func (f *Field) Same(same func(old, new any) bool) *Field { f.suppress = same; return f }

// Check adds a rule of the field's own: it returns what is wrong with a known value, "" if nothing.
func (f *Field) Check(rule func(v any) string) *Field { f.check = rule; return f }

// Tags is the field "tags" of nearly every AWS resource.
func Tags() *Field {
	return Map(String().AtMost(256)).Doc("https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html")
}
