package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/codebuild"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/webhook"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// PullRequest is one to the app's repository. What it would merge is the folder's uncommitted content or, where all is
// committed, its last commit; App.Branch is what it is to be merged into, App.Changed what it changes.
type PullRequest struct {
	// Actor is the numeric ID of the GitHub account that opens it. Required.
	Actor string
	// Fork tells that its commits are in a fork, where whoever opens it may write.
	Fork bool
	// Event is CodeBuild's name of what has happened to it. Default: "PULL_REQUEST_CREATED".
	Event string
}

var actorID = regexp.MustCompile(`^\d{1,20}$`)

// Review does what AWS would do with the pull request: it holds the event against the filters of each of the repository's
// CodeBuild webhooks, and runs the builds that start, with their own roles. Nothing of it stays in the clouds. The verdict
// tells why a build starts, or why nothing does.
func Review(ctx context.Context, cloud *drydock.Dock, app App, request PullRequest, options ...Option) (*Verdict, error) {
	request.Event = first(request.Event, "PULL_REQUEST_CREATED")
	if !actorID.MatchString(request.Actor) {
		return nil, wrong("the pull request's actor is %q: give the numeric ID of a GitHub account, from https://api.github.com/users/<name>", request.Actor)
	}
	r, err := opened(ctx, cloud, app, options)
	if err != nil {
		return nil, err
	}
	r.verdict.PullRequest = true
	r.settings.begin(r.verdict)
	started := time.Now()
	err = r.review(ctx, request)
	if ctx.Err() != nil {
		err = fmt.Errorf("interrupted %s; nothing of the review is left on this machine", r.where())
	}
	r.verdict.Wall = time.Since(started)
	return r.verdict, errors.Join(err, r.tidy())
}

// stagePullRequest is the stage of what is about the event itself.
const stagePullRequest = "Pull request"

func (r *release) review(ctx context.Context, request PullRequest) error {
	repository, err := r.proposed(ctx)
	if err != nil {
		return err
	}
	event := webhook.Event{
		Name: request.Event, Actor: request.Actor, Base: r.app.Branch, Head: proposal, Message: r.app.Message, Files: repository.changed,
	}
	started, err := r.heard(ctx, request, event)
	if err != nil {
		return ignoreProblem(err)
	}
	for _, project := range started {
		if err := ignoreProblem(r.reviewed(ctx, project, repository, event)); err != nil {
			return err
		}
	}
	return ignoreProblem(r.strangers(ctx))
}

// heard decides which builds start.
func (r *release) heard(ctx context.Context, request PullRequest, event webhook.Event) (started []*codebuild.Project, err error) {
	hooks := r.webhooks()
	from := map[bool]string{true: "from a fork, ", false: ""}[request.Fork]
	err = r.do(ctx, verdict.Step{Stage: stagePullRequest, Name: event.Name}, func(s *verdict.Step) error {
		s.Detail = fmt.Sprintf("by %s, %sto %s of %s: changes %s", event.Actor, from, event.Base, r.app.Repository, first(listed(event.Files, 3), "nothing"))
		if len(hooks) == 0 {
			s.Detail += "; no webhook of this program listens"
		}
		return nil
	})
	for _, hook := range hooks {
		if err != nil {
			return nil, err
		}
		decision := webhook.Decide(hook, event)
		name := hook.Inputs.Str("projectName")
		err = r.do(ctx, verdict.Step{Stage: stagePullRequest, Action: name, Name: "Webhook of " + name}, func(s *verdict.Step) error {
			if !decision.Starts {
				s.Detail = "nothing starts, because " + decision.Reason
				return nil
			}
			s.Detail = "a build starts: " + decision.Reason
			project, err := codebuild.ReadProject(r.world, name)
			started = append(started, project)
			return err
		})
	}
	return started, err
}

// webhooks are those of the projects whose source is the repository.
func (r *release) webhooks() []*drydock.Record {
	var all []*drydock.Record
	for _, hook := range r.world.All("aws:codebuild/webhook:Webhook") {
		project := r.world.Find("aws:codebuild/project:Project", "name", hook.Inputs.Str("projectName"))
		if project == nil {
			continue
		}
		location := strings.TrimSuffix(project.Inputs.Obj("source").Str("location"), ".git")
		if strings.HasSuffix(location, "/"+r.app.Repository) {
			all = append(all, hook)
		}
	}
	return all
}

// stranger is an account that nobody knows.
const stranger = "9999999999"

