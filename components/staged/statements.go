package staged

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// ownSids are those of the statements that the component writes itself.
var ownSids = []string{
	"UseArtifacts", "ReadArtifacts", "SeeArtifactBucket", "UseArtifactKey", "WriteLogs", "PullWithToken", "PullBuildImage",
	"ListSites", "WriteSites",
}

func (args *PipelineArgs) validateStatements(p *problems.List) {
	seen := takenSids()
	validateStatements(p, "statements", args.Statements, seen)
	for i, e := range args.Environments {
		own := seen // with a shared role all are in one policy
		if !args.SharedRole {
			own = maps.Clone(seen)
		}
		validateStatements(p, fmt.Sprintf("environments[%d].statements", i), e.Statements, own)
	}
}

// takenSids are ownSids with whose they are.
func takenSids() map[string]string {
	taken := map[string]string{}
	for _, sid := range ownSids {
		taken[sid] = "the component's own statement"
	}
	return taken
}

// validateStatements checks what is plain; a resource that is born elsewhere is checked when it is known.
func validateStatements(p *problems.List, field string, list []Statement, seen map[string]string) {
	for i, s := range list {
		at := fmt.Sprintf("%s[%d]", field, i)
		switch other, taken := seen[s.Sid]; {
		case s.Sid == "":
			p.Add(at+".sid", "missing: name the statement, as InvalidateCache")
		case taken:
			p.Add(at+".sid", "%q is also the sid of %s: give another", s.Sid, other)
		}
		seen[s.Sid] = at
		if slices.Contains(s.Actions, "*") {
			p.Add(at+".actions", `"*" is everything: give the actions that the script needs`)
		}
		if len(s.Resources) == 0 {
			p.Add(at+".resources", `missing: give the ARNs, or "*" where the action knows none`)
		}
		if err := iam.Policy(s.statement(s.plainResources())).Validate(iam.InlineRolePolicy); err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				p.Add(at, "%s", line)
			}
		}
	}
}

// plainResources has something valid in the place of what is not known yet.
func (s Statement) plainResources() []string {
	known := []string{}
	for _, r := range s.Resources {
		if text, plain := r.(pulumi.String); plain {
			known = append(known, string(text))
		}
	}
	if len(known) == 0 {
		return []string{"*"}
	}
	return known
}

func (s Statement) statement(resources []string) iam.Statement {
	statement := iam.Allow(s.Sid).Actions(s.Actions...).On(resources...)
	for _, operator := range sortedKeys(s.Conditions) {
		for _, key := range sortedKeys(s.Conditions[operator]) {
			statement = statement.When(iam.Operator(operator), key, s.Conditions[operator][key]...)
		}
	}
	return statement
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
