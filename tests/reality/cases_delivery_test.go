package reality

// delivery are CodeBuild, CodeDeploy, CodePipeline and the connection to GitHub.
func delivery() service {
	tags := values{"tags": values{"team": "dogs"}}
	const (
		project     = "codebuild/project:Project"
		application = "codedeploy/application:Application"
		speed       = "codedeploy/deploymentConfig:DeploymentConfig"
		group       = "codedeploy/deploymentGroup:DeploymentGroup"
		pipeline    = "codepipeline/pipeline:Pipeline"
		connection  = "codestarconnections/connection:Connection"
		repository  = "codecommit/repository:Repository"
	)
	machine := values{"type": "LINUX_CONTAINER", "computeType": "BUILD_GENERAL1_SMALL", "image": "aws/codebuild/amazonlinux2-x86_64-standard:5.0", "privilegedMode": true}
	build := values{"serviceRole": "${build-role.arn}", "artifacts": values{"type": "CODEPIPELINE"}, "environment": machine,
		"source": values{"type": "CODEPIPELINE", "buildspec": "version: 0.2\n"}}
	cb := func(name string, more values) values { return over(over(build, values{"name": name}), more) }
	linear := func(kind string, percent int) values {
		shift := values{"interval": 3, "percentage": percent}
		return values{"type": "TimeBased" + kind, "timeBased" + kind: shift}
	}
	shifting := values{"computePlatform": "ECS", "trafficRoutingConfig": linear("Linear", 10)}
	cd := func(name string, more values) values {
		return over(over(shifting, values{"deploymentConfigName": name}), more)
	}
	blueGreen := func(wait int) values {
		return values{"deploymentReadyOption": values{"actionOnTimeout": "CONTINUE_DEPLOYMENT"},
			"terminateBlueInstancesOnDeploymentSuccess": values{"action": "TERMINATE", "terminationWaitTimeInMinutes": wait}}
	}
	pair := values{"targetGroupPairInfo": values{"prodTrafficRoute": values{"listenerArns": list("${listener.arn}")},
		"targetGroups": list(values{"name": "fixture-blue"}, values{"name": "fixture-green"})}}
	deploy := values{"appName": "${application.name}", "serviceRoleArn": "${deploy-role.arn}", "deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce",
		"deploymentStyle":           values{"deploymentOption": "WITH_TRAFFIC_CONTROL", "deploymentType": "BLUE_GREEN"},
		"blueGreenDeploymentConfig": blueGreen(5), "loadBalancerInfo": pair,
		"ecsService": values{"clusterName": "${cluster.name}", "serviceName": "${service-tags.name}"}}
	dg := func(name string, more values) values {
		return over(over(deploy, values{"deploymentGroupName": name}), more)
	}
	of := func(service string) values { // a service has one deployment group
		return values{"ecsService": values{"clusterName": "${cluster.name}", "serviceName": "${" + service + ".name}"}}
	}
	stages := func(branch string) []any {
		return list(
			values{"name": "Source", "actions": list(values{"name": "Source", "category": "Source", "owner": "AWS",
				"provider": "CodeStarSourceConnection", "version": "1", "outputArtifacts": list("source"),
				"configuration": values{"ConnectionArn": "${connection.arn}", "FullRepositoryId": "acme/dogs", "BranchName": branch}})},
			values{"name": "Build", "actions": list(values{"name": "Build", "category": "Build", "owner": "AWS", "provider": "CodeBuild",
				"version": "1", "inputArtifacts": list("source"), "configuration": values{"ProjectName": "${project.name}"}})})
	}
	flow := values{"roleArn": "${pipeline-role.arn}", "pipelineType": "V2", "stages": stages("main"),
		"artifactStores": list(values{"location": "${bucket.id}", "type": "S3"})}
	cp := func(name string, more values) values { return over(over(flow, values{"name": name}), more) }
	first := func(change values) values {
		all := stages("main")
		stage := all[0].(values)
		action := stage["actions"].([]any)[0].(values)
		return values{"stages": list(over(stage, values{"actions": list(over(action, change))}), all[1])}
	}
	return service{
		fixtures: []fixture{
			{"project", project, cb("fixture", nil)},
			{"application", application, values{"name": "fixture", "computePlatform": "ECS"}},
			{"application-two", application, values{"name": "fixture-two", "computePlatform": "ECS"}},
			{"connection", connection, values{"name": "fixture", "providerType": "GitHub"}},
		},
		edits: []edit{
			{"build-timeout", project, cb("timeout", nil), values{"buildTimeout": 20}},
			{"build-name", project, cb("before", nil), values{"name": "after"}},
			{"build-variable", project, cb("variable", nil),
				values{"environment": over(machine, values{"environmentVariables": list(values{"name": "STAGE", "value": "dev"})})}},
			{"build-spec", project, cb("spec", nil), values{"source": values{"type": "CODEPIPELINE", "buildspec": "version: 0.2\nphases: {}\n"}}},
			{"build-concurrency", project, cb("concurrency", nil), values{"concurrentBuildLimit": 1}},
			{"build-logs", project, cb("logs", nil), values{"logsConfig": values{"cloudwatchLogs": values{"groupName": "/dogs/build"}}}},
			{"build-tags", project, cb("tags", nil), tags},
			{"app-name", application, values{"name": "before", "computePlatform": "ECS"}, values{"name": "after"}},
			{"app-platform", application, values{"name": "platform", "computePlatform": "ECS"}, values{"computePlatform": "Server"}},
			{"app-tags", application, values{"name": "tags", "computePlatform": "ECS"}, tags},
			{"speed-percent", speed, cd("percent", nil), values{"trafficRoutingConfig": linear("Linear", 20)}},
			{"speed-kind", speed, cd("kind", nil), values{"trafficRoutingConfig": linear("Canary", 10)}},
			{"speed-name", speed, cd("before", nil), values{"deploymentConfigName": "after"}},
			{"group-config", group, dg("config", of("service")), values{"deploymentConfigName": "CodeDeployDefault.ECSCanary10Percent5Minutes"}},
			{"group-wait", group, dg("wait", of("service-two")), values{"blueGreenDeploymentConfig": blueGreen(60)}},
			{"group-rollback", group, dg("rollback", of("service-three")),
				values{"autoRollbackConfiguration": values{"enabled": true, "events": list("DEPLOYMENT_FAILURE")}}},
			{"group-alarm", group, dg("alarm", of("service-four")), values{"alarmConfiguration": values{"enabled": true, "alarms": list("fixture")}}},
			{"group-rename", group, dg("before", of("service-count")), values{"deploymentGroupName": "after"}},
			{"group-app", group, dg("app", of("service-exec")), values{"appName": "${application-two.name}"}},
			{"flow-branch", pipeline, cp("branch", nil), values{"stages": stages("develop")}},
			{"flow-name", pipeline, cp("before", nil), values{"name": "after"}},
			{"flow-mode", pipeline, cp("mode", nil), values{"executionMode": "QUEUED"}},
			{"flow-tags", pipeline, cp("tags", nil), tags},
			{"connection-name", connection, values{"name": "before", "providerType": "GitHub"}, values{"name": "after"}},
			{"connection-kind", connection, values{"name": "kind", "providerType": "GitHub"}, values{"providerType": "Bitbucket"}},
			{"connection-tags", connection, values{"name": "tags", "providerType": "GitHub"}, tags},
			{"source-description", repository, values{"repositoryName": "described"}, values{"description": "Dogs"}},
			{"source-tags", repository, values{"repositoryName": "tags"}, tags},
		},
		wrongs: []wrong{
			{"build-name-no", project, cb("my project", nil)},
			{"build-timeout-short", project, cb("wrong", values{"buildTimeout": 4})},
			{"build-timeout-long", project, cb("wrong", values{"buildTimeout": 3000})},
			{"build-machine", project, cb("wrong", values{"environment": over(machine, values{"type": "LAPTOP"})})},
			{"build-compute", project, cb("wrong", values{"environment": over(machine, values{"computeType": "HUGE"})})},
			{"build-no-role", project, over(cb("wrong", nil), values{"serviceRole": none{}})},
			{"build-artifacts", project, cb("wrong", values{"artifacts": values{"type": "FTP"}})},
			{"build-source", project, cb("wrong", values{"source": values{"type": "SVN"}})},
			{"app-long", application, values{"name": text(101), "computePlatform": "ECS"}},
			{"app-platform-no", application, values{"name": "wrong", "computePlatform": "Kubernetes"}},
			{"speed-long", speed, cd(text(101), nil)},
			{"speed-platform", speed, cd("wrong", values{"computePlatform": "EKS"})},
			{"speed-type", speed, cd("wrong", values{"trafficRoutingConfig": values{"type": "Exponential"}})},
			{"group-app-lost", group, dg("wrong", values{"appName": "lost"})},
			{"group-option", group, dg("wrong", values{"deploymentStyle": values{"deploymentOption": "WITH_LUCK", "deploymentType": "BLUE_GREEN"}})},
			{"group-event", group, dg("wrong", values{"autoRollbackConfiguration": values{"enabled": true, "events": list("FAILURE")}})},
			{"group-no-role", group, over(dg("wrong", nil), values{"serviceRoleArn": none{}})},
			{"group-role-no", group, dg("wrong", values{"serviceRoleArn": "deploy-role"})},
			{"group-action", group, dg("wrong", values{"blueGreenDeploymentConfig": values{
				"terminateBlueInstancesOnDeploymentSuccess": values{"action": "RECYCLE"}}})},
			{"group-one-target", group, dg("wrong", values{"loadBalancerInfo": values{"targetGroupPairInfo": values{
				"prodTrafficRoute": values{"listenerArns": list("${listener.arn}")}, "targetGroups": list(values{"name": "fixture-blue"})}}})},
			{"group-long", group, dg(text(101), nil)},
			{"flow-name-no", pipeline, cp("my pipeline", nil)},
			{"flow-one-stage", pipeline, cp("wrong", values{"stages": stages("main")[:1]})},
			{"flow-no-stages", pipeline, over(cp("wrong", nil), values{"stages": none{}})},
			{"flow-type", pipeline, cp("wrong", values{"pipelineType": "V3"})},
			{"flow-mode-no", pipeline, cp("wrong", values{"executionMode": "RANDOM"})},
			{"flow-category", pipeline, cp("wrong", first(values{"category": "Fetch"}))},
			{"flow-owner", pipeline, cp("wrong", first(values{"owner": "Acme"}))},
			{"flow-action-name", pipeline, cp("wrong", first(values{"name": "my action"}))},
			{"flow-store", pipeline, cp("wrong", values{"artifactStores": list(values{"location": "${bucket.id}", "type": "GCS"})})},
			{"flow-role-no", pipeline, cp("wrong", values{"roleArn": "pipeline-role"})},
			{"connection-long", connection, values{"name": text(33), "providerType": "GitHub"}},
			{"connection-kind-no", connection, values{"name": "wrong", "providerType": "SourceForge"}},
			{"connection-nothing", connection, values{"name": "wrong"}},
			{"source-nameless", repository, values{"description": "Dogs"}},
			{"source-long", repository, values{"repositoryName": text(101)}},
			{"source-name-no", repository, values{"repositoryName": "my dogs"}},
			{"source-name-git", repository, values{"repositoryName": "dogs.git"}},
			{"source-described-long", repository, values{"repositoryName": "wrong", "description": text(1001)}},
			{"source-unknown", repository, values{"repositoryName": "wrong", "defaultbranch": "main"}},
		},
	}
}
