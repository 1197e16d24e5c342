package calls

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	buildActionDoc = "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html"
	buildRoleDoc   = "https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html"
	buildVPCDoc    = "https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html#customer-managed-policies-example-create-vpc-network-interface"
)

// StartBuild is the pipeline that starts the project's build, or batch of builds, and waits for its end.
func StartBuild(w *world.World, p *world.Pipeline, a world.Action) []access.Call {
	actions := []string{"codebuild:StartBuild", "codebuild:BatchGetBuilds"}
	if a.Configuration["BatchEnabled"] == "true" {
		actions = []string{"codebuild:StartBuildBatch", "codebuild:BatchGetBuildBatches"}
	}
	name := a.Configuration["ProjectName"]
	arn := home(p, "codebuild", "project/"+name)
	if r := projectOf(w, a); r != nil {
		arn = r.Attr("arn")
	}
	return by{actor(p, a), buildActionDoc}.may("run the build "+name, arn, actions...)
}

func projectOf(w *world.World, a world.Action) *drydock.Record {
	return w.Find("aws:codebuild/project:Project", "name", a.Configuration["ProjectName"])
}

// Build is CodeBuild around the buildspec's commands, by the project's role: it reads the artifacts, writes the log,
// resolves the environment, and stores what comes out. What the commands call is known when they run.
func Build(w *world.World, p *world.Pipeline, a world.Action) []access.Call {
	project := projectOf(w, a)
	if project == nil {
		return nil
	}
	role := project.Inputs.Str("serviceRole")
	all := assumedFor("codebuild.amazonaws.com", role, project.Attr("arn"), buildRoleDoc)
	all = append(all, buildNetwork(role, project)...)
	all = append(all, buildImage(w, role, project)...)
	all = append(all, buildCache(w, role, project)...)
	all = append(all, buildLogs(w, role, project)...)
	all = append(all, buildEnvironment(w, role, project, a)...)
	all = append(all, buildArtifacts(w, p, role, project, a)...)
	return append(all, cloneSources(p, role, a)...)
}

func buildArtifacts(w *world.World, p *world.Pipeline, role string, project *drydock.Record, a world.Action) []access.Call {
	if p.Bucket == "" {
		return nil
	}
	caller := by{role, buildRoleDoc}
	all := caller.may("find the artifact bucket", bucketARN(p, p.Bucket), "s3:GetBucketAcl", "s3:GetBucketLocation")
	all = append(all, fetchArtifacts(w, p, role, buildRoleDoc, a)...)
	key := customerKey(w, p.Key, p.ARN)
	if key == "" {
		key = customerKey(w, project.Attr("encryptionKey"), p.ARN)
	}
	for _, artifact := range a.Outputs {
		object := artifactARN(p, artifact)
		all = append(all, caller.may("store the artifact "+artifact, object, "s3:PutObject")...)
		all = append(all, objectKey(role, key, object, regionOf(p.ARN), true)...)
	}
	return all
}

// buildLogs follows the project's settings: CloudWatch Logs unless it is off, in a group of CodeBuild's own unless one is
// named, and S3 if it is on.
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_LogsConfig.html
func buildLogs(w *world.World, role string, project *drydock.Record) []access.Call {
	var all []access.Call
	caller, arn := by{role, buildRoleDoc}, project.Attr("arn")
	config := project.Inputs.Obj("logsConfig")
	if cloudwatch := config.Obj("cloudwatchLogs"); cloudwatch.Str("status") != "DISABLED" {
		group := cloudwatch.Str("groupName")
		if group == "" {
			group = "/aws/codebuild/" + project.Attr("name")
		}
		all = append(all, writeLog(w, caller, group, "build", arn)...)
	}
	if s3 := config.Obj("s3Logs"); s3.Str("status") == "ENABLED" {
		object := placeInS3(arn, s3.Str("location")) + "/build.gz"
		all = append(all, caller.may("keep the build's log", object, "s3:PutObject")...)
		all = append(all, objectKey(role, customerKey(w, project.Attr("encryptionKey"), arn), object, regionOf(arn), true)...)
	}
	return all
}

// placeInS3 is the ARN of a bucket and prefix, which a project may give with or without the ARN's beginning.
func placeInS3(beside, location string) string {
	arn, _ := world.ParseARN(beside)
	start := "arn:" + arn.Partition + ":s3:::"
	return start + strings.TrimPrefix(location, start)
}

