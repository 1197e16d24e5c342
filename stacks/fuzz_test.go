package stacks

import (
	"reflect"
	"strings"
	"testing"
)

// FuzzConfigurations changes keys of a stack of any family. Whatever they say, the program does not panic, and what it
// refuses it refuses before it has made anything: an error with half of a stack made is a rule that validation misses.
func FuzzConfigurations(f *testing.F) {
	for i := range families {
		f.Add(uint8(i), []byte{0, 1, 2}, "", int64(0))
		f.Add(uint8(i), []byte{10, 30, 50}, "acme/dog", int64(-1))
		f.Add(uint8(i), []byte{60, 61, 62, 63}, "*", int64(1)<<40)
	}
	f.Fuzz(func(t *testing.T, of uint8, which []byte, text string, number int64) {
		family := families[int(of)%len(families)]
		config := settingsOf(t, family.stack)
		keys := leaves("", family.typeOf(t))
		for _, b := range which[:min(len(which), 8)] {
			set(t, at(t, config, family.key)[family.name], keys[int(b)%len(keys)], family.typeOf(t), text, number)
		}
		if made, err := deploy(t, family.stack, config); err != nil && made > 0 {
			t.Errorf("%d resources are registered, and then: %v", made, err)
		}
	})
}

// set gives a leaf a value of its type.
func set(t *testing.T, in any, leaf string, of reflect.Type, text string, number int64) {
	t.Helper()
	var value any = text
	switch kindAt(leaf, of) {
	case reflect.Bool:
		value = number%2 == 0
	case reflect.Int:
		value = number
	case reflect.Float64:
		value = float64(number) / 3
	}
	path := strings.ReplaceAll(leaf, "[]", "[0]")
	if before, isMap := strings.CutSuffix(path, "{}"); isMap {
		path, value = before, values{text: value}
	}
	put(t, in, strings.ReplaceAll(path, "{}", ".staging"), value)
}

// kindAt is the kind of the value that a leaf holds.
func kindAt(leaf string, t reflect.Type) reflect.Kind {
	for _, step := range strings.FieldsFunc(strings.NewReplacer("[]", ".[]", "{}", ".{}").Replace(leaf), func(r rune) bool { return r == '.' }) {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if step == "[]" || step == "{}" {
			t = t.Elem()
			continue
		}
		field, _ := fieldOf(t, step)
		t = field.Type
	}
	return t.Kind()
}
