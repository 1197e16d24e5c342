// Package webhook decides which builds an event of a repository starts: by the filter groups of CodeBuild's webhooks and by
// the filters of CodePipeline's triggers, as they are documented.
package webhook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// Event is one of a repository on GitHub.
type Event struct {
	// Name is CodeBuild's, as "PULL_REQUEST_CREATED".
	Name string
	// Actor is the numeric ID of the account that has caused it.
	Actor string
	// Base and Head are branches: what is to be merged into, and what is to be merged. Of a push, Head is pushed to.
	Base, Head string
	// Message is that of the head commit, Files are the paths that it changes.
	Message string
	Files   []string
}

// Decision is what a webhook does with an event.
type Decision struct {
	Starts bool
	// Reason is why, as "the actor 42 does not match ^(583231)$".
	Reason string
}

// Decide holds the event against the filter groups: one of them has to match, with all of its filters. A webhook without
// any is for every event.
// https://docs.aws.amazon.com/codebuild/latest/userguide/github-webhook.html
func Decide(hook *drydock.Record, e Event) Decision {
	groups := hook.Inputs.Objs("filterGroups")
	if len(groups) == 0 {
		if branch := hook.Inputs.Str("branchFilter"); branch != "" && !matches(branch, e.Head) {
			return Decision{false, fmt.Sprintf("the branch %s does not match %s", e.Head, branch)}
		}
		return Decision{true, "the webhook has no filters: every event starts a build"}
	}
	var reasons []string
	for _, group := range groups {
		reason := ""
		for _, filter := range group.Objs("filters") {
			if reason = refuses(filter.Str("type"), filter.Str("pattern"), filter.Bool("excludeMatchedPattern"), e); reason != "" {
				break
			}
		}
		if reason == "" {
			return Decision{true, "its filters match"}
		}
		if !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	return Decision{false, strings.Join(reasons, ", and ")}
}

// subjects are what the types of filters look at.
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_WebhookFilter.html
func subjects(kind string, e Event) (what string, values []string) {
	switch kind {
	case "ACTOR_ACCOUNT_ID":
		return "the actor", []string{e.Actor}
	case "BASE_REF":
		if e.Base == "" {
			return "the base", nil
		}
		return "the base", []string{"refs/heads/" + e.Base}
	case "HEAD_REF":
		return "the head", []string{"refs/heads/" + e.Head}
	case "COMMIT_MESSAGE":
		return "the commit's message", []string{e.Message}
	case "FILE_PATH":
		return "none of the files", e.Files
	}
	return "what is not of this event, " + kind + ",", nil
}

// refuses tells why the filter does not match, or "".
func refuses(kind, pattern string, excluded bool, e Event) string {
	if kind == "EVENT" {
		for name := range strings.SplitSeq(pattern, ",") {
			if strings.TrimSpace(name) == e.Name {
				return ""
			}
		}
		return fmt.Sprintf("the event %s is none of %s", e.Name, pattern)
	}
	what, values := subjects(kind, e)
	found := slices.ContainsFunc(values, func(v string) bool { return matches(pattern, v) })
	switch {
	case found != excluded:
		return ""
	case excluded:
		return fmt.Sprintf("%s matches %s, which is excluded", strings.Replace(what, "none of", "one of", 1), pattern)
	case kind == "FILE_PATH":
		return fmt.Sprintf("%s (%s) matches %s", what, listed(values), pattern)
	}
	return fmt.Sprintf("%s %s does not match %s", what, strings.Join(values, ""), pattern)
}

// matches: patterns are regular expressions, which may be found anywhere.
func matches(pattern, value string) bool {
	expression, err := regexp.Compile(pattern)
	return err == nil && expression.MatchString(value)
}

func listed(names []string) string {
	const most = 3
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}
