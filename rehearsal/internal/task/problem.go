package task

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

const (
	fixPort   = "The containers of a task share one network: let each listen on a port of its own."
	fixBeyond = "Nothing beyond the task is reached or found in a rehearsal: let the container start without it, and try again later."
)

// remedies are what helps if the sign is found, in lower case, in why a container ended.
var remedies = []struct{ sign, fix string }{
	{"address already in use", fixPort},
	{"eaddrinuse", fixPort},
	{"exec format error", "Build the image for the task's processor (docker build --platform); begin scripts with #!."},
	{"no such host", fixBeyond},
	{"network is unreachable", fixBeyond},
	{"enetunreach", fixBeyond},
	{"enotfound", fixBeyond},
	{"eai_again", fixBeyond},
	{"name resolution", fixBeyond},
	{"name or service not known", fixBeyond},
	{"could not translate host name", fixBeyond},
	{"host not found", fixBeyond},
	{"permission denied", "Let the image's user read, write and execute what it needs, and listen on ports from 1024 on: only root may use lower ones."},
	{"operation not permitted", "Let the container do without privileges: Fargate gives it none."},
	{"read-only file system", "Let the container write to volumes alone, or set readonlyRootFilesystem to false."},
	{"unable to find user", "Add the user to the image (adduser), or give it as a number."},
	{"unable to find group", "Add the group to the image (addgroup), or give it as a number."},
	{"no command specified", "Give the image an ENTRYPOINT or CMD, or the container definition a command."},
	{"executable file not found", "Add the program to the image, or correct the command and the image's PATH."},
	{"no such file or directory", "Add the file to the image, or correct its path; a program's interpreter and libraries belong to the image, too."},
}

// unfound is a host name that was not, as Go, Node.js, libpq, curl and nginx say it.
var unfound = regexp.MustCompile(`(?i)(?:\blookup|enotfound|eai_again|translate host name|resolve host:?|in upstream)\s+["']?([\w.-]+)`)

// fixOf is the first remedy whose sign is in the text, or the other one.
func fixOf(text, otherwise string) string {
	text = strings.ToLower(text)
	for _, r := range remedies {
		if strings.Contains(text, r.sign) {
			return r.fix
		}
	}
	return otherwise
}

// LastWords are the line of the container's log that tells why it ended, or its last.
func (s State) LastWords() string { return lastWords(slices.Clone(s.Log)) }

// Inconclusive is whether the container ended because it reaches nothing beyond the task, which it may elsewhere.
func (s State) Inconclusive() bool {
	return s.Status == StatusStopped && s.ExitCode != 0 && fixOf(s.LastWords(), "") == fixBeyond
}

// The texts are ECS's.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html

func startProblem(m *member, cannot string) *verdict.Problem {
	return &verdict.Problem{
		What:  "CannotStartContainerError: " + cannot,
		Where: where(m),
		Fix:   fixOf(cannot, "Correct the container definition or the image."),
	}
}

// exitProblem is that an essential container has ended; others are its siblings.
func exitProblem(m *member, others []*member) *verdict.Problem {
	state := m.snapshot()
	p := &verdict.Problem{
		What:  fmt.Sprintf("Essential container in task exited: %s with exit code %d", m.Name, state.ExitCode),
		Where: where(m),
	}
	said := lastWords(state.Log)
	if said != "" {
		p.What += ": " + said
	}
	p.Fix = fixOf(said, "Let the container run until it is stopped: its log tells why it ended.")
	host := unfound.FindStringSubmatch(said)
	for _, o := range others {
		switch {
		case p.Fix == fixBeyond && host != nil && host[1] == o.Name:
			p.Fix = "The containers of a task share one network: reach " + o.Name + " at localhost, not at its name."
		case strings.HasPrefix(p.Fix, fixPort) && slices.ContainsFunc(m.Ports, func(port int) bool { return slices.Contains(o.Ports, port) }):
			p.Fix += " " + o.Name + " has the same containerPort."
		}
	}
	return p
}

func healthProblem(m *member) *verdict.Problem {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return &verdict.Problem{
		What:  fmt.Sprintf("Task failed container health checks: %s is %s: %s", m.Name, m.state.Health, m.sick),
		Where: where(m),
		Fix:   "Let the health check's command succeed in the container, where its program has to be; or raise startPeriod or retries.",
	}
}

func dependencyProblem(m *member, why string) *verdict.Problem {
	return &verdict.Problem{
		What:  fmt.Sprintf("Task failed to start: container %s cannot start, as %s", m.Name, why),
		Where: where(m),
		Fix:   "Let the container that it depends on reach the condition, or correct dependsOn.",
	}
}

func where(m *member) string { return "container " + m.Name }

// lastWords are the line of a log that tells why its program ended: the last that a remedy is known for, of the end, or the
// very last.
func lastWords(log []string) string {
	log = last(slices.DeleteFunc(log, func(l string) bool { return strings.TrimSpace(l) == "" }), 20)
	for _, line := range slices.Backward(log) {
		if fixOf(line, "") != "" {
			return line
		}
	}
	if len(log) == 0 {
		return ""
	}
	return log[len(log)-1]
}
