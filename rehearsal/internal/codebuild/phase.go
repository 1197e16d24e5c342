package codebuild

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// failure is why a phase failed.
type failure struct {
	context string // status code and message
	command Command
	problem verdict.Problem
}

// phase runs one, and records how it went.
func (b *build) phase(ctx context.Context, name string, do func(context.Context) *failure) {
	b.out.printf("Entering phase %s", name)
	phase := Phase{Name: name, Status: Succeeded, Started: time.Now()}
	f := do(ctx)
	phase.Took = time.Since(phase.Started)
	switch {
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), errTimedOut):
		phase.Status = TimedOut
		b.ending = true
		f = b.timedOut(name, f)
	case ctx.Err() != nil:
		phase.Status = Stopped
		b.ending = true
		f = nil
	case f != nil:
		phase.Status = Failed
	}
	b.out.printf("Phase complete: %s State: %s", name, phase.Status)
	if f != nil {
		f.context = b.out.clean(f.context)
		phase.Context, phase.Command, phase.Line = f.context, f.command.Text, f.command.Line
		code, message, _ := strings.Cut(f.context, ": ")
		b.out.printf("Phase context status code: %s Message: %s", code, message)
		b.fail(f)
	}
	phase.Log = b.out.cut()
	b.result.Phases = append(b.result.Phases, phase)
}

// fail notes a failure; the first is the build's.
func (b *build) fail(f *failure) {
	b.failing = true
	if len(b.result.Problems) == 0 {
		b.result.Problems = append(b.result.Problems, f.problem)
	}
	b.result.Problem = &b.result.Problems[0]
}

// timedOut is the failure of the phase in which the time ran out.
func (b *build) timedOut(name string, during *failure) *failure {
	f := &failure{context: "BUILD_TIMED_OUT: Build has timed out."}
	if during != nil {
		f.command = during.command
	}
	f.problem = verdict.Problem{
		What:  fmt.Sprintf("%s It may take %s.", f.context, b.in.Project.Timeout),
		Where: b.where(name), File: b.spec.File, Line: f.command.Line,
		Fix: "Find what does not end, or raise the project's build timeout.",
	}
	if f.command.Text != "" {
		f.problem.What = fmt.Sprintf("%s It may take %s, and still ran %s", f.context, b.in.Project.Timeout, b.out.clean(oneLine(f.command.Text)))
	}
	return f
}

// commands runs a phase's commands until one fails, then those that run in any case.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.phases.finally
func (b *build) commands(ctx context.Context, name string) *failure {
	phase := b.spec.Phases[name]
	if phase == nil {
		return nil
	}
	f := b.sequence(ctx, name, phase.Commands)
	if f != nil && ctx.Err() == nil {
		if err := b.quietly(ctx, "export CODEBUILD_BUILD_SUCCEEDING=0"); err != nil {
			return b.unable(name, Command{}, err)
		}
		b.shell.setEnv("CODEBUILD_BUILD_SUCCEEDING", "0")
	}
	if ctx.Err() != nil {
		return f
	}
	if last := b.sequence(ctx, name, phase.Finally); f == nil {
		f = last
	}
	return f
}

func (b *build) sequence(ctx context.Context, name string, commands []Command) *failure {
	for _, c := range commands {
		b.out.lastSaid() // of the command before
		b.out.printf("Running command %s", strings.TrimRight(c.Text, "\n"))
		code, err := b.shell.run(ctx, c.Text)
		if err != nil {
			return b.unable(name, c, err)
		}
		if code != 0 {
			return b.exited(name, c, code)
		}
	}
	return nil
}

// unable is a command that could not be run to its end, for the end of the context or an error of this machine.
func (b *build) unable(name string, c Command, err error) *failure {
	if !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		b.broken, b.ending = err, true
	}
	f := &failure{context: fmt.Sprintf("COMMAND_EXECUTION_ERROR: Error while executing command: %s. Reason: %v", oneLine(c.Text), err), command: c}
	f.problem = verdict.Problem{What: f.context, Where: b.where(name), File: b.spec.File, Line: c.Line, Fix: "Mend what the reason names on this machine."}
	return f
}

// exited is a command that failed. The words are CodeBuild's, as in https://github.com/aws/copilot-cli/issues/2780.
func (b *build) exited(name string, c Command, code int) *failure {
	text := b.out.clean(trimmed(c))
	said := b.out.lastSaid()
	// CodeBuild repeats the whole command, twice. It has been logged, and what it said last is to be seen.
	line := oneLine(text)
	b.out.printf("Command did not exit successfully %s exit status %d", line, code)
	context := fmt.Sprintf("COMMAND_EXECUTION_ERROR: Error while executing command: %s. Reason: exit status %d", line, code)
	return &failure{
		context: context, command: Command{text, c.Line},
		problem: verdict.Problem{
			What:  context,
			Where: b.where(name), File: b.spec.File, Line: c.Line, Fix: b.remedy(c.Text, said, code),
		},
	}
}

func trimmed(c Command) string { return strings.TrimSpace(c.Text) }

// oneLine is the first line of a text.
func oneLine(text string) string {
	text = strings.TrimSpace(text)
	if first, _, more := strings.Cut(text, "\n"); more {
		return strings.TrimSpace(first) + " …"
	}
	return text
}

// quietly runs a command of ours, of which nothing is logged.
func (b *build) quietly(ctx context.Context, command string) error {
	b.out.mute(true)
	defer b.out.mute(false)
	_, err := b.shell.run(ctx, command)
	return err
}
