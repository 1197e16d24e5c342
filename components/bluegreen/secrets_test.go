package bluegreen

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func TestSecrets(t *testing.T) {
	const arn = "arn:aws:secretsmanager:us-east-2:123456789012:secret:"
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		s, err := NewSecrets(ctx, "dog", &SecretsArgs{
			Project: "bash-dog",
			Shared:  map[string]pulumi.StringInput{"B": pulumi.String("<2>"), "A": pulumi.String("1"), "OUT": nil},
			Own:     map[string]map[string]pulumi.StringInput{"api": {"A": pulumi.String("own"), "OUT": nil}, "nginx": {}},
		})
		if err != nil {
			return err
		}
		assert.Equal(t, arn+"bash-dog/environment-AbCdEf:B::", mocks.Await(s.Reference("api", "B")))
		assert.Equal(t, arn+"bash-dog/environment-AbCdEf:A::", mocks.Await(s.Reference("nginx", "A")))
		assert.Equal(t, arn+"bash-dog/api/environment-AbCdEf:A::", mocks.Await(s.Reference("api", "A")), "own before shared")
		assert.Equal(t, arn+"bash-dog/api/environment/OUT-AbCdEf:OUT::", mocks.Await(s.Reference("api", "OUT")))
		assert.Equal(t, arn+"bash-dog/environment/OUT-AbCdEf:OUT::", mocks.Await(s.Reference("nginx", "OUT")))
		assert.ElementsMatch(t, []string{
			arn + "bash-dog/environment-AbCdEf", arn + "bash-dog/environment/OUT-AbCdEf",
			arn + "bash-dog/api/environment-AbCdEf", arn + "bash-dog/api/environment/OUT-AbCdEf",
		}, mocks.Await(s.Arns))
		return nil
	})
	assert.Equal(t, []string{
		"Secret dog", "Secret dog-api", "Secret dog-api/OUT", "Secret dog/OUT",
		"SecretVersion dog", "SecretVersion dog-api", "SecretVersion dog-api/OUT", "SecretVersion dog/OUT",
	}, m.Children("Secrets"))

	content := m.Resource(t, "SecretVersion", "dog")
	assert.True(t, content.Inputs["secretString"].IsSecret())
	assert.JSONEq(t, `{"A": "1", "B": "<2>"}`, content.Text(t, "secretString"))
	assert.Empty(t, content.Request.GetIgnoreChanges())
	assert.False(t, content.Request.GetProtect(), "a protected version could not be followed by another")

	outside := m.Resource(t, "SecretVersion", "dog/OUT")
	assert.JSONEq(t, `{"OUT": "set outside"}`, outside.Text(t, "secretString"))
	assert.Equal(t, []string{"secretString"}, outside.Request.GetIgnoreChanges())

	secret := m.Resource(t, "Secret", "dog")
	assert.True(t, secret.Request.GetProtect())
	assert.NotContains(t, secret.Inputs, "recoveryWindowInDays")
}

func TestDisposableSecretsAreGoneAtOnce(t *testing.T) {
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewSecrets(ctx, "dog", &SecretsArgs{
			Project: "dog", Shared: map[string]pulumi.StringInput{"A": pulumi.String("1")}, Disposable: true,
		})
		return err
	})
	secret := m.Resource(t, "Secret", "dog")
	assert.False(t, secret.Request.GetProtect())
	assert.Equal(t, 0.0, secret.Plain()["recoveryWindowInDays"])
}

func TestNoVariablesNoSecrets(t *testing.T) {
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		s, err := NewSecrets(ctx, "dog", &SecretsArgs{Project: "dog"})
		if err != nil {
			return err
		}
		assert.Empty(t, mocks.Await(s.Arns))
		return nil
	})
	assert.Empty(t, m.Children("Secrets"))
}

func TestSecretsRefuse(t *testing.T) {
	m := &mocks.Cloud{}
	err := m.Run(func(ctx *pulumi.Context) error {
		_, err := NewSecrets(ctx, "dog", &SecretsArgs{
			Project: "dog_", Shared: map[string]pulumi.StringInput{"A:B": nil},
			Own: map[string]map[string]pulumi.StringInput{"a/b": {"1": nil}},
		})
		return err
	})
	for _, field := range []string{`project: "dog_"`, `shared["A:B"]`, `own["a/b"]`, `own["a/b"]["1"]`} {
		assert.ErrorContains(t, err, field)
	}
	assert.Empty(t, m.Resources)
}

func TestUnknownVariableFailsTheProgram(t *testing.T) {
	err := (&mocks.Cloud{}).Run(func(ctx *pulumi.Context) error {
		s, err := NewSecrets(ctx, "dog", &SecretsArgs{Project: "dog"})
		ctx.Export("reference", s.Reference("api", "TOKEN"))
		return err
	})
	assert.ErrorContains(t, err, `secret "TOKEN" of container "api" is not known`)
}
