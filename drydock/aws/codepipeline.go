package aws

import (
	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	codepipelineType = "aws:codepipeline/pipeline:Pipeline"
	// https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
	codepipelineDoc = "https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html"
	pipelineNames   = `[A-Za-z0-9.@_-]{1,100}`
	pipelineWords   = "1 to 100 letters, digits and . @ - _"
)

func codepipelinePipeline() *sim.Resource {
	return &sim.Resource{
		Type:     codepipelineType,
		AutoName: &sim.AutoName{Field: "name", Max: 100},
		Inputs: sim.Fields{
			"name":          sim.String().Required().Replaces().Match(pipelineNames, pipelineWords).Doc(codepipelineDoc),
			"roleArn":       iamRoleRef("InvalidStructureException: CodePipeline is not authorized to perform AssumeRole on role %s").Required(),
			"pipelineType":  sim.String().OneOf("V1", "V2").Default("V1"),
			"executionMode": sim.String().OneOf("SUPERSEDED", "QUEUED", "PARALLEL").Default("SUPERSEDED"),
			"artifactStores": sim.Set(sim.Object(sim.Fields{
				"location": sim.String().Required().Between(3, 63),
				"region":   sim.String(),
				"type":     sim.String().Required().OneOf("S3"),
				"encryptionKey": sim.Object(sim.Fields{
					"id": sim.String().Required(), "type": sim.String().Required().OneOf("KMS"),
				}),
			})).Required().AtLeast(1),
			"stages":   sim.List(sim.Object(pipelineStage())).Required().Between(2, 50),
			"triggers": sim.List(pipelineTrigger()).AtMost(50),
			"variables": sim.List(sim.Object(sim.Fields{
				"name":         sim.String().Required().Match(`[A-Za-z0-9@_-]{1,128}`, "1 to 128 letters, digits and @ - _"),
				"defaultValue": sim.String().AtMost(1000),
				"description":  sim.String().AtMost(200),
			})).AtMost(50).Doc("https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineVariableDeclaration.html"),
			"tags": sim.Tags(),
		},
		Outputs:  []string{"arn", "tagsAll", "triggerAlls"},
		Validate: validatePipeline,
		Create:   createPipeline,
		Update:   settlePipeline,
	}
}

func pipelineStage() sim.Fields {
	condition := func() *sim.Field {
		return sim.Object(sim.Fields{"result": sim.String().OneOf("ROLLBACK", "FAIL", "RETRY", "SKIP"), "rules": sim.List(pipelineRule()).Required().Between(1, 5)})
	}
	return sim.Fields{
		"name":        sim.String().Required().Match(pipelineNames, pipelineWords),
		"actions":     sim.List(sim.Object(pipelineAction())).Required().Between(1, 50),
		"beforeEntry": sim.Object(sim.Fields{"condition": condition().Required()}),
		"onSuccess":   sim.Object(sim.Fields{"condition": condition().Required()}),
		"onFailure": sim.Object(sim.Fields{
			"condition":          condition(),
			"result":             sim.String().OneOf("ROLLBACK", "FAIL", "RETRY", "SKIP"),
			"retryConfiguration": sim.Object(sim.Fields{"retryMode": sim.String().OneOf("FAILED_ACTIONS", "ALL_ACTIONS")}),
		}),
	}
}

