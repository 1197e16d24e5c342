package rehearsal

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// survivors are the mutants under which a release goes through, and why it may.
var survivors = map[string]string{
	"build, PullAndPushImages: without ecr:GetDownloadUrlForLayer":                             onlyTheCache,
	"build, SeeArtifactBucket: without s3:GetBucketVersioning":                                 "a statement that the build shares with the pipeline: " + leastOfPipeline,
	"build, WriteLogs: another resource than the logs log-group (1)":                           besideStreams,
	"execution, WriteLogs: another resource than the logs log-group (1)":                       "as above; only the streams are written",
	"deploy, MoveRules: without the statement":                                                 moveRules,
	"deploy, MoveRules: another resource than the elasticloadbalancing listener-rule (1)":      moveRules,
	"deploy, MoveRules: another resource than the elasticloadbalancing listener-rule (2)":      moveRules,
	"pipeline, RegisterRevision: another resource than the codedeploy application (2)":         asItsPage,
	"pipeline, TagTaskDefinition: without the condition on ecs:CreateAction":                   "it would allow later tags on the family's own revisions, and nothing else",
	"pipeline, UseConnection: another resource than the codeconnections connection (1)":        renaming,
	"pipeline, UseConnection: without codeconnections:UseConnection":                           renaming,
	"image, PullAndPushImages: without ecr:GetDownloadUrlForLayer":                             onlyBase,
	"image, SeeArtifactBucket: without s3:GetBucketVersioning":                                 leastOfPipeline,
	"manifests, SeeArtifactBucket: without s3:GetBucketVersioning":                             leastOfPipeline,
	"staging-deploy, SeeArtifactBucket: without s3:GetBucketVersioning":                        leastOfPipeline,
	"production-deploy, SeeArtifactBucket: without s3:GetBucketVersioning":                     leastOfPipeline,
	"image, WriteLogs: another resource than the logs log-group (1)":                           besideStreams,
	"manifests, WriteLogs: another resource than the logs log-group (1)":                       besideStreams,
	"staging-deploy, WriteLogs: another resource than the logs log-group (1)":                  besideStreams,
	"production-deploy, WriteLogs: another resource than the logs log-group (1)":               besideStreams,
	"pipeline, UploadSources: without s3:PutObjectTagging":                                     leastOfPipeline,
	"pipeline, UseArtifacts: without s3:GetObject":                                             leastOfPipeline,
	"pipeline, UseArtifacts: without s3:GetObjectVersion":                                      leastOfPipeline,
	"staging-deploy, AssumeDeployRole: without the condition on aws:ResourceTag/eks-deploy":    bothLabels,
	"production-deploy, AssumeDeployRole: without the condition on aws:ResourceTag/eks-deploy": bothLabels,
	"trust policy of deploy, AssumeRole: without the condition on aws:SourceAccount":           twice,
	"trust policy of deploy, AssumeRole: without the condition on aws:SourceArn":               twice,
	"trust policy of execution, AssumeRole: without the condition on aws:SourceAccount":        twice,
	"trust policy of execution, AssumeRole: without the condition on aws:SourceArn":            twice,
	"trust policy of task, AssumeRole: without the condition on aws:SourceAccount":             twice,
	"trust policy of task, AssumeRole: without the condition on aws:SourceArn":                 twice,
}

// The reasons, with the pages of AWS that have the permission.
const (
	onlyTheCache    = "only a pull needs it, of the last release's images as a cache: the buildspec builds without it"
	onlyBase        = "only a pull needs it, of a base image in the same repository: the example's images have none"
	bothLabels      = "every deploy role's trust asks for the label as well"
	besideStreams   = "CodeBuild's own policy names the group beside its streams: https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html"
	asItsPage       = "the role as its page has it: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html"
	leastOfPipeline = "https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html"
	moveRules       = "for listeners that will have rules, which CodeDeploy then changes: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/codedeploy_IAM_role.html"
	renaming        = "AWS is renaming the service, and the connection's ARN tells which name counts: https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html"
	twice           = "the role's other condition, on account or ARN, keeps strangers out as well"
)

// outcome counts what came of mutants.
type outcome struct{ statements, actions, resources, principals, conditions, caught int }

func (o *outcome) count(m mutant) {
	switch {
	case m.whole:
		o.statements++
	case strings.Contains(m.change, "condition"):
		o.conditions++
	case strings.HasPrefix(m.change, "another resource"):
		o.resources++
	case strings.HasPrefix(m.change, "another principal"):
		o.principals++
	default:
		o.actions++
	}
}

func (o *outcome) all() int {
	return o.statements + o.actions + o.resources + o.principals + o.conditions
}

// mutate judges every mutant of the stack's policies by the calls of its sound release and by those that must not be
// possible, and returns the keys of those that survive.
func mutate(t *testing.T, stack string) (o outcome, survived []string) {
	t.Helper()
	w := made(t, stack)
	sound := &Verdict{}
	for _, app := range releasesOf(stack) {
		v := play(t, w, app, quick...)
		passes(t, v)
		sound.Calls = append(sound.Calls, v.Calls...)
	}
	for _, m := range mutants(t, w) {
		if strings.Contains(m.name, "-pull-request-") {
			continue // no release has a call of theirs
		}
		o.count(m)
		if noticed(t, w, sound, m) {
			o.caught++
		} else {
			survived = append(survived, m.key())
		}
	}
	return o, survived
}

