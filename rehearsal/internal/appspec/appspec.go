// Package appspec reads appspec.yaml as strictly as AWS CodeDeploy does for the Amazon ECS compute platform.
//
// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file.html
// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
package appspec

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// Placeholder is what CodePipeline replaces by the ARN of the revision that it registers.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html
const Placeholder = "<TASK_DEFINITION>"

// Spec is an AppSpec. Where the file has a defect, the field is the zero value.
type Spec struct {
	File           string
	TaskDefinition string // the Placeholder or an ARN
	ContainerName  string
	ContainerPort  int
	// PlatformVersion of Fargate; empty: the service's.
	PlatformVersion string
	// Network of the tasks; nil: the service's.
	Network           *Network
	CapacityProviders []CapacityProvider
	Hooks             []Hook

	lines map[string]int
}

// Network is where the tasks run.
type Network struct {
	Subnets, SecurityGroups []string
	AssignPublicIP          bool
}

// CapacityProvider is one part of a capacity provider strategy.
type CapacityProvider struct {
	Name         string
	Base, Weight int
}

// Hook is a Lambda function that validates the deployment at one of its lifecycle events.
type Hook struct {
	Event    string
	Function string // name or ARN
	Line     int
}

// Events are the lifecycle events that may have a hook, in the order in which a deployment comes to them.
var Events = []string{"BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"}

// Parse reads the text of the file, YAML or JSON. The spec is nil when it is neither, or no map; the problems are all
// that CodeDeploy would refuse, in the order of their lines.
func Parse(file string, content []byte) (*Spec, []verdict.Problem) {
	c := &checker{file: file}
	root := c.document(content)
	if root == nil {
		return nil, c.problems
	}
	s := &Spec{File: file, lines: map[string]int{}}
	c.top(s, root)
	slices.SortStableFunc(c.problems, func(a, b verdict.Problem) int { return cmp.Compare(a.Line, b.Line) })
	return s, c.problems
}

// Line is the line, from 1, of a key of the file, as ContainerPort; 1 when the file does not have it.
func (s *Spec) Line(key string) int { return max(1, s.lines[key]) }

// Hook is the function of the lifecycle event, or nil.
func (s *Spec) Hook(event string) *Hook {
	at := slices.IndexFunc(s.Hooks, func(h Hook) bool { return h.Event == event })
	if at < 0 {
		return nil
	}
	return &s.Hooks[at]
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// document is the root of the YAML, or nil when there is none.
func (c *checker) document(content []byte) *yaml.Node {
	if bytes.HasPrefix(bytes.TrimSpace(content), []byte("{")) {
		// JSON may be indented by tabs, which YAML does not take; within a JSON string there is none.
		content = bytes.ReplaceAll(content, []byte("\t"), []byte(" "))
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(content, &doc); err != nil {
		line := 1 // of which the parser says nothing
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			line, _ = strconv.Atoi(m[1])
		}
		fix := "Mend the YAML: keys end in a colon, and what belongs to a key is indented by two spaces more."
		if tab := tabbed(content); tab > 0 {
			line, fix = tab, "Indent with spaces: YAML does not take tabs."
		}
		c.report(line, fix, "The AppSpec file is not valid YAML: %s", err)
		return nil
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		c.report(1, "Begin with version: 0.0 and Resources:.", "The AppSpec file is not a map of version, Resources and Hooks")
		return nil
	}
	return doc.Content[0]
}

// tabbed is the first line that a tab indents, or 0.
func tabbed(content []byte) int {
	for i, line := range bytes.Split(content, []byte("\n")) {
		if indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]; bytes.Contains(indent, []byte("\t")) {
			return i + 1
		}
	}
	return 0
}
