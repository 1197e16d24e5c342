package rehearsal

import "strings"

const (
	definitions = "definitions"

	previewing = "Preview / BUILD"
	updating   = "Up / BUILD"
	exceeded   = "Afterwards / What must not be possible"
)

// ofDefinition is a defect of a pipeline that deploys a definition.
func ofDefinition(name, at string, inject func(*subject), says ...string) defect {
	return injected(definitions, name, "deployer", inject, at, says...)
}

// policyText changes the text of a policy that has the name, or is of a role with the name, digits at the end aside.
func (s *subject) policyText(typ, name string, change func(text string) string) {
	s.Helper()
	for _, r := range s.world.All(typ) {
		if strings.HasPrefix(r.Attr("name"), name) || strings.HasPrefix(r.Inputs.Str("role"), name) {
			text := r.Attr("policy")
			next := change(text)
			if next == text {
				s.Fatalf("%s of %s has nothing to change: %s", typ, name, text)
			}
			s.set(r, "policy", next)
			return
		}
	}
	s.Fatalf("no %s of %s", typ, name)
}

const policyType = "aws:iam/policy:Policy"

// lacking takes an action out of a policy.
func lacking(action string) func(string) string {
	return func(text string) string {
		text = strings.Replace(text, `"`+action+`",`, "", 1)
		return strings.Replace(text, `,"`+action+`"`, "", 1)
	}
}

// build replaces a text in a project's buildspec.
func (s *subject) build(project, from, to string) {
	s.Helper()
	r := s.named(projectType, project)
	s.set(r, "source.buildspec", replaced(s, r.Inputs.Obj("source").Str("buildspec"), from, to))
}

