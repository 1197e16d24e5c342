package calls

import (
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	// ruleRoleDoc says that a rule starts a pipeline by a role of its own, ruleTrustDoc how that is trusted.
	ruleRoleDoc  = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html"
	ruleTrustDoc = "https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html"
	// pipelineTrustDoc has the trust of a pipeline's role: CodePipeline is not documented to say for which pipeline.
	pipelineTrustDoc = "https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-service-role-cli.html"
)

// Start is what starts the pipeline: each EventBridge rule that has it for a target, and CodePipeline that takes on the
// pipeline's role and those of its actions.
func Start(w *world.World, p *world.Pipeline) []access.Call {
	var all []access.Call
	for _, target := range w.Where("aws:cloudwatch/eventTarget:EventTarget", "arn", p.ARN) {
		role := target.Inputs.Str("roleArn")
		rule := target.Inputs.Str("rule")
		if r := w.Find("aws:cloudwatch/eventRule:EventRule", "name", rule); r != nil {
			all = append(all, assumedFor("events.amazonaws.com", role, r.Attr("arn"), ruleTrustDoc)...)
		}
		all = append(all, by{role, ruleRoleDoc}.may("start the pipeline by rule "+rule, p.ARN, "codepipeline:StartPipelineExecution")...)
	}
	return append(all, takeOn(p)...)
}

// takeOn is CodePipeline that assumes the pipeline's role, which in turn assumes those of actions that have their own.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
func takeOn(p *world.Pipeline) []access.Call {
	all := assumed("codepipeline.amazonaws.com", p.Role, pipelineTrustDoc)
	seen := map[string]bool{"": true, p.Role: true}
	for _, stage := range p.Stages {
		for _, a := range stage.Actions {
			if !seen[a.Role] {
				all = append(all, assumed(p.Role, a.Role, serviceRoleDoc)...)
				seen[a.Role] = true
			}
		}
	}
	return all
}