// buildCache is the cache of the project in S3, read before the build and written after it.
// https://docs.aws.amazon.com/codebuild/latest/userguide/caching-s3.html
func buildCache(w *world.World, role string, project *drydock.Record) []access.Call {
	cache := project.Inputs.Obj("cache")
	if cache.Str("type") != "S3" {
		return nil
	}
	arn := project.Attr("arn")
	object, key := placeInS3(arn, cache.Str("location"))+"/cache", customerKey(w, project.Attr("encryptionKey"), arn)
	all := by{role, buildRoleDoc}.may("keep the build's cache", object, "s3:GetObject", "s3:PutObject")
	return append(all, objectKey(role, key, object, regionOf(arn), true)...)
}

// ecrImage is an image in a private repository of ECR.
var ecrImage = regexp.MustCompile(`^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)`)

// buildImage is the environment's image, where the project's role pulls it.
// https://docs.aws.amazon.com/codebuild/latest/userguide/sample-ecr.html
func buildImage(w *world.World, role string, project *drydock.Record) []access.Call {
	environment := project.Inputs.Obj("environment")
	var all []access.Call
	if secret := environment.Obj("registryCredential").Str("credential"); secret != "" {
		all = readSecret(w, by{role, buildRoleDoc}, secret, project.Attr("arn"))
	}
	image := ecrImage.FindStringSubmatch(environment.Str("image"))
	if image == nil || environment.Str("imagePullCredentialsType") != "SERVICE_ROLE" {
		return all
	}
	arn, _ := world.ParseARN(project.Attr("arn"))
	arn.Account, arn.Region = image[1], image[2]
	all = append(all, Registry("ecr:GetAuthorizationToken", role, ""))
	return append(all, pull(w, by{role, buildRoleDoc}, arn.With("ecr", "repository/"+image[3]))...)
}

// buildNetwork is how CodeBuild joins a VPC. Which of the project's subnets it takes is its own choice.
func buildNetwork(role string, project *drydock.Record) []access.Call {
	config := project.Inputs.Obj("vpcConfig")
	if len(config) == 0 {
		return nil
	}
	arn, _ := world.ParseARN(project.Attr("arn"))
	caller := by{role, buildVPCDoc}
	all := caller.may("join the VPC", "*", "ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
		"ec2:DescribeSecurityGroups", "ec2:DescribeVpcs")
	card := arn.With("ec2", "network-interface/eni-0123456789abcdef0")
	all = append(all, caller.may("join the VPC", card, "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface")...)
	for _, subnet := range config.Strs("subnets") {
		in := arn.With("ec2", "subnet/"+subnet)
		all = append(all, caller.may("join the VPC", in, "ec2:CreateNetworkInterface")...)
		lend := caller.may("join the VPC", card, "ec2:CreateNetworkInterfacePermission")
		all = append(all, given(given(lend, "ec2:Subnet", in), "ec2:AuthorizedService", "codebuild.amazonaws.com")...)
	}
	for _, group := range config.Strs("securityGroupIds") {
		all = append(all, caller.may("join the VPC", arn.With("ec2", "security-group/"+group), "ec2:CreateNetworkInterface")...)
	}
	return all
}

// buildEnvironment resolves the variables that the project and the action take from Secrets Manager and Parameter Store.
// https://docs.aws.amazon.com/codebuild/latest/userguide/change-project.html#change-project-console-environment
func buildEnvironment(w *world.World, role string, project *drydock.Record, a world.Action) []access.Call {
	var all []access.Call
	arn := project.Attr("arn")
	for _, v := range project.Inputs.Obj("environment").Objs("environmentVariables") {
		all = append(all, variable(w, role, arn, v.Str("type"), v.Str("value"))...)
	}
	var own []struct{ Name, Value, Type string }
	if json.Unmarshal([]byte(a.Configuration["EnvironmentVariables"]), &own) == nil { // the pipeline's own check refuses another form
		for _, v := range own {
			all = append(all, variable(w, role, arn, v.Type, v.Value)...)
		}
	}
	return all
}

func variable(w *world.World, role, beside, kind, value string) []access.Call {
	switch kind {
	case "SECRETS_MANAGER":
		return readSecret(w, by{role, buildRoleDoc}, value, beside)
	case "PARAMETER_STORE":
		return readParameter(w, by{role, buildRoleDoc}, value, beside)
	}
	return nil
}
