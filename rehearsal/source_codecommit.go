package rehearsal

import (
	"context"
	"fmt"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/events"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

const codeCommitType = "aws:codecommit/repository:Repository"

// sourceCodeCommit hands over the repository's content at the head of the branch.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html
func (r *release) sourceCodeCommit(ctx context.Context, a action) error {
	return r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Repository", Took: fetching}, func(s *verdict.Step) error {
		from := r.sources[a.Name]
		if p := r.follows(a, from.Source); p != nil {
			return p
		}
		if r.world.Find(codeCommitType, "repositoryName", from.Repository) == nil {
			r.note("The repository %s is not made by this program: whether it exists is not known.", from.Repository)
		}
		if err := r.ask(s, calls.SourceCodeCommit(r.world, r.pipeline, a.Action)); err != nil {
			return err
		}
		count, err := r.fetch(ctx, a, from)
		if err != nil {
			return err
		}
		r.publish(a, map[string]string{
			"CommitId": from.Commit, "BranchName": from.Branch, "RepositoryName": from.Repository, "CommitMessage": from.Message,
		})
		s.Detail = fmt.Sprintf("%d files of %s at %s", count, from.Repository, short(from.Commit))
		return nil
	})
}

// unheard tells why a push to CodeCommit would not start the pipeline: nothing polls for it, and no rule's pattern matches
// its event.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/triggering.html
func (r *release) unheard() *verdict.Problem {
	for _, stage := range r.pipeline.Stages {
		for _, a := range stage.Actions {
			if a.Category != "Source" || a.Provider != "CodeCommit" || a.Configuration["RepositoryName"] != r.app.Repository {
				continue
			}
			if a.Configuration["PollForSourceChanges"] != "false" {
				continue // CodePipeline polls unless it is told not to
			}
			if p := r.unheardAt(a); p != nil {
				return p
			}
		}
	}
	return nil
}

// unheardAt: https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html#referenceUpdated
func (r *release) unheardAt(a world.Action) *verdict.Problem {
	rules := 0
	for _, target := range r.world.Where("aws:cloudwatch/eventTarget:EventTarget", "arn", r.pipeline.ARN) {
		rule := r.world.Find("aws:cloudwatch/eventRule:EventRule", "name", target.Inputs.Str("rule"))
		if rule == nil || rule.Inputs.Str("eventPattern") == "" || rule.Inputs.Str("state") == "DISABLED" {
			continue
		}
		rules++
		matches, err := events.Matches(rule.Inputs.Str("eventPattern"), r.pushEvent())
		if err != nil {
			r.note("Whether a push starts the pipeline by the rule %s is not known: %v.", rule.Attr("name"), err)
			return nil
		}
		if matches {
			return nil
		}
	}
	return &verdict.Problem{
		What: fmt.Sprintf("a push to the branch %s of %s starts nothing: the source action does not poll, and none of the %d rules that start "+
			"the pipeline is for that event", r.app.Branch, r.app.Repository, rules),
		Where: fmt.Sprintf("pipeline %s, action %s", r.pipeline.Name, a.Name),
		Fix:   "let an EventBridge rule for the repository's state changes start the pipeline",
	}
}

func (r *release) pushEvent() map[string]any {
	arn, _ := world.ParseARN(r.pipeline.ARN) // of the same account and region, or the action would not find it
	return map[string]any{
		"version": "0", "source": "aws.codecommit", "detail-type": "CodeCommit Repository State Change",
		"account": arn.Account, "region": arn.Region,
		"resources": []any{arn.With("codecommit", r.app.Repository)},
		"detail": map[string]any{
			"event": "referenceUpdated", "repositoryName": r.app.Repository, "referenceType": "branch",
			"referenceName": r.app.Branch, "referenceFullName": "refs/heads/" + r.app.Branch, "commitId": r.app.Commit,
		},
	}
}
