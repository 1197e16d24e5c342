package iam

import (
	"fmt"
	"strings"
)

// resolver gives the value that a policy variable has.
type resolver func(key string) (string, bool)

// resolver is nothing for documents of the old version, in which ${…} is text. Only keys of one value can stand
// for a variable.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
func (r Request) resolver(variables bool) resolver {
	if !variables {
		return nil
	}
	return func(key string) (string, bool) {
		if values, present := r.values(key); present && len(values) == 1 {
			return values[0], true
		}
		return "", false
	}
}

func (r Request) values(key string) ([]string, bool) {
	for name, values := range r.Context {
		if strings.EqualFold(name, key) {
			return values, true
		}
	}
	return nil, false
}

// holds decides one condition.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
func (r Request) holds(operator Operator, key string, wanted []string, resolve resolver) (bool, error) {
	test, err := operator.parse()
	if err != nil {
		return false, err
	}
	values, present := r.values(key)
	present = present && len(values) > 0
	switch {
	case test.base == Null:
		return holdsNull(wanted, present)
	case !present && test.ifExists, !present && test.set == forAllValues:
		return true, nil
	case !present && test.set == forAnyValue:
		return false, nil
	case !present:
		return test.negated, nil
	}
	patterns := test.patterns(wanted, resolve)
	met := 0
	for _, value := range values {
		one, err := test.meetsOne(patterns, value)
		if err != nil {
			return false, err
		}
		if one {
			met++
		}
	}
	// Without a qualifier a key has one value. Should it have more, a negated operator asks for none of them.
	if test.set == forAllValues || test.set == "" && test.negated {
		return met == len(values), nil
	}
	return met > 0, nil
}

func holdsNull(wanted []string, present bool) (bool, error) {
	for _, value := range wanted {
		switch strings.ToLower(value) {
		case "true", "false":
			if (strings.ToLower(value) == "true") != present {
				return true, nil
			}
		default:
			return false, fmt.Errorf("value %q is neither true nor false", value)
		}
	}
	return false, nil
}

// patterns leaves out those whose variable the request cannot fill: they match nothing.
func (t test) patterns(wanted []string, resolve resolver) []pattern {
	if !t.variables {
		resolve = nil
	}
	var list []pattern
	for _, text := range wanted {
		if p, resolved := parsePattern(text, resolve); resolved {
			list = append(list, p)
		}
	}
	return list
}

func (t test) meetsOne(patterns []pattern, value string) (bool, error) {
	for _, p := range patterns {
		match, err := t.match(p, value)
		if err != nil {
			return false, err
		}
		if match {
			return !t.negated, nil
		}
	}
	return t.negated, nil
}
