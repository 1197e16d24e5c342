package rehearsal

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// fetching is what fetching a source takes in simulated time: some seconds, as CodePipeline's own page of an execution shows.
const fetching = 5 * time.Second

// start is the push, and what makes the pipeline run.
func (r *release) start(ctx context.Context) error {
	return r.do(ctx, verdict.Step{Stage: "Start", Name: "Push"}, func(s *verdict.Step) error {
		s.Detail = fmt.Sprintf("%s to %s of %s", short(r.app.Commit), r.app.Branch, r.app.Repository)
		p, err := r.triggered(ctx)
		if err != nil {
			return err
		}
		if p != nil {
			return p
		}
		return r.ask(s, calls.Start(r.world, r.pipeline))
	})
}

func short(commit string) string {
	if len(commit) > 12 {
		return commit[:12]
	}
	return first(commit, "the folder's content")
}

// sourceConnection hands over the repository's content at the commit.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
func (r *release) sourceConnection(ctx context.Context, a action) error {
	return r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Repository", Took: fetching}, func(s *verdict.Step) error {
		from := r.sources[a.Name]
		if p := r.connected(a, from.Repository); p != nil {
			return p
		}
		if p := r.follows(a, from.Source); p != nil {
			return p
		}
		if err := r.ask(s, calls.SourceConnection(r.world, r.pipeline, a.Action)); err != nil {
			return err
		}
		count, err := r.fetch(ctx, a, from)
		if err != nil {
			return err
		}
		r.publish(a, map[string]string{
			"CommitId": from.Commit, "BranchName": from.Branch, "FullRepositoryName": from.Repository,
			"CommitMessage": from.Message, "ConnectionArn": a.Configuration["ConnectionArn"],
		})
		s.Detail = fmt.Sprintf("%d files of %s at %s", count, from.Repository, short(from.Commit))
		return nil
	})
}

// connected tells why the connection cannot be used. One that the program has made is PENDING until a person completes
// it: that part is taken as done, unless asked for. One that is not in these clouds is somebody else's, and taken as good.
// https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html
func (r *release) connected(a action, repository string) *verdict.Problem {
	arn := a.Configuration["ConnectionArn"]
	for _, typ := range []string{"aws:codestarconnections/connection:Connection", "aws:codeconnections/connection:Connection"} {
		c := r.world.Find(typ, "arn", arn)
		if c == nil {
			continue
		}
		status := first(c.State.Str("connectionStatus"), c.Outputs.Str("connectionStatus"))
		switch {
		case status == "AVAILABLE":
			return nil
		case !r.settings.pending:
			r.note("The connection %s is made PENDING: someone has to complete it once in the console. The rehearsal takes that as done.", c.Inputs.Str("name"))
			return nil
		}
		return &verdict.Problem{
			What:  fmt.Sprintf("the connection is %s: CodePipeline cannot read %s through it", status, repository),
			Where: "connection " + arn,
			Fix:   "complete it once in the console under Developer Tools, Settings, Connections: Update pending connection",
		}
	}
	r.note("The connection %s is not made by this program: whether it is AVAILABLE is not known.", arn)
	return nil
}

// follows tells why the action would not find what was pushed.
func (r *release) follows(a action, from verdict.Source) *verdict.Problem {
	repository := repositoryOf(a.Action)
	where := fmt.Sprintf("pipeline %s, action %s", r.pipeline.Name, a.Name)
	if repository != from.Repository {
		return &verdict.Problem{
			What: fmt.Sprintf("the action reads the repository %s, and the push was to %s", repository, from.Repository), Where: where,
			Fix: "set the source's repository to the one that is pushed to",
		}
	}
	if branch := a.Configuration["BranchName"]; branch != from.Branch {
		missing := fmt.Sprintf("No Branch [%s] found for FullRepositoryName [%s]", branch, repository)
		if a.Provider == "CodeCommit" {
			missing = fmt.Sprintf("The action failed because no branch named %s was found in the selected AWS CodeCommit repository %s", branch, repository)
		}
		return &verdict.Problem{
			What: missing + ": the push was to " + from.Branch, Where: where,
			Fix: "set the source's branch to the one that is pushed to",
		}
	}
	return nil
}

