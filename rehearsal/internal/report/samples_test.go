package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

const (
	account = "123456789012"
	prefix  = "arn:aws:%s:us-east-2:" + account + ":%s"
)

// passed is a release of the guide's application that goes through, with a canary.
func passed() *verdict.Verdict {
	return &verdict.Verdict{
		Pipeline: "bash-dog-dev-pipeline", Region: "us-east-2", Account: account,
		Source: verdict.Source{
			Repository: "acme/bash-dog", Branch: "develop", Commit: "3f9c2ab81c7d4e6f9a0b1c2d3e4f5a6b7c8d9e0f",
			Message: "Wag faster\n\nThe dog was bored.",
		},
		Steps: steps(),
		Calls: calls(), Forbidden: forbidden(),
		Traffic: []verdict.Sample{
			{At: 0, Green: 0, Event: "blue answers all requests"},
			{At: 331 * time.Second, Green: 10, Event: "canary of 10% for 5 minutes"},
			{At: 631 * time.Second, Green: 100, Event: "green answers all requests"},
		},
		Notes: []string{
			"The connection is PENDING: a person has to complete it once at https://console.aws.amazon.com/codesuite/settings/connections.",
			"CloudWatch alarms are taken as OK; the rehearsal cannot know what requests the new version would get.",
		},
		Wall: 14300 * time.Millisecond, Images: 9100 * time.Millisecond,
	}
}

func steps() []verdict.Step {
	var all []verdict.Step
	at := time.Duration(0)
	add := func(stage, action, name string, took time.Duration, detail string, log ...string) {
		all = append(all, verdict.Step{Stage: stage, Action: action, Name: name, At: at, Took: took, Result: verdict.Passed, Detail: detail, Log: log})
		at += took
	}
	add("Start", "", "Push", 0, "a push to develop starts the pipeline")
	add("Source", "Source", "Clone", 6*time.Second, "acme/bash-dog@develop 3f9c2ab, 14 files, 6.2 MB")
	add("Source", "Config", "Fetch", 2*time.Second, "config/bash-dog-dev.zip: taskdef.json, appspec.yaml")
	add("Build", "Build", "Provision", 24*time.Second, "aws/codebuild/amazonlinux2-x86_64-standard:5.0, 3 GB, 2 vCPUs, privileged")
	add("Build", "Build", "pre_build", 4*time.Second, "logged in to 123456789012.dkr.ecr.us-east-2.amazonaws.com",
		"[Container] 2026/11/22 05:00:30 Running command aws ecr get-login-password | docker login …", "Login Succeeded")
	add("Build", "Build", "build", 92*time.Second, "built api, sidecar, nginx for linux/amd64",
		"#1 [internal] load build definition from Dockerfile", "#5 [api 1/2] ADD bin/bash-dog-amd64.tar.gz /", "#5 DONE 0.8s",
		"#9 naming to 123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-dev-api:3f9c2ab81c7d4e6f9a0b1c2d3e4f5a6b7c8d9e0f done")
	add("Build", "Build", "post_build", 28*time.Second, "pushed 3 images; taskdef.json names them by digest",
		"The push refers to repository [123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-dev-api]",
		"3f9c2ab: digest: sha256:8d1f0c5c2a7b9e64f1a3b5c7d9e0f2a4b6c8d0e1f3a5b7c9d1e3f5a7b9c1d3e5 size: 742")
	add("Build", "Build", "Artifacts", 3*time.Second, "taskdef.json, appspec.yaml")
	add("Deploy", "Deploy", "Register revision", 4*time.Second, "bash-dog-dev:2, every placeholder and secret resolved")
	add("Deploy", "Deploy", "Green tasks start", 68*time.Second, "2 tasks of 3 containers are RUNNING")
	add("Deploy", "Deploy", "Health check", 100*time.Second, "GET /health on port 80 answers 200")
	add("Deploy", "Deploy", "Canary", 300*time.Second, "10% for 5 minutes, no alarm")
	add("Deploy", "Deploy", "All traffic", time.Second, "100% to green")
	add("Deploy", "Deploy", "Terminate blue", 300*time.Second, "after 5 minutes, as the deployment group says")
	add("After", "", "Preview", 0, "no changes")
	return all
}

