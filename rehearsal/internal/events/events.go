// Package events tells whether an EventBridge rule's pattern matches an event.
package events

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// Matches tells whether the pattern, a rule's JSON, matches the event. Both are JSON objects. An operator that is not known
// is an error: whether it matches cannot be told.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
func Matches(pattern string, event map[string]any) (bool, error) {
	var wanted map[string]any
	if err := json.Unmarshal([]byte(pattern), &wanted); err != nil {
		return false, fmt.Errorf("the event pattern is no JSON object: %w", err)
	}
	return matchesFields(wanted, event)
}

// matchesFields: every field of the pattern must match; what it does not name may be anything.
func matchesFields(pattern, event map[string]any) (bool, error) {
	for name, wanted := range pattern {
		value, present := event[name]
		ok, err := false, error(nil)
		switch wanted := wanted.(type) {
		case map[string]any:
			within, isObject := value.(map[string]any)
			if !isObject && present {
				return false, nil
			}
			ok, err = matchesFields(wanted, within)
		case []any:
			ok, err = matchesAny(wanted, value, present)
		default:
			return false, fmt.Errorf("the event pattern's field %s is neither a list nor an object", name)
		}
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// matchesAny: one of the pattern's values must match the event's, or one of them where the event has a list.
func matchesAny(wanted []any, value any, present bool) (bool, error) {
	values, isList := value.([]any)
	if !isList {
		values = []any{value}
	}
	for _, w := range wanted {
		for _, v := range values {
			ok, err := matchesOne(w, v, present)
			if ok || err != nil {
				return ok, err
			}
		}
	}
	return false, nil
}

func matchesOne(wanted, value any, present bool) (bool, error) {
	operator, isOperator := wanted.(map[string]any)
	if !isOperator {
		return present && wanted == value, nil
	}
	for name, argument := range operator {
		return matchesOperator(name, argument, value, present)
	}
	return false, nil
}

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
func matchesOperator(name string, argument, value any, present bool) (bool, error) {
	text, isText := value.(string)
	against, plain := argument.(string)
	switch {
	case name == "exists":
		return argument == present, nil
	case name == "prefix" && plain:
		return isText && strings.HasPrefix(text, against), nil
	case name == "suffix" && plain:
		return isText && strings.HasSuffix(text, against), nil
	case name == "equals-ignore-case" && plain:
		return isText && strings.EqualFold(text, against), nil
	case name == "wildcard" && plain:
		return isText && glob(against, text), nil
	case name == "anything-but":
		return anythingBut(argument, value, present)
	}
	return false, fmt.Errorf("the operator %s of an event pattern is not known here", name)
}

func anythingBut(argument, value any, present bool) (bool, error) {
	list, isList := argument.([]any)
	if !isList {
		list = []any{argument}
	}
	excluded, err := matchesAny(list, value, present)
	return present && !excluded, err
}

// glob: * stands for any characters, / among them.
func glob(pattern, text string) bool {
	ok, err := path.Match(flat(pattern), flat(text))
	return err == nil && ok
}

// flat takes from a text what path.Match gives a meaning that EventBridge does not.
func flat(text string) string {
	return strings.NewReplacer("/", "\x00", "?", "\x01", "[", "\x02", `\`, "\x03").Replace(text)
}
