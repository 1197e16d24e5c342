package ekscicd

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func project(name string) Project {
	return Project{Name: pulumi.String(name), Arn: pulumi.String("arn:aws:codebuild:us-east-2:111111111111:project/" + name)}
}

const topic = "arn:aws:sns:us-east-2:111111111111:approvals"

func pipelineArgs() *PipelineArgs {
	return &PipelineArgs{
		ConnectionArn: pulumi.String(connection), Artifacts: store(),
		Application: Source{Repository: "acme/shop", IgnoreFilePaths: []string{"docs/**"}},
		Manifests:   Source{Repository: "acme/shop-manifests", Branch: "live"},
		Image:       project("shop-image"), Rendering: project("shop-manifests"),
		Deployments: []Deployment{
			{Name: "staging", Project: project("shop-staging-deploy")},
			{Name: "production", Project: project("shop-production-deploy"),
				Approval: &Approval{TopicArn: pulumi.String(topic), Comment: "Look first.", URL: "https://staging.example.com"}},
		},
	}
}

func TestPipeline(t *testing.T) {
	cloud := deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewPipeline(ctx, "shop", pipelineArgs())
		return err
	})
	pipeline := cloud.Resource(t, "Pipeline", "shop-pipeline")
	assert.Equal(t, "shop", pipeline.Text(t, "name"))
	assert.Equal(t, []string{
		"Source/Application → Application", "Source/Manifests → Manifests",
		"Image/Build Application → Image",
		"Manifests/Render Manifests Application Image → Rendered",
		"staging/Deploy Rendered →",
		"production/Approve →", "production/Deploy 2 Rendered →",
	}, flow(pipeline.Actions()))
	assert.Equal(t, map[string]any{"ProjectName": "shop-manifests", "PrimarySource": "Manifests"}, pipeline.Action(t, "Render")["configuration"],
		"the manifests repository is the primary source")
	assert.Equal(t, map[string]any{
		"NotificationArn": topic, "CustomData": "Look first.", "ExternalEntityLink": "https://staging.example.com",
	}, pipeline.Action(t, "Approve")["configuration"])
	goldenRole(t, cloud, "shop-pipeline", "pipeline")
}

func TestPushesToBothRepositoriesStartThePipeline(t *testing.T) {
	cloud := deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewPipeline(ctx, "shop", pipelineArgs())
		return err
	})
	trigger := func(action string, push map[string]any) map[string]any {
		return map[string]any{"providerType": "CodeStarSourceConnection", "gitConfiguration": map[string]any{
			"sourceActionName": action, "pushes": []any{push},
		}}
	}
	assert.Equal(t, []any{
		trigger("Application", map[string]any{
			"branches": map[string]any{"includes": []any{"main"}}, "filePaths": map[string]any{"excludes": []any{"docs/**"}},
		}),
		trigger("Manifests", map[string]any{"branches": map[string]any{"includes": []any{"live"}}}),
	}, cloud.Resource(t, "Pipeline", "shop-pipeline").Plain()["triggers"])
}

func TestPipelineThatTellsNobody(t *testing.T) {
	args := pipelineArgs()
	args.Deployments[1].Approval = &Approval{}
	cloud := deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewPipeline(ctx, "shop", args)
		return err
	})
	assert.NotContains(t, cloud.Resource(t, "RolePolicy", "shop-pipeline").Plain()["policy"], "sns:Publish")
}

func TestWrongPipeline(t *testing.T) {
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewPipeline(ctx, "shop", nil)
		return err
	}, "connectionArn: missing", `application.repository: ""`, `manifests.repository: ""`, "image: missing", "rendering: missing",
		"deployments: 0 are given", "artifacts: missing")
	refused(t, func(ctx *pulumi.Context) error {
		args := pipelineArgs()
		args.PipelineName, args.ConnectionArn = "a b", pulumi.String("github")
		args.Application.FilePaths = []string{"/src"}
		args.Deployments = []Deployment{
			{Name: "Image", Project: project("a")}, {Name: "x y"},
			{Name: "b", Project: project("b"), Approval: &Approval{Comment: strings.Repeat("x", 1001)}},
		}
		_, err := NewPipeline(ctx, "shop", args)
		return err
	}, `pipelineName: "a b"`, `connectionArn: "github"`, `application.filePaths[0]: "/src"`, `deployments[0].name: "Image" is another stage's name`,
		`deployments[1].name: "x y"`, "deployments[1].project: missing", "deployments[2].approval.comment: 1001 characters")
}

// flow writes each action as "stage/action [order] inputs → outputs".
func flow(actions []mocks.Action) (lines []string) {
	for _, action := range actions {
		line := []string{action.Stage + "/" + action.Name}
		if action.Inputs["runOrder"] != nil {
			line = append(line, "2")
		}
		line = append(line, texts(action.Inputs["inputArtifacts"])...)
		line = append(append(line, "→"), texts(action.Inputs["outputArtifacts"])...)
		lines = append(lines, strings.Join(line, " "))
	}
	return lines
}

func texts(list any) (all []string) {
	entries, _ := list.([]any)
	for _, entry := range entries {
		all = append(all, entry.(string))
	}
	return all
}