// brokenBuild is a release whose Dockerfile lacks a target.
func brokenBuild() *verdict.Verdict {
	v := passed()
	fail := slices.IndexFunc(v.Steps, func(s verdict.Step) bool { return s.Name == "build" })
	v.Steps[fail].Result, v.Steps[fail].Took, v.Steps[fail].Detail = verdict.Failed, 7*time.Second, "docker build ended with exit code 1"
	v.Steps[fail].Log = append(v.Steps[fail].Log[:2:2],
		"\033[31mERROR: failed to solve: target stage \"sidecar\" could not be found\033[0m",
		"[Container] 2026/11/22 05:00:37 Command did not exit successfully docker build --target sidecar --tag 123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-dev-sidecar:latest . exit status 1",
		"[Container] 2026/11/22 05:00:37 Phase complete: BUILD State: FAILED")
	v.Steps[fail].Problem = &verdict.Problem{
		What: `failed to solve: target stage "sidecar" could not be found`, Where: "build project bash-dog-dev-build, phase build",
		File: "Dockerfile", Line: 15, Fix: "Name the stage that begins here sidecar: its name is side-car, and the container is sidecar.",
	}
	for i := fail + 1; i < len(v.Steps); i++ {
		v.Steps[i] = verdict.Step{Stage: v.Steps[i].Stage, Action: v.Steps[i].Action, Name: v.Steps[i].Name, Result: verdict.Skipped}
	}
	v.Traffic = []verdict.Sample{{Event: "blue answers all requests"}}
	push := slices.IndexFunc(v.Calls, func(c verdict.Call) bool {
		return c.Action == "ecr:InitiateLayerUpload" && strings.HasSuffix(c.Resource, "sidecar")
	})
	denied := &v.Calls[push]
	denied.Allowed, denied.Sid, denied.Policy = false, "", ""
	denied.Reason = "No statement allows ecr:InitiateLayerUpload on this repository: PullAndPushImages allows it on bash-dog-dev-api only."
	v.Steps[6].Result, v.Steps[6].At = verdict.Failed, 43*time.Second
	v.Steps[6].Problem = &verdict.Problem{
		What:  "User: arn:aws:sts::123456789012:assumed-role/bash-dog-build-3aef58f/AWSCodeBuild is not authorized to perform: ecr:InitiateLayerUpload on resource: arn:aws:ecr:us-east-2:123456789012:repository/bash-dog-dev-sidecar",
		Where: "role bash-dog-build-3aef58f", Fix: "Add the repository to the statement PullAndPushImages.",
	}
	v.Steps[6].More = []verdict.Problem{{What: "taskdef.json names no image for container sidecar", File: "taskdef.json", Fix: "Write the image's digest into it."}}
	return v
}

// alarmed is a release that an alarm ends while the canary runs; production asks a person first.
func alarmed() *verdict.Verdict {
	v := passed()
	approval := verdict.Step{Stage: "Approval", Action: "Approve", Name: "Approve", At: 159 * time.Second, Took: 0, Result: verdict.Manual, Detail: "taken as given"}
	at := slices.IndexFunc(v.Steps, func(s verdict.Step) bool { return s.Stage == "Deploy" })
	v.Steps = slices.Insert(v.Steps, at, approval)
	fail := slices.IndexFunc(v.Steps, func(s verdict.Step) bool { return s.Name == "Canary" })
	s := &v.Steps[fail]
	s.Result, s.Took, s.Detail = verdict.Failed, 120*time.Second, "alarm bash-dog-dev-errors went to ALARM"
	s.Log = []string{"api  | panic: wag: tail not found", "api  | goroutine 1 [running]:", "api  | main.main()", "api  | \t/src/app/main.go:41 +0x1d"}
	s.Problem = &verdict.Problem{
		What:  "The deployment was stopped and rolled back because alarm bash-dog-dev-errors-5ab7c3f went to ALARM",
		Where: "deployment group bash-dog-dev", Fix: "Mend what makes the new version answer with 5xx: the log of container api has the cause.",
	}
	v.Steps = append(v.Steps[:fail+1],
		verdict.Step{Stage: "Deploy", Action: "Deploy", Name: "Roll back", At: 451 * time.Second, Took: 20 * time.Second, Result: verdict.Passed, Detail: "100% to blue; green is terminated"},
		verdict.Step{Stage: "Deploy", Action: "Deploy", Name: "Terminate blue", Result: verdict.Skipped},
		verdict.Step{Stage: "After", Name: "Preview", At: 471 * time.Second, Result: verdict.Passed, Detail: "no changes"})
	v.Traffic = []verdict.Sample{
		{At: 0, Green: 0, Event: "blue answers all requests"},
		{At: 331 * time.Second, Green: 10, Event: "canary of 10% for 5 minutes"},
		{At: 451 * time.Second, Green: 0, Event: "alarm bash-dog-dev-errors: rolled back"},
	}
	return v
}

