package calls

import (
	"slices"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	leastPrivilegeDoc = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"
	deputyDoc         = "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"
	tlsDoc            = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit"
)

// stranger is an account that has nothing to do with the pipeline.
const stranger = "999999999999"

// ban is what no role may do but those that have one of the parts, and some others.
type ban struct {
	why, resource string
	actions       []string
	but           []part
	except        []string // roles
	context       map[string][]string
}

// Forbidden are the calls that must not be possible, by each role of a release by the pipeline: what belongs to others,
// what would widen the role's own rights, what would undo the release's safeguards, and what is another role's part.
// Things of others are invented where the world has none, as a policy with a wildcard allows them just so.
func Forbidden(w *world.World, p *world.Pipeline) []access.Call {
	all := append(plainHTTP(w, p), intrusions(w, p)...)
	everyone := parties(w, p)
	all = append(all, deployersApart(w, p, everyone)...)
	bans := slices.Concat(foreign(w, p), escalations(p), deployable(safeguards(w, p)), divisions(w, p), deployable(buildsApart(w, p)), tokensApart(w), clustersApart(w), passes(everyone))
	for _, one := range everyone {
		for _, b := range bans {
			if one.has(b.but) || slices.Contains(b.except, one.role) {
				continue
			}
			calls := by{one.role, leastPrivilegeDoc}.may(b.why, b.resource, b.actions...)
			for key, values := range b.context {
				calls = given(calls, key, values...)
			}
			all = append(all, calls...)
		}
		all = append(all, rightsOverRoles(w, p, one, everyone)...)
		all = append(all, strangersThatAssume(p, one)...)
	}
	return distinct(all)
}

// foreign are things of other projects.
func foreign(w *world.World, p *world.Pipeline) []ban {
	bans := []ban{
		{why: "push an image of another project", resource: home(p, "ecr", "repository/another-project-api"),
			actions: []string{"ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:CompleteLayerUpload"}},
		{why: "read another project's secret", resource: home(p, "secretsmanager", "secret:another-project/environment/PASSWORD-aBcDeF"),
			actions: []string{"secretsmanager:GetSecretValue"}},
		{why: "read another project's parameter", resource: home(p, "ssm", "parameter/another-project/PASSWORD"),
			actions: []string{"ssm:GetParameter", "ssm:GetParameters"}},
		{why: "read and write another bucket", resource: bucketARN(p, "another-project-bucket") + "/object",
			actions: []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}},
		{why: "list another bucket", resource: bucketARN(p, "another-project-bucket"), actions: []string{"s3:ListBucket"}},
		{why: "use another key", resource: home(p, "kms", "key/00000000-0000-4000-8000-000000000000"),
			actions: []string{"kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"}},
		{why: "shift another project's traffic", actions: []string{"elasticloadbalancing:ModifyListener"},
			resource: home(p, "elasticloadbalancing", "listener/app/another-project/0123456789abcdef/0123456789abcdef")},
		{why: "start another pipeline", resource: home(p, "codepipeline", "another-project"), actions: []string{"codepipeline:StartPipelineExecution"}},
		{why: "run another project's build", resource: home(p, "codebuild", "project/another-project"), actions: []string{"codebuild:StartBuild"}},
		{why: "deploy another application", resource: home(p, "codedeploy", "deploymentgroup:another-project/another-project"),
			actions: []string{"codedeploy:CreateDeployment"}},
		{why: "run another project's function", resource: home(p, "lambda", "function:another-project"), actions: []string{"lambda:InvokeFunction"}},
		{why: "replace another project's tasks", resource: home(p, "ecs", "task-set/another-project/another-project/ecs-svc/1"),
			actions: []string{"ecs:CreateTaskSet", "ecs:DeleteTaskSet"}},
		{why: "write another project's log", resource: home(p, "logs", "log-group:/another-project:log-stream:s"), actions: []string{"logs:PutLogEvents"}},
		{why: "tell another project's subscribers", resource: home(p, "sns", "another-project"), actions: []string{"sns:Publish"}},
	}
	for _, other := range w.Pipelines() {
		if other.ARN != p.ARN {
			bans = append(bans, ban{why: "start another pipeline", resource: other.ARN, actions: []string{"codepipeline:StartPipelineExecution"}})
		}
	}
	return bans
}

// escalations would give a role more rights than it has.
func escalations(p *world.Pipeline) []ban {
	arn, _ := world.ParseARN(p.ARN)
	account := "arn:" + arn.Partition + ":iam::" + arn.Account + ":"
	role := account + "role/another-project"
	return []ban{
		{why: "make a role", resource: role, actions: []string{"iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy"}},
		{why: "make a user", resource: account + "user/intruder", actions: []string{"iam:CreateUser", "iam:CreateAccessKey"}},
		{why: "rewrite a policy", resource: account + "policy/another-project", actions: []string{"iam:CreatePolicyVersion"}},
		{why: "take on another role", resource: role, actions: []string{"iam:PassRole"},
			context: map[string][]string{"iam:PassedToService": {"ecs-tasks.amazonaws.com"}}},
	}
}

