package calls_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// home is what the ARNs of a hand-made world have in common, key its customer key.
const (
	home = ":eu-west-1:111122223333:"
	key  = "arn:aws:kms" + home + "key/1234abcd"
)

type values = map[string]any

func record(typ, arn string, inputs values) *drydock.Record {
	return &drydock.Record{Type: typ, ID: arn, Inputs: inputs, Outputs: values{"arn": arn}}
}

func role(name string) string { return "arn:aws:iam::111122223333:role/" + name }

// handmade is a world with a customer's key for everything that can have one.
func handmade(more ...*drydock.Record) *world.World {
	w := &world.World{}
	alias := record("aws:kms/alias:Alias", "arn:aws:kms"+home+"alias/ours", values{"name": "alias/ours"})
	alias.Outputs["targetKeyArn"] = key
	secret := record("aws:secretsmanager/secret:Secret", "arn:aws:secretsmanager"+home+"secret:db-AbCdEf",
		values{"name": "db", "kmsKeyId": "alias/ours"})
	for _, r := range append([]*drydock.Record{alias, secret}, more...) {
		w.Add(r)
	}
	return w
}

func pipeline(bucketKey string, actions ...world.Action) *world.Pipeline {
	return &world.Pipeline{
		Name: "a-pipeline-with-a-long-name", ARN: "arn:aws:codepipeline" + home + "a-pipeline-with-a-long-name", Role: role("pipeline"),
		Bucket: "store", Key: bucketKey, Stages: []world.Stage{{Name: "All", Actions: actions}},
	}
}

// lines are the calls as text: who, what, on what, and the keys that the request has.
func lines(all []access.Call) []string {
	var text []string
	for _, c := range all {
		line := nameOf(c.Role) + " " + c.Action + " " + strings.NewReplacer(home, "::", "arn:aws:", "").Replace(c.Resource)
		for _, k := range slices.Sorted(maps.Keys(c.Context)) {
			line += fmt.Sprintf(" %s=%s", k, strings.NewReplacer(home, "::", "arn:aws:", "").Replace(strings.Join(c.Context[k], ",")))
		}
		text = append(text, line)
	}
	return text
}

func TestSourceOfCustomersKey(t *testing.T) {
	p := pipeline("alias/ours")
	a := world.Action{Provider: "CodeStarSourceConnection", Outputs: []string{"SourceCode123"}, Role: role("source"), Configuration: map[string]string{
		"ConnectionArn": "arn:aws:codeconnections" + home + "connection/c", "FullRepositoryId": "acme/app", "BranchName": "main",
	}}
	s3 := " aws:ViaAWSService=true kms:CallerAccount=111122223333 kms:EncryptionContext:aws:s3:arn=s3:::store/a-pipeline-with-a-lo/SourceCode/rEhEaRs" +
		" kms:ViaService=s3.eu-west-1.amazonaws.com"
	want := []string{
		"source codeconnections:UseConnection codeconnections::connection/c codeconnections:BranchName=main codeconnections:FullRepositoryId=acme/app",
		"source s3:GetBucketVersioning s3:::store",
		"source s3:GetBucketAcl s3:::store",
		"source s3:GetBucketLocation s3:::store",
		"source s3:PutObject s3:::store/a-pipeline-with-a-lo/SourceCode/rEhEaRs",
		"source s3:PutObjectAcl s3:::store/a-pipeline-with-a-lo/SourceCode/rEhEaRs",
		"source kms:GenerateDataKey kms::key/1234abcd" + s3,
		"source kms:Decrypt kms::key/1234abcd" + s3,
	}
	assert.Empty(t, cmp.Diff(want, lines(calls.SourceConnection(handmade(), p, a))))
}

