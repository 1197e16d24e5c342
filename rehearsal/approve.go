package rehearsal

import (
	"context"
	"fmt"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// approve is a person's part, taken as done; asking them is the pipeline's.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
func (r *release) approve(ctx context.Context, a action) error {
	return r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Approval"}, func(s *verdict.Step) error {
		message, err := r.message(a)
		if err != nil {
			return err
		}
		topic := a.Configuration["NotificationArn"]
		if topic != "" {
			if r.world.Find("aws:sns/topic:Topic", "arn", topic) == nil {
				r.note("The approval's topic %s is not made by this program: whether it exists is not known.", topic)
			}
			if err := r.ask(s, calls.Approval(r.world, r.pipeline, a.Action)); err != nil {
				return err
			}
		}
		s.Result, s.Detail, s.Log = verdict.Manual, "taken as approved", message
		return nil
	})
}

// maxMessage: https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-action-add.html
const maxMessage = 1000

// message is what the approvers are told, with the pipeline's variables filled in.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-json-format.html
func (r *release) message(a action) ([]string, error) {
	var lines []string
	for _, key := range []string{"CustomData", "ExternalEntityLink"} {
		text, err := r.resolved(a, a.Configuration[key])
		if err != nil {
			return nil, err
		}
		if n := len([]rune(text)); key == "CustomData" && n > maxMessage {
			return nil, &verdict.Problem{
				What:  fmt.Sprintf("the comment of the action %s has %d characters once its variables are filled in: at most %d are allowed", a.Name, n, maxMessage),
				Where: "pipeline " + r.pipeline.Name, Fix: "shorten it, or leave out a variable such as the commit's message",
			}
		}
		if text != "" {
			lines = append(lines, text)
		}
	}
	return lines, nil
}