// safeguards are what keeps a release safe: nothing in it may take them away.
func safeguards(w *world.World, p *world.Pipeline) []ban {
	bucket := bucketARN(p, p.Bucket)
	bans := []ban{
		{why: "undo the artifact bucket's protection", resource: bucket,
			actions: []string{"s3:DeleteBucket", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketVersioning", "s3:PutBucketPublicAccessBlock"}},
		{why: "destroy what was released", resource: bucket + "/" + cut(p.Name, 20) + "/Build/rEhEaRs", actions: []string{"s3:DeleteObjectVersion"}},
		{why: "change the pipeline", resource: p.ARN, actions: []string{"codepipeline:UpdatePipeline", "codepipeline:DeletePipeline"}},
	}
	for _, stage := range p.Stages {
		for _, a := range stage.Actions {
			if a.Category == "Approval" {
				bans = append(bans, ban{why: "approve its own release", resource: p.ARN + "/" + stage.Name + "/" + a.Name,
					actions: []string{"codepipeline:PutApprovalResult"}})
			}
			if project := projectOf(w, a); project != nil && a.Provider == "CodeBuild" {
				bans = append(bans, ban{why: "change the build", resource: project.Attr("arn"), actions: []string{"codebuild:UpdateProject"}})
			}
		}
	}
	for _, r := range w.All("aws:ecr/repository:Repository") {
		bans = append(bans, ban{why: "destroy images or open the repository", resource: r.Attr("arn"),
			actions: []string{"ecr:DeleteRepository", "ecr:BatchDeleteImage", "ecr:SetRepositoryPolicy"}})
	}
	for _, r := range w.All("aws:secretsmanager/secret:Secret") {
		bans = append(bans, ban{why: "change a secret", resource: r.Attr("arn"),
			actions: []string{"secretsmanager:PutSecretValue", "secretsmanager:DeleteSecret", "secretsmanager:PutResourcePolicy"}})
	}
	for _, r := range w.All("aws:kms/key:Key") {
		bans = append(bans, ban{why: "destroy a key or open it", resource: r.Attr("arn"), actions: []string{"kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"}})
	}
	return bans
}

// divisions are the parts of the release's roles, each of which is nobody else's.
func divisions(w *world.World, p *world.Pipeline) []ban {
	bans := []ban{
		{why: "start the pipeline", resource: p.ARN, actions: []string{"codepipeline:StartPipelineExecution"}, but: []part{starts}},
		{why: "register a task definition", resource: "*", actions: []string{"ecs:RegisterTaskDefinition"}, but: []part{conducts, provisions}},
	}
	for _, r := range w.All("aws:ecr/repository:Repository") {
		bans = append(bans, ban{why: "push an image", resource: r.Attr("arn"), actions: []string{"ecr:PutImage"},
			except: named(w, p, r.Attr("repositoryUrl"))})
	}
	for _, r := range w.All("aws:secretsmanager/secret:Secret") {
		if isToken(w, r.Attr("arn")) {
			continue
		}
		bans = append(bans, ban{why: "read a secret", resource: r.Attr("arn"), actions: []string{"secretsmanager:GetSecretValue"},
			but: []part{launches, builds, runs}}) // a build and an application may be given secrets of their own
	}
	for _, a := range actionsOf(p) {
		if connection := a.Configuration["ConnectionArn"]; connection != "" {
			bans = append(bans, ban{why: "read the source", resource: connection,
				actions: []string{"codestar-connections:UseConnection", "codeconnections:UseConnection"}, but: []part{conducts, builds}})
		}
		if project := projectOf(w, a); project != nil && a.Provider == "CodeBuild" {
			bans = append(bans, ban{why: "run the build", resource: project.Attr("arn"), actions: []string{"codebuild:StartBuild"}, but: []part{conducts}})
		}
	}
	return append(bans, deploymentsApart(w, p)...)
}

// deploymentsApart are the parts of a deployment.
func deploymentsApart(w *world.World, p *world.Pipeline) []ban {
	var bans []ban
	for _, group := range groupsOf(w, p) {
		bans = append(bans,
			ban{why: "deploy", resource: group.Attr("arn"), actions: []string{"codedeploy:CreateDeployment"}, but: []part{conducts}},
			ban{why: "replace the service past CodeDeploy", resource: serviceARN(group), actions: []string{"ecs:UpdateService", "ecs:DeleteService"}},
			ban{why: "replace tasks", resource: taskSetARN(group), actions: []string{"ecs:CreateTaskSet", "ecs:DeleteTaskSet"}, but: []part{deploys}})
		for _, listener := range listenersOf(group) {
			bans = append(bans,
				ban{why: "shift traffic", resource: listener, actions: []string{"elasticloadbalancing:ModifyListener"}, but: []part{deploys}},
				ban{why: "close the listener", resource: listener, actions: []string{"elasticloadbalancing:DeleteListener"}})
		}
	}
	return bans
}

// plainHTTP is every role at the artifact bucket without TLS.
func plainHTTP(w *world.World, p *world.Pipeline) []access.Call {
	var all []access.Call
	bucket := bucketARN(p, p.Bucket)
	object := bucket + "/" + cut(p.Name, 20) + "/Source/rEhEaRs"
	for _, one := range parties(w, p) {
		caller := by{one.role, tlsDoc}
		calls := caller.may("use the artifact bucket without TLS", object, "s3:GetObject", "s3:PutObject")
		calls = append(calls, caller.may("see the artifact bucket without TLS", bucket, "s3:GetBucketLocation")...)
		all = append(all, given(calls, "aws:SecureTransport", "false")...)
	}
	return all
}
