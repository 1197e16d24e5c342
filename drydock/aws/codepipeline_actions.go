package aws

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// actionType is what CodePipeline knows of an action: how many artifacts it takes and makes, and its configuration.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html
type actionType struct {
	inputs, outputs    [2]int // at least, at most
	required, optional []string
	values             map[string][]string // the accepted values of a key
	page               string              // of the action reference
}

var (
	boolean    = []string{"true", "false"}
	cloneOrZip = []string{"CODE_ZIP", "CODEBUILD_CLONE_REF"}
	codeBuild  = actionType{
		inputs: [2]int{1, 5}, outputs: [2]int{0, 5},
		required: []string{"ProjectName"}, optional: []string{"PrimarySource", "BatchEnabled", "BuildspecOverride", "CombineArtifacts", "EnvironmentVariables"},
		values: map[string][]string{"BatchEnabled": boolean, "CombineArtifacts": boolean}, page: "action-reference-CodeBuild.html",
	}
)

// actionTypes are the known actions by category, owner, provider and version.
var actionTypes = map[string]actionType{
	"Source AWS CodeStarSourceConnection 1": {
		outputs: [2]int{1, 1}, required: []string{"ConnectionArn", "FullRepositoryId", "BranchName"},
		optional: []string{"OutputArtifactFormat", "DetectChanges"},
		values:   map[string][]string{"OutputArtifactFormat": cloneOrZip, "DetectChanges": boolean}, page: "action-reference-CodestarConnectionSource.html",
	},
	"Source AWS S3 1": {
		outputs: [2]int{1, 1}, required: []string{"S3Bucket", "S3ObjectKey"}, optional: []string{"PollForSourceChanges", "AllowOverrideForS3ObjectKey"},
		values: map[string][]string{"PollForSourceChanges": boolean, "AllowOverrideForS3ObjectKey": boolean}, page: "action-reference-S3.html",
	},
	"Source AWS CodeCommit 1": {
		outputs: [2]int{1, 1}, required: []string{"RepositoryName", "BranchName"}, optional: []string{"PollForSourceChanges", "OutputArtifactFormat"},
		values: map[string][]string{"PollForSourceChanges": boolean, "OutputArtifactFormat": cloneOrZip}, page: "action-reference-CodeCommit.html",
	},
	"Source AWS ECR 1": {
		outputs: [2]int{1, 1}, required: []string{"RepositoryName"}, optional: []string{"ImageTag"}, page: "action-reference-ECR.html",
	},
	"Source ThirdParty GitHub 1": {
		outputs: [2]int{1, 1}, required: []string{"Owner", "Repo", "Branch", "OAuthToken"}, optional: []string{"PollForSourceChanges"},
		values: map[string][]string{"PollForSourceChanges": boolean}, page: "appendix-github-oauth.html",
	},
	"Build AWS CodeBuild 1": codeBuild,
	"Test AWS CodeBuild 1":  codeBuild,
	"Approval AWS Manual 1": {
		optional: []string{"CustomData", "ExternalEntityLink", "NotificationArn"}, page: "action-reference-ManualApproval.html",
	},
	"Deploy AWS CodeDeployToECS 1": {
		inputs: [2]int{1, 5}, required: []string{"ApplicationName", "DeploymentGroupName", "TaskDefinitionTemplateArtifact", "AppSpecTemplateArtifact"},
		optional: []string{
			"TaskDefinitionTemplatePath", "AppSpecTemplatePath", "Image1ArtifactName", "Image1ContainerName", "Image2ArtifactName",
			"Image2ContainerName", "Image3ArtifactName", "Image3ContainerName", "Image4ArtifactName", "Image4ContainerName",
		}, page: "action-reference-ECSbluegreen.html",
	},
	"Deploy AWS CodeDeploy 1": {
		inputs: [2]int{1, 1}, required: []string{"ApplicationName", "DeploymentGroupName"}, page: "action-reference-CodeDeploy.html",
	},
	"Deploy AWS ECS 1": {
		inputs: [2]int{1, 1}, required: []string{"ClusterName", "ServiceName"}, optional: []string{"FileName", "DeploymentTimeout"}, page: "action-reference-ECS.html",
	},
	"Deploy AWS S3 1": {
		inputs: [2]int{1, 1}, required: []string{"BucketName", "Extract"}, optional: []string{"ObjectKey", "KMSEncryptionKeyARN", "CannedACL", "CacheControl"},
		values: map[string][]string{"Extract": boolean}, page: "action-reference-S3Deploy.html",
	},
	"Invoke AWS Lambda 1": {
		inputs: [2]int{0, 5}, outputs: [2]int{0, 5}, required: []string{"FunctionName"}, optional: []string{"UserParameters"}, page: "action-reference-Lambda.html",
	},
	"Invoke AWS StepFunctions 1": {
		inputs: [2]int{0, 1}, outputs: [2]int{0, 1}, required: []string{"StateMachineArn"}, optional: []string{"ExecutionNamePrefix", "InputType", "Input"},
		page: "action-reference-StepFunctions.html",
	},
	"Invoke AWS CodePipeline 1": {
		required: []string{"PipelineName"}, optional: []string{"SourceRevisions", "Variables"}, page: "action-reference-PipelineInvoke.html",
	},
}

