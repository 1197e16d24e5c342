package aws

import (
	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	codebuildType = "aws:codebuild/project:Project"
	codebuildDoc  = "https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html"
)

var codebuildComputeTypes = []string{
	"BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE", "BUILD_GENERAL1_XLARGE", "BUILD_GENERAL1_2XLARGE",
	"BUILD_LAMBDA_1GB", "BUILD_LAMBDA_2GB", "BUILD_LAMBDA_4GB", "BUILD_LAMBDA_8GB", "BUILD_LAMBDA_10GB", "ATTRIBUTE_BASED_COMPUTE",
	"CUSTOM_INSTANCE_TYPE",
}

var codebuildSourceTypes = []string{
	"CODECOMMIT", "CODEPIPELINE", "GITHUB", "GITLAB", "GITLAB_SELF_MANAGED", "S3", "BITBUCKET", "GITHUB_ENTERPRISE", "NO_SOURCE",
}

func codebuildProject() *sim.Resource {
	secondaryArtifacts, secondarySources := codebuildArtifacts(), codebuildSource()
	secondaryArtifacts["artifactIdentifier"].Required()
	secondarySources["sourceIdentifier"] = sim.String().Required()
	return &sim.Resource{
		Type:     codebuildType,
		AutoName: &sim.AutoName{Field: "name", Max: 255},
		Inputs: sim.Fields{
			"name": sim.String().Required().Replaces().
				Match(`[A-Za-z0-9][A-Za-z0-9_-]{1,254}`, "2 to 255 letters, digits, hyphens and underscores, beginning with a letter or digit").Doc(codebuildDoc),
			"description":             sim.String().AtMost(255).Computed(),
			"serviceRole":             iamRoleRef("InvalidInputException: CodeBuild is not authorized to perform: sts:AssumeRole on %s").Required(),
			"environment":             sim.Object(codebuildEnvironment()).Required(),
			"source":                  sim.Object(codebuildSource()).Required(),
			"sourceVersion":           sim.String(),
			"artifacts":               sim.Object(codebuildArtifacts()).Required(),
			"secondaryArtifacts":      sim.Set(sim.Object(secondaryArtifacts)).AtMost(12),
			"secondarySources":        sim.Set(sim.Object(secondarySources)).AtMost(12),
			"secondarySourceVersions": sim.Set(sim.Object(sim.Fields{"sourceIdentifier": sim.String().Required(), "sourceVersion": sim.String().Required()})).AtMost(12),
			"buildTimeout":            sim.Int().Between(5, 2160).Default(60.0).Doc(codebuildDoc),
			"queuedTimeout":           sim.Int().Between(5, 480).Default(480.0).Doc(codebuildDoc),
			"concurrentBuildLimit":    sim.Int().AtLeast(1),
			"badgeEnabled":            sim.Bool().Default(false),
			"encryptionKey":           sim.String().Computed(),
			"projectVisibility":       sim.String().OneOf("PRIVATE", "PUBLIC_READ").Default("PRIVATE"),
			"resourceAccessRole":      iamRoleRef("InvalidInputException: The role %s does not exist"),
			"cache": sim.Object(sim.Fields{
				"type":     sim.String().OneOf("NO_CACHE", "S3", "LOCAL").Default("NO_CACHE"),
				"location": sim.String(),
				"modes":    sim.List(sim.String().OneOf("LOCAL_DOCKER_LAYER_CACHE", "LOCAL_SOURCE_CACHE", "LOCAL_CUSTOM_CACHE")),
			}).Computed(),
			"logsConfig": sim.Object(sim.Fields{
				"cloudwatchLogs": sim.Object(sim.Fields{
					"status": sim.String().OneOf("ENABLED", "DISABLED").Default("ENABLED"), "groupName": sim.String(), "streamName": sim.String(),
				}).Computed(),
				"s3Logs": sim.Object(sim.Fields{
					"status": sim.String().OneOf("ENABLED", "DISABLED").Default("DISABLED"), "location": sim.String(),
					"encryptionDisabled": sim.Bool().Default(false), "bucketOwnerAccess": sim.String().OneOf("NONE", "READ_ONLY", "FULL"),
				}).Computed(),
			}).Computed(),
			"vpcConfig": sim.Object(sim.Fields{
				"vpcId":            sim.String().Required(),
				"subnets":          sim.Set(sim.String()).Required().Between(1, 16),
				"securityGroupIds": sim.Set(sim.String()).Required().Between(1, 5),
			}),
			"fileSystemLocations": sim.Set(sim.Object(sim.Fields{
				"identifier": sim.String(), "location": sim.String(), "mountOptions": sim.String(), "mountPoint": sim.String(),
				"type": sim.String().OneOf("EFS").Default("EFS"),
			})),
			"buildBatchConfig": sim.Object(sim.Fields{
				"serviceRole":      iamRoleRef("InvalidInputException: The role %s does not exist").Required(),
				"combineArtifacts": sim.Bool(),
				"timeoutInMins":    sim.Int().Between(5, 2160),
				"restrictions": sim.Object(sim.Fields{
					"computeTypesAlloweds": sim.List(sim.String().OneOf(codebuildComputeTypes...)), "maximumBuildsAllowed": sim.Int().Between(1, 100),
				}),
			}),
			"tags": sim.Tags(),
		},
		Outputs:  []string{"arn", "badgeUrl", "publicProjectAlias", "tagsAll"},
		Validate: validateCodebuild,
		Create:   createCodebuild,
		Update:   settleCodebuild,
		Delete:   deleteCodebuild,
	}
}

