package meta

import (
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// limits are what a boundary is made of.
type limits struct {
	here       ground.Place
	arn        string          // of the boundary
	name       string          // begins the names of the pipeline's own roles and policies
	statements []iam.Statement // what the deployer may do
	own        []iam.Statement // what the pipeline's roles do beside that
	more       []string        // actions that are allowed on everything
}

// boundary is the most that any role of the pipeline, or made by it, can ever do: what atMost says, without a way to change
// the boundary or its own permissions, to make a role without the boundary, or to become someone else.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate
func (l limits) boundary() iam.Document {
	global := func(resource string) string {
		return fmt.Sprintf("arn:%s:iam::%s:%s", l.here.Partition, l.here.Account, resource)
	}
	role := func(kind string) string { return global("role/" + l.name + "-" + kind + "-*") }
	return l.atMost(
		iam.Deny("KeepPolicies").Actions(
			"iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion",
		).On(l.arn, global("policy/"+l.name+"-deploy-*"), global("policy/"+l.name+"-read-*")),
		iam.Deny("KeepOwnPermissions").Actions(
			"iam:AttachRolePolicy", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy",
		).On(role("pipeline"), role("preview"), role("review"), role("up")),
		iam.Deny("KeepBoundaries").Actions("iam:DeleteRolePermissionsBoundary").On("*"),
		iam.Deny("MakeBoundedRoles").
			Actions("iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy").
			On(global("role/*")).When(iam.StringNotEquals, "iam:PermissionsBoundary", l.arn),
	)
}

// atMost is what the deployer manages by name, with all that the services can do with it: a role does other things with a
// repository than who makes it, and the actions of both are more than the 6,144 characters of a policy hold. What has no name
// of its own is as exact as the deployer's permissions.
//
// Where that is too long still, it gets coarser step by step, and no more than it has to: Describe and List go as verbs; names
// go without the types that they are of, then by what they begin with; at last services go by account and region, those
// with the most names first.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
func (l limits) atMost(denied ...iam.Statement) iam.Document {
	names, exact := l.reach()
	document := func() iam.Document {
		allowed := append(manage(names), exact.statements()...)
		return iam.Policy(slices.Concat(allowed, without(l.own, allowed), denied)...)
	}
	fits := func() bool { return document().Validate(iam.ManagedPolicy) == nil }
	if !fits() {
		exact = exact.byVerbs()
	}
	for _, coarser := range []func([]string) []string{acrossKinds, folded, serviceWide} {
		for !fits() {
			fewer := withoutCovered(coarser(names))
			if len(fewer) >= len(names) {
				break
			}
			names = fewer
		}
	}
	return document()
}

// reach are the names of what the deployer manages, and what else it may do.
func (l limits) reach() (names []string, exact exactly) {
	exact = exactly{}
	services := map[string]bool{}
	for _, s := range l.statements {
		for _, action := range s.Action {
			service, _, _ := strings.Cut(action, ":")
			services[service] = true
		}
		if s.Effect != iam.EffectAllow {
			continue
		}
		for _, resource := range s.Resource {
			if isNamed(resource) {
				names = append(append(names, resource), partsOf(resource)...)
			} else {
				exact.add(s.Action, resource, s.Condition)
			}
		}
	}
	exact.add(slices.Concat(l.more, atWork(services)), "*", nil)
	return withoutCovered(names), exact
}

// manage allows the resources' services with them. An action counts only for the ARNs of its own service, so that one
// statement serves all.
func manage(names []string) []iam.Statement {
	if len(names) == 0 {
		return nil
	}
	var actions []string
	for _, name := range names {
		actions = append(actions, serviceOf(name)+":*")
	}
	slices.Sort(actions)
	return []iam.Statement{iam.Allow("WhatIsManaged").Actions(slices.Compact(actions)...).On(names...)}
}

// without are the statements with what of them the allowed ones do not allow already.
func without(statements, allowed []iam.Statement) []iam.Statement {
	var all []iam.Statement
	for _, s := range statements {
		var actions, resources []string
		for _, action := range s.Action {
			for _, resource := range s.Resource {
				if strings.HasPrefix(action, serviceOf(resource)+":") && !slices.ContainsFunc(allowed, func(a iam.Statement) bool {
					return a.Condition == nil && anyCovers(a.Action, action) && anyCovers(a.Resource, resource)
				}) {
					actions, resources = append(actions, action), append(resources, resource)
				}
			}
		}
		if s.Action, s.Resource = withoutCovered(actions), withoutCovered(resources); len(actions) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// ownWork is what the pipeline's roles do, with what is named after the pipeline and what else they use.
func ownWork(here ground.Place, project, name string, uses []string) []iam.Statement {
	resources := []string{
		"arn:" + here.Partition + ":s3:::" + name + "-artifacts-*",
		here.ARN("ssm", "parameter/container-pipeline/"+project+"/definition"),
		here.ARN("ssm", "parameter/container-pipeline/"+project+"/status"),
	}
	for _, build := range []string{"preview", "review", "up"} {
		group := here.ARN("logs", "log-group:/codebuild/"+project+"-"+build)
		resources = append(resources, here.ARN("codebuild", "project/"+project+"-"+build), group, group+":*")
	}
	connections, credentials := iam.Allow("OwnConnections"), iam.Allow("OwnCredentials")
	for _, use := range uses {
		if !strings.Contains(use, ":connection/") {
			resources = append(resources, use)
			continue
		}
		connection := ground.ConnectionStatement(use)
		connections = connections.Actions(connection.Action...).On(connection.Resource...)
		if !strings.HasSuffix(use, "*") {
			credential := ground.CredentialStatements(use)[0]
			credentials = credentials.Actions(credential.Action...).On(credential.Resource...)
		}
	}
	return []iam.Statement{connections, credentials, iam.Allow("OwnWork").Actions(
		"codebuild:BatchGetBuilds", "codebuild:StartBuild",
		"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey",
		"logs:CreateLogStream", "logs:PutLogEvents",
		"s3:DeleteObject", "s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:GetObject",
		"s3:GetObjectVersion", "s3:ListBucket", "s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectTagging",
		"secretsmanager:GetSecretValue", "sns:Publish", "ssm:GetParameter", "ssm:PutParameter",
	).On(resources...)}
}

// atWork are actions of roles at their work that AWS narrows to no resource, or to one that the service itself names: the
// tokens of registries, the definitions of tasks, what CodeDeploy looks at.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/codedeploy_IAM_role.html
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#ecs-exec-required-iam-permissions
func atWork(services map[string]bool) []string {
	var all []string
	for service, actions := range map[string][]string{
		"cloudwatch": {"cloudwatch:DescribeAlarms"},
		"codedeploy": {"codedeploy:GetDeploymentConfig"},
		"ecr":        {"ecr:GetAuthorizationToken"},
		"ecs": {
			"ecs:RegisterTaskDefinition", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
			"ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
		},
		"elasticloadbalancing": {
			"elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTargetGroups",
		},
	} {
		if services[service] {
			all = append(all, actions...)
		}
	}
	return all
}