func checkAction(c *sim.Check, a located) {
	for _, k := range []string{"category", "owner", "provider", "version"} {
		if a.Str(k) == "" {
			return // unknown yet
		}
	}
	known, ok := actionTypes[strings.Join([]string{a.Str("category"), a.Str("owner"), a.Str("provider"), a.Str("version")}, " ")]
	if !ok {
		c.Fail(a.path+".provider", "InvalidActionDeclarationException: ActionType (Category: '%s', Provider: '%s', Owner: '%s', Version: '%s') in action '%s' is not available; the drydock knows %s",
			a.Str("category"), a.Str("provider"), a.Str("owner"), a.Str("version"), a.Str("name"), strings.Join(sortedNames(actionTypes), ", "))
		return
	}
	checkArtifactCount(c, a, "inputArtifacts", "input", known.inputs)
	checkArtifactCount(c, a, "outputArtifacts", "output", known.outputs)
	if a.Has("timeoutInMinutes") && a.Str("category") != "Approval" {
		c.Fail(a.path+".timeoutInMinutes", "InvalidActionDeclarationException: available only to the manual approval action (https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html)")
	}
	if a.Values["configuration"] == sim.Unknown {
		return
	}
	checkActionConfiguration(c, a, known)
	switch a.Str("provider") {
	case "CodeBuild":
		checkPrimarySource(c, a)
	case "CodeDeployToECS":
		checkBlueGreenAction(c, a)
	case "S3":
		if config := a.Obj("configuration"); config.Str("Extract") == "false" && !config.Has("ObjectKey") {
			c.Fail(a.path+".configuration.ObjectKey", "InvalidActionDeclarationException: required with Extract false in action '%s'", a.Str("name"))
		}
	}
}

func checkArtifactCount(c *sim.Check, a located, field, kind string, bounds [2]int) {
	if sim.IsUnknown(a.Values[field]) {
		return
	}
	switch n := len(a.List(field)); {
	case n < bounds[0]:
		c.Fail(a.path+"."+field, "InvalidActionDeclarationException: Action %s declares %d %s artifacts which is less than the minimum count (%d)", a.Str("name"), n, kind, bounds[0])
	case n > bounds[1]:
		c.Fail(a.path+"."+field, "InvalidActionDeclarationException: Action %s declares %d %s artifacts which is more than the maximum count (%d)", a.Str("name"), n, kind, bounds[1])
	}
}

