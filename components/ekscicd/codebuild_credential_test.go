package ekscicd

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func TestCodeBuildCredential(t *testing.T) {
	const codeConnection = "arn:aws:codeconnections:us-east-2:111111111111:connection/1"
	for name, c := range map[string]struct {
		args              CodeBuildCredentialArgs
		kind, token, read string
	}{
		"secret":     {CodeBuildCredentialArgs{SecretArn: pulumi.String(tokenSecret)}, "SECRETS_MANAGER", tokenSecret, tokenSecret},
		"connection": {CodeBuildCredentialArgs{ConnectionArn: pulumi.String(codeConnection)}, "CODECONNECTIONS", codeConnection, codeConnection},
		"parameter":  {CodeBuildCredentialArgs{ParameterName: "/ci/token"}, "PERSONAL_ACCESS_TOKEN", "ghp_secret", ""},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := deploy(t, func(ctx *pulumi.Context) error {
				credential, err := NewCodeBuildCredential(ctx, "acme", &c.args)
				if err == nil {
					assert.Equal(t, c.read, mocks.Await(credential.TokenArn))
				}
				return err
			})
			made := cloud.Resource(t, "SourceCredential", "acme")
			token := made.Inputs["token"]
			if token.IsSecret() {
				token = token.SecretValue().Element
			}
			assert.Equal(t, c.token, token.StringValue())
			assert.Equal(t, c.kind, made.Plain()["authType"])
			assert.Equal(t, "GITHUB", made.Plain()["serverType"])
			assert.True(t, made.Request.GetDeleteBeforeReplace(), "an account has one")
		})
	}
}

func TestTokenOfAParameterIsSecret(t *testing.T) {
	cloud := deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewCodeBuildCredential(ctx, "acme", &CodeBuildCredentialArgs{ParameterName: "/ci/token"})
		return err
	})
	token := cloud.Resource(t, "SourceCredential", "acme").Inputs["token"]
	assert.True(t, token.IsSecret() || token.IsOutput() && token.OutputValue().Secret, "the token must be encrypted in the state")
}

func TestWrongCodeBuildCredential(t *testing.T) {
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewCodeBuildCredential(ctx, "acme", nil)
		return err
	}, "secretArn: 0 of secretArn, connectionArn and parameterName are given: give exactly one")
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewCodeBuildCredential(ctx, "acme", &CodeBuildCredentialArgs{
			ServerType: "GITEA", SecretArn: pulumi.String("github-token"), ConnectionArn: pulumi.String("github"), ParameterName: "/a b",
		})
		return err
	}, `serverType: "GITEA" is not known`, "secretArn: 3 of", `secretArn: this value is not valid`,
		`connectionArn: "github" is not valid`, `parameterName: "/a b" is not valid`)
}
