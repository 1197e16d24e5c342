package codebuild

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// build is a running build.
type build struct {
	in      Input
	spec    *Spec
	out     *output
	result  *Output
	shell   *shell
	started time.Time
	stop    func() error // of the tools
	failing bool         // a phase has failed
	ending  bool         // and no further one is to be run
	broken  error        // of this machine
}

var errTimedOut = errors.New("the build's time is over")

// Run runs a build. A build that fails is no error: its Output tells why. An error is one of this machine, or of the
// caller, or the end of ctx; the Output then has the phases until there. When Run returns, no process of the build runs.
func Run(ctx context.Context, in Input) (*Output, error) {
	b := &build{in: in, out: &output{log: in.Log}, result: &Output{Exported: map[string]string{}, Artifacts: map[string]string{}},
		started: time.Now(), spec: &Spec{}}
	if err := in.validate(); err != nil {
		return b.result, err
	}
	if reason := unsimulated(in.Project); reason != "" {
		b.fail(&failure{context: reason, problem: verdict.Problem{
			What: reason, Where: b.where(""), Fix: "Rehearse with an environment of the type LINUX_CONTAINER or ARM_CONTAINER.",
		}})
		return b.result, nil
	}
	err := b.run(ctx)
	b.result.Succeeded = !b.failing && err == nil
	return b.result, err
}

func (b *build) run(ctx context.Context) (err error) {
	limited, cancel := context.WithTimeoutCause(ctx, b.in.Project.Timeout, errTimedOut)
	defer cancel()
	defer func() { err = errors.Join(err, b.close()) }()
	b.phase(limited, DownloadSource, b.download)
	if b.failing {
		b.ending = true
	}
	for _, k := range phaseKeys {
		if !b.ending {
			b.phase(limited, k.name, func(ctx context.Context) *failure { return b.commands(ctx, k.name) })
			b.transition(k.name)
		}
	}
	if b.shell != nil && limited.Err() == nil {
		if err := b.export(limited); err != nil {
			return err
		}
	}
	if !b.ending {
		b.phase(limited, UploadArtifacts, b.upload)
	}
	if err := cmp.Or(ctx.Err(), b.broken); err != nil {
		return err
	}
	b.phase(ctx, Finalizing, func(context.Context) *failure { return nil })
	return nil
}

// transition tells what a failed phase is followed by, unless its on-failure does: after INSTALL and PRE_BUILD nothing
// but the end, after BUILD still POST_BUILD, and after both of these the upload is always tried.
// https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
func (b *build) transition(name string) {
	phase := b.result.Phases[len(b.result.Phases)-1]
	if phase.Status == Succeeded {
		return
	}
	action := ByPhase
	if spec := b.spec.Phases[name]; spec != nil {
		action = spec.OnFailure
	}
	switch {
	case phase.Status != Failed, action == Abort:
		b.ending = true
	case action == Continue:
	default:
		b.ending = name == Install || name == PreBuild
	}
}

// close ends all that the build has started.
func (b *build) close() error {
	if b.shell != nil {
		b.shell.end()
	}
	endStrays("CODEBUILD_SRC_DIR=" + b.sourceDir(b.primary()))
	if b.stop != nil {
		return b.stop()
	}
	return nil
}

// artifactName is CodePipeline's rule for artifacts.
// https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_InputArtifact.html
var artifactName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

func (in *Input) validate() error {
	var problems []error
	wrong := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("codebuild.Input."+format, args...))
	}
	if in.Project == nil {
		wrong("Project is nil: read one with ReadProject")
	} else if in.Project.Timeout <= 0 {
		wrong("Project.Timeout is %s: give CodeBuild's default of an hour", in.Project.Timeout)
	}
	if in.ID == "" {
		wrong("ID is empty: give a UUID")
	}
	if info, err := os.Stat(in.Scratch); err != nil || !info.IsDir() || !filepath.IsAbs(in.Scratch) {
		wrong("Scratch %q is not the absolute path of a folder", in.Scratch)
	}
	primaries := 0
	for i, s := range in.Sources {
		if s.Primary {
			primaries++
		}
		if !artifactName.MatchString(s.Name) {
			wrong("Sources[%d].Name %q: use letters, digits, hyphens and underscores", i, s.Name)
		}
	}
	if primaries != 1 {
		wrong("Sources has %d primary sources: mark one", primaries)
	}
	return errors.Join(problems...)
}

// unsimulated tells why builds of the project cannot be run here, or "".
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectEnvironment.html
func unsimulated(p *Project) string {
	switch {
	case strings.HasPrefix(p.Type, "WINDOWS_"):
		return "the environment type " + p.Type + " is not simulated: its commands are PowerShell's"
	case strings.HasSuffix(p.Type, "_LAMBDA_CONTAINER"):
		return "the environment type " + p.Type + " is not simulated: Lambda compute has rules of its own, and no Docker"
	case strings.HasPrefix(p.Type, "MAC_"):
		return "the environment type " + p.Type + " is not simulated: it needs macOS"
	}
	return ""
}

// where names the project, and the phase if it is not empty.
func (b *build) where(phase string) string {
	if phase == "" {
		return "CodeBuild project " + b.in.Project.Name
	}
	return "phase " + phase + " of CodeBuild project " + b.in.Project.Name
}

// prepare serves the tools and makes the shell that the buildspec asks for, by default sh. The error is one of this
// machine, the failure one of the build's variables.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-cmd.html
func (b *build) prepare(ctx context.Context) (*failure, error) {
	for _, folder := range []string{"home", "tmp", "shell"} {
		if err := os.MkdirAll(b.path(folder), 0o700); err != nil {
			return nil, err
		}
	}
	name := b.spec.Shell
	if name == "" {
		name = "sh"
	}
	program, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("this machine has no %s to run the buildspec's commands: install it, and have it on PATH", name)
	}
	served := map[string]tools.Tool{}
	maps.Copy(served, b.in.Tools)
	if !b.in.Project.Privileged {
		served["docker"] = withoutDaemon(served["docker"])
	}
	bin, stop, err := tools.Serve(ctx, b.path("tools"), served)
	if err != nil {
		return nil, err
	}
	b.stop = stop
	for name, path := range b.in.Programs {
		if err := os.Symlink(path, filepath.Join(bin, name)); err != nil {
			return nil, err
		}
	}
	env, err := b.environment(ctx, bin)
	if err != nil {
		return b.refused(err.Error(), "Correct the variable, or make what it refers to."), nil
	}
	b.shell = &shell{
		program: program, folder: b.path("shell"), dir: b.sourceDir(b.primary()), env: env, out: b.out,
		lasting: b.spec.Version != "0.1",
	}
	return nil, nil
}
