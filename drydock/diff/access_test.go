package diff

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

const policyType = "aws:iam/rolePolicy:RolePolicy"

// policy makes a document of statements as JSON.
func policy(statements string) in {
	return in{"policy": `{"Version":"2012-10-17","Statement":[` + statements + `]}`}
}

func TestStatements(t *testing.T) {
	const read = `{"Sid":"Read","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}`
	for name, c := range map[string]struct {
		was, will in
		want      []StatementChange
		danger    bool
	}{
		"written otherwise": {policy(read), policy(`{"Effect":"Allow","Resource":["arn:aws:s3:::a/*"],"Action":["s3:GetObject"],"Sid":"Read"}`), nil, false},
		"only the Sid":      {policy(read), policy(`{"Sid":"Get","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}`), nil, false},
		"an action more": {policy(read), policy(`{"Sid":"Read","Effect":"Allow","Action":["s3:GetObject","s3:GetObjectVersion"],"Resource":"arn:aws:s3:::a/*"}`),
			[]StatementChange{{Change: "changed", Sid: "Read", Effect: "Allow", Gained: []string{"action s3:GetObjectVersion"}}}, false},
		"another resource": {policy(read), policy(`{"Sid":"Read","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`),
			[]StatementChange{{Change: "changed", Sid: "Read", Effect: "Allow", Gained: []string{"resource arn:aws:s3:::b/*"}, Lost: []string{"resource arn:aws:s3:::a/*"}}}, false},
		"every action of a service": {policy(read), policy(`{"Sid":"Read","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a/*"}`),
			[]StatementChange{{Change: "changed", Sid: "Read", Effect: "Allow", Gained: []string{"action s3:*"}, Lost: []string{"action s3:GetObject"},
				Widened: []string{"action s3:* is every action of s3"}}}, true},
		"every resource": {policy(read), policy(`{"Sid":"Read","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`),
			[]StatementChange{{Change: "changed", Sid: "Read", Effect: "Allow", Gained: []string{"resource *"}, Lost: []string{"resource arn:aws:s3:::a/*"},
				Widened: []string{"resource * is every resource"}}}, true},
		"a wider pattern": {policy(read), policy(`{"Sid":"Read","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::*"}`),
			[]StatementChange{{Change: "changed", Sid: "Read", Effect: "Allow", Gained: []string{"resource arn:aws:s3:::*"}, Lost: []string{"resource arn:aws:s3:::a/*"},
				Widened: []string{"resource arn:aws:s3:::* takes in more than before"}}}, true},
		"a statement without Sid": {policy(`{"Effect":"Allow","Action":"a:B","Resource":"r"}`), policy(`{"Effect":"Allow","Action":"a:C","Resource":"r"}`),
			[]StatementChange{{Change: "changed", Effect: "Allow", Gained: []string{"action a:C"}, Lost: []string{"action a:B"}}}, false},
		"a statement more": {policy(read), policy(read + `,{"Sid":"List","Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}`),
			[]StatementChange{{Change: "gained", Sid: "List", Effect: "Allow", Gained: []string{"action s3:ListAllMyBuckets", "resource *"}}}, false},
		"a denial less": {policy(read + `,{"Sid":"TLSOnly","Effect":"Deny","Action":"s3:*","Resource":"*"}`), policy(read),
			[]StatementChange{{Change: "lost", Sid: "TLSOnly", Effect: "Deny", Lost: []string{"action s3:*", "resource *"}, Widened: []string{"what the statement denied is denied no more"}}}, true},
		"a narrower denial": {policy(`{"Sid":"No","Effect":"Deny","Action":["s3:A","s3:B"],"Resource":"*"}`), policy(`{"Sid":"No","Effect":"Deny","Action":"s3:A","Resource":"*"}`),
			[]StatementChange{{Change: "changed", Sid: "No", Effect: "Deny", Lost: []string{"action s3:B"}, Widened: []string{"action s3:B is denied no more"}}}, true},
		"a condition falls": {policy(`{"Sid":"A","Effect":"Allow","Action":"a:B","Resource":"r","Condition":{"StringEquals":{"aws:SourceAccount":"1"}}}`),
			policy(`{"Sid":"A","Effect":"Allow","Action":"a:B","Resource":"r"}`),
			[]StatementChange{{Change: "changed", Sid: "A", Effect: "Allow", Lost: []string{"condition StringEquals aws:SourceAccount 1"},
				Widened: []string{"the condition StringEquals aws:SourceAccount 1 falls"}}}, true},
		"everybody": {policy(`{"Sid":"A","Effect":"Allow","Principal":{"AWS":"1"},"Action":"a:B","Resource":"r"}`),
			policy(`{"Sid":"A","Effect":"Allow","Principal":"*","Action":"a:B","Resource":"r"}`),
			[]StatementChange{{Change: "changed", Sid: "A", Effect: "Allow", Gained: []string{"principal *"}, Lost: []string{"principal AWS 1"},
				Widened: []string{everybody}}}, true},
		"everybody of an account": {policy(`{"Sid":"A","Effect":"Allow","Principal":{"AWS":"1"},"Action":"a:B","Resource":"r","Condition":{"StringEquals":{"aws:SourceAccount":"1"}}}`),
			policy(`{"Sid":"A","Effect":"Allow","Principal":"*","Action":"a:B","Resource":"r","Condition":{"StringEquals":{"aws:SourceAccount":"1"}}}`),
			[]StatementChange{{Change: "changed", Sid: "A", Effect: "Allow", Gained: []string{"principal *"}, Lost: []string{"principal AWS 1"}, Widened: []string{}}}, false},
		"all but": {policy(read), policy(`{"Sid":"Read","Effect":"Allow","NotAction":"iam:*","Resource":"arn:aws:s3:::a/*"}`),
			[]StatementChange{{Change: "changed", Sid: "Read", Effect: "Allow", Gained: []string{"every action but iam:*"}, Lost: []string{"action s3:GetObject"},
				Widened: []string{"every action but iam:* is allowed"}}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			v := Judge(&drydock.Result{Steps: []drydock.Step{step("update", policyType, "a", c.was, c.will)}})
			var found []StatementChange
			for _, a := range v.Access {
				found = append(found, a.Statements...)
			}
			assert.Empty(t, cmp.Diff(c.want, found, cmpopts.EquateEmpty()))
			if len(c.want) > 0 {
				assert.Empty(t, v.Changes[0].Properties, "the statements tell it")
			}
			assert.Equal(t, c.danger, len(v.Dangers) == 1, v.Dangers)
		})
	}
}