func checkActionConfiguration(c *sim.Check, a located, known actionType) {
	config := a.Obj("configuration")
	path := a.path + ".configuration"
	page := "https://docs.aws.amazon.com/codepipeline/latest/userguide/" + known.page
	for _, k := range known.required {
		if v, given := config[k]; !given || v == "" {
			c.Fail(path, "InvalidActionDeclarationException: Action configuration for action '%s' is missing required configuration '%s' (%s)", a.Str("name"), k, page)
		}
	}
	for _, k := range sortedNames(config) {
		if !slices.Contains(known.required, k) && !slices.Contains(known.optional, k) {
			c.Fail(path, "InvalidActionDeclarationException: Action configuration for action '%s' contains unknown configuration '%s' (%s)", a.Str("name"), k, page)
		}
		if v, isText := config[k].(string); isText && known.values[k] != nil && !slices.Contains(known.values[k], v) {
			c.Fail(path+"."+k, "InvalidActionDeclarationException: Action configuration for action '%s': %s must be one of %s, got %q (%s)",
				a.Str("name"), k, strings.Join(known.values[k], ", "), v, page)
		}
	}
}

// checkPrimarySource: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
func checkPrimarySource(c *sim.Check, a located) {
	config, inputs := a.Obj("configuration"), a.Strs("inputArtifacts")
	primary, isText := config["PrimarySource"].(string)
	switch {
	case len(inputs) > 1 && !config.Has("PrimarySource"):
		c.Fail(a.path+".configuration.PrimarySource", "InvalidActionDeclarationException: Action configuration for action '%s' is missing required configuration 'PrimarySource': it has several input artifacts", a.Str("name"))
	case isText && !slices.Contains(inputs, primary):
		c.Fail(a.path+".configuration.PrimarySource", "InvalidActionDeclarationException: Action configuration for action '%s': PrimarySource %q is not among its input artifacts %s", a.Str("name"), primary, strings.Join(inputs, ", "))
	}
	variables, isText := config["EnvironmentVariables"].(string)
	if !isText {
		return
	}
	var list []struct{ Name, Value, Type string }
	if err := json.Unmarshal([]byte(variables), &list); err != nil {
		c.Fail(a.path+".configuration.EnvironmentVariables", "InvalidActionDeclarationException: must be a JSON list of name, value and type: %v", err)
	}
	for _, v := range list {
		if v.Name == "" || v.Type != "" && !slices.Contains([]string{"PLAINTEXT", "PARAMETER_STORE", "SECRETS_MANAGER"}, v.Type) {
			c.Fail(a.path+".configuration.EnvironmentVariables", "InvalidActionDeclarationException: %q of type %q: a name is required, and the type is PLAINTEXT, PARAMETER_STORE or SECRETS_MANAGER", v.Name, v.Type)
		}
	}
}

var placeholder = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// checkBlueGreenAction: the templates and images come from input artifacts; an image's artifact and placeholder go together.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html
func checkBlueGreenAction(c *sim.Check, a located) {
	config := a.Obj("configuration")
	for _, k := range sortedNames(config) {
		artifact, isText := config[k].(string)
		if isText && (strings.HasSuffix(k, "TemplateArtifact") || strings.HasSuffix(k, "ArtifactName")) && !slices.Contains(a.Strs("inputArtifacts"), artifact) {
			c.Fail(a.path+".configuration."+k, "InvalidActionDeclarationException: Action configuration for action '%s': %s %q is not among its input artifacts", a.Str("name"), k, artifact)
		}
	}
	for i := 1; i <= 4; i++ {
		name, container := fmt.Sprintf("Image%dArtifactName", i), fmt.Sprintf("Image%dContainerName", i)
		if config.Has(name) != config.Has(container) {
			c.Fail(a.path+".configuration", "InvalidActionDeclarationException: Action configuration for action '%s': %s and %s go together", a.Str("name"), name, container)
		}
		if p, isText := config[container].(string); isText && !placeholder.MatchString(p) {
			c.Fail(a.path+".configuration."+container, "InvalidActionDeclarationException: %q: the placeholder in the task definition, without < and >", p)
		}
	}
}
