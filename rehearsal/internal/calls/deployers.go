package calls

import (
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	provisions part = "deployer" // of a CodeBuild project that brings stacks up
	previews   part = "preview"  // of one that only looks at what would be changed
)

// boundaryDoc has what a boundary must deny to those who make roles within it.
const boundaryDoc = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate"

// deployerPart is what a build does by Pulumi: both of its commands are told by their names.
// https://www.pulumi.com/docs/iac/cli/commands/pulumi_up/
func deployerPart(project *drydock.Record) (does part, ok bool) {
	text := project.Inputs.Obj("source").Str("buildspec")
	switch {
	case strings.Contains(text, "pulumi up"):
		return provisions, true
	case strings.Contains(text, "pulumi preview"):
		return previews, true
	}
	return "", false
}

// deployable exempts who brings stacks up from bans on what the stacks contain: managing that is their part. Nobody agrees
// to their own update, and nobody erases what was handed over.
func deployable(bans []ban) []ban {
	for i, b := range bans {
		if !slices.Contains(b.actions, "codepipeline:PutApprovalResult") && !slices.Contains(b.actions, "s3:DeleteObjectVersion") {
			bans[i].but = append(slices.Clone(b.but), provisions)
		}
	}
	return bans
}

// deployersApart keeps those who deploy, and who preview, within their bounds: they change neither their own permissions nor
// what bounds them, and who previews changes nothing at all.
func deployersApart(w *world.World, p *world.Pipeline, everyone []party) []access.Call {
	var all []access.Call
	for _, one := range everyone {
		switch {
		case one.has([]part{provisions}):
			all = append(all, beyondBoundary(w, p, one, everyone)...)
		case one.has([]part{previews}):
			all = append(all, beyondBoundary(w, p, one, everyone)...)
			all = append(all, changes(w, p, one)...)
		}
	}
	return all
}

// beyondBoundary is how a deployer would get more than it has.
func beyondBoundary(w *world.World, p *world.Pipeline, one party, everyone []party) []access.Call {
	caller := by{one.role, boundaryDoc}
	var all []access.Call
	own := w.Find("aws:iam/role:Role", "arn", one.role)
	if own == nil {
		return nil
	}
	boundary, other := own.Attr("permissionsBoundary"), strings.Replace(one.role, ":role/", ":policy/", 1)
	for _, policy := range append(policiesOf(w, own), boundary) {
		if policy != "" {
			all = append(all, caller.may("widen what it may do", policy,
				"iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeletePolicyVersion", "iam:DeletePolicy")...)
		}
	}
	for _, member := range everyone {
		all = append(all, given(caller.may("change what the pipeline's roles may do", member.role,
			"iam:AttachRolePolicy", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy"), "iam:PermissionsBoundary", boundary)...)
		all = append(all, caller.may("change who takes on the pipeline's roles", member.role, "iam:UpdateAssumeRolePolicy")...)
		all = append(all, caller.may("free a role from its boundary", member.role, "iam:DeleteRolePermissionsBoundary")...)
		all = append(all, given(caller.may("give a role another boundary", member.role, "iam:PutRolePermissionsBoundary"), "iam:PermissionsBoundary", other)...)
	}
	for _, role := range w.All("aws:iam/role:Role") { // its name is one that the deployer may make
		arn := role.Attr("arn")
		all = append(all, caller.may("make a role without the boundary", arn, "iam:CreateRole")...)
		all = append(all, given(caller.may("make a role with another boundary", arn, "iam:CreateRole"), "iam:PermissionsBoundary", other)...)
		if role.Attr("permissionsBoundary") != boundary {
			all = append(all, given(caller.may("give rights to a role beyond the boundary", arn, "iam:AttachRolePolicy", "iam:PutRolePolicy"),
				"iam:PermissionsBoundary", role.Attr("permissionsBoundary"))...)
		}
	}
	return append(all, caller.may("start the pipeline, and so go on in a circle", p.ARN, "codepipeline:StartPipelineExecution")...)
}

// policiesOf are the ARNs of the account's own policies that a role has.
func policiesOf(w *world.World, role *drydock.Record) []string {
	var arns []string
	for _, r := range w.Where("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role", role.Attr("name")) {
		if arn := r.Inputs.Str("policyArn"); !strings.Contains(arn, ":iam::aws:") {
			arns = append(arns, arn)
		}
	}
	return arns
}

// changes are writes by who only looks: of the stacks' states, of their secrets, of what the pipeline keeps about itself, and
// of things that a stack contains.
func changes(w *world.World, p *world.Pipeline, one party) []access.Call {
	caller := by{one.role, leastPrivilegeDoc}
	var all []access.Call
	for _, r := range w.All("aws:ssm/parameter:Parameter") {
		all = append(all, caller.may("change what the pipeline knows of itself", r.Attr("arn"), "ssm:PutParameter", "ssm:DeleteParameter")...)
	}
	for _, r := range w.All("aws:kms/key:Key") {
		all = append(all, caller.may("encrypt secrets of a state", r.Attr("arn"), "kms:Encrypt", "kms:GenerateDataKey")...)
	}
	for _, bucket := range w.Buckets() {
		arn := bucketARN(p, bucket)
		if bucket != p.Bucket {
			all = append(all, caller.may("change a state", arn+"/.pulumi/stacks/a/b.json", "s3:PutObject", "s3:DeleteObject")...)
		}
		all = append(all, caller.may("change a bucket", arn, "s3:DeleteBucket", "s3:PutBucketPolicy")...)
	}
	for _, r := range w.All("aws:codebuild/project:Project") {
		all = append(all, caller.may("change a build", r.Attr("arn"), "codebuild:UpdateProject", "codebuild:StartBuild")...)
	}
	for _, r := range w.Pipelines() {
		all = append(all, caller.may("change a pipeline", r.ARN, "codepipeline:UpdatePipeline", "codepipeline:DeletePipeline")...)
	}
	return append(all, caches(w, p, one)...)
}

// caches are those of other builds: what is left there is run with their rights.
func caches(w *world.World, p *world.Pipeline, one party) []access.Call {
	caller := by{one.role, leastPrivilegeDoc}
	var all []access.Call
	for _, r := range w.All("aws:codebuild/project:Project") {
		cache := r.Inputs.Obj("cache")
		if cache.Str("type") == "S3" && r.Inputs.Str("serviceRole") != one.role {
			all = append(all, caller.may("leave something in the cache of "+r.Attr("name"), placeInS3(p.ARN, cache.Str("location"))+"/cache", "s3:PutObject")...)
		}
	}
	if one.has([]part{proposes}) && p.Bucket != "" {
		object := artifactARN(p, "Plan")
		all = append(all, caller.may("touch the pipeline's artifacts", object, "s3:GetObject", "s3:PutObject", "s3:DeleteObject")...)
	}
	return all
}
