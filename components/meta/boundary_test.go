package meta

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

var ohio = ground.Place{Partition: "aws", Region: "us-east-2", Account: "123456789012", DNSSuffix: "amazonaws.com"}

// everything is the policy of who is limited by a boundary alone.
var everything = iam.Attached{Name: "everything", Document: iam.Policy(iam.Allow("All").Actions("*").On("*"))}

// TestNobodyWithinTheBoundaryGivesMoreThanItHas: not even who is allowed everything.
func TestNobodyWithinTheBoundaryGivesMoreThanItHas(t *testing.T) {
	const account = "arn:aws:iam::123456789012:"
	arn := account + "policy/deployer-boundary"
	var changes []string
	for _, action := range []string{
		"AttachRolePolicy", "CreatePolicyVersion", "CreateRole", "DeleteRolePermissionsBoundary", "PutRolePermissionsBoundary", "PutRolePolicy",
	} {
		changes = append(changes, "iam:"+action)
	}
	statements := []iam.Statement{iam.Allow("All").Actions(append(changes, "ecs:CreateCluster")...).On("*")}
	policies := []iam.Attached{
		everything,
		{Type: iam.Boundary, Document: limits{
			here: ohio, arn: arn, name: "deployer", statements: statements, more: []string{"lambda:InvokeFunction"},
		}.boundary()},
	}
	for _, c := range []struct {
		action, resource, roleBoundary string
		allowed                        bool
	}{
		{"ecs:CreateCluster", "*", "", true},
		{"ecs:DeleteCluster", "*", "", false},
		{"lambda:InvokeFunction", "*", "", true},
		{"lambda:CreateFunction", "*", "", false},
		{"iam:CreateUser", account + "user/me", "", false},
		{"iam:CreateRole", account + "role/dog-1", arn, true},
		{"iam:CreateRole", account + "role/dog-1", "", false},
		{"iam:CreateRole", account + "role/dog-1", account + "policy/another", false},
		{"iam:PutRolePolicy", account + "role/dog-1", arn, true},
		{"iam:PutRolePolicy", account + "role/dog-1", "", false},
		{"iam:PutRolePolicy", account + "role/deployer-up-1a2b3c4", arn, false},
		{"iam:AttachRolePolicy", account + "role/deployer-review-1a2b3c4", arn, false},
		{"iam:PutRolePermissionsBoundary", account + "role/dog-1", account + "policy/another", false},
		{"iam:DeleteRolePermissionsBoundary", account + "role/dog-1", arn, false},
		{"iam:CreatePolicyVersion", arn, "", false},
		{"iam:CreatePolicyVersion", account + "policy/deployer-deploy-1-1a2b3c4", "", false},
		{"iam:CreatePolicyVersion", account + "policy/dog", "", true},
	} {
		request := iam.Request{Principal: account + "role/deployer-up-1a2b3c4", Action: c.action, Resource: c.resource}
		if c.roleBoundary != "" {
			request.Context = map[string][]string{"iam:PermissionsBoundary": {c.roleBoundary}}
		}
		decision, err := iam.Evaluate(request, policies...)
		require.NoError(t, err)
		assert.Equal(t, c.allowed, decision.Allowed, "%s on %s, %s: %s", c.action, c.resource, c.roleBoundary, decision.Reason)
	}
}

// recorded are the permissions of the repository's stacks, as its meta stack has them.
func recorded(t *testing.T) []string {
	t.Helper()
	var texts []string
	for _, stack := range []string{"dev", "meta"} {
		text, err := os.ReadFile("../../stacks/permissions/" + stack + ".json")
		require.NoError(t, err)
		texts = append(texts, string(text))
	}
	return texts
}

// boundaryOf is the boundary of a deployed pipeline.
func boundaryOf(t *testing.T, cloud *mocks.Cloud) iam.Document {
	t.Helper()
	document, err := iam.Parse(cloud.Resource(t, "Policy", "deployer-boundary").Text(t, "policy"))
	require.NoError(t, err)
	return document
}

// TestOwnRolesWorkWithinTheBoundary: whether or not the permissions manage what they work with.
func TestOwnRolesWorkWithinTheBoundary(t *testing.T) {
	given := func(a *PipelineArgs) {
		a.Source.ConnectionArn = pulumi.String("arn:aws:codestar-connections:us-east-2:123456789012:connection/1")
		a.State = State{
			URL: "s3://states", BucketArn: pulumi.String("arn:aws:s3:::states"),
			KeyArn: pulumi.String("arn:aws:kms:us-east-2:123456789012:key/2"),
		}
		a.Approval = &Approval{TopicArn: pulumi.String("arn:aws:sns:us-east-2:123456789012:approvals")}
		a.PullRequests.CredentialArn = pulumi.String("arn:aws:codeconnections:us-east-2:123456789012:connection/3")
		a.PullRequests.Secrets = map[string]pulumi.StringInput{"TOKEN": pulumi.String("arn:aws:secretsmanager:us-east-2:123456789012:secret:t-a1b2c3")}
	}
	for name, change := range map[string]func(*PipelineArgs){
		"little": func(*PipelineArgs) {}, "all of the stacks": func(a *PipelineArgs) { a.Permissions = recorded(t) }, "given": given,
		"token": func(a *PipelineArgs) {
			a.State = State{URL: "https://api.pulumi.com", TokenArn: pulumi.String("arn:aws:secretsmanager:us-east-2:123456789012:secret:p-a1b2c3")}
			a.Notifications = &NotificationOptions{TopicArn: pulumi.String("arn:aws:sns:us-east-2:123456789012:updates")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			args := pipelineArgs()
			change(args)
			cloud := deploy(t, args)
			boundary := iam.Attached{Name: "boundary", Type: iam.Boundary, Document: boundaryOf(t, cloud)}
			for _, role := range cloud.All("RolePolicy") {
				policy, err := iam.Parse(role.Text(t, "policy"))
				require.NoError(t, err)
				for _, s := range policy.Statements {
					if s.Effect == iam.EffectAllow {
						allowed(t, s, everything, boundary)
					}
				}
			}
		})
	}
}

