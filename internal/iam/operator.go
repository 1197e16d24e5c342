package iam

import (
	"fmt"
	"strings"
)

// Operator compares a condition key's values in the request with those in the policy. It may be qualified, as
// [Operator.IfExists], [ForAllValues] and [ForAnyValue] do.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
type Operator string

// The operators.
const (
	StringEquals              Operator = "StringEquals"
	StringNotEquals           Operator = "StringNotEquals"
	StringEqualsIgnoreCase    Operator = "StringEqualsIgnoreCase"
	StringNotEqualsIgnoreCase Operator = "StringNotEqualsIgnoreCase"
	StringLike                Operator = "StringLike"
	StringNotLike             Operator = "StringNotLike"
	NumericEquals             Operator = "NumericEquals"
	NumericNotEquals          Operator = "NumericNotEquals"
	NumericLessThan           Operator = "NumericLessThan"
	NumericLessThanEquals     Operator = "NumericLessThanEquals"
	NumericGreaterThan        Operator = "NumericGreaterThan"
	NumericGreaterThanEquals  Operator = "NumericGreaterThanEquals"
	DateEquals                Operator = "DateEquals"
	DateNotEquals             Operator = "DateNotEquals"
	DateLessThan              Operator = "DateLessThan"
	DateLessThanEquals        Operator = "DateLessThanEquals"
	DateGreaterThan           Operator = "DateGreaterThan"
	DateGreaterThanEquals     Operator = "DateGreaterThanEquals"
	Bool                      Operator = "Bool"
	BinaryEquals              Operator = "BinaryEquals"
	IPAddress                 Operator = "IpAddress"
	NotIPAddress              Operator = "NotIpAddress"
	ArnEquals                 Operator = "ArnEquals"
	ArnLike                   Operator = "ArnLike"
	ArnNotEquals              Operator = "ArnNotEquals"
	ArnNotLike                Operator = "ArnNotLike"
	Null                      Operator = "Null"
)

const (
	ifExists     = "IfExists"
	forAllValues = "ForAllValues:"
	forAnyValue  = "ForAnyValue:"
)

// IfExists makes the condition true of a request that lacks the key.
func (o Operator) IfExists() Operator { return o + ifExists }

// ForAllValues asks of a key with several values that each of them meets the condition. It is true of a
// request that lacks the key.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
func ForAllValues(o Operator) Operator { return forAllValues + o }

// ForAnyValue asks of a key with several values that one of them meets the condition. It is false of a request
// that lacks the key.
func ForAnyValue(o Operator) Operator { return forAnyValue + o }

// test is an operator taken apart.
type test struct {
	set      string // forAllValues, forAnyValue or nothing
	base     Operator
	ifExists bool
	comparison
}

// comparison is what a base operator does.
type comparison struct {
	negated   bool
	variables bool // whether policy variables count in its values
	match     func(pattern pattern, value string) (bool, error)
}

var comparisons = map[Operator]comparison{
	StringEquals:              {variables: true, match: sameText},
	StringNotEquals:           {variables: true, match: sameText, negated: true},
	StringEqualsIgnoreCase:    {variables: true, match: sameTextInAnyCase},
	StringNotEqualsIgnoreCase: {variables: true, match: sameTextInAnyCase, negated: true},
	StringLike:                {variables: true, match: likeText},
	StringNotLike:             {variables: true, match: likeText, negated: true},
	NumericEquals:             {match: numeric(func(c int) bool { return c == 0 })},
	NumericNotEquals:          {match: numeric(func(c int) bool { return c == 0 }), negated: true},
	NumericLessThan:           {match: numeric(func(c int) bool { return c < 0 })},
	NumericLessThanEquals:     {match: numeric(func(c int) bool { return c <= 0 })},
	NumericGreaterThan:        {match: numeric(func(c int) bool { return c > 0 })},
	NumericGreaterThanEquals:  {match: numeric(func(c int) bool { return c >= 0 })},
	DateEquals:                {match: date(func(c int) bool { return c == 0 })},
	DateNotEquals:             {match: date(func(c int) bool { return c == 0 }), negated: true},
	DateLessThan:              {match: date(func(c int) bool { return c < 0 })},
	DateLessThanEquals:        {match: date(func(c int) bool { return c <= 0 })},
	DateGreaterThan:           {match: date(func(c int) bool { return c > 0 })},
	DateGreaterThanEquals:     {match: date(func(c int) bool { return c >= 0 })},
	Bool:                      {variables: true, match: sameTextInAnyCase},
	BinaryEquals:              {match: sameText},
	IPAddress:                 {match: inNetwork},
	NotIPAddress:              {match: inNetwork, negated: true},
	ArnEquals:                 {variables: true, match: likeARN},
	ArnLike:                   {variables: true, match: likeARN},
	ArnNotEquals:              {variables: true, match: likeARN, negated: true},
	ArnNotLike:                {variables: true, match: likeARN, negated: true},
	Null:                      {},
}

// parse takes the operator apart, or says that IAM knows none of that name.
func (o Operator) parse() (test, error) {
	t := test{}
	name := string(o)
	for _, set := range []string{forAllValues, forAnyValue} {
		if rest, found := strings.CutPrefix(name, set); found {
			t.set, name = set, rest
			break
		}
	}
	if rest, found := strings.CutSuffix(name, ifExists); found {
		t.ifExists, name = true, rest
	}
	t.base = Operator(name)
	comparison, known := comparisons[t.base]
	if !known || t.base == Null && t.ifExists {
		return test{}, fmt.Errorf("unknown condition operator %q: IAM has none of this name", o)
	}
	t.comparison = comparison
	return t, nil
}