// definitionDefects are of what a meta pipeline is made of, and of the definition that it deploys.
var definitionDefects = []defect{
	ofDefinition("a push that changes nothing of the definition", "Start / Push", func(s *subject) { s.app.Changed = []string{"README.md", "docs/a.md"} },
		"starts nothing", "takes changes of *.go", "README.md"),
	ofDefinition("a trigger on paths that the definition does not have", "Start / Push", func(s *subject) {
		s.set(s.only(pipelineType), "triggers.*.gitConfiguration.pushes.*.filePaths", map[string]any{"includes": []any{"infrastructure/**"}})
	}, "starts nothing", "infrastructure/**"),
	ofDefinition("the archive of Pulumi is sought elsewhere", "Preview / INSTALL", func(s *subject) {
		s.build("deployer-preview", "releases/sdk/$archive", "releases/$archive")
	}, "There is no release at https://get.pulumi.com/releases/pulumi-v3.255.0-linux-x64.tar.gz"),
	ofDefinition("the build does not install Pulumi", previewing, func(s *subject) {
		s.build("deployer-preview", `mkdir -p "$HOME/.pulumi/bin"`, "exit 0")
	}, "pulumi"),
	ofDefinition("a SHA-256 that is none", "Preview / INSTALL", func(s *subject) {
		s.variable("deployer-preview", "PULUMI_SHA256", "latest")
		s.variable("deployer-up", "PULUMI_SHA256", "latest")
	}, "is not the file whose SHA-256 is pinned"),
	ofDefinition("two builds that pin two versions", "Preview / Stacks", func(s *subject) { s.variable("deployer-up", "PULUMI_VERSION", "3.254.0") },
		"3.255.0", "3.254.0"),
	ofDefinition("a stack without a file", "Preview / Stacks", func(s *subject) { s.variable("deployer-preview", "STACKS", "app production") },
		"there is no stack", "production"),
	ofDefinition("a directory without a program", "Preview / Stacks", func(s *subject) { s.variable("deployer-preview", "DIRECTORY", "infra") },
		"infra"),
	ofDefinition("another parameter than the pipeline's", previewing, func(s *subject) {
		s.variable("deployer-preview", "DEFINITION_PARAMETER", "/container-pipeline/other/definition")
	}, "ssm:GetParameter"),
	ofDefinition("the preview may not list the states", previewing, func(s *subject) {
		s.policyText(inlineType, "deployer-preview", lacking("s3:ListBucket"))
	}, "s3:ListBucket", "deployer-preview"),
	ofDefinition("the preview may not read the states", previewing, func(s *subject) {
		s.policyText(inlineType, "deployer-preview", func(text string) string {
			return strings.Replace(text, `"Sid":"ReadStates"`, `"Sid":"ReadStates","Condition":{"Bool":{"aws:SecureTransport":"false"}}`, 1)
		})
	}, "s3:GetObject", ".pulumi/"),
	ofDefinition("the preview may not use the key", previewing, func(s *subject) {
		s.policyText(inlineType, "deployer-preview", lacking("kms:Decrypt"))
	}, "kms:Decrypt"),
	ofDefinition("the key of the secrets is disabled", previewing, func(s *subject) {
		key := s.only("aws:kms/key:Key")
		key.Inputs["isEnabled"], key.Outputs["isEnabled"] = false, false
	}, "KMS.DisabledException"),
	ofDefinition("the preview writes", previewing, func(s *subject) {
		s.build("deployer-preview", `pulumi preview --stack "$stack"`, `pulumi up --yes --skip-preview --stack "$stack"`)
		s.build("deployer-preview", `--json --save-plan "$plan/$stack.plan" >"$plan/$stack.json"`, ">&2")
	}, "s3:PutObject", ".pulumi/locks/"),
	ofDefinition("a program that does not compile", previewing, func(s *subject) {
		s.files["Pulumi.yaml"] = "name: definition\nruntime: go\n"
		s.edit("main.go", "return err", "return nothing")
	}, "The preview of app has failed"),
	ofDefinition("a resource that AWS would refuse", previewing, func(s *subject) { s.edit("Pulumi.app.yaml", "us-east-2\n", "us-east-2\n  definition:retention: 8\n") },
		"The preview of app has failed"),
	ofDefinition("the plan is not handed over", "Up / Sources", func(s *subject) { s.action("Preview")["outputArtifacts"] = []any{} },
		"Plan", "which no action before it makes"),
	ofDefinition("the plan is not among the artifacts", "Preview / UPLOAD_ARTIFACTS", func(s *subject) {
		s.build("deployer-preview", "base-directory: plan", "base-directory: plans")
	}, "plans"),
	ofDefinition("the update does not read the plan", updating, func(s *subject) {
		s.build("deployer-up", `plan="$CODEBUILD_SRC_DIR_Plan"`, `plan="$CODEBUILD_SRC_DIR_Preview"`)
	}, "CODEBUILD_SRC_DIR_Preview: parameter not set"),
	ofDefinition("the summary has no namespace", "Approval / Approval", func(s *subject) { delete(s.action("Preview"), "namespace") }, "#{Preview.SUMMARY}"),
	ofDefinition("the summary is not exported", "Approval / Approval", func(s *subject) {
		s.build("deployer-preview", "exported-variables: [SUMMARY]", "exported-variables: [RESULT]")
	}, "#{Preview.SUMMARY}"),
	ofDefinition("approvers who cannot be told", "Approval / Approval", func(s *subject) {
		s.policyText(inlineType, "deployer-pipeline", func(text string) string { return strings.Replace(text, `"sns:Publish"`, `"sns:Subscribe"`, 1) })
	}, "sns:Publish"),
	ofDefinition("a topic that admits no events", "Afterwards / Notifications", func(s *subject) {
		s.policyText(topicPolicyType, "", func(text string) string {
			return strings.ReplaceAll(text, "events.amazonaws.com", "codepipeline.amazonaws.com")
		})
	}, "events.amazonaws.com"),
	ofDefinition("the update may not take its lock off the state", "Up / Deployed", func(s *subject) { s.policyText(inlineType, "deployer-up", lacking("s3:DeleteObject")) },
		"s3:DeleteObject", ".pulumi/locks/"),
	ofDefinition("a role without the boundary", updating, func(s *subject) { s.files["Pulumi.app.yaml"] = "config:\n  aws:region: us-east-2\n" },
		"iam:CreateRole", "MakeBoundedRoles"),
	ofDefinition("a role with another boundary", updating, func(s *subject) {
		s.edit("Pulumi.app.yaml", "deployer-boundary", s.named(policyType, "deployer-read-1").Attr("name"))
	}, "iam:CreateRole"),
	ofDefinition("a boundary that is too narrow", updating, func(s *subject) {
		s.policyText(policyType, "deployer-boundary", func(text string) string { return strings.Replace(text, `"codebuild:*"`, `"codebuild:StartBuild"`, 1) })
	}, "codebuild:CreateProject"),
	ofDefinition("permissions without a type of the stack", updating, func(s *subject) {
		s.policyText(policyType, "deployer-deploy-1", func(text string) string { return strings.ReplaceAll(text, `"logs:`, `"events:`) })
	}, "logs:CreateLogGroup"),
	ofDefinition("permissions for another name", updating, func(s *subject) {
		s.policyText(policyType, "deployer-deploy-1", func(text string) string { return strings.ReplaceAll(text, "project/app", "project/api") })
	}, "codebuild:CreateProject", "project/app"),
	ofDefinition("the deployer may not pass the role", updating, func(s *subject) {
		s.policyText(policyType, "deployer-deploy-1", func(text string) string { return strings.ReplaceAll(text, `"iam:PassRole"`, `"iam:GetRole"`) })
	}, "iam:PassRole", "app-build-"),
	ofDefinition("the update may not keep its definition", updating, func(s *subject) { s.policyText(inlineType, "deployer-up", lacking("ssm:PutParameter")) },
		"PutParameter"),
	ofDefinition("the definition is not kept", "Afterwards / Definition", func(s *subject) {
		s.build("deployer-up", "done\n          keep \"$DEFINITION_PARAMETER\" \"$definition\"", "done")
	}, "/container-pipeline/deployer/definition"),
	ofDefinition("the cache is the update's", exceeded, func(s *subject) {
		s.policyText(inlineType, "deployer-preview", func(text string) string {
			return strings.Replace(text, `"Sid":"KeepOffCache","Effect":"Deny"`, `"Sid":"KeepOffCache","Effect":"Allow"`, 1)
		})
	}, "leave something in the cache of deployer-up"),
	ofDefinition("a cache without a place", "Preview / Start", func(s *subject) {
		s.set(s.named(projectType, "deployer-preview"), "cache.location", "another-bucket/cache")
	}, "s3:GetObject", "another-bucket"),
	ofDefinition("a build that may take no time", previewing, func(s *subject) {
		s.set(s.named(projectType, "deployer-preview"), "buildTimeout", 0.01)
	}, "BUILD_TIMED_OUT"),
	ofDefinition("a boundary that can be changed", exceeded, func(s *subject) {
		s.policyText(policyType, "deployer-boundary", func(text string) string { return allowing(text, "iam:CreatePolicyVersion", "KeepPolicies") })
		s.policyText(inlineType, "deployer-up", granting("iam:CreatePolicyVersion"))
	}, "widen what it may do", "deployer-boundary"),
	ofDefinition("roles free of the boundary", exceeded, func(s *subject) {
		s.policyText(policyType, "deployer-boundary", func(text string) string { return allowing(text, "iam:DeleteRolePermissionsBoundary", "KeepBoundaries") })
		s.policyText(inlineType, "deployer-up", granting("iam:DeleteRolePermissionsBoundary"))
	}, "free a role from its boundary"),
	ofDefinition("an update that starts the pipeline", exceeded, func(s *subject) {
		s.policyText(policyType, "deployer-boundary", granting("codepipeline:StartPipelineExecution"))
		s.policyText(inlineType, "deployer-up", granting("codepipeline:StartPipelineExecution"))
	}, "start the pipeline"),
	ofDefinition("an update that agrees to itself", exceeded, func(s *subject) {
		s.policyText(policyType, "deployer-boundary", granting("codepipeline:PutApprovalResult"))
		s.policyText(inlineType, "deployer-up", granting("codepipeline:PutApprovalResult"))
	}, "approve its own release"),
	ofDefinition("a preview that may change the states", exceeded, func(s *subject) {
		s.policyText(inlineType, "deployer-preview", func(text string) string {
			return strings.Replace(text, `"Sid":"ReadStates","Effect":"Allow","Action":["s3:GetObject"]`, `"Sid":"ReadStates","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"]`, 1)
		})
	}, "change a state", "deployer-preview"),
	ofDefinition("a review that may write", exceeded, func(s *subject) { s.policyText(inlineType, "deployer-review", granting("ssm:PutParameter")) },
		"change what the pipeline knows of itself", "deployer-review"),
	ofDefinition("a review that reaches the artifacts", exceeded, func(s *subject) { s.policyText(inlineType, "deployer-review", granting("s3:PutObject")) },
		"deployer-review"),
	ofDefinition("a webhook for everyone", "Afterwards / A stranger's pull request", func(s *subject) {
		for _, group := range s.only("aws:codebuild/webhook:Webhook").Inputs.List("filterGroups") {
			group := group.(map[string]any)
			group["filters"] = group["filters"].([]any)[:1]
		}
	}, "anyone's pull request", "ACTOR_ACCOUNT_ID"),
}

// granting adds a statement that allows an action on everything.
func granting(action string) func(string) string {
	return func(text string) string {
		return strings.Replace(text, `"Statement":[`, `"Statement":[{"Sid":"Wide","Effect":"Allow","Action":["`+action+`"],"Resource":["*"]},`, 1)
	}
}

// allowing makes a boundary allow an action, without the statement that denies it.
func allowing(text, action, sid string) string {
	text = strings.Replace(text, `"Sid":"`+sid+`","Effect":"Deny"`, `"Sid":"`+sid+`","Effect":"Allow"`, 1)
	return granting(action)(text)
}