// strangers: whoever can open a pull request must not run their commands with a role of this account's.
// https://docs.aws.amazon.com/codebuild/latest/userguide/github-webhook.html
func (r *release) strangers(ctx context.Context) error {
	hooks := r.webhooks()
	if len(hooks) == 0 {
		return nil
	}
	return r.do(ctx, verdict.Step{Stage: "Afterwards", Name: "A stranger's pull request"}, func(s *verdict.Step) error {
		for _, hook := range hooks {
			for _, event := range []string{"PULL_REQUEST_CREATED", "PULL_REQUEST_UPDATED", "PULL_REQUEST_REOPENED"} {
				decision := webhook.Decide(hook, webhook.Event{
					Name: event, Actor: stranger, Base: r.app.Branch, Head: r.app.Branch, Files: []string{"README.md", "go.mod"},
				})
				if decision.Starts {
					name := hook.Inputs.Str("projectName")
					return &verdict.Problem{
						What:  fmt.Sprintf("anyone's pull request starts a build of %s, which runs the commands of the pull request with the project's role: %s", name, decision.Reason),
						Where: "webhook of project " + name, Fix: "add a filter of the type ACTOR_ACCOUNT_ID with the IDs of those whose pull requests may be built, between ^ and $",
					}
				}
			}
		}
		s.Detail = "starts nothing"
		return nil
	})
}

// reviewed runs one build, and tells what GitHub shows of it.
func (r *release) reviewed(ctx context.Context, project *codebuild.Project, from *repository, event webhook.Event) error {
	a := action{stage: project.Name, Action: world.Action{
		Name: project.Name, Provider: "CodeBuild", Inputs: []string{"source"}, Configuration: map[string]string{"ProjectName": project.Name},
	}}
	apart := &world.Pipeline{Name: project.Name, ARN: r.pipeline.ARN, Record: r.pipeline.Record} // it has no artifacts
	err := r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Start"}, func(s *verdict.Step) error {
		s.Detail = "with the role " + project.Role[strings.LastIndex(project.Role, "/")+1:]
		return r.ask(s, calls.Build(r.world, apart, a.Action))
	})
	if err == nil {
		err = r.reviewBuild(ctx, a, project, from, event)
	}
	if err != nil && problemOf(err) == nil {
		return err
	}
	return errors.Join(r.reported(ctx, a, problemOf(err) == nil), err)
}

func (r *release) reviewBuild(ctx context.Context, a action, project *codebuild.Project, from *repository, event webhook.Event) error {
	if err := r.checkout(ctx, a, project, from); err != nil {
		return err
	}
	input, err := r.buildInput(ctx, a, project)
	if err != nil {
		return r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Sources"}, func(*verdict.Step) error { return err })
	}
	input.Initiator, input.ID = "GitHub-Hookshot/rehearsal", uuid.NewString()
	input.Overrides = append(input.Overrides, webhookVariables(event)...)
	output, err := r.run(ctx, *input)
	if err = errors.Join(err, r.building.close()); err != nil {
		return err
	}
	for _, note := range output.Notes {
		r.note("%s", note)
	}
	return r.phases(ctx, a, project, output)
}

// webhookVariables are those of builds that a webhook has started.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
func webhookVariables(e webhook.Event) []codebuild.Variable {
	return []codebuild.Variable{
		{Name: "CODEBUILD_WEBHOOK_ACTOR_ACCOUNT_ID", Value: e.Actor}, {Name: "CODEBUILD_WEBHOOK_BASE_REF", Value: "refs/heads/" + e.Base},
		{Name: "CODEBUILD_WEBHOOK_EVENT", Value: e.Name}, {Name: "CODEBUILD_WEBHOOK_HEAD_REF", Value: "refs/heads/" + e.Head},
		{Name: "CODEBUILD_WEBHOOK_TRIGGER", Value: "pr/1"},
	}
}

// checkout makes the working trees that a build begins with: of the pull request, and of the project's other repositories.
func (r *release) checkout(ctx context.Context, a action, project *codebuild.Project, from *repository) error {
	if ofPulumi.MatchString(project.BuildSpec) && r.deployment == nil {
		if err := r.deployTo(ctx, project); err != nil {
			return err
		}
		err := r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Stacks"}, func(s *verdict.Step) error {
			s.Result = verdict.Manual
			return from.committed(ctx, func(dir string) error { return r.bootstrap(s, dir, project) })
		})
		if err != nil {
			return err
		}
	}
	r.artifacts["source"], r.revisions["source"] = filepath.Join(from.dir, "work"), git(filepath.Join(from.dir, "work"), "rev-parse", "HEAD")
	return nil
}

// reported is what GitHub shows beside the pull request's last commit.
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html
func (r *release) reported(ctx context.Context, a action, succeeded bool) error {
	return r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Status"}, func(s *verdict.Step) error {
		source := r.world.Find("aws:codebuild/project:Project", "name", a.Name).Inputs.Obj("source")
		if !source.Bool("reportBuildStatus") {
			return &verdict.Problem{
				What: "nobody is told how the build ended: the project does not report its status", Where: "project " + a.Name, Fix: "set reportBuildStatus of its source",
			}
		}
		if len(r.world.All("aws:codebuild/sourceCredential:SourceCredential")) == 0 && source.Obj("auth").Str("resource") == "" {
			r.note("CodeBuild needs a source credential of the account, or it neither reads the repository nor reports: whether there is one is not known.")
		}
		s.Detail = map[bool]string{true: "GitHub shows success", false: "GitHub shows failure"}[succeeded] + ", with the link to the log"
		return nil
	})
}