// allowed requires all that a statement allows to be allowed: each action on the ARNs of its service.
func allowed(t *testing.T, s iam.Statement, policies ...iam.Attached) {
	t.Helper()
	for _, action := range s.Action {
		service, _, _ := strings.Cut(action, ":")
		for _, resource := range s.Resource {
			if serviceOf(resource) != service {
				continue
			}
			if service == "sns" && strings.HasSuffix(resource, ":deployer") {
				resource += "-1a2b3c4" // as Pulumi names it
			}
			decision, err := iam.Evaluate(iam.Request{Principal: "arn:aws:iam::123456789012:role/x", Action: action, Resource: resource}, policies...)
			require.NoError(t, err)
			assert.True(t, decision.Allowed, "%s on %s: %s", action, resource, decision.Reason)
		}
	}
}

// TestARoleOfTheStacksHasNoMoreThanTheDeployer: whatever its policy, a role that the pipeline makes reaches nothing that the
// deployer does not manage: no other name of the same type, no other service, no other region or account. Descriptions and
// lists, which the length of a policy makes go by verbs, are left out.
func TestARoleOfTheStacksHasNoMoreThanTheDeployer(t *testing.T) {
	args := pipelineArgs()
	args.Permissions, args.BoundaryActions = recorded(t), []string{"lambda:InvokeFunction"}
	role := []iam.Attached{
		everything,
		{Name: "boundary", Type: iam.Boundary, Document: boundaryOf(t, deploy(t, args))},
	}
	statements, err := parsePolicies(args.Permissions)
	require.NoError(t, err)
	deployer := iam.Attached{Name: "deployer", Document: iam.Policy(statements...)}
	may := func(action, resource string, policies ...iam.Attached) bool {
		decision, err := iam.Evaluate(iam.Request{Principal: "arn:aws:iam::123456789012:role/x", Action: action, Resource: resource}, policies...)
		require.NoError(t, err)
		return decision.Allowed
	}
	services := map[string]bool{}
	for _, s := range statements {
		service, _, _ := strings.Cut(s.Action[0], ":")
		services[service] = true
	}
	work := append(atWork(services), "lambda:InvokeFunction")
	checked := map[string]bool{}
	for _, s := range statements {
		for _, action := range s.Action {
			for _, resource := range s.Resource {
				for _, other := range []string{
					kindOf(resource) + "another", strings.Replace(resource, "us-east-2", "eu-west-1", 1), strings.Replace(resource, "123456789012", "111122223333", 1),
				} {
					if other == resource || slices.Contains(work, action) || verb.MatchString(action) || checked[action+other] {
						continue
					}
					checked[action+other] = true
					if may(action, other, role...) {
						assert.True(t, may(action, other, deployer), "%s on %s", action, other)
					}
				}
			}
		}
	}
	assert.Greater(t, len(checked), 300)
	for action, resource := range map[string]string{
		"secretsmanager:GetSecretValue":   "arn:aws:secretsmanager:us-east-2:123456789012:secret:payroll-a1b2c3",
		"s3:GetObject":                    "arn:aws:s3:::payroll/2026.csv",
		"ecr:PutImage":                    "arn:aws:ecr:us-east-2:123456789012:repository/payroll",
		"ecs:ExecuteCommand":              "arn:aws:ecs:us-east-2:123456789012:task/payroll/1",
		"codebuild:StartBuild":            "arn:aws:codebuild:us-east-2:123456789012:project/payroll",
		"kms:Decrypt":                     "arn:aws:kms:us-east-2:123456789012:key/another",
		"ssm:GetParameter":                "arn:aws:ssm:us-east-2:123456789012:parameter/payroll",
		"sns:Publish":                     "arn:aws:sns:us-east-2:123456789012:payroll",
		"elasticloadbalancing:ModifyRule": "arn:aws:elasticloadbalancing:us-east-2:123456789012:listener-rule/app/payroll/1/2/3",
		"ec2:RunInstances":                "arn:aws:ec2:us-east-2:123456789012:instance/*",
		"ec2:DeleteVpc":                   "arn:aws:ec2:us-east-2:123456789012:vpc/vpc-1",
		"iam:CreateUser":                  "arn:aws:iam::123456789012:user/me",
		"iam:PassRole":                    "arn:aws:iam::123456789012:role/payroll",
		"sts:AssumeRole":                  "arn:aws:iam::123456789012:role/payroll",
		"lambda:UpdateFunctionCode":       "arn:aws:lambda:us-east-2:123456789012:function:payroll",
	} {
		assert.False(t, may(action, resource, role...), "%s on %s", action, resource)
	}
	for _, action := range work {
		assert.True(t, may(action, "*", role...), action)
	}
}