// pipelineAction: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html
func pipelineAction() sim.Fields {
	artifacts := func() *sim.Field {
		return sim.List(sim.String().Match(`[a-zA-Z0-9_-]{1,100}`, "an artifact name: 1 to 100 letters, digits, hyphens and underscores").Doc(codepipelineDoc))
	}
	return sim.Fields{
		"name":             sim.String().Required().Match(pipelineNames, pipelineWords),
		"category":         sim.String().Required().OneOf("Source", "Build", "Deploy", "Test", "Invoke", "Approval", "Compute"),
		"owner":            sim.String().Required().OneOf("AWS", "ThirdParty", "Custom"),
		"provider":         sim.String().Required().AtLeast(1),
		"version":          sim.String().Required().Match(`[0-9A-Za-z_-]{1,9}`, "1 to 9 letters, digits, hyphens and underscores"),
		"configuration":    sim.Map(sim.String().AtMost(50000)),
		"inputArtifacts":   artifacts(),
		"outputArtifacts":  artifacts(),
		"namespace":        sim.String().Match(`[A-Za-z0-9@_-]{1,100}`, "1 to 100 letters, digits and @ - _"),
		"region":           sim.String().Computed(),
		"roleArn":          iamRoleRef("InvalidStructureException: The role %s does not exist"),
		"runOrder":         sim.Int().Between(1, 999).Computed(),
		"timeoutInMinutes": sim.Int().Between(5, 86400),
	}
}

// pipelineRule: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_RuleDeclaration.html
func pipelineRule() *sim.Field {
	return sim.Object(sim.Fields{
		"name":             sim.String().Required().Match(pipelineNames, pipelineWords),
		"commands":         sim.List(sim.String().Between(1, 1000)).AtMost(50),
		"configuration":    sim.Map(sim.String().Between(1, 10000)),
		"inputArtifacts":   sim.List(sim.String().Between(1, 100)),
		"region":           sim.String(),
		"roleArn":          iamRoleRef("InvalidStructureException: The role %s does not exist"),
		"timeoutInMinutes": sim.Int().Between(5, 86400),
		"ruleTypeId": sim.Object(sim.Fields{
			"category": sim.String().Required().OneOf("Rule"),
			"owner":    sim.String().OneOf("AWS"),
			"provider": sim.String().Required().OneOf("CloudWatchAlarm", "CodeBuild", "Commands", "DeploymentWindow", "LambdaInvoke", "VariableCheck"),
			"version":  sim.String().Between(1, 9),
		}).Required(),
	})
}

// pipelineTrigger: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GitConfiguration.html
func pipelineTrigger() *sim.Field {
	patterns := func() *sim.Field { return sim.List(sim.String().Between(1, 255)).Between(1, 8) }
	filter := func() *sim.Field {
		return sim.Object(sim.Fields{"includes": patterns(), "excludes": patterns()})
	}
	return sim.Object(sim.Fields{
		"providerType": sim.String().Required().OneOf("CodeStarSourceConnection"),
		"gitConfiguration": sim.Object(sim.Fields{
			"sourceActionName": sim.String().Required().Match(pipelineNames, pipelineWords),
			"pushes": sim.List(sim.Object(sim.Fields{
				"branches": filter(), "filePaths": filter(), "tags": filter(),
			})).Between(1, 3),
			"pullRequests": sim.List(sim.Object(sim.Fields{
				"events": sim.List(sim.String().OneOf("OPEN", "UPDATED", "CLOSED")).Between(1, 3), "branches": filter(), "filePaths": filter(),
			})).Between(1, 3),
		}).Required(),
	})
}

func createPipeline(op *sim.Op) error {
	op.ID = op.In.Str("name")
	if op.Cloud.Get(op.Type, op.Record.Scope, op.ID) != nil {
		return sim.Refuse("PipelineNameInUseException", "A pipeline with the name '%s' already exists in account '%s'", op.ID, op.Account())
	}
	return settlePipeline(op)
}

func settlePipeline(op *sim.Op) error {
	if role := op.In.Str("roleArn"); !assumable(op.Cloud, role, "codepipeline.amazonaws.com") {
		return sim.Refuse("InvalidStructureException", "CodePipeline is not authorized to perform AssumeRole on role %s: "+
			"its trust policy must allow it to codepipeline.amazonaws.com (https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html)", role)
	}
	if err := checkPipelineReferences(op); err != nil {
		return err
	}
	op.Out["arn"] = op.ARN("codepipeline", op.In.Str("name"))
	op.Out["triggerAlls"] = effectiveTriggers(op.In)
	settleTags(op)
	return nil
}
