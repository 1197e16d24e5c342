package permissions

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A stack with a topic of the deployer's own, and one in another account and region.
const exported = `{"version": 3, "deployment": {"resources": [
	{"urn": "urn:pulumi:s::p::pulumi:providers:aws::default", "type": "pulumi:providers:aws", "id": "1", "inputs": {"region": "us-east-2"}},
	{"urn": "urn:pulumi:s::p::pulumi:providers:aws::live", "type": "pulumi:providers:aws", "id": "2",
	 "inputs": {"region": "eu-west-1", "assumeRole": {"roleArn": "arn:aws:iam::222222222222:role/deployer"}}},
	{"urn": "urn:pulumi:s::p::aws:sns/topic:Topic::own", "type": "aws:sns/topic:Topic", "id": "a", "custom": true,
	 "provider": "urn:pulumi:s::p::pulumi:providers:aws::default::1", "outputs": {"arn": "arn:aws:sns:us-east-2:111122223333:own"}},
	{"urn": "urn:pulumi:s::p::aws:eks/accessEntry:AccessEntry::live", "type": "aws:eks/accessEntry:AccessEntry", "id": "b", "custom": true,
	 "provider": "urn:pulumi:s::p::pulumi:providers:aws::live::2", "outputs": {"clusterName": "live"}}
]}}`

func TestOtherAccountsAreTheirRoles(t *testing.T) {
	const role = "arn:aws:iam::222222222222:role/deployer"
	resources, err := parse([]byte(exported))
	require.NoError(t, err)
	for _, c := range []struct {
		role     string
		place    Place
		allowed  map[string]string
		refused  map[string]string
		assuming []string
	}{
		{"", Place{"aws", "us-east-2", "111122223333"},
			map[string]string{"sts:AssumeRole": role, "sns:CreateTopic": "arn:aws:sns:us-east-2:111122223333:own"},
			map[string]string{"sts:AssumeRole": role + "2", "eks:DeleteAccessEntry": "arn:aws:eks:eu-west-1:111122223333:access-entry/live/x"}, []string{role}},
		{role, Place{"aws", "eu-west-1", "222222222222"},
			map[string]string{"eks:DeleteAccessEntry": "arn:aws:eks:eu-west-1:222222222222:access-entry/live/x"},
			map[string]string{"sts:AssumeRole": role, "sns:CreateTopic": "arn:aws:sns:us-east-2:222222222222:own"}, nil},
	} {
		place, err := PlaceOf(resources, c.role)
		require.NoError(t, err)
		assert.Equal(t, c.place, place)
		report, err := Generate(resources, Options{Place: place, Boundary: boundary, Role: c.role})
		require.NoError(t, err)
		assert.Equal(t, c.assuming, report.Roles)
		for action, resource := range c.allowed {
			assert.True(t, decide(t, report, action, resource, nil), "%s %s", action, resource)
		}
		for action, resource := range c.refused {
			assert.False(t, decide(t, report, action, resource, nil), "%s %s", action, resource)
		}
	}
	_, err = Generate(resources, Options{Place: Place{"aws", "us-east-2", "1"}, Boundary: boundary, Role: role + "2"})
	assert.ErrorContains(t, err, "no provider of the stack assumes "+role+"2; those that it assumes: "+role)
}

func TestRolesOfPeopleAreNotHandedOn(t *testing.T) {
	report := generate(t, resource(roleType, "deploy", map[string]any{"arn": "arn:aws:iam::123456789012:role/deploy", "permissionsBoundary": boundary,
		"assumeRolePolicy": `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
			"Principal": {"AWS": "arn:aws:iam::222222222222:root"}}]}`}))
	for _, d := range report.Documents {
		for _, s := range d.Statements {
			assert.NotContains(t, s.Action, "iam:PassRole")
		}
	}
}
