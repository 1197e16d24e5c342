package aws

import (
	"fmt"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	ecsTaskDefinitionType = "aws:ecs/taskDefinition:TaskDefinition"
	ecsRegisterDoc        = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html"
	// ecsRole is RegisterTaskDefinition's answer to a role that does not exist.
	ecsRole = "ClientException: Role is not valid: %s"
)

func ecsTaskDefinition() *sim.Resource {
	return &sim.Resource{
		Type: ecsTaskDefinitionType,
		Inputs: sim.Fields{
			"family": sim.String().Required().Replaces().
				Match(`[0-9A-Za-z_-]{1,255}`, "1 to 255 letters, digits, hyphens and underscores").Doc(ecsRegisterDoc),
			"containerDefinitions": sim.String().Required().Replaces().Same(sameContainerDefinitions),
			"cpu":                  sim.String().Replaces(),
			"memory":               sim.String().Replaces(),
			"networkMode":          sim.String().Replaces().Computed().OneOf("awsvpc", "bridge", "host", "none"),
			"requiresCompatibilities": sim.Set(sim.String().OneOf("EC2", "FARGATE", "EXTERNAL")).Replaces().
				Doc(ecsRegisterDoc),
			"executionRoleArn": iamRoleRef(ecsRole).Replaces(),
			"taskRoleArn":      iamRoleRef(ecsRole).Replaces(),
			"ephemeralStorage": sim.Object(sim.Fields{
				"sizeInGib": sim.Int().Required().Between(21, 200).
					Doc("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EphemeralStorage.html"),
			}).Replaces(),
			"runtimePlatform": sim.Object(sim.Fields{
				"cpuArchitecture": sim.String().OneOf("X86_64", "ARM64"),
				"operatingSystemFamily": sim.String().OneOf("LINUX", "WINDOWS_SERVER_2004_CORE", "WINDOWS_SERVER_2016_FULL",
					"WINDOWS_SERVER_2019_CORE", "WINDOWS_SERVER_2019_FULL", "WINDOWS_SERVER_20H2_CORE", "WINDOWS_SERVER_2022_CORE",
					"WINDOWS_SERVER_2022_FULL", "WINDOWS_SERVER_2025_CORE", "WINDOWS_SERVER_2025_FULL"),
			}).Replaces().Doc("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html"),
			"pidMode":              sim.String().Replaces().OneOf("host", "task"),
			"ipcMode":              sim.String().Replaces().OneOf("host", "task", "none"),
			"enableFaultInjection": sim.Bool().Replaces().Computed(),
			"placementConstraints": sim.Set(sim.Object(sim.Fields{
				"type":       sim.String().Required().OneOf("memberOf"),
				"expression": sim.String(),
			})).AtMost(10).Replaces(),
			"proxyConfiguration": sim.Object(sim.Fields{
				"containerName": sim.String().Required(),
				"properties":    sim.Map(sim.String()),
				"type":          sim.String().OneOf("APPMESH").Default("APPMESH"),
			}).Replaces(),
			"volumes":     sim.Set(sim.Object(ecsVolume())).Replaces(),
			"skipDestroy": sim.Bool().Default(false),
			"trackLatest": sim.Bool().Default(false),
			"tags":        sim.Tags(),
		},
		Outputs:  []string{"arn", "arnWithoutRevision", "revision", "tagsAll"},
		Identity: "arn", // the id is the family
		Validate: validateTaskDefinition,
		Create:   registerTaskDefinition,
		Update:   func(op *sim.Op) error { settleTags(op); return nil },
		Read:     readTaskDefinition,
		Delete:   deregisterTaskDefinition,
	}
}

// ecsVolume: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html
func ecsVolume() sim.Fields {
	return sim.Fields{
		"name":              sim.String().Required().Match(`[0-9A-Za-z_-]{1,255}`, "1 to 255 letters, digits, hyphens and underscores"),
		"hostPath":          sim.String(),
		"configureAtLaunch": sim.Bool().Computed(),
		"efsVolumeConfiguration": sim.Object(sim.Fields{
			"fileSystemId":          sim.String().Required(),
			"rootDirectory":         sim.String().Default("/"),
			"transitEncryption":     sim.String().OneOf("ENABLED", "DISABLED"),
			"transitEncryptionPort": sim.Int().Between(0, 65535),
			"authorizationConfig": sim.Object(sim.Fields{
				"accessPointId": sim.String(),
				"iam":           sim.String().OneOf("ENABLED", "DISABLED"),
			}),
		}),
		"dockerVolumeConfiguration": sim.Object(sim.Fields{
			"autoprovision": sim.Bool(),
			"driver":        sim.String().Computed(),
			"driverOpts":    sim.Map(sim.String()),
			"labels":        sim.Map(sim.String()),
			"scope":         sim.String().OneOf("task", "shared").Computed(),
		}),
	}
}

func validateTaskDefinition(c *sim.Check) {
	task := newTaskShape(c.In)
	if text, known := c.In["containerDefinitions"].(string); known {
		task.containers = checkContainerDefinitions(c, text, task)
	}
	checkVolumes(c, task)
	if task.fargate {
		checkFargate(c, task)
	}
}

// registerTaskDefinition makes the family's next revision. The counter outlives its revisions: a revision's number is
// never given again. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html
func registerTaskDefinition(op *sim.Op) error {
	family := op.In.Str("family")
	revision, err := nextRevision(op.Cloud, op.Record.Scope, family)
	if err != nil {
		return err
	}
	op.ID = family
	op.Out["arnWithoutRevision"] = op.ARN("ecs", "task-definition/"+family)
	op.Out["arn"] = fmt.Sprintf("%s:%d", op.Out["arnWithoutRevision"], revision)
	op.Out["revision"] = float64(revision)
	if !op.Out.Has("networkMode") {
		op.Out["networkMode"] = "bridge"
	}
	if !op.Out.Has("enableFaultInjection") {
		op.Out["enableFaultInjection"] = false
	}
	settleTags(op)
	return nil
}

// deregisterTaskDefinition leaves running services alone: they keep the revision.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html
func deregisterTaskDefinition(op *sim.Op) error {
	left := *op.Record
	left.Type, left.Seeded = ecsRetiredType, true
	if op.In.Bool("skipDestroy") {
		left.Type = ecsAbandonedType
	}
	return op.Cloud.Put(&left)
}

// readTaskDefinition: with trackLatest the resource follows the family's latest active revision, whoever made it.
// https://www.pulumi.com/registry/packages/aws/api-docs/ecs/taskdefinition/#tracklatest_go
func readTaskDefinition(op *sim.Op) {
	if !op.In.Bool("trackLatest") {
		return
	}
	latest := latestRevision(op.Cloud, op.Record.Scope, op.In.Str("family"))
	if latest == nil || latest == op.Record {
		return
	}
	for _, k := range []string{"arn", "revision"} {
		op.Out[k] = latest.Outputs[k]
	}
	for _, k := range []string{"containerDefinitions", "cpu", "memory", "executionRoleArn", "taskRoleArn"} {
		if v, ok := latest.Inputs[k]; ok {
			op.In[k], op.Out[k] = v, v
		}
	}
}
