package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const connectionType = "aws:codestarconnections/connection:Connection"

func codestarConnection() *sim.Resource {
	const doc = "https://docs.aws.amazon.com/codestar-connections/latest/APIReference/API_CreateConnection.html"
	return &sim.Resource{
		Type:     connectionType,
		AutoName: &sim.AutoName{Field: "name", Max: 32},
		Inputs: sim.Fields{
			"name": sim.String().Required().Replaces().Between(1, 32).Doc(doc),
			"providerType": sim.String().Replaces().Computed().Doc(doc).
				OneOf("Bitbucket", "GitHub", "GitHubEnterpriseServer", "GitLab", "GitLabSelfManaged"),
			"hostArn": sim.String().Replaces(),
			"tags":    sim.Tags(),
		},
		Outputs: []string{"arn", "connectionStatus", "tagsAll"},
		Validate: func(c *sim.Check) {
			c.Exclusive("providerType", "hostArn")
			if !c.In.Has("providerType") && !c.In.Has("hostArn") {
				c.Fail("providerType", "ValidationException: Either ProviderType or HostArn must be provided (%s)", doc)
			}
			if c.In.Has("hostArn") {
				c.Fail("hostArn", "the drydock simulates no hosts, so no connection to an installed provider")
			}
			if t := c.In.Str("providerType"); t == "GitHubEnterpriseServer" || t == "GitLabSelfManaged" {
				c.Fail("providerType", "%s wants hostArn, and the drydock simulates no hosts", t)
			}
		},
		Create: func(op *sim.Op) error {
			op.Out["arn"] = op.ARN("codestar-connections", "connection/"+uuid())
			op.ID = op.Out.Str("arn")
			// A connection made by an API is PENDING until someone completes the handshake in the console.
			// https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html
			op.Out["connectionStatus"] = "PENDING"
			settleTags(op)
			return nil
		},
		Update: func(op *sim.Op) error { settleTags(op); return nil },
		// The handshake happens outside of any program: the account's owner completes it.
		Read: func(op *sim.Op) {
			if status := op.Record.State.Str("connectionStatus"); status != "" {
				op.Out["connectionStatus"] = status
			}
		},
	}
}

// notificationEvents are the kinds of event by the service of the resource that a rule watches.
// https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html#concepts-api
var notificationEvents = map[string][]string{
	"codepipeline": {
		"action-execution-succeeded", "action-execution-failed", "action-execution-canceled", "action-execution-started",
		"stage-execution-started", "stage-execution-succeeded", "stage-execution-resumed", "stage-execution-canceled", "stage-execution-failed",
		"pipeline-execution-failed", "pipeline-execution-canceled", "pipeline-execution-started", "pipeline-execution-resumed",
		"pipeline-execution-succeeded", "pipeline-execution-superseded", "manual-approval-failed", "manual-approval-needed", "manual-approval-succeeded",
	},
	"codebuild": {
		"build-state-failed", "build-state-succeeded", "build-state-in-progress", "build-state-stopped", "build-phase-failure", "build-phase-success",
	},
	"codedeploy": {"deployment-failed", "deployment-succeeded", "deployment-started"},
	"codecommit": {
		"comments-on-commits", "comments-on-pull-requests", "approvals-status-changed", "approvals-rule-override", "pull-request-created",
		"pull-request-source-updated", "pull-request-status-changed", "pull-request-merged", "branches-and-tags-created",
		"branches-and-tags-deleted", "branches-and-tags-updated",
	},
}

// notificationPrefix is what the event ids of a service begin with.
var notificationPrefix = map[string]string{
	"codepipeline": "codepipeline-pipeline-", "codebuild": "codebuild-project-",
	"codedeploy": "codedeploy-application-", "codecommit": "codecommit-repository-",
}

func notificationRule() *sim.Resource {
	const doc = "https://docs.aws.amazon.com/codestar-notifications/latest/APIReference/API_CreateNotificationRule.html"
	return &sim.Resource{
		Type:     "aws:codestarnotifications/notificationRule:NotificationRule",
		AutoName: &sim.AutoName{Field: "name", Max: 64},
		Inputs: sim.Fields{
			"name":         sim.String().Required().Match(`[0-9A-Za-z_ -]{1,64}`, "1 to 64 letters, digits, spaces, hyphens and underscores").Doc(doc),
			"detailType":   sim.String().Required().OneOf("BASIC", "FULL"),
			"eventTypeIds": sim.Set(sim.String()).Required().Between(1, 200),
			"resource":     sim.String().Required().Replaces(),
			"status":       sim.String().OneOf("ENABLED", "DISABLED").Default("ENABLED"),
			"targets": sim.Set(sim.Object(sim.Fields{
				"address": sim.String().Required(),
				"type":    sim.String().OneOf("SNS", "AWSChatbotSlack", "AWSChatbotMicrosoftTeams").Default("SNS"),
			})).AtMost(10),
			"tags": sim.Tags(),
		},
		Outputs: []string{"arn", "tagsAll"},
		Validate: func(c *sim.Check) {
			service := arnPart(c.In.Str("resource"), 2)
			events, known := notificationEvents[service]
			if !known {
				if c.In.Str("resource") != "" {
					c.Fail("resource", "%q is not the ARN of a pipeline, build project, deployment application or repository (%s)", c.In.Str("resource"), doc)
				}
				return
			}
			for _, id := range c.In.Strs("eventTypeIds") {
				if short, ok := strings.CutPrefix(id, notificationPrefix[service]); !ok || !slices.Contains(events, short) {
					c.Fail("eventTypeIds", "ValidationException: %q is no event of %s (https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html#concepts-api)", id, service)
				}
			}
		},
		Create: func(op *sim.Op) error {
			op.Out["arn"] = op.ARN("codestar-notifications", "notificationrule/"+sim.Hex(40))
			op.ID = op.Out.Str("arn")
			return settleNotificationRule(op)
		},
		Update: settleNotificationRule,
	}
}

func settleNotificationRule(op *sim.Op) error {
	watched := map[string]string{
		"codepipeline": codepipelineType, "codebuild": codebuildType, "codedeploy": codedeployApplicationType, "codecommit": codecommitType,
	}
	arn := op.In.Str("resource")
	if op.Cloud.Find(watched[arnPart(arn, 2)], "arn", arn) == nil {
		return sim.Refuse("ValidationException", "The resource %s does not exist", arn)
	}
	for _, t := range op.In.Objs("targets") {
		if t.Str("type") == "SNS" && op.Cloud.Find("aws:sns/topic:Topic", "arn", t.Str("address")) == nil {
			return sim.Refuse("ValidationException", "The target %s does not exist", t.Str("address"))
		}
	}
	for _, r := range op.Cloud.All(op.Type) {
		if r.ID != op.ID && r.Scope == op.Record.Scope && r.Inputs.Str("name") == op.In.Str("name") {
			return sim.Refuse("ResourceAlreadyExistsException", "%s", fmt.Sprintf("A notification rule named %s already exists", op.In.Str("name")))
		}
	}
	settleTags(op)
	return nil
}
