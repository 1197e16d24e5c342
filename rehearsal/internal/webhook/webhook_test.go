package webhook

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/drydock"
)

type m = map[string]any

func hook(groups ...[]any) *drydock.Record {
	var all []any
	for _, filters := range groups {
		all = append(all, m{"filters": filters})
	}
	return &drydock.Record{Inputs: m{"filterGroups": all}}
}

func filter(kind, pattern string) any { return m{"type": kind, "pattern": pattern} }

func TestDecide(t *testing.T) {
	event := Event{Name: "PULL_REQUEST_CREATED", Actor: "583231", Base: "main", Head: "patch", Message: "Mend", Files: []string{"stacks/a.yaml", "README.md"}}
	stranger := event
	stranger.Actor = "15832310"
	created := filter("EVENT", "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED")
	for name, c := range map[string]struct {
		hook   *drydock.Record
		event  Event
		starts bool
		reason string
	}{
		"all filters of a group match":    {hook([]any{created, filter("ACTOR_ACCOUNT_ID", "^(583231)$"), filter("BASE_REF", "^refs/heads/main$")}), event, true, "match"},
		"a stranger":                      {hook([]any{created, filter("ACTOR_ACCOUNT_ID", "^(583231)$")}), stranger, false, "the actor 15832310 does not match ^(583231)$"},
		"an actor's pattern without ends": {hook([]any{created, filter("ACTOR_ACCOUNT_ID", "583231")}), stranger, true, "match"},
		"another event":                   {hook([]any{filter("EVENT", "PUSH")}), event, false, "the event PULL_REQUEST_CREATED is none of PUSH"},
		"another base":                    {hook([]any{created, filter("BASE_REF", "^refs/heads/release$")}), event, false, "the base refs/heads/main does not match"},
		"the head":                        {hook([]any{created, filter("HEAD_REF", "^refs/heads/patch$")}), event, true, ""},
		"one of the files":                {hook([]any{created, filter("FILE_PATH", "^stacks/")}), event, true, ""},
		"none of the files":               {hook([]any{created, filter("FILE_PATH", "^components/")}), event, false, "none of the files (stacks/a.yaml, README.md) matches"},
		"an excluded actor":               {hook([]any{created, m{"type": "ACTOR_ACCOUNT_ID", "pattern": "583231", "excludeMatchedPattern": true}}), event, false, "which is excluded"},
		"not excluded":                    {hook([]any{created, m{"type": "COMMIT_MESSAGE", "pattern": "skip", "excludeMatchedPattern": true}}), event, true, ""},
		"the second group":                {hook([]any{filter("EVENT", "PUSH")}, []any{created}), event, true, ""},
		"a filter of other events":        {hook([]any{created, filter("TAG_NAME", ".*")}), event, false, "TAG_NAME"},
		"no filters":                      {hook(), stranger, true, "every event"},
	} {
		t.Run(name, func(t *testing.T) {
			d := Decide(c.hook, c.event)
			assert.Equal(t, c.starts, d.Starts, d.Reason)
			assert.Contains(t, d.Reason, c.reason)
		})
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*.go", "main.go", true}, {"*.go", "stacks/main.go", false}, {"**.go", "stacks/main.go", true},
		{"stacks/**", "stacks/a/b.yaml", true}, {"stacks/*", "stacks/a/b.yaml", false}, {"stacks/**", "stacksx", false},
		{"**", "a/b", true}, {"go.???", "go.mod", true}, {"go.mod", "goxmod", false}, {"*.{go,mod}", "x.mod", true}, {"*.{go,mod}", "x.sum", false},
		{"[a-c].go", "b.go", true}, {"[!a-c].go", "b.go", false}, {`\*.go`, "*.go", true}, {`\*.go`, "a.go", false},
	} {
		assert.Equal(t, c.want, Glob(c.pattern, c.name), "%s of %s", c.pattern, c.name)
	}
	f := Filter{Includes: []string{"stacks/**"}, Excludes: []string{"**/README.md"}}
	assert.True(t, f.TakesAny([]string{"a", "stacks/b"}))
	assert.False(t, f.TakesAny([]string{"a", "stacks/README.md"}))
	assert.False(t, f.TakesAny(nil))
}
