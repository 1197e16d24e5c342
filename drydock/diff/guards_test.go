package diff

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

const (
	alarmType       = "aws:cloudwatch/metricAlarm:MetricAlarm"
	deploymentType  = "aws:codedeploy/deploymentGroup:DeploymentGroup"
	pipelineType    = "aws:codepipeline/pipeline:Pipeline"
	logsType        = "aws:cloudwatch/logGroup:LogGroup"
	roleType        = "aws:iam/role:Role"
	webhookType     = "aws:codebuild/webhook:Webhook"
	associationType = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
	clusterType     = "aws:eks/cluster:Cluster"
)

// judged is what one changed resource's dangers say, a line each.
func judged(t *testing.T, steps ...drydock.Step) (said []string) {
	t.Helper()
	for _, d := range Judge(&drydock.Result{Steps: steps}).Dangers {
		require.NotEmpty(t, d.WayOut, d)
		require.NotEmpty(t, d.Reason, d)
		said = append(said, string(d.Kind)+": "+d.Reason)
	}
	return said
}

func stagesOf(actions ...in) in {
	var stages []any
	for _, a := range actions {
		stages = append(stages, in{"name": a["name"], "actions": []any{a}})
	}
	return in{"stages": stages}
}

func rollsBack(events ...any) in {
	return in{"autoRollbackConfiguration": in{"enabled": true, "events": events}}
}

func stopped(by ...any) in { return in{"alarmConfiguration": in{"enabled": true, "alarms": by}} }

func TestGuards(t *testing.T) {
	build, approve := in{"name": "Build", "category": "Build"}, in{"name": "Approve", "category": "Approval"}
	agree := in{"name": "Agree", "category": "Approval"}
	failing := in{"stages": []any{in{"name": "Deploy", "onFailure": in{"result": "ROLLBACK"}}}}
	const tells, rolls = "protection: the alarm", "protection: a deployment "
	for name, c := range map[string]struct {
		typ       string
		was, will in
		want      []string
	}{
		"actions off":              {alarmType, in{}, in{"actionsEnabled": false}, []string{tells + "'s actions are switched off: nobody is told"}},
		"no action":                {alarmType, in{"alarmActions": []any{"arn"}}, in{}, []string{tells + " has no action any more: nobody is told"}},
		"another action":           {alarmType, in{"alarmActions": []any{"arn"}}, in{"alarmActions": []any{drydock.Unknown}}, nil},
		"a threshold":              {alarmType, in{"threshold": 1.0}, in{"threshold": 2.0}, nil},
		"alarms off":               {deploymentType, stopped("a"), in{"alarmConfiguration": in{"enabled": false}}, []string{"protection: alarms stop a deployment no more"}},
		"alarms gone":              {deploymentType, stopped("a"), in{}, []string{"protection: alarms stop a deployment no more"}},
		"an alarm less":            {deploymentType, stopped("a", "b"), stopped("b"), []string{"protection: the alarm a stops a deployment no more"}},
		"another alarm, not known": {deploymentType, stopped("a"), stopped(drydock.Unknown), nil},
		"no rollback":              {deploymentType, rollsBack("DEPLOYMENT_FAILURE"), in{}, []string{rolls + "that fails is not rolled back any more"}},
		"rollback on less": {deploymentType, rollsBack("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"), rollsBack("DEPLOYMENT_FAILURE"),
			[]string{rolls + "is not rolled back any more on DEPLOYMENT_STOP_ON_REQUEST"}},
		"rollback on more": {deploymentType, rollsBack("DEPLOYMENT_FAILURE"), rollsBack("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"), nil},
		"circuit breaker": {serviceType, in{"deploymentCircuitBreaker": in{"rollback": true}}, in{},
			[]string{rolls + "that fails is not rolled back any more"}},
		"approval removed": {pipelineType, stagesOf(build, approve), stagesOf(build),
			[]string{"protection: the approval Approve/Approve is removed: a release goes on without anybody's consent"}},
		"approval renamed":  {pipelineType, stagesOf(build, approve), stagesOf(build, agree), nil},
		"approval added":    {pipelineType, stagesOf(build), stagesOf(build, approve), nil},
		"stages not known":  {pipelineType, stagesOf(build, approve), in{"stages": drydock.Unknown}, nil},
		"no stage rollback": {pipelineType, failing, in{"stages": []any{in{"name": "Deploy"}}}, []string{"protection: the stage Deploy is not rolled back any more when it fails"}},
		"shorter logs":      {logsType, in{"retentionInDays": 30.0}, in{"retentionInDays": 7.0}, []string{"data: the logs are kept for 7 days instead of for 30 days: what is older is deleted"}},
		"logs not for ever": {logsType, in{}, in{"retentionInDays": 7.0}, []string{"data: the logs are kept for 7 days instead of for ever: what is older is deleted"}},
		"logs for ever":     {logsType, in{"retentionInDays": 30.0}, in{"retentionInDays": 0.0}, nil},
		"mutable tags": {repositoryType, in{"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION"}, in{},
			[]string{"protection: tags can be moved to other images: what was tested need not be what a tag leads to"}},
		"other immutable tags": {repositoryType, in{"imageTagMutability": "IMMUTABLE"}, in{"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION"}, nil},
		"no scan": {repositoryType, in{"imageScanningConfiguration": in{"scanOnPush": true}}, in{"imageScanningConfiguration": in{"scanOnPush": false}},
			[]string{"protection: images are not scanned any more when they are pushed"}},
		"other subnets": {balancerType, in{"subnets": []any{"a", "b"}}, in{"subnets": drydock.Unknown},
			[]string{"traffic: the load balancer leaves all of its subnets: its addresses change, and AWS refuses subnets of another VPC"}},
		"a subnet more": {balancerType, in{"subnets": []any{"a", "b"}}, in{"subnets": []any{"b", "c", drydock.Unknown}}, nil},
		"public endpoint": {clusterType, in{"vpcConfig": in{"endpointPublicAccess": false}}, in{"vpcConfig": in{"endpointPublicAccess": true}},
			[]string{"exposure: the cluster's endpoint gets a public address"}},
		"endpoint for all": {clusterType, in{"vpcConfig": in{"publicAccessCidrs": []any{"192.0.2.0/24"}}}, in{"vpcConfig": in{"publicAccessCidrs": []any{"0.0.0.0/0"}}},
			[]string{"exposure: the cluster's endpoint admits everybody"}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, judged(t, step("update", c.typ, "a", c.was, c.will)))
		})
	}
}