// TestRolesOfTheStacksDoTheirWork with what the deployer manages, and does not do itself.
func TestRolesOfTheStacksDoTheirWork(t *testing.T) {
	args := pipelineArgs()
	args.Permissions = recorded(t)
	boundary := iam.Attached{Name: "boundary", Type: iam.Boundary, Document: boundaryOf(t, deploy(t, args))}
	const account = "us-east-2:123456789012:"
	for action, resource := range map[string]string{
		"ecr:PutImage":                              "arn:aws:ecr:" + account + "repository/bash-dog-dev-api",
		"secretsmanager:GetSecretValue":             "arn:aws:secretsmanager:" + account + "secret:bash-dog-dev/environment/DATABASE_URL-a1b2c3",
		"s3:GetObjectVersion":                       "arn:aws:s3:::bash-dog-1a2b3c4/x/y.zip",
		"logs:PutLogEvents":                         "arn:aws:logs:" + account + "log-group:/ecs/bash-dog-dev:log-stream:web/1",
		"codebuild:StartBuild":                      "arn:aws:codebuild:" + account + "project/bash-dog-dev-build",
		"codepipeline:StartPipelineExecution":       "arn:aws:codepipeline:" + account + "bash-dog-dev-pipeline",
		"codedeploy:RegisterApplicationRevision":    "arn:aws:codedeploy:" + account + "application:bash-dog-dev/1",
		"codedeploy:CreateDeployment":               "arn:aws:codedeploy:" + account + "deploymentgroup:bash-dog-dev/bash-dog-dev",
		"codedeploy:GetDeploymentConfig":            "arn:aws:codedeploy:" + account + "deploymentconfig:CodeDeployDefault.ECSAllAtOnce",
		"ecs:CreateTaskSet":                         "arn:aws:ecs:" + account + "service/bash-dog-dev/bash-dog-dev",
		"ecs:DeleteTaskSet":                         "arn:aws:ecs:" + account + "task-set/bash-dog-dev/bash-dog-dev/1",
		"ecs:TagResource":                           "arn:aws:ecs:" + account + "task-definition/bash-dog-dev:7",
		"elasticloadbalancing:ModifyListener":       "arn:aws:elasticloadbalancing:" + account + "listener/app/bash-dog-1a2b3c4/1/2",
		"elasticloadbalancing:ModifyRule":           "arn:aws:elasticloadbalancing:" + account + "listener-rule/app/bash-dog-1a2b3c4/1/2/3",
		"codestar-connections:UseConnection":        "arn:aws:codestar-connections:" + account + "connection/1",
		"cloudwatch:DescribeAlarms":                 "arn:aws:cloudwatch:" + account + "alarm:*",
		"elasticloadbalancing:DescribeTargetGroups": "*",
		"ssmmessages:OpenDataChannel":               "*",
	} {
		decision, err := iam.Evaluate(iam.Request{Principal: "arn:aws:iam::123456789012:role/x", Action: action, Resource: resource}, everything, boundary)
		require.NoError(t, err)
		assert.True(t, decision.Allowed, "%s on %s: %s", action, resource, decision.Reason)
	}
}

// TestBoundaryOfMuch: the more there is, the coarser, but never too long.
func TestBoundaryOfMuch(t *testing.T) {
	of := func(names ...string) limits {
		l := limits{here: ohio, arn: "arn:aws:iam::123456789012:policy/deployer-boundary", name: "deployer"}
		for _, text := range recorded(t) {
			for _, name := range names {
				more, err := parsePolicies([]string{strings.ReplaceAll(text, "bash-dog", name)})
				require.NoError(t, err)
				l.statements = append(l.statements, more...)
			}
		}
		return l
	}
	few, many := of("shop"), of("shop", "search", "billing", "mail", "accounts", "payroll")
	for _, document := range []iam.Document{few.boundary(), many.boundary()} {
		assert.NoError(t, document.Validate(iam.ManagedPolicy))
	}
	names := func(d iam.Document) []string { return d.Statements[0].Resource }
	assert.NotContains(t, strings.Join(names(few.boundary()), " "), "123456789012:* ", "no service goes by the account")
	assert.Contains(t, names(many.boundary()), "arn:aws:codebuild:us-east-2:123456789012:*")
	assert.NotContains(t, names(many.boundary()), "arn:aws:iam::123456789012:*")
	assert.Contains(t, strings.Join(names(many.boundary()), " "), "secret:payroll-dev/", "what has few names keeps them")
}