// codebuildEnvironment: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectEnvironment.html
func codebuildEnvironment() sim.Fields {
	return sim.Fields{
		"type": sim.String().Required().OneOf("LINUX_CONTAINER", "LINUX_GPU_CONTAINER", "ARM_CONTAINER", "WINDOWS_CONTAINER",
			"WINDOWS_SERVER_2019_CONTAINER", "WINDOWS_SERVER_2022_CONTAINER", "LINUX_LAMBDA_CONTAINER", "ARM_LAMBDA_CONTAINER",
			"LINUX_EC2", "ARM_EC2", "WINDOWS_EC2", "MAC_ARM"),
		"computeType":              sim.String().Required().OneOf(codebuildComputeTypes...),
		"image":                    sim.String().Required().AtLeast(1),
		"imagePullCredentialsType": sim.String().OneOf("CODEBUILD", "SERVICE_ROLE").Default("CODEBUILD"),
		"privilegedMode":           sim.Bool().Default(false),
		"certificate":              sim.String().Match(`.*\.(pem|zip)`, "a name that ends in .pem or .zip"),
		"environmentVariables": sim.List(sim.Object(sim.Fields{
			"name":  sim.String().Required().AtLeast(1),
			"value": sim.String().Required().Sensitive(), // a program may give it a secret
			"type":  sim.String().OneOf("PLAINTEXT", "PARAMETER_STORE", "SECRETS_MANAGER").Default("PLAINTEXT"),
		})),
		"registryCredential": sim.Object(sim.Fields{
			"credential": sim.String().Required(), "credentialProvider": sim.String().Required().OneOf("SECRETS_MANAGER"),
		}),
		"fleet": sim.Object(sim.Fields{"fleetArn": sim.String()}),
		"dockerServer": sim.Object(sim.Fields{
			"computeType": sim.String().Required().OneOf(codebuildComputeTypes...), "securityGroupIds": sim.List(sim.String()).AtMost(5),
		}),
	}
}

// codebuildSource: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html
func codebuildSource() sim.Fields {
	return sim.Fields{
		"type":      sim.String().Required().OneOf(codebuildSourceTypes...),
		"location":  sim.String(),
		"buildspec": sim.String(),
		"auth": sim.Object(sim.Fields{
			"type": sim.String().Required().OneOf("OAUTH", "CODECONNECTIONS", "SECRETS_MANAGER"), "resource": sim.String().Required(),
		}),
		"buildStatusConfig":   sim.Object(sim.Fields{"context": sim.String(), "targetUrl": sim.String()}),
		"gitCloneDepth":       sim.Int().AtLeast(0),
		"gitSubmodulesConfig": sim.Object(sim.Fields{"fetchSubmodules": sim.Bool().Required()}),
		"insecureSsl":         sim.Bool(),
		"reportBuildStatus":   sim.Bool(),
	}
}

// codebuildArtifacts: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectArtifacts.html
func codebuildArtifacts() sim.Fields {
	return sim.Fields{
		"type":                 sim.String().Required().OneOf("CODEPIPELINE", "S3", "NO_ARTIFACTS"),
		"artifactIdentifier":   sim.String(),
		"bucketOwnerAccess":    sim.String().OneOf("NONE", "READ_ONLY", "FULL"),
		"encryptionDisabled":   sim.Bool().Default(false),
		"location":             sim.String(),
		"name":                 sim.String().Computed(),
		"namespaceType":        sim.String().OneOf("NONE", "BUILD_ID").Computed(),
		"overrideArtifactName": sim.Bool().Default(false),
		"packaging":            sim.String().OneOf("NONE", "ZIP").Computed(),
		"path":                 sim.String(),
	}
}
