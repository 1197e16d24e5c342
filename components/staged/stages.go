package staged

import (
	"cmp"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codepipeline"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// buildArtifact is what is built once.
const buildArtifact = "Build"

// stages are Source, Build unless each environment is built for, and each environment, with its approval before it in a
// stage of its own: while one release is being deployed, the next can be looked at and approved.
func (m *parts) stages() []codepipeline.PipelineStageInput {
	stages := []codepipeline.PipelineStageInput{ground.Stage("Source", m.origin.action())}
	if !m.args.BuildPerEnvironment {
		stages = append(stages, ground.Stage("Build",
			ground.BuildAction("Build", m.projectName(builtOnce), buildArtifact, sourceArtifact)))
	}
	for _, e := range m.args.Environments {
		if e.Approval {
			stages = append(stages, ground.Stage("Approve-"+e.Name, m.approval(e)))
		}
		stages = append(stages, m.stage(e))
	}
	return stages
}

// stage deploys what was built once, or what it builds first.
func (m *parts) stage(e Environment) codepipeline.PipelineStageArgs {
	if !m.args.BuildPerEnvironment {
		return ground.Stage(e.Name, ground.BuildAction("Deploy", m.projectName(e.Name+"-deploy"), "", buildArtifact))
	}
	build := ground.BuildAction("Build", m.projectName(e.Name+"-build"), e.Name, sourceArtifact)
	deploy := ground.BuildAction("Deploy", m.projectName(e.Name+"-deploy"), "", e.Name)
	build.RunOrder, deploy.RunOrder = pulumi.Int(1), pulumi.Int(2)
	return ground.Stage(e.Name, build, deploy)
}

func (m *parts) projectName(key string) pulumi.StringInput {
	for _, r := range m.runners {
		if project, ok := r.projects[key]; ok {
			return project.Name
		}
	}
	return nil
}

// approval tells which commit goes where. The variables are filled in by CodePipeline.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-variables.html
func (m *parts) approval(e Environment) codepipeline.PipelineStageActionArgs {
	comment := "Commit #{" + sourceNamespace + ".CommitId} of " + m.args.Source.Repository + ", branch #{" + sourceNamespace +
		".BranchName}, goes to " + e.Name + ". " + m.args.Approval.Comment
	return ground.ApprovalAction("Approve", ground.ApprovalRequest{
		TopicArn: m.approvers.topic(), Comment: strings.TrimSpace(comment),
		URL: cmp.Or(m.args.Approval.URL, m.args.Source.commitPage(m.here)),
	})
}

// grants let the pipeline's role fetch the source, run the projects, and tell the approvers.
func (m *parts) grants() ground.Grants {
	values := []pulumi.StringInput{m.origin.arn()}
	for _, r := range m.runners {
		for _, key := range sortedKeys(r.projects) {
			values = append(values, r.projects[key].Arn)
		}
	}
	projects := len(values) - 1
	topic := m.approvers.topic()
	if topic != nil {
		values = append(values, topic)
	}
	return ground.Grants{Values: values, Statements: func(known []string) []iam.Statement {
		statements := []iam.Statement{m.origin.statement(known[0]), ground.BuildStatement(known[1 : 1+projects]...)}
		if topic != nil {
			statements = append(statements, iam.Allow("AskForApproval").Actions("sns:Publish").On(known[1+projects]))
		}
		return statements
	}}
}
