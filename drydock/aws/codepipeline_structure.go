package aws

import (
	"fmt"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// located is an action and where it stands.
type located struct {
	sim.Values
	path  string
	stage int
}

func (a located) runOrder() float64 {
	if a.Has("runOrder") {
		return a.Num("runOrder")
	}
	return 1
}

func actionsOf(in sim.Values) []located {
	var out []located
	for i, stage := range in.Objs("stages") {
		for j, action := range stage.Objs("actions") {
			out = append(out, located{action, fmt.Sprintf("stages[%d].actions[%d]", i, j), i})
		}
	}
	return out
}

// validatePipeline checks the structure: https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
func validatePipeline(c *sim.Check) {
	checkStages(c)
	actions := actionsOf(c.In)
	for _, a := range actions {
		checkAction(c, a)
	}
	checkArtifacts(c, actions)
	checkNamespaces(c, actions)
	checkStores(c, actions)
	checkPipelineType(c)
	checkTriggers(c, actions)
}

func checkStages(c *sim.Check) {
	stages := map[string]bool{}
	other := false
	for i, stage := range c.In.Objs("stages") {
		path := fmt.Sprintf("stages[%d]", i)
		name := stage.Str("name")
		if stages[name] && name != "" {
			c.Fail(path+".name", "InvalidStructureException: The stage name '%s' is used twice: stage names must be unique within the pipeline", name)
		}
		stages[name] = true
		names := map[string]bool{}
		for j, action := range stage.Objs("actions") {
			at := fmt.Sprintf("%s.actions[%d]", path, j)
			if n := action.Str("name"); names[n] && n != "" {
				c.Fail(at+".name", "InvalidStructureException: The action name '%s' is used twice: action names must be unique within the stage '%s'", n, name)
			}
			names[action.Str("name")] = true
			source := action.Str("category") == "Source"
			other = other || !source
			if i == 0 && !source {
				c.Fail(at+".category", "InvalidStructureException: Pipeline first stage must only contain source actions, but '%s' is of category %s (%s)", action.Str("name"), action.Str("category"), codepipelineDoc)
			}
			if i > 0 && source {
				c.Fail(at+".category", "InvalidStructureException: Pipeline only the first stage may contain source actions, but '%s' is in stage '%s' (%s)", action.Str("name"), name, codepipelineDoc)
			}
		}
	}
	if !other && !sim.IsUnknown(c.In["stages"]) {
		c.Fail("stages", "InvalidStructureException: at least one stage must contain an action that is not a source action (%s)", codepipelineDoc)
	}
}

// checkArtifacts: every input is an output of an earlier action, every output has its own name.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/welcome-introducing-artifacts.html
func checkArtifacts(c *sim.Check, actions []located) {
	producer := map[string]located{}
	for _, a := range actions {
		for _, name := range a.Strs("outputArtifacts") {
			if first, taken := producer[name]; taken {
				c.Fail(a.path+".outputArtifacts", "InvalidStructureException: Output Artifact Bundle name '%s' is used by '%s' already: every output artifact must have a unique name", name, first.Str("name"))
				continue
			}
			producer[name] = a
		}
	}
	for _, a := range actions {
		seen := map[string]bool{}
		for _, name := range a.Strs("inputArtifacts") {
			if seen[name] {
				c.Fail(a.path+".inputArtifacts", "InvalidActionDeclarationException: Action '%s' has the input artifact '%s' twice", a.Str("name"), name)
			}
			seen[name] = true
			from, made := producer[name]
			if !made || from.stage > a.stage || from.stage == a.stage && from.runOrder() >= a.runOrder() {
				c.Fail(a.path+".inputArtifacts", "InvalidStructureException: Input Artifact Bundle %s in action %s is not the output of an action earlier in the pipeline", name, a.Str("name"))
			}
		}
	}
}

func checkNamespaces(c *sim.Check, actions []located) {
	owner := map[string]string{}
	for _, a := range actions {
		name := a.Str("namespace")
		if name == "" {
			continue
		}
		if first, taken := owner[name]; taken {
			c.Fail(a.path+".namespace", "InvalidStructureException: the namespace '%s' is used by '%s' already", name, first)
		}
		owner[name] = a.Str("name")
	}
}

// checkStores: one store without a region, or one per region that actions run in.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-create-cross-region.html
func checkStores(c *sim.Check, actions []located) {
	stores := c.In.Objs("artifactStores")
	regions := map[string]bool{}
	for _, s := range stores {
		if len(stores) > 1 && !s.Has("region") {
			c.Fail("artifactStores", "InvalidStructureException: with several artifact stores each needs its region: %s has none", s.Str("location"))
		}
		if len(stores) == 1 && s.Has("region") {
			c.Fail("artifactStores", "region cannot be set for a single-region CodePipeline")
		}
		if r := s.Str("region"); regions[r] && r != "" {
			c.Fail("artifactStores", "InvalidStructureException: two artifact stores for region %s", r)
		}
		regions[s.Str("region")] = true
	}
	for _, a := range actions {
		if r := a.Str("region"); r != "" && len(stores) > 1 && !regions[r] {
			c.Fail(a.path+".region", "InvalidStructureException: there is no artifact store for region %s", r)
		}
	}
}

// checkPipelineType: what only a pipeline of type V2 may have.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/pipeline-types.html
func checkPipelineType(c *sim.Check) {
	const doc = "https://docs.aws.amazon.com/codepipeline/latest/userguide/pipeline-types.html"
	seen := map[string]bool{}
	for i, v := range c.In.Objs("variables") {
		if seen[v.Str("name")] && v.Str("name") != "" {
			c.Fail(fmt.Sprintf("variables[%d].name", i), "ValidationException: the variable %q is declared twice", v.Str("name"))
		}
		seen[v.Str("name")] = true
	}
	if c.In.Str("pipelineType") != "V1" {
		return
	}
	for _, k := range []string{"triggers", "variables"} {
		if len(c.In.List(k)) > 0 {
			c.Fail(k, "ValidationException: %s are available for pipelines of type V2 only (%s)", k, doc)
		}
	}
	if mode := c.In.Str("executionMode"); mode == "QUEUED" || mode == "PARALLEL" {
		c.Fail("executionMode", "ValidationException: %s is available for pipelines of type V2 only (%s)", mode, doc)
	}
	for i, stage := range c.In.Objs("stages") {
		for _, k := range []string{"beforeEntry", "onSuccess", "onFailure"} {
			if stage.Has(k) {
				c.Fail(fmt.Sprintf("stages[%d].%s", i, k), "ValidationException: stage conditions are available for pipelines of type V2 only (%s)", doc)
			}
		}
	}
}

// checkTriggers: a trigger belongs to one source action with a connection, and says what starts the pipeline.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-triggers.html
func checkTriggers(c *sim.Check, actions []located) {
	seen := map[string]bool{}
	for i, t := range c.In.Objs("triggers") {
		path := fmt.Sprintf("triggers[%d].gitConfiguration", i)
		git := t.Obj("gitConfiguration")
		name := git.Str("sourceActionName")
		if name == "" {
			continue
		}
		if seen[name] {
			c.Fail(path+".sourceActionName", "ValidationException: two triggers for the source action %q: put their filters into one", name)
		}
		seen[name] = true
		found := false
		for _, a := range actions {
			found = found || a.stage == 0 && a.Str("name") == name && a.Str("provider") == "CodeStarSourceConnection"
		}
		if !found {
			c.Fail(path+".sourceActionName", "ValidationException: %q is not a source action of provider CodeStarSourceConnection", name)
		}
		if !git.Has("pushes") && !git.Has("pullRequests") {
			c.Fail(path, "ValidationException: give pushes or pullRequests")
		}
		for j, p := range git.Objs("pushes") {
			if !p.Has("branches") && !p.Has("filePaths") && !p.Has("tags") {
				c.Fail(fmt.Sprintf("%s.pushes[%d]", path, j), "ValidationException: an empty filter: give branches, filePaths or tags")
			}
		}
	}
}

// effectiveTriggers are the given triggers, or those that a pipeline of type V2 has by default: a push to the branch of
// each source action that detects changes.
func effectiveTriggers(in sim.Values) []any {
	out := []any{}
	for _, t := range in.Objs("triggers") {
		git := t.Obj("gitConfiguration")
		out = append(out, trigger(git.Str("sourceActionName"), wrapped(git.Objs("pushes")), wrapped(git.Objs("pullRequests"))))
	}
	if len(out) > 0 || in.Str("pipelineType") != "V2" {
		return out
	}
	for _, a := range actionsOf(in) {
		config := a.Obj("configuration")
		if a.Str("provider") == "CodeStarSourceConnection" && config.Str("DetectChanges") != "false" {
			branches := []any{map[string]any{"includes": []any{config.Str("BranchName")}, "excludes": []any{}}}
			out = append(out, trigger(a.Str("name"), []any{map[string]any{"branches": branches}}, []any{}))
		}
	}
	return out
}

func trigger(source string, pushes, pullRequests []any) map[string]any {
	return map[string]any{"providerType": "CodeStarSourceConnection", "gitConfigurations": []any{
		map[string]any{"sourceActionName": source, "pushes": pushes, "pullRequests": pullRequests},
	}}
}

// wrapped turns each filter into a list of one: the output has lists where the input has objects.
func wrapped(filters []sim.Values) []any {
	out := []any{}
	for _, f := range filters {
		w := map[string]any{}
		for k, v := range f {
			if o, ok := v.(map[string]any); ok {
				v = []any{o}
			}
			w[k] = v
		}
		out = append(out, w)
	}
	return out
}