// What a call list has to contain, by the setting that calls for it.
func TestSettings(t *testing.T) {
	source := func(provider, name string, configuration map[string]string) world.Action {
		return world.Action{Provider: provider, Outputs: []string{name}, Configuration: configuration}
	}
	build := world.Action{Provider: "CodeBuild", Inputs: []string{"Source"}, Outputs: []string{"Image"}, Configuration: map[string]string{
		"ProjectName": "build", "BatchEnabled": "true", "EnvironmentVariables": `[{"name":"A","value":"/app/a","type":"PARAMETER_STORE"}]`,
	}}
	project := record("aws:codebuild/project:Project", "arn:aws:codebuild"+home+"project/build", values{
		"name": "build", "serviceRole": role("build"), "encryptionKey": "1234abcd",
		"vpcConfig":  values{"vpcId": "vpc-1", "subnets": []any{"subnet-1"}, "securityGroupIds": []any{"sg-1"}},
		"logsConfig": values{"cloudwatchLogs": values{"status": "ENABLED"}, "s3Logs": values{"status": "ENABLED", "location": "logs/build"}},
		"environment": values{
			"image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/builder:1", "imagePullCredentialsType": "SERVICE_ROLE",
			"environmentVariables": []any{
				values{"name": "DB", "type": "SECRETS_MANAGER", "value": "db:password"}, values{"name": "PLAIN", "type": "PLAINTEXT", "value": "x"},
			}},
		"cache": values{"type": "S3", "location": "caches/build"},
	})
	clone := source("CodeStarSourceConnection", "Source", map[string]string{
		"ConnectionArn": "arn:aws:codestar-connections" + home + "connection/c", "OutputArtifactFormat": "CODEBUILD_CLONE_REF",
	})
	commit := source("CodeCommit", "Source", map[string]string{"RepositoryName": "app", "BranchName": "main"})
	topic := record("aws:sns/topic:Topic", "arn:aws:sns"+home+"news", values{"kmsMasterKeyId": "1234abcd"})
	target := record("aws:cloudwatch/eventTarget:EventTarget", "", values{"rule": "failed", "arn": "arn:aws:sns" + home + "news"})
	alarm := record("aws:cloudwatch/metricAlarm:MetricAlarm", "arn:aws:cloudwatch"+home+"alarm:slow", values{
		"name": "slow", "alarmActions": []any{"arn:aws:sns" + home + "news", "arn:aws:lambda" + home + "function:f"},
	})
	notice := record("aws:codestarnotifications/notificationRule:NotificationRule", "arn:aws:codestar-notifications"+home+"notificationrule/n",
		values{"targets": []any{values{"address": "arn:aws:sns" + home + "news"}, values{"type": "AWSChatbotSlack", "address": "arn:aws:chatbot::1:c"}}})
	cache := record("aws:ecr/pullThroughCacheRule:PullThroughCacheRule", "", values{"ecrRepositoryPrefix": "docker-hub"})
	task := calls.Task{
		Roles: calls.TaskRoles{Execution: role("execution"), Task: role("task")}, Cluster: "arn:aws:ecs" + home + "cluster/c", Execute: true,
		Images:  []string{"arn:aws:ecr" + home + "repository/docker-hub/library/nginx"},
		Secrets: []string{"arn:aws:secretsmanager" + home + "secret:db-AbCdEf:password::", "/app/token"},
		Logs:    []calls.Log{{Group: "/ecs/app", StreamPrefix: "app", Container: "web", Create: true}},
	}
	partial := task
	partial.Secrets = []string{"arn:aws:secretsmanager" + home + "secret:db"}
	w := handmade(project, topic, target, alarm, cache, notice)

	for name, c := range map[string]struct {
		calls []access.Call
		want  string
	}{
		"the batch":                 {calls.StartBuild(w, pipeline(""), build), "pipeline codebuild:StartBuildBatch codebuild::project/build"},
		"a build's trust":           {calls.Build(w, pipeline(""), build), "codebuild.amazonaws.com sts:AssumeRole iam::111122223333:role/build aws:SourceAccount=111122223333 aws:SourceArn=codebuild::project/build"},
		"a log group that lacks":    {calls.Build(w, pipeline(""), build), "build logs:CreateLogGroup logs::log-group:/aws/codebuild/build"},
		"a log in S3":               {calls.Build(w, pipeline(""), build), "build s3:PutObject s3:::logs/build/build.gz"},
		"the project's key":         {calls.Build(w, pipeline(""), build), "build kms:GenerateDataKey kms::key/1234abcd aws:ViaAWSService=true"},
		"a variable's secret":       {calls.Build(w, pipeline(""), build), "build secretsmanager:GetSecretValue secretsmanager::secret:db-AbCdEf"},
		"the secret's key":          {calls.Build(w, pipeline(""), build), "build kms:Decrypt kms::key/1234abcd aws:ViaAWSService=true kms:CallerAccount=111122223333 kms:EncryptionContext:SecretARN=secretsmanager::secret:db-AbCdEf kms:ViaService=secretsmanager.eu-west-1.amazonaws.com"},
		"the environment's image":   {calls.Build(w, pipeline(""), build), "build ecr:BatchGetImage ecr::repository/builder"},
		"a cache":                   {calls.Build(w, pipeline(""), build), "build s3:GetObject s3:::caches/build/cache"},
		"the action's variable":     {calls.Build(w, pipeline(""), build), "build ssm:GetParameters ssm::parameter/app/a"},
		"a subnet":                  {calls.Build(w, pipeline(""), build), "build ec2:CreateNetworkInterface ec2::subnet/subnet-1"},
		"a security group":          {calls.Build(w, pipeline(""), build), "build ec2:CreateNetworkInterface ec2::security-group/sg-1"},
		"an interface's permission": {calls.Build(w, pipeline(""), build), "build ec2:CreateNetworkInterfacePermission ec2::network-interface/eni-0123456789abcdef0 ec2:AuthorizedService=codebuild.amazonaws.com ec2:Subnet=ec2::subnet/subnet-1"},
		"a clone":                   {calls.Build(w, pipeline("", clone, build), build), "build codestar-connections:UseConnection codestar-connections::connection/c"},
		"CodeCommit":                {calls.SourceCodeCommit(w, pipeline(""), commit), "pipeline codecommit:UploadArchive codecommit::app"},
		"an approval":               {calls.Approval(w, pipeline(""), world.Action{Configuration: map[string]string{"NotificationArn": "arn:aws:sns" + home + "news"}}), "pipeline sns:Publish sns::news"},
		"an approval's key":         {calls.Approval(w, pipeline(""), world.Action{Configuration: map[string]string{"NotificationArn": "arn:aws:sns" + home + "news"}}), "pipeline kms:GenerateDataKey kms::key/1234abcd"},
		"a rule's topic":            {calls.Notify(w), "events.amazonaws.com sns:Publish sns::news"},
		"a notice's topic":          {calls.Notify(w), "codestar-notifications.amazonaws.com sns:Publish sns::news"},
		"a rule's key":              {calls.Notify(w), "events.amazonaws.com kms:GenerateDataKey kms::key/1234abcd"},
		"an alarm's topic":          {calls.Notify(w), "cloudwatch.amazonaws.com sns:Publish sns::news aws:SourceAccount=111122223333 aws:SourceArn=cloudwatch::alarm:slow"},
		"a cached image":            {calls.StartTasks(w, task), "execution ecr:BatchImportUpstreamImage ecr::repository/docker-hub/library/nginx"},
		"a task's secret":           {calls.StartTasks(w, task), "execution secretsmanager:GetSecretValue secretsmanager::secret:db-AbCdEf"},
		"a secret without suffix":   {calls.StartTasks(w, partial), "execution secretsmanager:GetSecretValue secretsmanager::secret:db-AbCdEf"},
		"a task's parameter":        {calls.StartTasks(w, task), "execution ssm:GetParameters ssm::parameter/app/token"},
		"a log group to create":     {calls.StartTasks(w, task), "execution logs:CreateLogGroup logs::log-group:/ecs/app"},
		"commands in a container":   {calls.RunTask(w, task), "task ssmmessages:OpenDataChannel *"},
		"a task's trust":            {calls.RunTask(w, task), "ecs-tasks.amazonaws.com sts:AssumeRole iam::111122223333:role/task aws:SourceAccount=111122223333 aws:SourceArn=ecs::task/c/"},
	} {
		t.Run(name, func(t *testing.T) {
			found := slices.ContainsFunc(lines(c.calls), func(line string) bool { return strings.HasPrefix(line, c.want) })
			assert.True(t, found, "lacks\n%s\nhas\n%s", c.want, strings.Join(lines(c.calls), "\n"))
		})
	}
}

