package aws

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

type actionOf struct{ category, provider, name string }

func (a actionOf) with(inputs, outputs []any, configuration map[string]any) map[string]any {
	out := map[string]any{"name": a.name, "category": a.category, "owner": "AWS", "provider": a.provider, "version": "1", "configuration": configuration}
	if inputs != nil {
		out["inputArtifacts"] = inputs
	}
	if outputs != nil {
		out["outputArtifacts"] = outputs
	}
	return out
}

func stageOf(name string, actions ...any) map[string]any {
	return map[string]any{"name": name, "actions": actions}
}

// shopPipeline is Source, Build, Approval and Deploy over what pipelineWorld makes.
type shopPipeline struct {
	source  map[string]any
	build   map[string]any
	approve map[string]any
	deploy  map[string]any
}

func pipelineWorld(t *testing.T) (*world, func() *shopPipeline) {
	w := newWorld(t)
	w.blueGreen()
	w.made(codebuildType, buildProject())
	arn, _ := w.made(connectionType, sim.Values{"name": "github", "providerType": "GitHub"})
	return w, func() *shopPipeline {
		return &shopPipeline{
			source: actionOf{"Source", "CodeStarSourceConnection", "GitHub"}.with(nil, []any{"Source"}, map[string]any{
				"ConnectionArn": arn, "FullRepositoryId": "shop/web", "BranchName": "main",
			}),
			build:   actionOf{"Build", "CodeBuild", "Build"}.with([]any{"Source"}, []any{"Build"}, map[string]any{"ProjectName": "shop"}),
			approve: actionOf{"Approval", "Manual", "Approve"}.with(nil, nil, map[string]any{"CustomData": "look"}),
			deploy: actionOf{"Deploy", "CodeDeployToECS", "Deploy"}.with([]any{"Build"}, nil, map[string]any{
				"ApplicationName": "shop", "DeploymentGroupName": "web", "TaskDefinitionTemplateArtifact": "Build", "AppSpecTemplateArtifact": "Build",
			}),
		}
	}
}

func (p *shopPipeline) inputs() sim.Values {
	return sim.Values{
		"name": "shop", "roleArn": testRole, "pipelineType": "V2",
		"artifactStores": []any{map[string]any{"location": "artifacts", "type": "S3"}},
		"stages":         []any{stageOf("Source", p.source), stageOf("Build", p.build), stageOf("Approve", p.approve), stageOf("Deploy", p.deploy)},
	}
}

