package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// disarmed finds what watched a release, asked a person, or kept what has been, and does so no more.
func disarmed(s drydock.Step, moved renames) []Danger {
	danger := func(kind Kind, property, reason, way string) Danger {
		return Danger{Kind: kind, Op: s.Op, Resource: resourceOf(s), Reason: reason, Forces: []string{property}, WayOut: []string{way}}
	}
	var found []Danger
	guard := func(property, reason string) {
		found = append(found, danger(Protection, property, reason, "leave `"+property+"` as it is, or agree to this"))
	}
	if _, renamed := moved[s.URN]; s.Op == "delete" && !renamed && isAlarm(s.Type) {
		return []Danger{danger(Protection, "actionsEnabled", "the alarm is deleted: what it watches goes wrong unnoticed",
			"keep the alarm, or agree to this")}
	}
	if s.Old == nil || s.New == nil {
		return nil
	}
	was, will := s.Old.Inputs, s.New.Inputs
	switch s.Type {
	case "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm":
		silenced(was, will, guard)
	case "aws:codedeploy/deploymentGroup:DeploymentGroup":
		unwatched(was, will, guard)
	case "aws:codepipeline/pipeline:Pipeline":
		unasked(was, will, guard)
	case "aws:ecs/service:Service":
		if is(true)(lookup(was, breaker)) && !is(true)(lookup(will, breaker)) {
			guard(breaker, "a deployment that fails is not rolled back any more")
		}
	case "aws:ecr/repository:Repository":
		untrusted(was, will, guard)
	case "aws:cloudwatch/logGroup:LogGroup":
		if before, after := retention(was), retention(will); after < before {
			found = append(found, danger(Data, "retentionInDays", fmt.Sprintf("the logs are kept for %s instead of for %s: what is older is deleted",
				days(after), days(before)), "leave `retentionInDays` as it is, or export the logs first"))
		}
	}
	return found
}

// breaker is https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
const breaker = "deploymentCircuitBreaker.rollback"

func isAlarm(typ string) bool {
	return strings.HasPrefix(typ, "aws:cloudwatch/metricAlarm:") || strings.HasPrefix(typ, "aws:cloudwatch/compositeAlarm:")
}

func silenced(was, will map[string]any, guard func(property, reason string)) {
	if was["actionsEnabled"] != false && will["actionsEnabled"] == false {
		guard("actionsEnabled", "the alarm's actions are switched off: nobody is told")
	}
	if before, _ := was["alarmActions"].([]any); len(before) > 0 && emptied(will["alarmActions"]) {
		guard("alarmActions", "the alarm has no action any more: nobody is told")
	}
}

// emptied tells of a list whether it is known to have nothing.
func emptied(v any) bool {
	list, isList := v.([]any)
	return v == nil || isList && len(list) == 0
}

// untrusted: IMMUTABLE_WITH_EXCLUSION is immutable too.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
func untrusted(was, will map[string]any, guard func(property, reason string)) {
	const immutable, tags, scan = "IMMUTABLE", "imageTagMutability", "imageScanningConfiguration.scanOnPush"
	if after := text(will[tags]); strings.HasPrefix(text(was[tags]), immutable) && !strings.HasPrefix(after, immutable) && after != drydock.Unknown {
		guard(tags, "tags can be moved to other images: what was tested need not be what a tag leads to")
	}
	if is(true)(lookup(was, scan)) && !is(true)(lookup(will, scan)) {
		guard(scan, "images are not scanned any more when they are pushed")
	}
}

// unwatched: https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html
func unwatched(was, will map[string]any, guard func(property, reason string)) {
	const alarms, rollback = "alarmConfiguration", "autoRollbackConfiguration"
	if lookup(was, alarms+".enabled") == true && off(will, alarms) {
		guard(alarms, "alarms stop a deployment no more")
		return // which also makes the event DEPLOYMENT_STOP_ON_ALARM pointless
	}
	for _, name := range minus(texts(lookup(was, alarms+".alarms")), texts(lookup(will, alarms+".alarms"))) {
		if lookup(will, alarms+".alarms") != drydock.Unknown && !slices.Contains(texts(lookup(will, alarms+".alarms")), drydock.Unknown) {
			guard(alarms+".alarms", fmt.Sprintf("the alarm %s stops a deployment no more", name))
		}
	}
	if lookup(was, rollback+".enabled") != true {
		return
	}
	if off(will, rollback) {
		guard(rollback, "a deployment that fails is not rolled back any more")
		return
	}
	if lookup(will, rollback+".events") == drydock.Unknown {
		return
	}
	for _, event := range minus(texts(lookup(was, rollback+".events")), texts(lookup(will, rollback+".events"))) {
		guard(rollback+".events", fmt.Sprintf("a deployment is not rolled back any more on %s", event))
	}
}

// off tells of a block whether it is switched off, or not there.
func off(in map[string]any, block string) bool {
	enabled := lookup(in, block+".enabled")
	return in[block] != drydock.Unknown && enabled != true && enabled != drydock.Unknown
}

// unasked finds approvals that a pipeline has no more, and stages that no longer roll back when they fail.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
func unasked(was, will map[string]any, guard func(property, reason string)) {
	before, after := approvals(was), approvals(will)
	if will["stages"] == drydock.Unknown {
		return
	}
	if len(after) < len(before) {
		for _, name := range minus(before, after) {
			guard("stages", fmt.Sprintf("the approval %s is removed: a release goes on without anybody's consent", name))
		}
	}
	rolledBack := rollbacks(will)
	for _, stage := range rollbacks(was) {
		if !slices.Contains(rolledBack, stage) {
			guard("stages", fmt.Sprintf("the stage %s is not rolled back any more when it fails", stage))
		}
	}
}

// approvals are the manual ones, each as its stage and action.
func approvals(pipeline map[string]any) []string {
	var found []string
	for _, stage := range objects(pipeline["stages"]) {
		for _, action := range objects(stage["actions"]) {
			if action["category"] == "Approval" {
				found = append(found, fmt.Sprintf("%v/%v", stage["name"], action["name"]))
			}
		}
	}
	return found
}

// rollbacks are the stages that go back to their last success when they fail.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback-auto.html
func rollbacks(pipeline map[string]any) []string {
	var found []string
	for _, stage := range objects(pipeline["stages"]) {
		if lookup(stage, "onFailure.result") == "ROLLBACK" {
			found = append(found, text(stage["name"]))
		}
	}
	return found
}

// forever is more days than any other retention.
const forever = 1 << 30

// retention is in days. 0, and none, keep logs for ever.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html#SettingLogRetention
func retention(logGroup map[string]any) float64 {
	given := number(logGroup["retentionInDays"])
	return whether(given == 0, forever, given)
}

func days(n float64) string {
	switch n {
	case forever:
		return "ever"
	case 1:
		return "1 day"
	}
	return fmt.Sprintf("%v days", n)
}

// objects are the members of a list that are objects.
func objects(v any) []map[string]any {
	list, _ := v.([]any)
	var found []map[string]any
	for _, e := range list {
		if o, ok := e.(map[string]any); ok {
			found = append(found, o)
		}
	}
	return found
}

// texts are the members of a list that are texts.
func texts(v any) []string {
	list, _ := v.([]any)
	var found []string
	for _, e := range list {
		if t, ok := e.(string); ok {
			found = append(found, t)
		}
	}
	return found
}