// fetch copies the files into the action's artifact.
func (r *release) fetch(ctx context.Context, a action, from *checkout) (count int, err error) {
	files, strays, err := sourceFiles(ctx, from.dir)
	if err != nil {
		return 0, err
	}
	if len(files) == 0 {
		fix := "give the folder that has the repository's files"
		if from.pushed {
			fix = "give the folder that has the Dockerfile"
		}
		return 0, &verdict.Problem{What: "the folder has no files", Where: from.dir, Fix: fix}
	}
	if len(strays) > 0 {
		r.note("%d files of %s are not committed and are taken as if they were: %s", len(strays), from.dir, listed(strays, 3))
	}
	dir, err := r.artifact(a, 0)
	if err != nil {
		return 0, err
	}
	digest, err := copyFiles(ctx, from.dir, dir, files)
	if err != nil {
		return 0, err
	}
	if from.Commit == "" || len(strays) > 0 {
		from.Commit = digest[:40] // what is released is not the commit
	}
	r.revisions[a.Outputs[0]] = from.Commit
	if from.pushed {
		r.verdict.Source.Commit = from.Commit
	}
	for i := range r.verdict.Beside {
		if r.verdict.Beside[i].Repository == from.Repository {
			r.verdict.Beside[i].Commit = from.Commit
		}
	}
	return len(files), nil
}

func listed(names []string, most int) string {
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// sourceObject hands over an archive from a bucket.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
func (r *release) sourceObject(ctx context.Context, a action) error {
	return r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Object", Took: fetching}, func(s *verdict.Step) error {
		bucket, key := a.Configuration["S3Bucket"], a.Configuration["S3ObjectKey"]
		o, p := r.object(bucket, key)
		if p != nil {
			return p
		}
		if err := r.ask(s, calls.SourceS3(r.world, r.pipeline, a.Action)); err != nil {
			return err
		}
		dir, err := r.artifact(a, 0)
		if err != nil {
			return err
		}
		for name, text := range o.Files {
			if !filepath.IsLocal(name) {
				return &verdict.Problem{What: fmt.Sprintf("the archive has a file outside itself: %q", name), Where: "s3://" + bucket + "/" + key}
			}
			file := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				return err
			}
		}
		r.revisions[a.Outputs[0]] = o.Version
		r.publish(a, map[string]string{"BucketName": bucket, "ObjectKey": key, "VersionId": o.Version})
		s.Detail = fmt.Sprintf("%d files of s3://%s/%s", len(o.Files), bucket, key)
		return nil
	})
}

// object finds the archive that an S3 source reads, or tells why there is none.
func (r *release) object(bucket, key string) (world.Object, *verdict.Problem) {
	where := "s3://" + bucket + "/" + key
	if r.world.Bucket(bucket) == nil {
		return world.Object{}, &verdict.Problem{What: "The specified bucket does not exist", Where: where, Fix: "let the action name the bucket that holds the object"}
	}
	if !r.world.Versioned(bucket) {
		return world.Object{}, &verdict.Problem{
			What: "the bucket keeps no versions, and an S3 source needs them", Where: where, Fix: "enable versioning on the bucket",
		}
	}
	o, ok := r.world.Object(bucket, key)
	if !ok {
		return world.Object{}, &verdict.Problem{What: "The specified key does not exist", Where: where, Fix: "put the archive under this key, or let the action name the key it has"}
	}
	if o.Files == nil {
		return world.Object{}, &verdict.Problem{
			What: "the object is no archive: CodePipeline hands over the files of a zip", Where: where, Fix: "put a zip there",
		}
	}
	return o, nil
}