func TestDeletedAlarm(t *testing.T) {
	gone := step("delete", alarmType, "errors", in{"metricName": "HTTPCode_Target_5XX_Count"}, nil)
	assert.Equal(t, []string{"protection: the alarm is deleted: what it watches goes wrong unnoticed"}, judged(t, gone))
	assert.Empty(t, judged(t, gone, step("create", alarmType, "faults", nil, in{"metricName": "HTTPCode_Target_5XX_Count"})), "it is renamed")
}

func TestAdmission(t *testing.T) {
	access := func(policy, scope string, namespaces ...any) in {
		return in{"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKS" + policy, "accessScope": in{"type": scope, "namespaces": namespaces}}
	}
	hook := func(filters ...any) in { return in{"filterGroups": []any{in{"filters": filters}}} }
	filter := func(typ, pattern string) in { return in{"type": typ, "pattern": pattern} }
	excludes := func(pattern string) in {
		return in{"type": "ACTOR_ACCOUNT_ID", "pattern": pattern, "excludeMatchedPattern": true}
	}
	push, team := filter("EVENT", "PUSH"), filter("ACTOR_ACCOUNT_ID", "^(1|2)$")
	for name, c := range map[string]struct {
		typ       string
		was, will in
		want      []string
	}{
		"boundary removed": {roleType, in{"permissionsBoundary": "arn"}, in{},
			[]string{"access: the permissions boundary is removed: what it kept out is allowed by any policy that says so"}},
		"boundary not known": {roleType, in{"permissionsBoundary": "arn"}, in{"permissionsBoundary": drydock.Unknown}, nil},
		"edit to admin":      {associationType, access("EditPolicy", "cluster"), access("AdminPolicy", "cluster"), []string{"access: AmazonEKSAdminPolicy allows more than AmazonEKSEditPolicy"}},
		"edit to all":        {associationType, access("EditPolicy", "cluster"), access("ClusterAdminPolicy", "cluster"), []string{"access: AmazonEKSClusterAdminPolicy allows everything in the cluster"}},
		"admin to view":      {associationType, access("AdminPolicy", "cluster"), access("ViewPolicy", "cluster"), nil},
		"new, of all":        {associationType, nil, access("ClusterAdminPolicy", "cluster"), []string{"access: AmazonEKSClusterAdminPolicy allows everything in the cluster"}},
		"new, to edit":       {associationType, nil, access("EditPolicy", "namespace", "web"), nil},
		"whole cluster":      {associationType, access("EditPolicy", "namespace", "web"), access("EditPolicy", "cluster"), []string{"access: the access is to the whole cluster instead of some namespaces"}},
		"another namespace":  {associationType, access("EditPolicy", "namespace", "web"), access("EditPolicy", "namespace", "web", "db"), []string{"access: the access is to more namespaces: db"}},
		"actors removed":     {webhookType, hook(push, team), hook(push), []string{"access: the webhook's filter ACTOR_ACCOUNT_ID ^(1|2)$ falls"}},
		"an actor more":      {webhookType, hook(push, team), hook(push, filter("ACTOR_ACCOUNT_ID", "^(1|2|3)$")), []string{"access: the webhook's filter ACTOR_ACCOUNT_ID takes 3 too"}},
		"an actor less":      {webhookType, hook(push, team), hook(push, filter("ACTOR_ACCOUNT_ID", "^1$")), nil},
		"no exclusion":       {webhookType, hook(push, excludes("^(8|9)$")), hook(push, excludes("^9$")), []string{"access: the webhook's filter not ACTOR_ACCOUNT_ID takes 8 too"}},
		"an event more":      {webhookType, hook(push), hook(filter("EVENT", "PUSH, PULL_REQUEST_CREATED")), []string{"access: the webhook's filter EVENT takes PULL_REQUEST_CREATED too"}},
		"a group more":       {webhookType, hook(push, team), in{"filterGroups": []any{in{"filters": []any{team, push}}, in{"filters": []any{push}}}}, []string{"access: the webhook's filter ACTOR_ACCOUNT_ID ^(1|2)$ falls"}},
		"no filter":          {webhookType, hook(push, team), in{}, []string{"access: the webhook's filters are removed: every push starts a build"}},
		"filters not known":  {webhookType, hook(push, team), in{"filterGroups": drydock.Unknown}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			op := "update"
			if c.was == nil {
				op = "create"
			}
			assert.Equal(t, c.want, judged(t, step(op, c.typ, "a", c.was, c.will)))
		})
	}
}
