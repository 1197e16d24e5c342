package codebuild

import (
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// phases reads the phases. Their names are a closed list: commands under another are never run.
func (p *parser) phases(n *yaml.Node) {
	var names []string
	for _, k := range phaseKeys {
		names = append(names, k.key)
	}
	for _, e := range p.mapping("phases", n) {
		name := ""
		for _, k := range phaseKeys {
			if k.key == e.key {
				name = k.name
			}
		}
		if name == "" {
			fix := "Move the commands to install, pre_build, build or post_build: there are no other phases."
			if like := similar(e.key, names); like != "" {
				fix = "Write " + like + "."
			}
			p.problem(e.line, fix, "%q is not the name of a phase: CodeBuild would never run its commands", e.key)
			continue
		}
		p.spec.Phases[name] = p.phase(e)
	}
}

func (p *parser) phase(e entry) *PhaseSpec {
	keys := []string{"run-as", "on-failure", "commands", "finally"}
	if e.key == "install" {
		keys = append(keys, "runtime-versions")
	}
	where := "phases." + e.key
	found := p.known(where, e.value, keys...)
	phase := &PhaseSpec{
		Line: e.line, Commands: p.scalars("Commands", found["commands"].value), Finally: p.scalars("Finally", found["finally"].value),
	}
	if f, ok := found["on-failure"]; ok {
		phase.OnFailure = p.onFailure(where, f)
	}
	if r, ok := found["run-as"]; ok {
		p.note(r.line, "%s.run-as is not simulated: commands run as the user of this process.", where)
	}
	if r, ok := found["runtime-versions"]; ok {
		p.note(r.line, "%s.runtime-versions is not simulated: commands find what is installed here.", where)
	}
	// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html: optional in install, else required.
	if _, ok := found["commands"]; !ok && e.key != "install" {
		p.problem(e.line, "Add commands, or remove the phase.", "%s has no commands, which are required", where)
	}
	return phase
}

var retry = regexp.MustCompile(`^(?i:retry)(?:-(\d+))?(?:-(.+))?$`)

func (p *parser) onFailure(where string, e entry) OnFailure {
	value := p.text(where+".on-failure", e)
	switch OnFailure(value) {
	case ByPhase, Abort, Continue:
		return OnFailure(value)
	}
	m := retry.FindStringSubmatch(value)
	if m == nil {
		p.problem(e.line, "Write ABORT, CONTINUE, RETRY, RETRY-count, RETRY-regex or RETRY-count-regex.",
			"%s.on-failure is %q, which is none of its values", where, value)
		return ByPhase
	}
	if count, err := strconv.Atoi(m[1]); m[1] != "" && (err != nil || count > 100) {
		p.problem(e.line, "Write a count between 0 and 100.", "%s.on-failure is %q: its count is over 100", where, value)
	}
	if _, err := regexp.Compile(m[2]); err != nil {
		p.problem(e.line, "Correct the regular expression.", "%s.on-failure is %q: %v", where, value, err)
	}
	p.note(e.line, "%s.on-failure %s is not simulated: a failure is not tried again.", where, value)
	return Retry
}

// artifacts reads the primary artifact and the secondary ones.
func (p *parser) artifacts(e entry) {
	secondary, primary := p.artifact("artifacts", e, "secondary-artifacts")
	p.spec.Artifacts[""] = primary
	for _, s := range p.mapping("artifacts.secondary-artifacts", secondary.value) {
		_, artifact := p.artifact("artifacts.secondary-artifacts."+s.key, s)
		p.spec.Artifacts[s.key] = artifact
	}
}

func (p *parser) artifact(where string, e entry, more ...string) (secondary entry, spec *ArtifactSpec) {
	keys := append([]string{"files", "name", "discard-paths", "base-directory", "exclude-paths", "enable-symlinks", "s3-prefix"}, more...)
	found := p.known(where, e.value, keys...)
	spec = &ArtifactSpec{
		Line: e.line, Files: p.strings(where+".files", found["files"].value),
		Exclude: p.strings(where+".exclude-paths", found["exclude-paths"].value),
		Base:    p.text(where+".base-directory", found["base-directory"]),
		Discard: p.yes(where+".discard-paths", found["discard-paths"]),
	}
	if f, ok := found["files"]; ok {
		spec.Line = f.line
	} else {
		p.problem(e.line, "Add files, with '**/*' for all.", "%s.files is missing, and required", where)
	}
	return found["secondary-artifacts"], spec
}
