package staged

import (
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// task is what one CodeBuild project does.
type task struct {
	key         string      // "build", "staging-build", "staging-deploy"
	environment Environment // zero for what is built once
	deploys     bool
}

// group is the tasks that act by one role.
type group struct {
	name       string   // "build", an environment, or "shared"
	serves     []string // the environments, and "build" for what is built once
	tasks      []task
	statements []Statement
	readOnly   bool // its tasks make no artifacts
}

// builtOnce is the key of what is built once for all environments.
const builtOnce = "build"

// groups are one for each environment, and one for what is built once; or all in one with SharedRole.
func (args *PipelineArgs) groups() []group {
	var all []group
	if !args.BuildPerEnvironment {
		all = append(all, group{name: builtOnce, serves: []string{builtOnce}, tasks: []task{{key: builtOnce}}})
	}
	for _, e := range args.Environments {
		g := group{name: e.Name, serves: []string{e.Name}, statements: e.Statements, readOnly: !args.BuildPerEnvironment}
		if args.BuildPerEnvironment {
			g.tasks = append(g.tasks, task{key: e.Name + "-build", environment: e})
		}
		g.tasks = append(g.tasks, task{key: e.Name + "-deploy", environment: e, deploys: true})
		all = append(all, g)
	}
	if !args.SharedRole {
		return all
	}
	shared := group{name: "shared"}
	for _, g := range all {
		shared.serves = append(shared.serves, g.serves...)
		shared.tasks = append(shared.tasks, g.tasks...)
		shared.statements = append(shared.statements, g.statements...)
	}
	return []group{shared}
}

// build is how the task's project is made.
func (t task) build(args *PipelineArgs, site *Site) Build {
	b := Build{Key: t.key, BuildOptions: args.Build, Description: "Builds " + args.Project}
	if t.environment.Name != "" {
		b.Description = "Builds " + args.Project + " for " + t.environment.Name
	}
	if t.deploys {
		b.BuildOptions, b.Description = args.Deploy, "Deploys "+args.Project+" to "+t.environment.Name
	}
	variables := map[string]pulumi.StringInput{}
	maps.Copy(variables, b.Variables)
	if t.environment.Name != "" {
		maps.Copy(variables, t.environment.Variables)
		variables["ENVIRONMENT"] = pulumi.String(t.environment.Name)
		if site != nil {
			variables["BUCKET"] = site.BucketName
		}
	}
	b.Variables = variables
	return b
}
