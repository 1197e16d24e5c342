package codebuild

import (
	"fmt"
	"regexp"
	"strings"
)

// environment reads env, in version 0.1 environment_variables.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec-ref-versions
func (p *parser) environment(found map[string]entry) {
	old, hasOld := found["environment_variables"]
	env, hasNew := found["env"]
	switch {
	case hasOld && p.spec.Version == "0.2":
		p.problem(old.line, "Rename it to env, and plaintext in it to variables.", "environment_variables is of version 0.1, not 0.2")
	case hasOld:
		keys := p.known("environment_variables", old.value, "plaintext")
		p.variables("environment_variables.plaintext", keys["plaintext"], PlainText)
	}
	if !hasNew {
		return
	}
	keys := p.known("env", env.value, "shell", "variables", "parameter-store", "exported-variables", "secrets-manager", "git-credential-helper")
	p.shell(keys["shell"])
	p.variables("env.variables", keys["variables"], PlainText)
	p.variables("env.parameter-store", keys["parameter-store"], ParameterStore)
	p.variables("env.secrets-manager", keys["secrets-manager"], SecretsManager)
	p.exported(keys["exported-variables"])
	if e, ok := keys["git-credential-helper"]; ok && p.yes("env.git-credential-helper", e) {
		p.note(e.line, "env.git-credential-helper is not simulated: git has no credentials.")
	}
}

// shell takes what the reference lists for Linux.
func (p *parser) shell(e entry) {
	switch value := p.text("env.shell", e); value {
	case "", "sh", "/bin/sh", "bash":
		p.spec.Shell = strings.TrimPrefix(value, "/bin/")
	case "powershell.exe", "cmd.exe":
		p.problem(e.line, "Write bash or /bin/sh.", "env.shell %q is Windows's, which is not simulated", value)
	default:
		p.problem(e.line, "Write bash or /bin/sh.", "env.shell %q is not supported: on Linux there are bash and /bin/sh", value)
	}
}

// variableName is what a shell can name.
// https://pubs.opengroup.org/onlinepubs/9699919799/basedefs/V1_chap08.html#tag_08_01
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (p *parser) variables(where string, section entry, kind Kind) {
	for _, e := range p.mapping(where, section.value) {
		if !variableName.MatchString(e.key) {
			p.problem(e.line, "Use letters, digits and underscores, with no digit first.", "%s: %q is not the name of a variable", where, e.key)
			continue
		}
		if strings.HasPrefix(e.key, "CODEBUILD_") {
			p.note(e.line, "%s: the prefix of %s is reserved for CodeBuild's own variables.", where, e.key)
		}
		value := p.text(where+"."+e.key, e)
		if kind != PlainText && value == "" {
			p.problem(e.line, "Name the parameter or the secret.", "%s.%s is empty", where, e.key)
		}
		if kind == SecretsManager {
			p.secret(where, e, value)
		}
		p.spec.Variables = append(p.spec.Variables, Variable{e.key, value, kind})
	}
}

// SecretParts splits a reference secret-id:json-key:version-stage:version-id; all but the first may be empty.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.secrets-manager
func SecretParts(reference string) (id, key, stage, version string, err error) {
	parts, before := strings.Split(reference, ":"), 1
	if parts[0] == "arn" {
		before = 7 // arn:aws:secretsmanager:region:account:secret:name
		if len(parts) < before {
			return "", "", "", "", fmt.Errorf("the ARN of %q is not whole", reference)
		}
	}
	if len(parts) > before+3 {
		return "", "", "", "", fmt.Errorf("%q has more parts than secret-id:json-key:version-stage:version-id", reference)
	}
	id = strings.Join(parts[:before], ":")
	rest := append(parts[before:], "", "", "")
	if rest[1] != "" && rest[2] != "" {
		return "", "", "", "", fmt.Errorf("%q has a version-stage and a version-id: give one of them", reference)
	}
	return id, rest[0], rest[1], rest[2], nil
}

func (p *parser) secret(where string, e entry, reference string) {
	if _, _, _, _, err := SecretParts(reference); err != nil {
		p.problem(e.line, "Write secret-id:json-key:version-stage:version-id, where all but the first may be left out.",
			"%s.%s: %v", where, e.key, err)
	}
}

// exported refuses what cannot be exported: secrets, and variables of AWS.
func (p *parser) exported(section entry) {
	for _, name := range p.scalars("exported-variables", section.value) {
		kind := PlainText
		for _, v := range p.spec.Variables {
			if v.Name == name.Text {
				kind = v.Kind
			}
		}
		switch {
		case !variableName.MatchString(name.Text):
			p.problem(name.Line, "Write the name alone, without $ or a value.", "exported-variables: %q is not the name of a variable", name.Text)
		case strings.HasPrefix(name.Text, "AWS_"):
			p.problem(name.Line, "Copy the value to a variable of another name, and export that.",
				"exported-variables: %s cannot be exported, for its name starts with AWS_", name.Text)
		case kind != PlainText:
			p.problem(name.Line, "Read the secret where it is used.", "exported-variables: %s cannot be exported, for it is of %s", name.Text, kind)
		default:
			p.spec.Exported = append(p.spec.Exported, name.Text)
		}
	}
}
