// Package verdict is what a rehearsal found: the timeline of a release, every AWS call that it took and who allowed it,
// the traffic over time, and what is wrong.
package verdict

import (
	"fmt"
	"slices"
	"time"
)

// Verdict is the outcome of a rehearsal.
type Verdict struct {
	Pipeline string `json:"pipeline"`
	Region   string `json:"region"`
	Account  string `json:"account"`
	// Source is what was released: the repository, branch and commit that the pipeline was told of.
	Source Source `json:"source"`
	// Beside are the pipeline's other repositories, as they were at the push.
	Beside []Source `json:"beside,omitempty"`
	// PullRequest is whether it is of a pull request, which is built and not released.
	PullRequest bool   `json:"pullRequest,omitempty"`
	Steps       []Step `json:"steps"`
	// Calls are those that the release made, and Forbidden those that must not be possible.
	Calls     []Call `json:"calls"`
	Forbidden []Call `json:"forbidden"`
	// Traffic is the share of requests that the new version answers, at each moment when it changed.
	Traffic []Sample `json:"traffic"`
	// Notes are what the rehearsal could not do or cannot know, and what a person has to do.
	Notes []string `json:"notes"`
	// Wall is the real duration, Images the part of it that went into building images.
	Wall   time.Duration `json:"wall"`
	Images time.Duration `json:"images"`
}

// Source is a revision of a repository.
type Source struct {
	Repository string `json:"repository"`
	Branch     string `json:"branch"`
	Commit     string `json:"commit"`
	Message    string `json:"message"`
}

// Result is how a step ended.
type Result string

const (
	Passed  Result = "passed"
	Failed  Result = "failed"
	Skipped Result = "skipped" // not reached
	Manual  Result = "manual"  // a person's part, taken as done
)

// Step is one thing that happened.
type Step struct {
	// Stage and Action are the pipeline's, as "Build" and "Build"; Action is empty for what is before or after.
	Stage  string `json:"stage"`
	Action string `json:"action"`
	// Name is what is done, as "pre_build" or "Green tasks start".
	Name string `json:"name"`
	// At is the simulated time since the release began, Took the step's simulated duration.
	At   time.Duration `json:"at"`
	Took time.Duration `json:"took"`
	// Result is how it ended, Detail one line of what came of it.
	Result Result `json:"result"`
	Detail string `json:"detail,omitempty"`
	// Log is the output of the step's commands or containers, its last lines.
	Log []string `json:"log,omitempty"`
	// Problem is why a failed step failed; More are further defects that the same step has shown.
	Problem *Problem  `json:"problem,omitempty"`
	More    []Problem `json:"more,omitempty"`
}

// Problem is a defect: what is wrong, where, and what mends it.
type Problem struct {
	// What is one sentence, in the service's own words where it has some.
	What string `json:"what"`
	// Where is the thing that has the defect, as "role bash-dog-build-9c1aa4c" or "target group bash-dog-green".
	Where string `json:"where,omitempty"`
	// File and Line, from 1, are the place in one of the release's files; Line 0 is the whole file.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Fix is what to do, in the imperative.
	Fix string `json:"fix,omitempty"`
}

// Error makes a problem the error of what failed by it.
func (p *Problem) Error() string {
	where := p.Where
	if p.File != "" {
		where = p.File
		if p.Line > 0 {
			where += fmt.Sprintf(":%d", p.Line)
		}
	}
	if where == "" {
		return p.What
	}
	return where + ": " + p.What
}

// Call is a request to AWS, and the decision on it.
type Call struct {
	// Stage and Step are where in the release it is made, as "Build" and "post_build"; Step may be empty.
	Stage string `json:"stage"`
	Step  string `json:"step,omitempty"`
	// Role is the ARN of the role that calls, or the name of the service that does so itself.
	Role string `json:"role"`
	// Action and Resource are IAM's, as "ecr:PutImage" and the repository's ARN.
	Action   string `json:"action"`
	Resource string `json:"resource"`
	// Context is the request's condition keys.
	Context map[string][]string `json:"context,omitempty"`
	// Allowed is the decision, Sid and Policy the statement that made it: both empty for a denial for want of one.
	Allowed bool   `json:"allowed"`
	Sid     string `json:"sid,omitempty"`
	Policy  string `json:"policy,omitempty"`
	// Reason is the decision as a sentence, Why what the call is for, Doc the page of AWS that names it.
	Reason string `json:"reason"`
	Why    string `json:"why,omitempty"`
	Doc    string `json:"doc,omitempty"`
}

// Sample is the state of traffic from a moment on.
type Sample struct {
	At time.Duration `json:"at"`
	// Green is the percentage of production traffic that the new version answers.
	Green float64 `json:"green"`
	// Event is why it changed, as "canary of 10%" or "rolled back".
	Event string `json:"event"`
}

// Passed tells whether the release went through: no step failed, and nothing is possible that must not be.
func (v *Verdict) Passed() bool { return v.FailedStep() == nil }

// Problems are all defects, in the order in which a release meets them.
func (v *Verdict) Problems() []Problem {
	var all []Problem
	for _, s := range v.Steps {
		if s.Problem != nil {
			all = append(append(all, *s.Problem), s.More...)
		}
	}
	return all
}

// FailedStep is the first step that failed, or nil.
func (v *Verdict) FailedStep() *Step {
	at := slices.IndexFunc(v.Steps, func(s Step) bool { return s.Result == Failed })
	if at < 0 {
		return nil
	}
	return &v.Steps[at]
}
