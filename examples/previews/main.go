// Command previews is for teams on AWS alone: a CodeBuild project that tells each pull request on GitHub what merging it
// would do to every stack. docs/previews.md has the rest of the set-up.
package main

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

// buildspec is in the project, not in the repository, so that a pull request cannot change it.
//
//go:embed buildspec.yml
var buildspec string

const project = "drydock-diff"

func main() { pulumi.Run(deploy) }

func deploy(ctx *pulumi.Context) error {
	settings := config.New(ctx, "")
	connection, token := settings.Require("connectionArn"), settings.Require("tokenSecretArn")
	logs, err := cloudwatch.NewLogGroup(ctx, project, &cloudwatch.LogGroupArgs{
		Name: pulumi.String("/aws/codebuild/" + project), RetentionInDays: pulumi.Int(30),
	})
	if err != nil {
		return err
	}
	role, err := newRole(ctx, logs, connection, token)
	if err != nil {
		return err
	}
	repository := settings.Require("repository")
	build, err := codebuild.NewProject(ctx, project, &codebuild.ProjectArgs{
		Name:        pulumi.String(project),
		Description: pulumi.String("What a pull request would do to every stack"),
		ServiceRole: role.Arn,
		Source: codebuild.ProjectSourceArgs{
			Type:     pulumi.String("GITHUB"),
			Location: pulumi.String("https://github.com/" + repository + ".git"),
			Auth: codebuild.ProjectSourceAuthArgs{
				Type: pulumi.String("CODECONNECTIONS"), Resource: pulumi.String(connection),
			},
			Buildspec:         pulumi.String(buildspec),
			GitCloneDepth:     pulumi.Int(0), // all of it: the diff needs the commit that both sides have in common
			ReportBuildStatus: pulumi.Bool(true),
			BuildStatusConfig: codebuild.ProjectSourceBuildStatusConfigArgs{Context: pulumi.String("drydock diff")},
		},
		Environment: codebuild.ProjectEnvironmentArgs{
			Type:        pulumi.String("LINUX_CONTAINER"),
			ComputeType: pulumi.String("BUILD_GENERAL1_LARGE"),
			Image:       pulumi.String("aws/codebuild/amazonlinux-x86_64-standard:5.0"),
			EnvironmentVariables: codebuild.ProjectEnvironmentEnvironmentVariableArray{
				variable("REPOSITORY", repository), variable("TOKEN_SECRET", token),
			},
		},
		Artifacts:    codebuild.ProjectArtifactsArgs{Type: pulumi.String("NO_ARTIFACTS")},
		Cache:        codebuild.ProjectCacheArgs{Type: pulumi.String("LOCAL"), Modes: pulumi.ToStringArray([]string{"LOCAL_CUSTOM_CACHE"})},
		LogsConfig:   codebuild.ProjectLogsConfigArgs{CloudwatchLogs: codebuild.ProjectLogsConfigCloudwatchLogsArgs{GroupName: logs.Name}},
		BuildTimeout: pulumi.Int(45),
	})
	if err != nil {
		return err
	}
	_, err = codebuild.NewWebhook(ctx, project, &codebuild.WebhookArgs{
		ProjectName:  build.Name,
		FilterGroups: codebuild.WebhookFilterGroupArray{codebuild.WebhookFilterGroupArgs{Filters: filters(settings.Get("actors"))}},
	})
	return err
}

func variable(name, value string) codebuild.ProjectEnvironmentEnvironmentVariableArgs {
	return codebuild.ProjectEnvironmentEnvironmentVariableArgs{Name: pulumi.String(name), Value: pulumi.String(value)}
}

// filters admit every new state of a pull request, of the accounts alone when there are some (separated by commas).
// https://docs.aws.amazon.com/codebuild/latest/userguide/github-webhook.html
func filters(actors string) codebuild.WebhookFilterGroupFilterArray {
	filter := func(kind, pattern string) codebuild.WebhookFilterGroupFilterArgs {
		return codebuild.WebhookFilterGroupFilterArgs{Type: pulumi.String(kind), Pattern: pulumi.String(pattern)}
	}
	all := codebuild.WebhookFilterGroupFilterArray{
		filter("EVENT", "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED, PULL_REQUEST_REOPENED"),
	}
	var ids []string
	for id := range strings.SplitSeq(actors, ",") {
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, regexp.QuoteMeta(id))
		}
	}
	if len(ids) > 0 {
		all = append(all, filter("ACTOR_ACCOUNT_ID", "^("+strings.Join(ids, "|")+")$"))
	}
	return all
}

// newRole is what a build may do: write its log, read the repository, read the token. It may do nothing to any stack.
func newRole(ctx *pulumi.Context, logs *cloudwatch.LogGroup, connection, token string) (*iam.Role, error) {
	role, err := iam.NewRole(ctx, project, &iam.RoleArgs{AssumeRolePolicy: pulumi.JSONMarshal(document(map[string]any{
		"Sid": "CodeBuild", "Effect": "Allow", "Action": "sts:AssumeRole",
		"Principal": map[string]any{"Service": "codebuild.amazonaws.com"},
	}))})
	if err != nil {
		return nil, err
	}
	_, err = iam.NewRolePolicy(ctx, project, &iam.RolePolicyArgs{Role: role.ID(), Policy: pulumi.JSONMarshal(document(
		map[string]any{
			"Sid": "Log", "Effect": "Allow", "Action": []string{"logs:CreateLogStream", "logs:PutLogEvents"},
			"Resource": pulumi.Sprintf("%s:*", logs.Arn),
		},
		// https://docs.aws.amazon.com/codebuild/latest/userguide/connections-github-app.html; older connections have the
		// service's older name.
		map[string]any{"Sid": "Source", "Effect": "Allow", "Resource": connection, "Action": []string{
			"codeconnections:GetConnection", "codeconnections:GetConnectionToken",
			"codestar-connections:GetConnection", "codestar-connections:GetConnectionToken",
		}},
		map[string]any{"Sid": "Token", "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": token},
	))})
	if err != nil {
		return nil, fmt.Errorf("the role's policy: %w", err)
	}
	return role, nil
}

func document(statements ...any) map[string]any {
	return map[string]any{"Version": "2012-10-17", "Statement": statements}
}
