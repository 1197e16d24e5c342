package ekscicd

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
)

func TestArtifactBucket(t *testing.T) {
	cloud := mock(t, func(ctx *pulumi.Context) error {
		bucket, err := NewArtifactBucket(ctx, "acme", &ArtifactBucketArgs{
			Readers:   []pulumi.StringInput{pulumi.String(workloadAccount), pulumi.String("arn:aws:iam::333333333333:role/deploy")},
			Pipelines: []string{"shop", "a-pipeline-with-a-long-name"},
		})
		if err == nil {
			assert.Equal(t, "acme-1a2b3c4", await(bucket.BucketName))
			assert.NotEmpty(t, bucket.Store().ready, "a pipeline starts when it is made: its bucket has to be ready")
		}
		return err
	})
	golden(t, "policies/artifact-bucket.json", cloud.resource(t, "BucketPolicy", "acme").plain()["policy"].(string))
	var prefixes []any
	for _, rule := range cloud.resource(t, "BucketLifecycleConfigurationV2", "acme").plain()["rules"].([]any) {
		prefixes = append(prefixes, rule.(map[string]any)["filter"].(map[string]any)["prefix"])
	}
	assert.Equal(t, []any{"", "shop", "a-pipeline-with-a-lo"}, prefixes)
	assert.True(t, cloud.resource(t, "BucketV2", "acme").Request.GetProtect())
}

func TestWrongArtifactBucket(t *testing.T) {
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewArtifactBucket(ctx, "Acme", &ArtifactBucketArgs{
			Readers:   []pulumi.StringInput{pulumi.String("everyone")},
			Pipelines: []string{"a b", "the-same-long-beginning-1", "the-same-long-beginning-2"},
			Tags:      map[string]string{"aws:x": ""},
		})
		return err
	}, `"Acme" cannot begin the name of a bucket`, `readers[0]: "everyone" is not valid`, `pipelines[0]: "a b" is not valid`,
		`pipelines[2]: "the-same-long-beginning-2" begins with the same 20 characters`, `tags["aws:x"]`)
}

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
			cloud := mock(t, func(ctx *pulumi.Context) error {
				credential, err := NewCodeBuildCredential(ctx, "acme", &c.args)
				if err == nil {
					assert.Equal(t, c.read, await(credential.TokenArn))
				}
				return err
			})
			made := cloud.resource(t, "SourceCredential", "acme")
			token := made.Inputs["token"]
			if token.IsSecret() {
				token = token.SecretValue().Element
			}
			assert.Equal(t, c.token, token.StringValue())
			assert.Equal(t, c.kind, made.plain()["authType"])
			assert.Equal(t, "GITHUB", made.plain()["serverType"])
			assert.True(t, made.Request.GetDeleteBeforeReplace(), "an account has one")
		})
	}
}

func TestTokenOfAParameterIsSecret(t *testing.T) {
	cloud := mock(t, func(ctx *pulumi.Context) error {
		_, err := NewCodeBuildCredential(ctx, "acme", &CodeBuildCredentialArgs{ParameterName: "/ci/token"})
		return err
	})
	token := cloud.resource(t, "SourceCredential", "acme").Inputs["token"]
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
	}, `serverType: "GITEA" is not known`, "secretArn: 3 of", `secretArn: "github-token" is not valid`,
		`connectionArn: "github" is not valid`, `parameterName: "/a b" is not valid`)
}

func TestSourceConnection(t *testing.T) {
	cloud := mock(t, func(ctx *pulumi.Context) error {
		c, err := NewSourceConnection(ctx, "acme", nil)
		if err == nil {
			assert.Equal(t, "https://console.aws.amazon.com/codesuite/settings/connections?region=us-east-2", await(c.SetupURL))
		}
		return err
	})
	assert.Equal(t, []string{"Connection acme", "Parameter acme"}, cloud.children())
	parameter := cloud.resource(t, "Parameter", "acme")
	assert.Equal(t, "/container-pipeline/acme/connection-arn", parameter.plain()["name"])
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

func TestImageRepository(t *testing.T) {
	cloud := mock(t, func(ctx *pulumi.Context) error {
		_, err := NewImageRepository(ctx, "shop", &ImageRepositoryArgs{PullAccounts: []string{"333333333333", workloadAccount, workloadAccount}})
		return err
	})
	repository := cloud.resource(t, "Repository", "shop")
	assert.Equal(t, map[string]any{
		"name": "shop", "imageTagMutability": "IMMUTABLE", "forceDelete": false,
		"imageScanningConfiguration": map[string]any{"scanOnPush": true},
	}, repository.plain())
	assert.True(t, repository.Request.GetProtect())
	golden(t, "policies/image-repository.json", cloud.resource(t, "RepositoryPolicy", "shop").plain()["policy"].(string))
	golden(t, "lifecycle.json", cloud.resource(t, "LifecyclePolicy", "shop").plain()["policy"].(string))
}

func TestImageRepositoryOfOneAccountHasNoPolicy(t *testing.T) {
	cloud := mock(t, func(ctx *pulumi.Context) error {
		_, err := NewImageRepository(ctx, "shop", nil)
		return err
	})
	assert.Equal(t, []string{"LifecyclePolicy shop", "Repository shop"}, cloud.children())
}

func TestWrongImageRepository(t *testing.T) {
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewImageRepository(ctx, "shop", &ImageRepositoryArgs{
			RepositoryName: "Shop", PullAccounts: []string{"*"}, KeepImages: 1, KeepPullRequestImages: 1001,
		})
		return err
	}, `repositoryName: "Shop" is not valid`, `pullAccounts[0]: "*" is not valid`, "keepImages: 1 is out of range", "keepPullRequestImages: 1001")
}
