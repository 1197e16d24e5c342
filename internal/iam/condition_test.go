package iam_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// TestConditions asks one condition of one key at a time.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
func TestConditions(t *testing.T) {
	type values = []string
	const otherAccounts = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"
	for _, c := range []struct {
		name     string
		operator iam.Operator
		wanted   values
		has      values // nil for a request without the key
		holds    bool
	}{
		{"equal", iam.StringEquals, values{"a"}, values{"a"}, true},
		{"case counts", iam.StringEquals, values{"a"}, values{"A"}, false},
		{"a wildcard is a character", iam.StringEquals, values{"a*"}, values{"ab"}, false},
		{"one of several", iam.StringEquals, values{"a", "b"}, values{"b"}, true},
		{"missing key", iam.StringEquals, values{"a"}, nil, false},
		{"missing key, if it exists", iam.StringEquals.IfExists(), values{"a"}, nil, true},
		{"other value, if it exists", iam.StringEquals.IfExists(), values{"a"}, values{"b"}, false},
		{"not equal", iam.StringNotEquals, values{"a"}, values{"b"}, true},
		{"none of several", iam.StringNotEquals, values{"a", "b"}, values{"b"}, false},
		{"negated, missing key", iam.StringNotEquals, values{"a"}, nil, true},
		{"negated, if it exists", iam.StringNotEquals.IfExists(), values{"a"}, nil, true},
		{"ignoring case", iam.StringEqualsIgnoreCase, values{"aB"}, values{"Ab"}, true},
		{"not equal ignoring case", iam.StringNotEqualsIgnoreCase, values{"aB"}, values{"Ab"}, false},
		{"like", iam.StringLike, values{"a*c?"}, values{"abbcd"}, true},
		{"unlike", iam.StringLike, values{"a?"}, values{"a"}, false},
		{"not like", iam.StringNotLike, values{"a*"}, values{"abc"}, false},
		{"a string crosses colons", iam.StringLike, values{"arn:aws:someservice:*:111122223333:finance/*"}, values{otherAccounts}, true},
		{"an ARN does not", iam.ArnLike, values{"arn:aws:someservice:*:111122223333:finance/*"}, values{otherAccounts}, false},
		{"ArnEquals takes wildcards", iam.ArnEquals, values{"arn:aws:codebuild:*:*:project/*"}, values{"arn:aws:codebuild:us-east-2:111122223333:project/a"}, true},
		{"ArnNotEquals", iam.ArnNotEquals, values{"arn:aws:sns:*:*:a"}, values{"arn:aws:sns:us-east-2:111122223333:a"}, false},
		{"ArnNotLike", iam.ArnNotLike, values{"arn:aws:sns:*:*:a"}, values{"arn:aws:sns:us-east-2:111122223333:b"}, true},
		{"no ARN", iam.ArnLike, values{"*"}, values{"arn:aws:sns:us-east-2:111122223333:b"}, false},
		{"numbers", iam.NumericEquals, values{"10"}, values{"10.0"}, true},
		{"not the number", iam.NumericNotEquals, values{"10"}, values{"10"}, false},
		{"below", iam.NumericLessThan, values{"10"}, values{"9"}, true},
		{"below is not equal", iam.NumericLessThan, values{"10"}, values{"10"}, false},
		{"at most", iam.NumericLessThanEquals, values{"10"}, values{"10"}, true},
		{"above", iam.NumericGreaterThan, values{"10"}, values{"9"}, false},
		{"at least", iam.NumericGreaterThanEquals, values{"10"}, values{"10"}, true},
		{"what is no number", iam.NumericLessThan, values{"10"}, values{"few"}, false},
		{"the date", iam.DateEquals, values{"2020-01-01T00:00:01Z"}, values{"1577836801"}, true},
		{"not the date", iam.DateNotEquals, values{"2020-01-01"}, values{"2020-01-02"}, true},
		{"later", iam.DateGreaterThan, values{"2020-01-01T00:00:01Z"}, values{"2021-06-01"}, true},
		{"at or after", iam.DateGreaterThanEquals, values{"2020-01-01"}, values{"2019-12-31T23:59:59Z"}, false},
		{"before", iam.DateLessThan, values{"2020-01-01"}, values{"2019-12-31"}, true},
		{"at or before", iam.DateLessThanEquals, values{"2020-01-01"}, values{"2020-01-01T00:00:00Z"}, true},
		{"true", iam.Bool, values{"true"}, values{"true"}, true},
		{"false is not true", iam.Bool, values{"true"}, values{"false"}, false},
		{"bytes", iam.BinaryEquals, values{"QmluYXJ5"}, values{"QmluYXJ5"}, true},
		{"in a network", iam.IPAddress, values{"203.0.113.0/24"}, values{"203.0.113.9"}, true},
		{"in IPv6", iam.IPAddress, values{"203.0.113.0/24", "2001:DB8:1234:5678::/64"}, values{"2001:db8:1234:5678::1"}, true},
		{"an address alone", iam.IPAddress, values{"203.0.113.1"}, values{"203.0.113.2"}, false},
		{"not in a network", iam.NotIPAddress, values{"203.0.113.0/24"}, values{"203.0.113.9"}, false},
		{"null is missing", iam.Null, values{"true"}, nil, true},
		{"null is not there", iam.Null, values{"true"}, values{"a"}, false},
		{"not null is there", iam.Null, values{"false"}, values{"a"}, true},
		{"not null is not missing", iam.Null, values{"false"}, nil, false},
		{"all of them", iam.ForAllValues(iam.StringLike), values{"Post*", "Tags"}, values{"PostDateTime", "Tags"}, true},
		{"not all of them", iam.ForAllValues(iam.StringLike), values{"Post*"}, values{"PostDateTime", "UserName"}, false},
		{"all of none", iam.ForAllValues(iam.StringEquals), values{"a"}, nil, true},
		{"all of an empty set", iam.ForAllValues(iam.StringEquals), values{"a"}, values{}, true},
		{"any of them", iam.ForAnyValue(iam.StringLike), values{"ID", "PostDateTime"}, values{"UserName", "PostDateTime"}, true},
		{"not any of them", iam.ForAnyValue(iam.StringEquals), values{"ID"}, values{"UserName"}, false},
		{"any of none", iam.ForAnyValue(iam.StringEquals), values{"a"}, nil, false},
		{"any of none, if it exists", iam.ForAnyValue(iam.StringEquals).IfExists(), values{"a"}, nil, true},
		{"any that differs", iam.ForAnyValue(iam.StringNotEquals), values{"a"}, values{"a", "b"}, true},
		{"all differ", iam.ForAllValues(iam.StringNotEquals), values{"a"}, values{"a", "b"}, false},
		{"a variable", iam.StringEquals, values{"${aws:PrincipalTag/team}"}, values{"red"}, true},
		{"a variable without a value", iam.StringEquals, values{"${aws:PrincipalTag/none}"}, values{"red"}, false},
		{"a special character", iam.StringLike, values{"${?}ed"}, values{"red"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := get(bucket + "/a")
			request.Context = map[string][]string{"aws:PrincipalTag/team": {"red"}}
			if c.has != nil {
				request.Context["aws:Key"] = c.has
			}
			statement := iam.Allow("If").Actions("s3:GetObject").On("*").When(c.operator, "AWS:key", c.wanted...)
			decision, err := iam.Evaluate(request, iam.Attached{Document: iam.Policy(statement)})
			require.NoError(t, err)
			assert.Equal(t, c.holds, decision.Allowed, decision.Reason)
		})
	}
}

