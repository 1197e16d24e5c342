package rehearsal

import (
	"context"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// approve is a person's part, taken as done; asking them is the pipeline's.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
func (r *release) approve(ctx context.Context, a action) error {
	return r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Approval"}, func(s *verdict.Step) error {
		topic := a.Configuration["NotificationArn"]
		if topic != "" {
			if r.world.Find("aws:sns/topic:Topic", "arn", topic) == nil {
				r.note("The approval's topic %s is not made by this program: whether it exists is not known.", topic)
			}
			if err := r.ask(s, calls.Approval(r.world, r.pipeline, a.Action)); err != nil {
				return err
			}
		}
		s.Result, s.Detail = verdict.Manual, "taken as approved"
		return nil
	})
}
