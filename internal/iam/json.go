package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// documentJSON and statementJSON fix the order of the elements in the text.

type documentJSON struct {
	Version   string      `json:"Version,omitempty"`
	ID        string      `json:"Id,omitempty"`
	Statement []Statement `json:"Statement"`
}

type statementJSON struct {
	Sid          string                             `json:"Sid,omitempty"`
	Effect       Effect                             `json:"Effect"`
	Principal    Principals                         `json:"Principal,omitempty"`
	NotPrincipal Principals                         `json:"NotPrincipal,omitempty"`
	Action       stringList                         `json:"Action,omitempty"`
	NotAction    stringList                         `json:"NotAction,omitempty"`
	Resource     stringList                         `json:"Resource,omitempty"`
	NotResource  stringList                         `json:"NotResource,omitempty"`
	Condition    map[Operator]map[string]scalarList `json:"Condition,omitempty"`
}

// MarshalJSON writes lists as arrays, even those of one element, sorted and without repetition; their order has
// no meaning to IAM. Statements keep theirs.
func (d Document) MarshalJSON() ([]byte, error) {
	return json.Marshal(documentJSON{d.Version, d.ID, d.Statements})
}

// MarshalJSON writes one statement as [Document.MarshalJSON] does.
func (s Statement) MarshalJSON() ([]byte, error) {
	conditions := make(map[Operator]map[string]scalarList, len(s.Condition))
	for operator, keys := range s.Condition {
		conditions[operator] = make(map[string]scalarList, len(keys))
		for key, values := range keys {
			conditions[operator][key] = values
		}
	}
	return json.Marshal(statementJSON{
		s.Sid, s.Effect, s.Principal, s.NotPrincipal, s.Action, s.NotAction, s.Resource, s.NotResource, conditions,
	})
}

// MarshalJSON writes everyone as "*".
func (p Principals) MarshalJSON() ([]byte, error) {
	if _, everyone := p[Everyone]; everyone {
		return json.Marshal("*")
	}
	lists := make(map[string]stringList, len(p))
	for kind, identifiers := range p {
		lists[kind] = identifiers
	}
	return json.Marshal(lists)
}

// Parse reads any policy document that IAM would: lists may be single values, and a list of one statement may
// be the statement. Elements that the policy language does not have, and elements given twice, are errors.
func Parse(text string) (Document, error) {
	if err := refuseRepeatedKeys(json.NewDecoder(bytes.NewReader([]byte(text)))); err != nil {
		return Document{}, fmt.Errorf("policy document: %w", err)
	}
	var d Document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return Document{}, fmt.Errorf("policy document: %w", err)
	}
	return d, nil
}

// UnmarshalJSON reads what [Parse] does, but for the check of elements given twice.
func (d *Document) UnmarshalJSON(text []byte) error {
	var raw struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := decodeStrictly(text, &raw); err != nil {
		return err
	}
	*d = Document{Version: raw.Version, ID: raw.ID}
	switch {
	case len(raw.Statement) == 0:
		return errors.New("no Statement: a policy has at least one")
	case raw.Statement[0] == '[':
		return json.Unmarshal(raw.Statement, &d.Statements)
	default:
		d.Statements = make([]Statement, 1)
		return json.Unmarshal(raw.Statement, &d.Statements[0])
	}
}

// UnmarshalJSON reads one statement.
func (s *Statement) UnmarshalJSON(text []byte) error {
	var raw statementJSON
	if err := decodeStrictly(text, &raw); err != nil {
		return err
	}
	*s = Statement{
		Sid: raw.Sid, Effect: raw.Effect, Principal: raw.Principal, NotPrincipal: raw.NotPrincipal,
		Action: raw.Action, NotAction: raw.NotAction, Resource: raw.Resource, NotResource: raw.NotResource,
	}
	for operator, keys := range raw.Condition {
		for key, values := range keys {
			*s = s.When(operator, key, values...)
		}
	}
	return nil
}

// UnmarshalJSON reads "*" or a map of kinds.
func (p *Principals) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		var everyone string
		if err := json.Unmarshal(text, &everyone); err != nil || everyone != "*" {
			return fmt.Errorf(`principal %s is neither "*" nor an object of AWS, Service, Federated or CanonicalUser`, text)
		}
		*p = Principals{Everyone: {"*"}}
		return nil
	}
	var lists map[string]stringList
	if err := json.Unmarshal(text, &lists); err != nil {
		return err
	}
	*p = make(Principals, len(lists))
	for kind, identifiers := range lists {
		(*p)[kind] = identifiers
	}
	return nil
}

func decodeStrictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// stringList is a string or a list of them.
type stringList []string

func (l stringList) MarshalJSON() ([]byte, error) { return json.Marshal(sorted(l)) }

func (l *stringList) UnmarshalJSON(text []byte) error {
	if text[0] == '[' {
		return json.Unmarshal(text, (*[]string)(l))
	}
	*l = make(stringList, 1)
	return json.Unmarshal(text, &(*l)[0])
}

// scalarList is a string, number or boolean, or a list of them, all kept as text.
type scalarList []string

func (l scalarList) MarshalJSON() ([]byte, error) { return json.Marshal(sorted(l)) }

func (l *scalarList) UnmarshalJSON(text []byte) error {
	list := []json.RawMessage{text}
	if text[0] == '[' {
		if err := json.Unmarshal(text, &list); err != nil {
			return err
		}
	}
	*l = make(scalarList, len(list))
	for i, element := range list {
		switch element[0] {
		case '"':
			if err := json.Unmarshal(element, &(*l)[i]); err != nil {
				return err
			}
		case '{', '[', 'n':
			return fmt.Errorf("condition value %s is not a string, a number or a boolean", element)
		default:
			(*l)[i] = string(element)
		}
	}
	return nil
}

func sorted(list []string) []string {
	set := make(map[string]struct{}, len(list))
	for _, element := range list {
		set[element] = struct{}{}
	}
	return slices.Sorted(maps.Keys(set))
}

// refuseRepeatedKeys finds an object's key that stands twice, of which JSON's decoder would keep the last.
func refuseRepeatedKeys(decoder *json.Decoder) error {
	opening, err := decoder.Token()
	if err != nil {
		return err
	}
	switch opening {
	case json.Delim('{'):
		seen := map[json.Token]bool{}
		for decoder.More() {
			key, err := decoder.Token()
			if err != nil {
				return err
			}
			if seen[key] {
				return fmt.Errorf("element %q is given twice in one block: keep one", key)
			}
			seen[key] = true
			if err := refuseRepeatedKeys(decoder); err != nil {
				return err
			}
		}
	case json.Delim('['):
		for decoder.More() {
			if err := refuseRepeatedKeys(decoder); err != nil {
				return err
			}
		}
	default:
		return nil
	}
	if _, err := decoder.Token(); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
