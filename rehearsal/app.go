package rehearsal

import (
	"io"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// App is what is released.
type App struct {
	// Dir is the folder that stands for the repository: what `git push` would bring to the pipeline. In a git working
	// tree these are the files that git knows or would add, uncommitted changes included. Required.
	Dir string
	// Pipeline is the name of the pipeline. Default: the only one in the clouds.
	Pipeline string
	// Repository and Branch are what is pushed to, as "acme/shop" and "main". Default: what the pipeline follows.
	Repository, Branch string
	// Changed are the paths that the push changes, from the repository's root: a trigger on paths starts the pipeline for some
	// alone. Default: all files of the folder.
	Changed []string
	// Sources are the folders of the other repositories that the pipeline reads, by the name of the source action, of its
	// artifact, or of the repository: what is at the head of the branch when the push comes. Required where it reads several.
	Sources map[string]string
	// Commit is the revision, 40 hexadecimal digits, and Message its first line. Default: the folder's HEAD, or where
	// there is no git a digest of the files.
	Commit, Message string
}

// Option changes the circumstances of a release.
type Option func(*settings)

type settings struct {
	builder string
	tasks   bool
	pending bool
	bare    bool
	// clusters are those of other releases; nil for the release's own.
	clusters *clusters
	// patience with health checks; 0 for the rollout's own.
	patience time.Duration
	alarms   []alarm
	hooks    map[string]string
	stack    *drydock.Stack
	dock     *drydock.Dock // has the states of stacks; nil: none is up
	begin    func(*Verdict)
	step     func(verdict.Step)
	busy     func(what string) (stop func())
	log      io.Writer
	progress io.Writer
}

type alarm struct {
	name string
	at   time.Duration
}

// Builder chooses what builds images: "docker", "podman", "buildah", or "none" for images that are put together
// without running the Dockerfile. Default: the first of them that works on this machine.
func Builder(name string) Option { return func(s *settings) { s.builder = name } }

// WithoutTasks does not run the released containers: for an application that cannot start without what a rehearsal does
// not have, such as its database. Health checks are then taken as answered, and the verdict says so.
func WithoutTasks() Option { return func(s *settings) { s.tasks = false } }

// PendingConnection leaves a connection that the program has made as AWS makes it: PENDING, until someone completes it
// in the console. Default: the rehearsal takes that person's part, and says so.
func PendingConnection() Option { return func(s *settings) { s.pending = true } }

// Alarm fires a CloudWatch alarm at a time after traffic has begun to shift. name is its name, or a part that no other
// alarm's name has, as "errors".
func Alarm(name string, at time.Duration) Option {
	return func(s *settings) { s.alarms = append(s.alarms, alarm{name, at}) }
}

// Hook makes a lifecycle hook answer with the result: "Succeeded", "Failed", or "TimedOut" for never. hook is an event, as
// "AfterAllowTestTraffic", or the function's name or ARN. Default: every hook succeeds, as the functions are not run.
func Hook(hook, result string) Option { return func(s *settings) { s.hooks[hook] = result } }

// Of releases through the stack's pipeline, and previews the stack afterwards: a release must leave nothing for an `up`
// to change back. Default: any pipeline in the clouds, and no preview.
func Of(stack *drydock.Stack) Option { return func(s *settings) { s.stack = stack } }

// Show shows the release while it is rehearsed: what is released, and each step as it ends.
func Show(t *Terminal) Option {
	return func(s *settings) { s.begin, s.step, s.busy = t.Header, t.Step, t.Busy }
}

// EmptyClusters leaves clusters without the namespaces that someone has to create. Default: the rehearsal takes that
// person's part, and says so.
func EmptyClusters() Option { return func(s *settings) { s.bare = true } }

// Progress is told of what takes long, such as the one build of Kubernetes for releases to a cluster. Default: nobody is.
func Progress(w io.Writer) Option { return func(s *settings) { s.progress = w } }

// Log takes the output of the build while it runs.
func Log(w io.Writer) Option { return func(s *settings) { s.log = w } }

func settled(options []Option) *settings {
	s := &settings{
		tasks: true, hooks: map[string]string{}, begin: func(*Verdict) {}, step: func(verdict.Step) {}, log: io.Discard, progress: io.Discard,
		busy: func(string) func() { return func() {} },
	}
	for _, option := range options {
		option(s)
	}
	return s
}
