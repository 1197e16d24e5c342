package calls

import (
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	nodePullDoc      = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_EKS.html"
	clusterType      = "aws:eks/cluster:Cluster"
	buildProjectType = "aws:codebuild/project:Project"
	credentialType   = "aws:codebuild/sourceCredential:SourceCredential"
)

// NodePull is a cluster's node that pulls an image of the repository. Its role is not in the program: of another account
// than the repository's it is taken to be allowed everything there, so that the repository's policy decides. Of the same
// account, its own policies decide, which are not known, so that there are no calls.
func NodePull(cluster, repositoryARN string) []access.Call {
	at, _ := world.ParseARN(cluster)
	if at.Account == accountOf(repositoryARN) {
		return nil
	}
	node := "arn:" + at.Partition + ":iam::" + at.Account + ":role/node-of-" + nameOf(cluster)
	return by{node, nodePullDoc}.may("pull the image "+repositoryName(repositoryARN), repositoryARN, pulls...)
}

// entered are the roles that the project's variables name, by which its build enters a cluster of another account, or does
// what else its own role may not.
func entered(w *world.World, project *drydock.Record) []string {
	var roles []string
	for _, v := range project.Inputs.Obj("environment").Objs("environmentVariables") {
		if w.Find("aws:iam/role:Role", "arn", v.Str("value")) != nil {
			roles = append(roles, v.Str("value"))
		}
	}
	return roles
}

// enters tells whether one of the pipeline's builds, by its role, is told to take on the other role.
func enters(w *world.World, p *world.Pipeline, role, other string) bool {
	return slices.ContainsFunc(actionsOf(p), func(a world.Action) bool {
		project := projectOf(w, a)
		return project != nil && project.Inputs.Str("serviceRole") == role && slices.Contains(entered(w, project), other)
	})
}

// proposals are the projects that pull requests run, of the repositories that the pipeline reads.
func proposals(w *world.World, p *world.Pipeline) []*drydock.Record {
	var all []*drydock.Record
	for _, hook := range w.All("aws:codebuild/webhook:Webhook") {
		project := w.Find(buildProjectType, "name", hook.Attr("projectName"))
		if project == nil {
			continue
		}
		location := strings.TrimSuffix(project.Inputs.Obj("source").Str("location"), ".git")
		if slices.ContainsFunc(actionsOf(p), func(a world.Action) bool {
			repository := a.Configuration["FullRepositoryId"]
			return repository != "" && strings.HasSuffix(location, "/"+repository)
		}) {
			all = append(all, project)
		}
	}
	return all
}

// isToken tells whether the secret is one by which CodeBuild reads repositories for pull requests.
func isToken(w *world.World, secret string) bool {
	return slices.ContainsFunc(w.All(credentialType), func(c *drydock.Record) bool { return c.Inputs.Str("token") == secret })
}

// tokensApart keep those secrets to the projects that pull requests run.
func tokensApart(w *world.World) []ban {
	var bans []ban
	for _, c := range w.All(credentialType) {
		if arn, _ := world.ParseARN(c.Inputs.Str("token")); arn.Service == "secretsmanager" {
			bans = append(bans, ban{why: "read the token of pull requests", resource: c.Inputs.Str("token"),
				actions: []string{"secretsmanager:GetSecretValue"}, but: []part{proposes}})
		}
	}
	return bans
}

// clustersApart keep a cluster to the roles that enter it, and its entries to nobody of the release: who can add an access
// entry is the cluster's administrator.
func clustersApart(w *world.World) []ban {
	var bans []ban
	for _, cluster := range w.All(clusterType) {
		arn := cluster.Attr("arn")
		var admitted []string
		for _, entry := range w.Where("aws:eks/accessEntry:AccessEntry", "clusterName", cluster.Attr("name")) {
			if entry.Scope == cluster.Scope {
				admitted = append(admitted, entry.Inputs.Str("principalArn"))
			}
		}
		bans = append(bans,
			ban{why: "find a cluster that does not admit it", resource: arn, actions: []string{"eks:DescribeCluster"}, except: admitted},
			ban{why: "admit others to the cluster", resource: arn, actions: []string{"eks:CreateAccessEntry"}},
			ban{why: "change the cluster", resource: arn, actions: []string{"eks:UpdateClusterConfig", "eks:DeleteCluster"}})
		at, _ := world.ParseARN(arn)
		for _, role := range admitted {
			entry := at.With("eks", "access-entry/"+nameOf(arn)+"/role/"+accountOf(role)+"/"+nameOf(role)+"/00000000-0000-4000-8000-000000000000")
			bans = append(bans, ban{why: "widen what a role may do in the cluster", resource: entry,
				actions: []string{"eks:AssociateAccessPolicy", "eks:UpdateAccessEntry"}})
		}
	}
	return bans
}

// strangersThatEnter are roles of the accounts from which the role is entered, that are not told to: a role has to be more
// than one of the account.
func strangersThatEnter(p *world.Pipeline, one party) []access.Call {
	arn, _ := world.ParseARN(p.ARN)
	if accountOf(one.role) == arn.Account {
		return nil
	}
	other := "arn:" + arn.Partition + ":iam::" + arn.Account + ":role/another-project"
	return by{other, leastPrivilegeDoc}.may("act as "+nameOf(one.role), one.role, "sts:AssumeRole")
}
