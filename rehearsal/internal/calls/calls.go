// Package calls lists the AWS calls that a release makes, moment by moment, and those that must not be possible. The
// lists come from AWS's documentation and from what is deployed, never from the policies that they are held against: one
// must be able to contradict the other. What a world lacks, as alarms or keys, makes no calls.
package calls

import (
	"fmt"
	"maps"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// by is who calls, on the word of which page of AWS.
type by struct{ role, doc string }

// may is the calls of the actions on one resource.
func (b by) may(why, resource string, actions ...string) []access.Call {
	var all []access.Call
	for _, action := range actions {
		all = append(all, access.Call{Role: b.role, Action: action, Resource: resource, Why: why, Doc: b.doc})
	}
	return all
}

// given are the calls with one more condition key in their requests.
func given(calls []access.Call, key string, values ...string) []access.Call {
	for i := range calls {
		context := maps.Clone(calls[i].Context)
		if context == nil {
			context = map[string][]string{}
		}
		context[key] = values
		calls[i].Context = context
	}
	return calls
}

// distinct are the calls without repetition.
func distinct(calls []access.Call) []access.Call {
	var once []access.Call
	seen := map[string]bool{}
	for _, c := range calls {
		key := fmt.Sprint(c.Role, c.Action, c.Resource, c.Context) // maps print in the order of their keys
		if !seen[key] {
			once = append(once, c)
		}
		seen[key] = true
	}
	return once
}

// assumed is a service that takes a role on.
func assumed(service, role, doc string) []access.Call {
	if role == "" {
		return nil
	}
	return by{service, doc}.may("act as "+nameOf(role), role, "sts:AssumeRole")
}

// assumedFor is a service that takes a role on for one of its resources, and says for which: the service sends it so
// that a role's trust can tell its owner's resources from a stranger's.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
func assumedFor(service, role, resource, doc string) []access.Call {
	return from(assumed(service, role, doc), resource)
}

// from are calls that a service makes for the resource.
func from(calls []access.Call, resource string) []access.Call {
	calls = given(calls, "aws:SourceArn", resource)
	if arn, ok := world.ParseARN(resource); ok {
		calls = given(calls, "aws:SourceAccount", arn.Account)
	}
	return calls
}

// actor is the role that an action of the pipeline is carried out by.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-requirements.html
func actor(p *world.Pipeline, a world.Action) string {
	if a.Role != "" {
		return a.Role
	}
	return p.Role
}

// home is the ARN of something of the pipeline's partition, region and account.
func home(p *world.Pipeline, service, resource string) string {
	arn, _ := world.ParseARN(p.ARN)
	return arn.With(service, resource)
}
