package aws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// maxEventPattern is in characters: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
const maxEventPattern = 2048

// checkEventPattern returns EventBridge's objection to a pattern, "" if none.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
func checkEventPattern(v any) string {
	text := v.(string)
	if len(text) > maxEventPattern {
		return fmt.Sprintf("LimitExceededException: the event pattern has %d characters, %d are allowed", len(text), maxEventPattern)
	}
	var pattern map[string]any
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	if err := d.Decode(&pattern); err != nil || pattern == nil {
		return invalidPattern("Filter is not an object")
	}
	if len(pattern) == 0 {
		return invalidPattern("Empty event pattern is not allowed")
	}
	return checkPatternObject(pattern)
}

func invalidPattern(format string, args ...any) string {
	return "InvalidEventPatternException: Event pattern is not valid. Reason: " + fmt.Sprintf(format, args...)
}

func checkPatternObject(object map[string]any) string {
	if len(object) == 0 {
		return invalidPattern("Empty objects are not allowed")
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		var objection string
		switch v := object[key].(type) {
		case map[string]any:
			objection = checkPatternObject(v)
		case []any:
			if key == "$or" {
				objection = checkPatternOr(v)
			} else {
				objection = checkPatternValues(key, v)
			}
		default:
			objection = invalidPattern("%q must be an object or an array", key)
		}
		if objection != "" {
			return objection
		}
	}
	return ""
}

func checkPatternOr(branches []any) string {
	if len(branches) < 2 {
		return invalidPattern("There must have at least 2 Objects in $or relationship.")
	}
	for _, b := range branches {
		object, ok := b.(map[string]any)
		if !ok {
			return invalidPattern("Only JSON object is allowed in array of $or relationship.")
		}
		if objection := checkPatternObject(object); objection != "" {
			return objection
		}
	}
	return ""
}

func checkPatternValues(key string, values []any) string {
	if len(values) == 0 {
		return invalidPattern("Empty arrays are not allowed")
	}
	for _, v := range values {
		switch v := v.(type) {
		case string, float64, bool, nil:
		case map[string]any:
			if objection := checkMatcher(key, v); objection != "" {
				return objection
			}
		default:
			return invalidPattern("Match value must be String, number, true, false, or null (%q)", key)
		}
	}
	return ""
}

// checkMatcher checks an object of one operator.
func checkMatcher(key string, matcher map[string]any) string {
	if len(matcher) != 1 {
		return invalidPattern("Only one key allowed in match expression (%q)", key)
	}
	for operator, v := range matcher {
		if !matcherFits(operator, v) {
			return invalidPattern("Unrecognized match type or value: %s (%q)", operator, key)
		}
	}
	return ""
}

func matcherFits(operator string, v any) bool {
	text, isText := v.(string)
	switch operator {
	case "prefix", "suffix":
		inner, isObject := v.(map[string]any)
		_, ignoresCase := inner["equals-ignore-case"].(string)
		return isText && text != "" || isObject && len(inner) == 1 && ignoresCase
	case "equals-ignore-case":
		return isText
	case "wildcard":
		return isText && !strings.Contains(text, "**")
	case "exists":
		_, isBool := v.(bool)
		return isBool
	case "cidr":
		_, err := netip.ParsePrefix(text)
		return isText && err == nil
	case "numeric":
		return numericFits(v)
	case "anything-but":
		return anythingButFits(v)
	}
	return false
}

// numericFits: [">", 0] or [">", 0, "<=", 5].
func numericFits(v any) bool {
	list, ok := v.([]any)
	if !ok || (len(list) != 2 && len(list) != 4) {
		return false
	}
	for i := 0; i < len(list); i += 2 {
		sign, isText := list[i].(string)
		_, isNumber := list[i+1].(float64)
		if !isText || !isNumber || !contains([]string{"<", "<=", "=", ">", ">="}, sign) {
			return false
		}
	}
	return true
}

func anythingButFits(v any) bool {
	switch v := v.(type) {
	case string, float64:
		return true
	case []any:
		for _, e := range v {
			switch e.(type) {
			case string, float64:
			default:
				return false
			}
		}
		return len(v) > 0
	case map[string]any:
		for operator, inner := range v {
			if _, isList := inner.([]any); isList {
				return contains([]string{"prefix", "suffix", "equals-ignore-case", "wildcard"}, operator)
			}
			return operator != "anything-but" && operator != "exists" && matcherFits(operator, inner)
		}
	}
	return false
}
