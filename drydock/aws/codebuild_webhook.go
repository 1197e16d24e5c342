package aws

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	codebuildWebhookType = "aws:codebuild/webhook:Webhook"
	codebuildWebhookDoc  = "https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateWebhook.html"
)

func codebuildWebhook() *sim.Resource {
	return &sim.Resource{
		Type: codebuildWebhookType,
		Inputs: sim.Fields{
			"projectName": sim.String().Required().Replaces().Refs(codebuildType, "name",
				"ResourceNotFoundException: The provided project %s does not exist"),
			"branchFilter":   sim.String(),
			"buildType":      sim.String().OneOf("BUILD", "BUILD_BATCH", "RUNNER_BUILDKITE_BUILD"),
			"manualCreation": sim.Bool().Replaces(),
			"filterGroups": sim.Set(sim.Object(sim.Fields{
				"filters": sim.List(sim.Object(sim.Fields{
					"type": sim.String().Required().OneOf("EVENT", "BASE_REF", "HEAD_REF", "ACTOR_ACCOUNT_ID", "FILE_PATH", "COMMIT_MESSAGE",
						"WORKFLOW_NAME", "TAG_NAME", "RELEASE_NAME", "REPOSITORY_NAME", "ORGANIZATION_NAME"),
					"pattern":               sim.String().Required(),
					"excludeMatchedPattern": sim.Bool().Default(false),
				})),
			})).Doc(codebuildWebhookDoc),
			"scopeConfiguration": sim.Object(sim.Fields{
				"name": sim.String().Required(), "domain": sim.String(),
				"scope": sim.String().Required().OneOf("GITHUB_ORGANIZATION", "GITHUB_GLOBAL", "GITLAB_GROUP"),
			}),
		},
		Outputs:  []string{"payloadUrl", "secret", "url"},
		Validate: validateCodebuildWebhook,
		Create: func(op *sim.Op) error {
			op.ID = op.In.Str("projectName")
			if op.Cloud.Get(op.Type, op.Record.Scope, op.ID) != nil {
				return sim.Refuse("ResourceAlreadyExistsException", "Webhook already exists for project %s", op.ID)
			}
			source := op.Cloud.Find(codebuildType, "name", op.ID).Inputs.Obj("source")
			if !slices.Contains([]string{"GITHUB", "GITHUB_ENTERPRISE", "BITBUCKET", "GITLAB", "GITLAB_SELF_MANAGED"}, source.Str("type")) {
				return sim.Refuse("InvalidInputException", "Webhooks are not supported for source type %s (%s)", source.Str("type"), codebuildWebhookDoc)
			}
			op.Out["payloadUrl"] = fmt.Sprintf("https://codebuild.%s.amazonaws.com/webhooks?t=%s&v=1", op.Region(), sim.Alnum(64))
			op.Out["secret"] = sim.Alnum(48)
			op.Out["url"] = strings.TrimSuffix(source.Str("location"), ".git") + "/hooks/1"
			return nil
		},
	}
}

// validateCodebuildWebhook: every group has exactly one EVENT filter, and patterns are regular expressions.
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_WebhookFilter.html
func validateCodebuildWebhook(c *sim.Check) {
	c.Exclusive("branchFilter", "filterGroups")
	for i, g := range c.In.Objs("filterGroups") {
		events := 0
		for j, f := range g.Objs("filters") {
			path := fmt.Sprintf("filterGroups[%d].filters[%d].pattern", i, j)
			if f.Str("type") == "EVENT" {
				events++
				for _, event := range strings.Split(f.Str("pattern"), ",") {
					if !slices.Contains(webhookEvents, strings.TrimSpace(event)) {
						c.Fail(path, "InvalidInputException: %q is no webhook event (https://docs.aws.amazon.com/codebuild/latest/APIReference/API_WebhookFilter.html)", strings.TrimSpace(event))
					}
				}
			} else if _, err := regexp.Compile(f.Str("pattern")); err != nil {
				c.Fail(path, "InvalidInputException: %v", err)
			}
		}
		if events != 1 && !sim.IsUnknown(g["filters"]) {
			c.Fail(fmt.Sprintf("filterGroups[%d]", i), "InvalidInputException: a filter group must have exactly one EVENT filter, got %d", events)
		}
	}
}

var webhookEvents = []string{
	"PUSH", "PULL_REQUEST_CREATED", "PULL_REQUEST_UPDATED", "PULL_REQUEST_CLOSED", "PULL_REQUEST_REOPENED", "PULL_REQUEST_MERGED",
	"RELEASED", "PRERELEASED", "WORKFLOW_JOB_QUEUED",
}

// credentialServices are where CodeBuild finds a token that it does not keep itself.
// https://docs.aws.amazon.com/codebuild/latest/userguide/multiple-access-tokens.html
var credentialServices = map[string][]string{
	"SECRETS_MANAGER": {"secretsmanager"}, "CODECONNECTIONS": {"codeconnections", "codestar-connections"},
}

func codebuildSourceCredential() *sim.Resource {
	const doc = "https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ImportSourceCredentials.html"
	return &sim.Resource{
		Type: "aws:codebuild/sourceCredential:SourceCredential",
		Inputs: sim.Fields{
			"authType":   sim.String().Required().Replaces().OneOf("OAUTH", "BASIC_AUTH", "PERSONAL_ACCESS_TOKEN", "CODECONNECTIONS", "SECRETS_MANAGER"),
			"serverType": sim.String().Required().Replaces().OneOf("GITHUB", "BITBUCKET", "GITHUB_ENTERPRISE", "GITLAB", "GITLAB_SELF_MANAGED"),
			"token":      sim.String().Required().Replaces().Sensitive().AtLeast(1),
			"userName":   sim.String().Replaces(),
		},
		Outputs: []string{"arn"},
		Validate: func(c *sim.Check) {
			if (c.In.Str("authType") == "BASIC_AUTH") != c.In.Has("userName") && c.In.Str("authType") != "" {
				c.Fail("userName", "InvalidInputException: goes with authType BASIC_AUTH, and only with it (%s)", doc)
			}
			// With these two, the token is the ARN of where the token is.
			if service, kept := credentialServices[c.In.Str("authType")]; kept && c.In.Has("token") {
				if token, known := c.In["token"].(string); known && !slices.Contains(service, arnPart(token, 2)) {
					c.Fail("token", "InvalidInputException: must be the ARN of %s with authType %s (%s)", strings.Join(service, " or "), c.In.Str("authType"), doc)
				}
			}
		},
		Create: func(op *sim.Op) error {
			op.ID = op.ARN("codebuild", "token/"+strings.ToLower(op.In.Str("serverType")))
			if op.Cloud.Get(op.Type, op.Record.Scope, op.ID) != nil {
				return sim.Refuse("ResourceAlreadyExistsException", "Source credentials already exist for server type %s: an account has one per region and type (%s)", op.In.Str("serverType"), doc)
			}
			op.Out["arn"] = op.ID
			return nil
		},
	}
}
