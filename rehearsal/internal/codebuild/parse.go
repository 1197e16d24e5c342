package codebuild

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// Parse reads a buildspec. file is what its messages call it. The problems are what CodeBuild refuses, and slips that it
// would pass over: a phase under another name is never run. With problems the Spec has what could be read.
func Parse(file string, text []byte) (*Spec, []verdict.Problem) {
	p := &parser{spec: &Spec{File: file, Phases: map[string]*PhaseSpec{}, Artifacts: map[string]*ArtifactSpec{}}}
	root := p.document(text)
	if root != nil {
		p.root(root)
	}
	slices.SortStableFunc(p.problems, func(a, b verdict.Problem) int { return a.Line - b.Line })
	return p.spec, p.problems
}

// yamlLine is where the YAML library puts the line.
var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?`)

func (p *parser) document(text []byte) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document yaml.Node
	err := decoder.Decode(&document)
	if err != nil && !errors.Is(err, io.EOF) {
		p.unreadable(text, err)
		return nil
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) == 0 || isNull(document.Content[0]) {
		p.problem(0, "Write a buildspec: begin with version: 0.2, then phases.", "the file is empty")
		return nil
	}
	if expandsTooFar(&document) {
		p.problem(0, "Write the values out.", "the file's aliases expand without end")
		return nil
	}
	return document.Content[0]
}

// unreadable tells of text that is not YAML, in the library's words: CodeBuild's are of the same library, as
// https://github.com/awsdocs/aws-codebuild-user-guide/pull/25 shows.
func (p *parser) unreadable(text []byte, err error) {
	message := err.Error()
	line := 0
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1]) // empty without a line: 0
		message = strings.TrimPrefix(message, m[0])
	}
	if tab := tabbed(text); tab > 0 {
		p.problem(tab, "Indent with spaces: YAML takes no tab for it.", "found character that cannot start any token at line %d", tab)
		return
	}
	if line > 0 {
		p.problem(line, "Correct the YAML on this line or beside it.", "%s at line %d", message, line)
		return
	}
	p.problem(0, "Correct the YAML.", "%s", message)
}

// tabbed is the first line that is indented by a tab, or 0.
func tabbed(text []byte) int {
	for i, line := range bytes.Split(text, []byte("\n")) {
		if bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("\t")) && len(bytes.TrimSpace(line)) > 0 {
			return i + 1
		}
	}
	return 0
}

// mostNodes is more than any buildspec has.
const mostNodes = 100_000

// expandsTooFar guards against aliases of aliases of aliases, and an anchor that holds its own alias.
func expandsTooFar(root *yaml.Node) bool {
	count := 0
	var visit func(n *yaml.Node) bool
	visit = func(n *yaml.Node) bool {
		if n = resolved(n); n == nil {
			return false
		}
		if count++; count > mostNodes {
			return true
		}
		return slices.ContainsFunc(n.Content, visit)
	}
	return visit(root)
}

func (p *parser) root(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		// CodeBuild's words for a file that is not of the form at all: https://github.com/aws/serverless-application-model/pull/352
		p.problem(n.Line, "Begin with version: 0.2, then phases.", "wrong number of container tags, expected 1")
		return
	}
	found := p.known("the buildspec", n, "version", "run-as", "env", "proxy", "batch", "phases", "reports", "artifacts", "cache",
		"environment_variables")
	p.version(n, found)
	p.environment(found)
	if e, ok := found["phases"]; ok && !isNull(resolved(e.value)) {
		p.phases(e.value)
	} else {
		p.problem(n.Line, "Add phases, with the commands of build below it.", "phases is missing, and required")
	}
	if e, ok := found["artifacts"]; ok {
		p.artifacts(e)
	}
	for key, what := range map[string]string{
		"run-as":  "commands run as the user of this process",
		"proxy":   "no proxy is used",
		"batch":   "this is one build",
		"reports": "no test report is made",
		"cache":   "no cache is restored or saved",
	} {
		if e, ok := found[key]; ok {
			p.note(e.line, "%s is not simulated: %s.", key, what)
		}
	}
	slices.Sort(p.spec.Notes)
}

func (p *parser) version(root *yaml.Node, found map[string]entry) {
	e, ok := found["version"]
	if !ok {
		p.problem(root.Line, "Add version: 0.2 as the first line.", "version is missing, and required")
		return
	}
	p.spec.Version = p.text("version", e)
	if p.spec.Version != "0.1" && p.spec.Version != "0.2" {
		p.problem(e.line, "Write version: 0.2.", "version %q is not one of buildspecs: there are 0.1 and 0.2", p.spec.Version)
	}
}