// noticed tells whether the release fails under the mutant: a call that it makes is denied, or one that it must not be able
// to make is allowed. The message names the action.
func noticed(t *testing.T, w *world.World, sound *Verdict, m mutant) bool {
	t.Helper()
	changed := m.in(t, w)
	judge := access.New(changed)
	for _, c := range sound.Calls {
		if !m.widens && (c.Policy != m.name || c.Sid != m.statement.Sid) && !m.shares(c) {
			continue // another statement decides, and still does
		}
		decided := judge.Decide(access.Call{Role: c.Role, Action: c.Action, Resource: c.Resource, Context: c.Context, Why: c.Why})
		if p := access.Problem(decided); p != nil {
			assert.Contains(t, p.What, c.Action, m.key())
			return true
		}
	}
	if !m.widens {
		return false
	}
	for _, p := range changed.Pipelines() {
		for _, c := range calls.Forbidden(changed, p) {
			if p := access.Excess(judge.Decide(c)); p != nil {
				assert.Contains(t, p.What, c.Action, m.key())
				return true
			}
		}
	}
	return false
}

// shares tells whether the policy may have a say in the call beside the statement that is named: between accounts, both the
// caller's policies and the resource's must allow.
func (m mutant) shares(c verdict.Call) bool {
	return m.typ == roleType && c.Action == "sts:AssumeRole" || m.typ == repositoryPolicyType && strings.HasPrefix(c.Action, "ecr:")
}

// releasesOf are the apps of the stack's pipelines.
func releasesOf(stack string) []App {
	if stack == "eks" {
		return []App{shop, blog}
	}
	return []App{{Dir: bashDog}}
}

// mutated is what came of the mutants, by stack.
type mutated struct {
	sync.Mutex
	of       map[string]outcome
	survived map[string]bool
}

var mutatedStacks = []string{"dev", "staging", "production", "eks"}

// testMutants runs the mutants of all stacks. Each that survives must be a known survivor, and the other way round.
func testMutants(t *testing.T) *mutated {
	result := &mutated{of: map[string]outcome{}, survived: map[string]bool{}}
	t.Run("each stack", func(t *testing.T) {
		for _, stack := range mutatedStacks {
			t.Run(stack, func(t *testing.T) {
				t.Parallel()
				o, survived := mutate(t, stack)
				result.Lock()
				defer result.Unlock()
				result.of[stack] = o
				for _, key := range survived {
					result.survived[key] = true
				}
			})
		}
	})
	for key := range result.survived {
		assert.Contains(t, survivors, key, "a release goes through although it is wrong")
	}
	if len(result.of) == len(mutatedStacks) {
		for key := range survivors {
			assert.True(t, result.survived[key], "%s is caught now, and no survivor any more", key)
		}
	}
	return result
}

// TestReleaseWithoutAStatement takes each statement of each policy out of a stack and releases: the release must fail in the
// stage that first needs it, and say which action.
func TestReleaseWithoutAStatement(t *testing.T) {
	for _, stack := range []string{"dev", "staging", "production"} {
		t.Run(stack, func(t *testing.T) {
			w := made(t, stack)
			sound := play(t, w, App{Dir: bashDog}, quick...)
			for _, m := range mutants(t, w) {
				if !m.whole {
					continue
				}
				t.Run(m.key(), func(t *testing.T) {
					t.Parallel()
					v := play(t, m.in(t, w), App{Dir: bashDog}, quick...)
					if survivors[m.key()] != "" {
						passes(t, v)
						return
					}
					failed := v.FailedStep()
					require.NotNil(t, failed, "the release goes through")
					assert.Equal(t, stageOf(sound, m), failed.Stage, said(v))
					assert.True(t, slices.ContainsFunc(m.actions(), func(a string) bool { return strings.Contains(said(v), a) }),
						"%v: %s", m.actions(), said(v))
				})
			}
		})
	}
}

// actions are those of the statement as a message has them; of a wildcard it names one that matches.
func (m mutant) actions() []string {
	var all []string
	for _, a := range m.statement.Action {
		all = append(all, strings.TrimSuffix(a, "*"))
	}
	return all
}

// stageOf is the stage of the first call that the mutant's statement allows in a sound release; what it denies is asked
// for at the end.
func stageOf(sound *Verdict, m mutant) string {
	at := slices.IndexFunc(sound.Calls, func(c verdict.Call) bool { return c.Policy == m.name && c.Sid == m.statement.Sid })
	if at < 0 || m.widens {
		return "Afterwards"
	}
	return sound.Calls[at].Stage
}

// tableOfMutants has a line for each stack, and one for each survivor.
func tableOfMutants(m *mutated) string {
	table := "| stack | statements | actions | resources | principals | conditions | mutants | caught |\n|---|---|---|---|---|---|---|---|\n"
	for _, stack := range mutatedStacks {
		o := m.of[stack]
		table += fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d | %d |\n", stack, o.statements, o.actions, o.resources, o.principals, o.conditions, o.all(), o.caught)
	}
	table += "\nThose that survive, and why a release may go through:\n\n| policy, statement: change | reason |\n|---|---|\n"
	keys := make([]string, 0, len(m.survived))
	for key := range m.survived {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		table += fmt.Sprintf("| %s | %s |\n", cell(key), survivors[key])
	}
	return table
}
