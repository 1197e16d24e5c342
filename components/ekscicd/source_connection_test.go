package ekscicd

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func TestSourceConnection(t *testing.T) {
	cloud := deploy(t, func(ctx *pulumi.Context) error {
		c, err := NewSourceConnection(ctx, "acme", nil)
		if err == nil {
			assert.Equal(t, "https://console.aws.amazon.com/codesuite/settings/connections?region=us-east-2", mocks.Await(c.SetupURL))
		}
		return err
	})
	assert.Equal(t, []string{"Connection acme", "Parameter acme"}, cloud.Made())
	parameter := cloud.Resource(t, "Parameter", "acme")
	assert.Equal(t, "/container-pipeline/acme/connection-arn", parameter.Plain()["name"])
	value := parameter.Inputs["value"]
	if value.IsSecret() {
		value = value.SecretValue().Element
	}
	assert.Equal(t, connection, value.StringValue())
}

func TestWrongSourceConnection(t *testing.T) {
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewSourceConnection(ctx, "acme", &SourceConnectionArgs{
			ConnectionName: "a-name-that-is-longer-than-its-limit", Provider: "Gitea", ParameterName: "no spaces",
		})
		return err
	}, "connectionName:", "give at most 32", `provider: "Gitea" is not known`, `parameterName: "no spaces" is not valid`)
}