func TestConditionsHoldTogether(t *testing.T) {
	statement := iam.Allow("Pass").Actions("iam:PassRole").On("*").
		When(iam.StringEquals, "iam:PassedToService", "ecs-tasks.amazonaws.com").
		When(iam.ArnLike, "iam:AssociatedResourceArn", "arn:aws:ecs:*:*:task-definition/bash-dog:*")
	policy := iam.Attached{Name: "role", Document: iam.Policy(statement)}
	request := iam.Request{Principal: buildRole, Action: "iam:PassRole", Resource: buildRole, Context: map[string][]string{
		"iam:PassedToService":       {"ecs-tasks.amazonaws.com"},
		"iam:AssociatedResourceArn": {"arn:aws:ecs:us-east-2:111122223333:task-definition/bash-dog:1"},
	}}
	decision, err := iam.Evaluate(request, policy)
	require.NoError(t, err)
	assert.True(t, decision.Allowed, decision.Reason)

	request.Context["iam:PassedToService"] = []string{"ec2.amazonaws.com"}
	decision, err = iam.Evaluate(request, policy)
	require.NoError(t, err)
	assert.False(t, decision.Allowed)
	assert.Equal(t, `statement "Pass" of policy "role" has a condition that fails: StringEquals iam:PassedToService `+
		`wants "ecs-tasks.amazonaws.com", the request has "ec2.amazonaws.com"`, decision.Reason)

	delete(request.Context, "iam:PassedToService")
	decision, err = iam.Evaluate(request, policy)
	require.NoError(t, err)
	assert.Contains(t, decision.Reason, "the request has no such key")
}

func TestConditionValuesOfTheWrongKindAreErrors(t *testing.T) {
	for operator, want := range map[iam.Operator]string{
		iam.NumericLessThan: `value "soon" is not a number`,
		iam.DateLessThan:    `value "soon" is not a date`,
		iam.IPAddress:       `value "soon" is neither an IP address nor a CIDR block`,
		iam.Null:            `value "soon" is neither true nor false`,
	} {
		request := get(bucket + "/a")
		request.Context = map[string][]string{"aws:key": {"1"}}
		statement := iam.Allow("If").Actions("s3:GetObject").On("*").When(operator, "aws:key", "soon")
		_, err := iam.Evaluate(request, iam.Attached{Name: "role", Document: iam.Policy(statement)})
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, `statement "If"`)
	}
}
