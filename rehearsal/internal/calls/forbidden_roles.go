package calls

import (
	"slices"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// passes are roles that would be given to a service which then acts by them: a task's to another service than ECS, and
// any other at all.
func passes(p []party) []ban {
	var bans []ban
	pass := func(role, service string, but ...part) {
		bans = append(bans, ban{why: "give " + nameOf(role) + " to " + service, resource: role, actions: []string{"iam:PassRole"},
			but: but, context: map[string][]string{"iam:PassedToService": {service}}})
	}
	for _, one := range p {
		pass(one.role, "lambda.amazonaws.com")
		pass(one.role, "ec2.amazonaws.com")
		if one.has([]part{launches, runs}) {
			pass(one.role, "ecs-tasks.amazonaws.com", conducts, deploys)
		} else {
			pass(one.role, "ecs-tasks.amazonaws.com")
		}
	}
	return bans
}

// rightsOverRoles is a role that changes itself or takes another of the release on. The pipeline's may take on those of
// its actions, a build those that it is told of.
func rightsOverRoles(w *world.World, p *world.Pipeline, one party, everyone []party) []access.Call {
	caller := by{one.role, leastPrivilegeDoc}
	all := caller.may("widen its own rights", one.role,
		"iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePermissionsBoundary")
	for _, other := range everyone {
		chained := one.has([]part{conducts}) && other.has([]part{conducts})
		if other.role != one.role && !chained && !enters(w, p, one.role, other.role) {
			all = append(all, caller.may("act as "+nameOf(other.role), other.role, "sts:AssumeRole")...)
		}
	}
	return all
}

// strangersThatAssume are other services, other accounts, and the right service on behalf of another account. The last
// is left out for CodePipeline, which is not documented to say on whose behalf it acts; there iam:PassRole keeps a role
// within its account.
func strangersThatAssume(p *world.Pipeline, one party) []access.Call {
	var own []string
	for _, does := range one.parts {
		own = append(own, services[does])
	}
	var all []access.Call
	for _, service := range []string{"ec2.amazonaws.com", "lambda.amazonaws.com", "codebuild.amazonaws.com", "ecs-tasks.amazonaws.com"} {
		if !slices.Contains(own, service) {
			all = append(all, by{service, leastPrivilegeDoc}.may("act as "+nameOf(one.role), one.role, "sts:AssumeRole")...)
		}
	}
	arn, _ := world.ParseARN(p.ARN)
	all = append(all, by{intruder(p), leastPrivilegeDoc}.may("act as "+nameOf(one.role), one.role, "sts:AssumeRole")...)
	for _, does := range one.parts {
		if does == conducts {
			continue
		}
		if does == deploysTo {
			all = append(all, strangersThatEnter(p, one)...)
			continue
		}
		deputy := by{services[does], deputyDoc}.may("act as "+nameOf(one.role)+" for another account", one.role, "sts:AssumeRole")
		all = append(all, from(deputy, theirs(does, arn))...)
	}
	return all
}

// theirs is a resource of another account for which a service would take on a role of the part.
func theirs(does part, at world.ARN) string {
	at.Account = stranger
	switch does {
	case starts:
		return at.With("events", "rule/intruder")
	case builds, proposes, provisions, previews:
		return at.With("codebuild", "project/intruder")
	case deploys:
		return at.With("codedeploy", "deploymentgroup:intruder/intruder")
	}
	return at.With("ecs", "task/intruder/0123456789abcdef0123456789abcdef")
}
