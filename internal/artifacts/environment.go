package artifacts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// Environment is a container's plain environment: values by variable. It renders as ECS's list of names and
// values, sorted by name, so that equal environments give equal text.
type Environment map[string]string

// Secrets are a container's secret variables: references, as [SecretReference] writes them, by variable. It
// renders like [Environment].
type Secrets map[string]string

type variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type secret struct {
	Name      string `json:"name"`
	ValueFrom string `json:"valueFrom"`
}

// MarshalJSON refuses text that is not UTF-8, which JSON cannot carry.
func (e Environment) MarshalJSON() ([]byte, error) {
	list := make([]variable, 0, len(e))
	for _, name := range slices.Sorted(maps.Keys(e)) {
		if !utf8.ValidString(name) || !utf8.ValidString(e[name]) {
			return nil, fmt.Errorf("environment variable %q is not valid UTF-8: encode it, for example in base64", name)
		}
		list = append(list, variable{name, e[name]})
	}
	return marshalVerbatim(list)
}

// UnmarshalJSON refuses a name that is given twice: ECS keeps one of the values, and does not say which.
func (e *Environment) UnmarshalJSON(text []byte) error {
	var list []variable
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	*e = make(Environment, len(list))
	for _, v := range list {
		if _, twice := (*e)[v.Name]; twice {
			return fmt.Errorf("environment variable %q is given twice: keep one of them", v.Name)
		}
		(*e)[v.Name] = v.Value
	}
	return nil
}

// MarshalJSON writes the list of names and references, sorted by name.
func (s Secrets) MarshalJSON() ([]byte, error) {
	list := make([]secret, 0, len(s))
	for _, name := range slices.Sorted(maps.Keys(s)) {
		list = append(list, secret{name, s[name]})
	}
	return marshalVerbatim(list)
}

// UnmarshalJSON refuses a name that is given twice.
func (s *Secrets) UnmarshalJSON(text []byte) error {
	var list []secret
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	*s = make(Secrets, len(list))
	for _, v := range list {
		if _, twice := (*s)[v.Name]; twice {
			return fmt.Errorf("secret %q is given twice: keep one of them", v.Name)
		}
		(*s)[v.Name] = v.ValueFrom
	}
	return nil
}

// marshalVerbatim is json.Marshal without the escapes meant for HTML, which an enclosing encoder that does
// without them would leave in place.
func marshalVerbatim(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return text.Bytes(), nil
}