// EventBridge sends no condition keys to a topic, so a topic whose policy has a condition for it gets no messages.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
func TestEventBridgeSendsNoKeysToTopics(t *testing.T) {
	topic := "arn:aws:sns" + home + "news"
	target := record("aws:cloudwatch/eventTarget:EventTarget", "", values{"rule": "failed", "arn": topic})
	for condition, allowed := range map[string]bool{``: true, `,"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}`: false} {
		w := handmade(target, record("aws:sns/topic:Topic", topic, values{"policy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",
			"Principal":{"Service":"events.amazonaws.com"},"Action":"sns:Publish","Resource":"` + topic + `"` + condition + `}}`}))
		published := calls.Notify(w)
		require.Len(t, published, 1)
		decided := access.New(w).Decide(published[0])
		assert.Equal(t, allowed, decided.Allowed, decided.Reason)
	}
}

// What is not there makes no calls.
func TestNothing(t *testing.T) {
	w, p := &world.World{}, &world.Pipeline{Name: "p", ARN: "arn:aws:codepipeline" + home + "p"}
	group := record("aws:codedeploy/deploymentGroup:DeploymentGroup", "arn:aws:codedeploy"+home+"deploymentgroup:a/b", values{})
	for name, none := range map[string][]access.Call{
		"start":    calls.Start(w, p),
		"build":    calls.Build(w, p, world.Action{Configuration: map[string]string{"ProjectName": "gone"}}),
		"approval": calls.Approval(w, p, world.Action{}),
		"alarms":   calls.PollAlarms(group),
		"notice":   calls.Notice(w, group),
		"tasks":    append(calls.StartTasks(w, calls.Task{}), calls.RunTask(w, calls.Task{})...),
		"notify":   calls.Notify(w),
		"forbid":   calls.Forbidden(w, p),
		"cache":    calls.FillCache(w, role("build"), "arn:aws:ecr"+home+"repository/app"),
	} {
		assert.Empty(t, none, name)
	}
	assert.Nil(t, calls.Group(w, "a", "b"))
}

func TestDeployment(t *testing.T) {
	listener := "arn:aws:elasticloadbalancing" + home + "listener/app/lb/1/2"
	green := record("aws:lb/targetGroup:TargetGroup", "arn:aws:elasticloadbalancing"+home+"targetgroup/green/1", values{"name": "green"})
	ours := record("aws:lb/listenerRule:ListenerRule", "arn:aws:elasticloadbalancing"+home+"listener-rule/app/lb/1/2/3", values{
		"listenerArn": listener, "actions": []any{values{"type": "forward", "targetGroupArn": green.ID}}})
	other := record("aws:lb/listenerRule:ListenerRule", "arn:aws:elasticloadbalancing"+home+"listener-rule/app/lb/1/2/4", values{
		"listenerArn": listener, "actions": []any{values{"type": "fixed-response"}}})
	group := record("aws:codedeploy/deploymentGroup:DeploymentGroup", "arn:aws:codedeploy"+home+"deploymentgroup:app/app", values{
		"appName": "app", "deploymentGroupName": "app", "serviceRoleArn": role("deploy"),
		"ecsService": values{"clusterName": "c", "serviceName": "app"},
		"loadBalancerInfo": values{"targetGroupPairInfo": values{
			"prodTrafficRoute": values{"listenerArns": []any{listener}}, "targetGroups": []any{values{"name": "blue"}, values{"name": "green"}}}},
		"triggerConfigurations": []any{values{"triggerTargetArn": "arn:aws:sns" + home + "news"}},
	})
	w := handmade(green, ours, other, group)
	assert.Empty(t, cmp.Diff([]string{
		"deploy elasticloadbalancing:ModifyListener elasticloadbalancing::listener/app/lb/1/2",
		"deploy elasticloadbalancing:ModifyRule elasticloadbalancing::listener-rule/app/lb/1/2/3",
		"deploy ecs:UpdateServicePrimaryTaskSet ecs::service/c/app ecs:cluster=ecs::cluster/c",
	}, lines(calls.Shift(w, group))))
	assert.Empty(t, cmp.Diff([]string{"deploy sns:Publish sns::news"}, lines(calls.Notice(w, group))))
	assert.Empty(t, cmp.Diff([]string{
		"deploy lambda:InvokeFunction lambda::function:check", "deploy lambda:InvokeFunction lambda::function:f",
	}, lines(append(calls.Hook(w, group, "check"), calls.Hook(w, group, "arn:aws:lambda"+home+"function:f")...))))
	assert.Same(t, group, calls.Group(w, "app", "app"))
	assert.Nil(t, calls.Group(w, "other", "app"))
}