func TestPoliciesThatCannotBeCompared(t *testing.T) {
	for name, c := range map[string]struct {
		was, will in
		want      string
	}{
		"known later": {policy(`{"Effect":"Allow","Action":"a:B","Resource":"r"}`), in{"policy": drydock.Unknown}, "known after the up"},
		"a new one":   {nil, in{"policy": drydock.Unknown}, "known after the up"},
		"no policy":   {policy(``), policy(`{"Effect":"Allow","Acton":"a:B"}`), `unknown field "Acton"`},
	} {
		t.Run(name, func(t *testing.T) {
			access, dangers := policies(step("update", policyType, "a", c.was, c.will))
			require.Len(t, access, 1)
			assert.Contains(t, access[0].Problem, c.want)
			assert.Empty(t, dangers)
		})
	}
}

func TestPoliciesWithinOtherInputs(t *testing.T) {
	list := func(p in) in { return in{"inlinePolicies": []any{in{"name": "x", "policy": p["policy"]}}} }
	access, _ := policies(step("update", "aws:iam/role:Role", "r",
		list(policy(`{"Effect":"Allow","Action":"a:B","Resource":"r"}`)), list(policy(`{"Effect":"Allow","Action":"a:C","Resource":"r"}`))))
	require.Len(t, access, 1)
	assert.Equal(t, "inlinePolicies[0].policy", access[0].Policy)

	attached := step("replace", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", in{"policyArn": "arn:one"}, in{"policyArn": "arn:two"}, "policyArn")
	access, dangers := policies(attached)
	require.Len(t, access, 1)
	assert.Equal(t, []string{"policy arn:two"}, access[0].Statements[0].Gained)
	assert.Equal(t, []string{"policy arn:one"}, access[0].Statements[0].Lost)
	assert.Empty(t, dangers)
}
