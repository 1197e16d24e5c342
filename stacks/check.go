package stacks

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// check compares what the configuration says with the type that it is for. It finds every key that the type does not
// have and every value of another kind; null stands for the default and always fits.
func check(path string, raw any, t reflect.Type) []error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if raw == nil {
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		return checkStruct(path, raw, t)
	case reflect.Map:
		return checkMap(path, raw, t)
	case reflect.Slice:
		list, ok := raw.([]any)
		if !ok {
			return []error{misfit(path, raw, "a list")}
		}
		var errs []error
		for i, v := range list {
			errs = append(errs, check(fmt.Sprintf("%s[%d]", path, i), v, t.Elem())...)
		}
		return errs
	}
	if kind, fits := simple(raw, t.Kind()); !fits {
		return []error{misfit(path, raw, kind)}
	}
	return nil
}

func checkStruct(path string, raw any, t reflect.Type) []error {
	values, ok := raw.(map[string]any)
	if !ok {
		return []error{misfit(path, raw, "a map with "+strings.Join(keysOf(t), ", "))}
	}
	var errs []error
	for _, key := range sortedKeys(values) {
		field, known := fieldOf(t, key)
		if !known {
			errs = append(errs, fmt.Errorf("%s.%s: no such key: give one of %s", path, key, strings.Join(keysOf(t), ", ")))
			continue
		}
		errs = append(errs, check(path+"."+key, values[key], field.Type)...)
	}
	return errs
}

func checkMap(path string, raw any, t reflect.Type) []error {
	values, ok := raw.(map[string]any)
	if !ok {
		return []error{misfit(path, raw, "a map from names to values")}
	}
	var errs []error
	for _, key := range sortedKeys(values) {
		errs = append(errs, check(path+"."+key, values[key], t.Elem())...)
	}
	return errs
}

// simple tells what a value of the kind is called and whether raw is one. A number is a text as well: YAML takes the
// quotes of a port or of an account away.
func simple(raw any, kind reflect.Kind) (name string, fits bool) {
	number, isNumber := raw.(json.Number)
	switch kind {
	case reflect.Bool:
		_, fits = raw.(bool)
		return "true or false", fits
	case reflect.Int:
		_, err := number.Int64()
		return "a whole number", isNumber && err == nil
	case reflect.Float64:
		return "a number", isNumber
	}
	_, isText := raw.(string)
	return "a text", isText || isNumber
}

// confidential are the keys whose values may be secrets, or be given instead of the secret's name.
var confidential = regexp.MustCompile(`(?i)secret|credential|token|\.variables\b`)

func misfit(path string, raw any, accepted string) error {
	shown := "a map"
	switch v := raw.(type) {
	case []any:
		shown = "a list"
	case string, bool, json.Number:
		shown = fmt.Sprintf("%q", fmt.Sprint(v))
		if confidential.MatchString(path) {
			shown = "this value" // which nobody may see
		}
	}
	return fmt.Errorf("%s: %s is not accepted: give %s", path, shown, accepted)
}

func fieldOf(t reflect.Type, key string) (reflect.StructField, bool) {
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("pulumi") == key {
			return t.Field(i), true
		}
	}
	return reflect.StructField{}, false
}

// keysOf are the keys that the struct has, sorted.
func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		keys = append(keys, t.Field(i).Tag.Get("pulumi"))
	}
	slices.Sort(keys)
	return keys
}

// strangers are the keys of this project's that mean nothing. configuration is what Pulumi hands to a program, as JSON;
// it is empty for a program that runs within another process.
func strangers(configuration string) []error {
	var given map[string]string
	if configuration == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(configuration), &given); err != nil {
		return []error{errors.New("reading the configuration that Pulumi gives: " + err.Error())}
	}
	var errs []error
	for _, key := range sortedKeys(given) {
		own, found := strings.CutPrefix(key, namespace+":")
		if found && !slices.Contains(keys, own) {
			errs = append(errs, fmt.Errorf("%s: no such key: give one of %s", key, strings.Join(keys, ", ")))
		}
	}
	return errs
}