// calls are 80, by the roles of the development stack.
func calls() []verdict.Call {
	repositories := []string{"api", "nginx", "sidecar"}
	var all []verdict.Call
	add := func(stage, step, role, sid, policy, service, resource, why string, actions ...string) {
		if resource != "*" {
			resource = fmt.Sprintf(prefix, service, resource)
		}
		for _, a := range actions {
			all = append(all, verdict.Call{
				Stage: stage, Step: step, Role: "arn:aws:iam::" + account + ":role/" + role, Action: service + ":" + a, Resource: resource,
				Allowed: true, Sid: sid, Policy: policy, Reason: "Statement " + sid + " of " + policy + " allows it.", Why: why,
				Doc: "https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html",
			})
		}
	}
	add("Source", "Clone", "bash-dog-pipeline-883eeb3", "UseConnection", "bash-dog-pipeline-21350a3", "codestar-connections",
		"connection/bfc33818-286d-1023-8080-ded1916bb454", "fetch the commit", "UseConnection")
	add("Build", "Provision", "bash-dog-pipeline-883eeb3", "RunBuilds", "bash-dog-pipeline-21350a3", "codebuild", "project/bash-dog-dev-build",
		"start the build", "StartBuild", "BatchGetBuilds")
	for _, r := range repositories {
		add("Build", "post_build", "bash-dog-build-3aef58f", "PullAndPushImages", "bash-dog-build-1fb8a18", "ecr", "repository/bash-dog-dev-"+r,
			"push the image of "+r, "BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage",
			"BatchGetImage", "GetDownloadUrlForLayer", "DescribeImages")
		add("Deploy", "Green tasks start", "bash-dog-execution-3bf91d0", "PullImages", "bash-dog-execution-192eb44", "ecr", "repository/bash-dog-dev-"+r,
			"pull the image of "+r, "BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")
		add("Deploy", "Green tasks start", "bash-dog-execution-3bf91d0", "WriteLogs", "bash-dog-execution-192eb44", "logs",
			"log-group:/ecs/bash-dog-dev:log-stream:"+r+"/"+r+"/0123456789abcdef0123456789abcdef", "write the log of "+r, "CreateLogStream", "PutLogEvents")
	}
	add("Build", "pre_build", "bash-dog-build-3aef58f", "LogInToRegistry", "bash-dog-build-1fb8a18", "ecr", "*", "docker login", "GetAuthorizationToken")
	add("Deploy", "Green tasks start", "bash-dog-execution-3bf91d0", "ReadSecrets", "bash-dog-execution-192eb44", "secretsmanager",
		"secret:bash-dog-dev/environment/DATABASE_URL-dXR0Um", "read DATABASE_URL", "GetSecretValue")
	add("Deploy", "Register revision", "bash-dog-pipeline-883eeb3", "RegisterTaskDefinition", "bash-dog-pipeline-21350a3", "ecs", "*",
		"register the revision", "RegisterTaskDefinition")
	for _, step := range []string{"Canary", "All traffic"} {
		add("Deploy", step, "bash-dog-deploy-9cda506", "MoveTraffic", "bash-dog-deploy-db3bc9b", "elasticloadbalancing",
			"listener/app/bash-dog-d902c97/dd0e99d38d5c98a0/baaca55d431abf5b", "shift traffic", "ModifyListener")
		add("Deploy", step, "bash-dog-deploy-9cda506", "ReplaceTasks", "bash-dog-deploy-db3bc9b", "ecs",
			"task-set/bash-dog-dev/bash-dog-dev/*", "replace the tasks", "DescribeServices", "CreateTaskSet", "DeleteTaskSet", "UpdateServicePrimaryTaskSet")
	}
	for i := 0; len(all) < 80; i++ {
		add("Build", "Artifacts", "bash-dog-build-3aef58f", "UseArtifacts", "bash-dog-build-1fb8a18", "s3",
			fmt.Sprintf("bash-dog-a28a4f1/bash-dog-dev-pipel/Build/%07d.zip", i), "hand the artifact over", "PutObject")
	}
	return all
}

// forbidden are 40 calls that no role may make.
func forbidden() []verdict.Call {
	var all []verdict.Call
	for _, role := range []string{"bash-dog-build-3aef58f", "bash-dog-deploy-9cda506", "bash-dog-execution-3bf91d0", "bash-dog-pipeline-883eeb3"} {
		for _, call := range strings.Fields(`ecr:PutImage=repository/another ecr:DeleteRepository=repository/bash-dog-dev-api
			secretsmanager:GetSecretValue=secret:another-AbCdEf secretsmanager:PutSecretValue=secret:bash-dog-dev/environment/DATABASE_URL-dXR0Um
			iam:CreateUser=user/mallory iam:AttachRolePolicy=role/bash-dog-build-3aef58f iam:PassRole=role/admin s3:GetObject=another-bucket/key
			sts:AssumeRole=role/admin codepipeline:PutApprovalResult=bash-dog-dev-pipeline/Approval/Approve`) {
			action, resource, _ := strings.Cut(call, "=")
			service, _, _ := strings.Cut(action, ":")
			all = append(all, verdict.Call{
				Stage: "Build", Role: "arn:aws:iam::" + account + ":role/" + role, Action: action, Resource: fmt.Sprintf(prefix, service, resource),
				Reason: "No statement allows it.", Why: "a build must not reach beyond its own project",
			})
		}
	}
	return all
}
