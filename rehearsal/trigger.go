package rehearsal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/webhook"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// triggered tells why a push of the branch would not start the pipeline. A pipeline without a trigger for its source is
// started by hand or by an event, which the calls of the start show.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-triggers.html
func (r *release) triggered(ctx context.Context) (*verdict.Problem, error) {
	var refused []string
	fix := "push to the branch that the pipeline follows, or let it follow this one"
	for _, t := range r.pipeline.Record.Inputs.Objs("triggers") {
		git := t.Obj("gitConfiguration")
		if from := r.sources[git.Str("sourceActionName")]; from != nil && !from.pushed {
			continue // it watches another repository
		}
		for _, push := range git.Objs("pushes") {
			branches, paths := filterOf(push.Obj("branches")), filterOf(push.Obj("filePaths"))
			if !branches.Takes(r.app.Branch) {
				refused = append(refused, told(branches, r.app.Branch))
				continue
			}
			changed, err := r.changed(ctx, paths)
			if err != nil {
				return nil, err
			}
			if paths.TakesAny(changed) || len(paths.Includes)+len(paths.Excludes) == 0 {
				return nil, nil
			}
			refused = append(refused, fmt.Sprintf("takes changes of %s, and the push changes %s",
				strings.Join(append(paths.Includes, excluding(paths)...), ", "), listed(changed, 3)))
			fix = "nothing, if such a push is to start nothing; else name what it changes among the trigger's file paths"
		}
	}
	if len(refused) == 0 {
		return r.unheard(), nil
	}
	return &verdict.Problem{
		What:  fmt.Sprintf("a push to the branch %s starts nothing: the pipeline's trigger %s", r.app.Branch, strings.Join(refused, ", and ")),
		Where: "pipeline " + r.pipeline.Name, Fix: fix,
	}, nil
}

func filterOf(v interface{ Strs(key string) []string }) webhook.Filter {
	return webhook.Filter{Includes: v.Strs("includes"), Excludes: v.Strs("excludes")}
}

// told is what a filter says of a branch that it does not take.
func told(f webhook.Filter, branch string) string {
	if !(webhook.Filter{Excludes: f.Excludes}).Takes(branch) {
		return "excludes " + strings.Join(f.Excludes, ", ")
	}
	return "takes " + strings.Join(f.Includes, ", ")
}

func excluding(f webhook.Filter) []string {
	var all []string
	for _, e := range f.Excludes {
		all = append(all, "not "+e)
	}
	return all
}

// changed are the paths that the push changes: those that the rehearsal was told, else all of the folder's, as a first push
// brings them.
func (r *release) changed(ctx context.Context, f webhook.Filter) ([]string, error) {
	if r.app.Changed != nil || len(f.Includes)+len(f.Excludes) == 0 {
		return r.app.Changed, nil
	}
	files, _, err := sourceFiles(ctx, r.app.Dir)
	slices.Sort(files)
	return files, err
}
