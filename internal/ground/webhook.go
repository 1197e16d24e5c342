package ground

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// groups is one group of filters, all of which a pull request's event must pass.
//
// Without the filter of actors, whoever can fork the repository could run commands with the project's role.
// https://docs.aws.amazon.com/codebuild/latest/userguide/github-webhook.html
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_WebhookFilter.html
func (f PullRequestFilters) groups() codebuild.WebhookFilterGroupArray {
	quoted := make([]string, len(f.Actors))
	for i, actor := range f.Actors {
		quoted[i] = regexp.QuoteMeta(actor)
	}
	filter := func(kind, pattern string) codebuild.WebhookFilterGroupFilterArgs {
		return codebuild.WebhookFilterGroupFilterArgs{Type: pulumi.String(kind), Pattern: pulumi.String(pattern)}
	}
	return codebuild.WebhookFilterGroupArray{codebuild.WebhookFilterGroupArgs{
		Filters: codebuild.WebhookFilterGroupFilterArray{
			filter("EVENT", "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED, PULL_REQUEST_REOPENED"),
			filter("ACTOR_ACCOUNT_ID", "^("+strings.Join(quoted, "|")+")$"),
			filter("BASE_REF", "^refs/heads/"+regexp.QuoteMeta(f.Branch)+"$"),
		},
	}}
}

// CredentialStatements let a build read the token that the account's source credential names: a secret of Secrets
// Manager, or a connection. An empty ARN stands for a token that CodeBuild keeps itself, which asks no permission.
// https://docs.aws.amazon.com/codebuild/latest/userguide/multiple-access-tokens.html#asm-role-access
func CredentialStatements(credentialArn string) []iam.Statement {
	switch parts := strings.SplitN(credentialArn, ":", 4); {
	case len(parts) < 4:
		return nil
	case parts[2] == "secretsmanager":
		return []iam.Statement{iam.Allow("ReadSourceToken").Actions("secretsmanager:GetSecretValue").On(credentialArn)}
	default:
		return []iam.Statement{iam.Allow("UseSourceConnection").
			Actions("codeconnections:GetConnection", "codeconnections:GetConnectionToken",
				"codestar-connections:GetConnection", "codestar-connections:GetConnectionToken").
			On(underService(credentialArn, "codeconnections"), underService(credentialArn, "codestar-connections"))}
	}
}

// orEmpty is never nil: it is empty where no value is given.
func orEmpty(input pulumi.StringInput) pulumi.StringInput {
	if input == nil {
		return pulumi.String("")
	}
	return input
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
