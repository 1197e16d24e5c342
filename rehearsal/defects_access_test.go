package rehearsal

import "strings"

const (
	policies = "policies"

	impossible = "Afterwards / What must not be possible"
)

// policy is a defect of the dev stack's policies.
func policy(name, at string, inject func(*subject), says ...string) defect {
	return injected(policies, name, "dev", inject, at, says...)
}

// trust replaces a text in the trust policy of a role.
func trust(name, role, from, to, at string, says ...string) defect {
	return policy(name, at, func(s *subject) {
		r := s.named(roleType, role)
		s.set(r, "assumeRolePolicy", replaced(s, r.Attr("assumeRolePolicy"), from, to))
	}, says...)
}

// wider adds a statement to a role's policy.
func wider(name, role, statement string, says ...string) defect {
	return policy(name, impossible, func(s *subject) {
		r := s.named(inlineType, role)
		s.set(r, "policy", replaced(s, r.Attr("policy"), `"Statement":[`, `"Statement":[`+statement+`,`))
	}, says...)
}

// policyDefects are policies as a hand has changed them. The mutants of every policy are a suite of their own.
var policyDefects = []defect{
	trust("the pipeline's role trusts another service", "bash-dog-pipeline-", "codepipeline.amazonaws.com", "codebuild.amazonaws.com",
		"Start / Push", "codepipeline.amazonaws.com", "sts:AssumeRole", "bash-dog-pipeline-"),
	trust("the build's role trusts another service", "bash-dog-build-", "codebuild.amazonaws.com", "codepipeline.amazonaws.com", buildStart,
		"codebuild.amazonaws.com", "sts:AssumeRole", "bash-dog-build-"),
	trust("the build's role trusts another project", "bash-dog-build-", "project/bash-dog-dev-build", "project/bash-dog-build", buildStart,
		"aws:SourceArn", "bash-dog-dev-build"),
	trust("the deployment's role trusts another service", "bash-dog-deploy-", "codedeploy.amazonaws.com", "ecs.amazonaws.com", taskSet,
		"codedeploy.amazonaws.com", "sts:AssumeRole", "bash-dog-deploy-"),
	trust("the deployment's role trusts another account", "bash-dog-deploy-", `"aws:SourceAccount":["123456789012"]`,
		`"aws:SourceAccount":["210987654321"]`, taskSet, "aws:SourceAccount", "bash-dog-deploy-"),
	trust("the execution role trusts another service", "bash-dog-execution-", "ecs-tasks.amazonaws.com", "ecs.amazonaws.com", startTasks,
		"ecs-tasks.amazonaws.com", "bash-dog-execution-"),
	trust("the task's role trusts another region", "bash-dog-task-", "arn:aws:ecs:us-east-2:", "arn:aws:ecs:us-east-1:", startTasks,
		"aws:SourceArn", "bash-dog-task-"),
	policy("a role that everyone may take on", impossible, func(s *subject) {
		s.set(s.named(roleType, "bash-dog-build-"), "assumeRolePolicy",
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*","Service":"codebuild.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
	}, "sts:AssumeRole", "bash-dog-build-"),
	trust("a role for any account's projects", "bash-dog-build-",
		`"StringEquals":{"aws:SourceArn":["arn:aws:codebuild:us-east-2:123456789012:project/bash-dog-dev-build"]}`, `"StringLike":{"aws:SourceArn":["arn:aws:codebuild:*"]}`, impossible,
		"sts:AssumeRole", "bash-dog-build-"),

	policy("the bucket denies the build", buildStart, func(s *subject) {
		s.denied(s.named(roleType, "bash-dog-build-").Attr("arn"))
	}, "s3:", "bash-dog-build-", "Closed", "bucket policy"),
	policy("the bucket denies all", "Source / Repository", func(s *subject) { s.denied("*") }, "s3:", "bash-dog-pipeline-", "Closed",
		"bucket policy"),
	injected(policies, "the key's policy leaves the roles out", "key", func(s *subject) {
		key := s.only(keyType)
		s.set(key, "policy", replaced(s, key.Attr("policy"), ":root", ":role/administrator"))
	}, "Source / Repository", "kms:GenerateDataKey", keyARN, "bash-dog-pipeline-"),
	injected(policies, "the build's role has no right to the key", "key", func(s *subject) {
		r := s.named(inlineType, "bash-dog-build-")
		s.set(r, "policy", replaced(s, r.Attr("policy"), keyARN, keyARN+"0"))
	}, buildStart, "kms:Decrypt", keyARN, "bash-dog-build-"),
	injected(policies, "the key is disabled", "key", func(s *subject) { s.set(s.only(keyType), "isEnabled", false) }, "Source / Repository", "DisabledException", keyARN),
	injected(policies, "the topic admits no events", "staging", func(s *subject) { s.remove(topicPolicyType) }, "Afterwards / Notifications", "sns:Publish", "events.amazonaws.com", ":bash-dog-"),
	injected(policies, "an alarm tells a topic that does not admit it", "production", func(s *subject) {
		topic := s.only("aws:sns/topic:Topic").ID
		s.set(s.named(alarmType, "bash-dog-errors"), "alarmActions", []any{topic})
	}, "Afterwards / Notifications", "sns:Publish", "cloudwatch.amazonaws.com", ":bash-dog-"),

	wider("every right to every repository", "bash-dog-build-", `{"Sid":"Wide","Effect":"Allow","Action":"ecr:*","Resource":"*"}`, "ecr:",
		"Wide", "bash-dog-build-"),
	wider("every right to every bucket", "bash-dog-pipeline-", `{"Sid":"Wide","Effect":"Allow","Action":"s3:*","Resource":"*"}`, "s3:", "Wide",
		"bash-dog-pipeline-"),
	wider("every secret", "bash-dog-execution-", `{"Sid":"Wide","Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*"}`,
		"secretsmanager:GetSecretValue", "Wide"),
	wider("any role may be passed", "bash-dog-pipeline-", `{"Sid":"Wide","Effect":"Allow","Action":"iam:PassRole","Resource":"*"}`,
		"iam:PassRole", "Wide"),
	wider("roles may be made", "bash-dog-deploy-", `{"Sid":"Wide","Effect":"Allow","Action":"iam:*","Resource":"*"}`, "iam:", "Wide"),
	wider("every service may be updated", "bash-dog-deploy-", `{"Sid":"Wide","Effect":"Allow","Action":"ecs:*","Resource":"*"}`, "ecs:", "Wide"),
	wider("the build may deploy", "bash-dog-build-", `{"Sid":"Wide","Effect":"Allow","Action":"codedeploy:*","Resource":"*"}`,
		"codedeploy:CreateDeployment", "Wide"),
	wider("everything is allowed", "bash-dog-start-", `{"Sid":"Wide","Effect":"Allow","Action":"*","Resource":"*"}`, "Wide", "bash-dog-start-"),
	injected(policies, "the bucket is open without TLS", "dev", func(s *subject) { s.remove(bucketPolicyType) }, impossible, "without TLS"),
}

// denied closes the artifact bucket to the principal.
func (s *subject) denied(principal string) {
	s.Helper()
	r := s.only(bucketPolicyType)
	bucket := "arn:aws:s3:::" + r.Attr("bucket")
	statement := strings.NewReplacer("BUCKET", bucket, "WHO", principal).Replace(
		`{"Sid":"Closed","Effect":"Deny","Principal":{"AWS":"WHO"},"Action":"s3:*","Resource":["BUCKET","BUCKET/*"]},`)
	s.set(r, "policy", replaced(s, r.Attr("policy"), `"Statement":[`, `"Statement":[`+statement))
}