func TestPipelineActions(t *testing.T) {
	w, fresh := pipelineWorld(t)
	config := func(action map[string]any) map[string]any { return action["configuration"].(map[string]any) }
	for name, c := range map[string]struct {
		change func(p *shopPipeline)
		want   string
	}{
		"unknown key":       {func(p *shopPipeline) { config(p.source)["Branch"] = "main" }, "Action configuration for action 'GitHub' contains unknown configuration 'Branch'"},
		"missing key":       {func(p *shopPipeline) { delete(config(p.deploy), "AppSpecTemplateArtifact") }, "Action configuration for action 'Deploy' is missing required configuration 'AppSpecTemplateArtifact'"},
		"value":             {func(p *shopPipeline) { config(p.source)["OutputArtifactFormat"] = "ZIP" }, "must be one of CODE_ZIP, CODEBUILD_CLONE_REF"},
		"unknown action":    {func(p *shopPipeline) { p.build["provider"] = "Jenkins" }, "ActionType (Category: 'Build', Provider: 'Jenkins', Owner: 'AWS', Version: '1') in action 'Build' is not available"},
		"no input":          {func(p *shopPipeline) { delete(p.build, "inputArtifacts") }, "Action Build declares 0 input artifacts which is less than the minimum count (1)"},
		"output of approve": {func(p *shopPipeline) { p.approve["outputArtifacts"] = []any{"X"} }, "more than the maximum count (0)"},
		"artifact nobody makes": {func(p *shopPipeline) { p.build["inputArtifacts"] = []any{"Config"} },
			"Input Artifact Bundle Config in action Build is not the output of an action earlier"},
		"artifact made later": {func(p *shopPipeline) { p.build["inputArtifacts"] = []any{"Build"} }, "Input Artifact Bundle Build in action Build is not the output"},
		"artifact made twice": {func(p *shopPipeline) { p.build["outputArtifacts"] = []any{"Source"} }, "every output artifact must have a unique name"},
		"artifact name":       {func(p *shopPipeline) { p.build["outputArtifacts"] = []any{"my build"} }, "an artifact name"},
		"no primary source":   {func(p *shopPipeline) { p.build["inputArtifacts"] = []any{"Source", "Source2"} }, "missing required configuration 'PrimarySource'"},
		"foreign primary":     {func(p *shopPipeline) { config(p.build)["PrimarySource"] = "Other" }, `PrimarySource "Other" is not among its input artifacts`},
		"variables":           {func(p *shopPipeline) { config(p.build)["EnvironmentVariables"] = "A=1" }, "must be a JSON list"},
		"foreign template":    {func(p *shopPipeline) { config(p.deploy)["TaskDefinitionTemplateArtifact"] = "Source" }, `TaskDefinitionTemplateArtifact "Source" is not among its input artifacts`},
		"half an image":       {func(p *shopPipeline) { config(p.deploy)["Image1ArtifactName"] = "Build" }, "Image1ArtifactName and Image1ContainerName go together"},
		"marked placeholder": {func(p *shopPipeline) {
			config(p.deploy)["Image1ArtifactName"], config(p.deploy)["Image1ContainerName"] = "Build", "<IMAGE>"
		}, "without < and >"},
		"timeout of a build":  {func(p *shopPipeline) { p.build["timeoutInMinutes"] = 10.0 }, "available only to the manual approval action"},
		"run order":           {func(p *shopPipeline) { p.build["runOrder"] = 0.0 }, "between 1 and 999"},
		"no project":          {func(p *shopPipeline) { config(p.build)["ProjectName"] = "gone" }, "Action 'Build' refers to the build project gone, which does not exist"},
		"no application":      {func(p *shopPipeline) { config(p.deploy)["ApplicationName"] = "gone" }, "refers to the CodeDeploy application gone"},
		"no deployment group": {func(p *shopPipeline) { config(p.deploy)["DeploymentGroupName"] = "gone" }, "refers to the deployment group gone"},
		"no connection":       {func(p *shopPipeline) { config(p.source)["ConnectionArn"] = "arn:gone" }, "refers to the connection arn:gone"},
		"no topic":            {func(p *shopPipeline) { config(p.approve)["NotificationArn"] = "arn:gone" }, "refers to the topic arn:gone"},
		"role":                {func(p *shopPipeline) { p.build["roleArn"] = "arn:aws:iam::123456789012:role/gone" }, "role/gone does not exist"},
		"namespace twice":     {func(p *shopPipeline) { p.source["namespace"], p.build["namespace"] = "N", "N" }, "the namespace 'N' is used by 'GitHub' already"},
	} {
		t.Run(name, func(t *testing.T) {
			p := fresh()
			c.change(p)
			_, _, err := w.Create(codepipelineType, "wrong", p.inputs())
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestPipelineStructure(t *testing.T) {
	w, fresh := pipelineWorld(t)
	p := fresh()
	push := func(source string, pushes ...any) sim.Values {
		return sim.Values{"triggers": []any{map[string]any{"providerType": "CodeStarSourceConnection", "gitConfiguration": map[string]any{"sourceActionName": source, "pushes": pushes}}}}
	}
	main := map[string]any{"branches": map[string]any{"includes": []any{"main"}}}
	w.refuses(codepipelineType, p.inputs(), []refusal{
		{"name", sim.Values{"name": "my pipeline"}, "letters, digits and . @ - _"},
		{"role", sim.Values{"roleArn": "arn:aws:iam::123456789012:role/gone"}, "not authorized to perform AssumeRole on role"},
		{"role of another", sim.Values{"roleArn": taskRole}, "must allow it to codepipeline.amazonaws.com"},
		{"bucket", sim.Values{"artifactStores": []any{map[string]any{"location": "gone", "type": "S3"}}}, "The artifact store gone does not exist"},
		{"store with region", sim.Values{"artifactStores": []any{map[string]any{"location": "artifacts", "type": "S3", "region": "us-east-2"}}}, "region cannot be set for a single-region CodePipeline"},
		{"key", sim.Values{"artifactStores": []any{map[string]any{"location": "artifacts", "type": "S3", "encryptionKey": map[string]any{"id": "gone", "type": "KMS"}}}}, "The encryption key gone does not exist"},
		{"one stage", sim.Values{"stages": []any{stageOf("Source", p.source)}}, "between 2 and 50"},
		{"no source", sim.Values{"stages": []any{stageOf("Build", p.build), stageOf("Deploy", p.deploy)}}, "first stage must only contain source actions"},
		{"late source", sim.Values{"stages": []any{stageOf("Source", p.source), stageOf("Build", p.build), stageOf("More", p.source)}}, "only the first stage may contain source actions"},
		{"stage twice", sim.Values{"stages": []any{stageOf("Source", p.source), stageOf("Source", p.build)}}, "The stage name 'Source' is used twice"},
		{"action twice", sim.Values{"stages": []any{stageOf("Source", p.source), stageOf("Build", p.approve, p.approve)}}, "The action name 'Approve' is used twice"},
		{"trigger of V1", with(push("GitHub", main), sim.Values{"pipelineType": "V1"}), "triggers are available for pipelines of type V2 only"},
		{"trigger of nobody", push("Git", main), `"Git" is not a source action of provider CodeStarSourceConnection`},
		{"empty trigger", push("GitHub", map[string]any{}), "an empty filter"},
		{"mode of V1", sim.Values{"pipelineType": "V1", "executionMode": "QUEUED"}, "QUEUED is available for pipelines of type V2 only"},
		{"variable twice", sim.Values{"variables": []any{map[string]any{"name": "A"}, map[string]any{"name": "A"}}}, "declared twice"},
	})
	id, out := w.made(codepipelineType, with(p.inputs(), push("GitHub", main)))
	require.Equal(t, "shop", id)
	require.Equal(t, "arn:aws:codepipeline:us-east-2:123456789012:shop", out.Str("arn"))
	require.Len(t, out.List("triggerAlls"), 1)
	_, _, err := w.Create(codepipelineType, "again", p.inputs())
	require.ErrorContains(t, err, "PipelineNameInUseException")
	w.edits(codepipelineType, id, with(p.inputs(), push("GitHub", main)), []edit{
		{"rename", sim.Values{"name": "store"}, []string{"name"}, nil},
		{"mode", sim.Values{"executionMode": "QUEUED"}, nil, []string{"executionMode"}},
	})
	require.NoError(t, w.Delete(codepipelineType, id))
}

func TestPipelineWithUnknownsPassesPreview(t *testing.T) {
	w, fresh := pipelineWorld(t)
	p := fresh()
	p.build["configuration"] = map[string]any{"ProjectName": sim.Unknown}
	p.deploy["configuration"] = sim.Unknown
	in := with(p.inputs(), sim.Values{"roleArn": sim.Unknown, "artifactStores": []any{map[string]any{"location": sim.Unknown, "type": "S3"}}})
	_, err := w.Check(codepipelineType, "preview", in)
	require.NoError(t, err)
}

func TestConnection(t *testing.T) {
	w := newWorld(t)
	w.refuses(connectionType, sim.Values{"name": "github", "providerType": "GitHub"}, []refusal{
		{"name", sim.Values{"name": "a-name-that-is-longer-than-32-chars"}, "between 1 and 32"},
		{"provider", sim.Values{"providerType": "Github"}, "expected one of Bitbucket, GitHub"},
		{"neither", sim.Values{"providerType": nil}, "Either ProviderType or HostArn"},
	})
	id, out := w.made(connectionType, sim.Values{"name": "github", "providerType": "GitHub"})
	require.Equal(t, "PENDING", out.Str("connectionStatus"))
	require.Regexp(t, `^arn:aws:codestar-connections:us-east-2:123456789012:connection/[0-9a-f-]{36}$`, id)
	w.edits(connectionType, id, sim.Values{"name": "github", "providerType": "GitHub"}, []edit{
		{"rename", sim.Values{"name": "git"}, []string{"name"}, nil},
		{"provider", sim.Values{"providerType": "GitLab"}, []string{"providerType"}, nil},
	})
}

func TestNotificationRule(t *testing.T) {
	const typ = "aws:codestarnotifications/notificationRule:NotificationRule"
	w, fresh := pipelineWorld(t)
	_, pipeline := w.made(codepipelineType, fresh().inputs())
	base := sim.Values{
		"name": "failures", "detailType": "BASIC", "resource": pipeline.Str("arn"),
		"eventTypeIds": []any{"codepipeline-pipeline-pipeline-execution-failed"}, "targets": []any{map[string]any{"address": topicARN}},
	}
	w.refuses(typ, base, []refusal{
		{"event", sim.Values{"eventTypeIds": []any{"codebuild-project-build-state-failed"}}, "is no event of codepipeline"},
		{"resource", sim.Values{"resource": "arn:aws:codepipeline:us-east-2:123456789012:gone"}, "The resource arn:aws:codepipeline:us-east-2:123456789012:gone does not exist"},
		{"no service", sim.Values{"resource": topicARN}, "not the ARN of a pipeline"},
		{"target", sim.Values{"targets": []any{map[string]any{"address": "arn:gone"}}}, "The target arn:gone does not exist"},
		{"detail", sim.Values{"detailType": "SHORT"}, "expected one of BASIC, FULL"},
	})
	w.made(typ, base)
	_, _, err := w.Create(typ, "again", base)
	require.ErrorContains(t, err, "ResourceAlreadyExistsException")
}

func TestCodecommitRepository(t *testing.T) {
	w := newWorld(t)
	w.refuses(codecommitType, sim.Values{"repositoryName": "shop"}, []refusal{
		{"name", sim.Values{"repositoryName": "my shop"}, "letters, digits and . _ -"},
		{"ending", sim.Values{"repositoryName": "shop.git"}, "must not end in .git"},
	})
	id, out := w.made(codecommitType, sim.Values{"repositoryName": "shop"})
	require.Equal(t, "shop", id)
	require.Equal(t, "https://git-codecommit.us-east-2.amazonaws.com/v1/repos/shop", out.Str("cloneUrlHttp"))
	_, _, err := w.Create(codecommitType, "again", sim.Values{"repositoryName": "shop"})
	require.ErrorContains(t, err, "RepositoryNameExistsException")
}
