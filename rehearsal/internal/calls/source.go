package calls

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	connectionDoc    = "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html"
	s3SourceDoc      = "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html"
	codeCommitDoc    = "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html"
	fullCloneDoc     = "https://docs.aws.amazon.com/codepipeline/latest/userguide/troubleshooting.html#codebuild-role-connections"
	connectionPrefix = "codestar-connections"
)

// SourceConnection reads a repository through a connection and stores it as an artifact. The action's prefix is that of
// the connection's ARN; the condition keys are those of both prefixes' reference.
// https://docs.aws.amazon.com/dtconsole/latest/userguide/security-iam.html#permissions-reference-connections
func SourceConnection(w *world.World, p *world.Pipeline, a world.Action) []access.Call {
	role := actor(p, a)
	all := useConnection(role, connectionDoc, a)
	return append(all, storeArtifacts(w, p, role, a)...)
}

func useConnection(role, doc string, a world.Action) []access.Call {
	connection := a.Configuration["ConnectionArn"]
	prefix := connectionPrefix
	if arn, ok := world.ParseARN(connection); ok {
		prefix = arn.Service
	}
	repository := a.Configuration["FullRepositoryId"]
	use := by{role, doc}.may("read "+repository+" at "+a.Configuration["BranchName"], connection, prefix+":UseConnection")
	use = given(use, prefix+":FullRepositoryId", repository)
	return given(use, prefix+":BranchName", a.Configuration["BranchName"])
}

// SourceS3 reads an object and stores it as an artifact. CodePipeline keeps an object's tags.
func SourceS3(w *world.World, p *world.Pipeline, a world.Action) []access.Call {
	role, caller := actor(p, a), by{actor(p, a), s3SourceDoc}
	bucket, key := a.Configuration["S3Bucket"], a.Configuration["S3ObjectKey"]
	object := bucketARN(p, bucket) + "/" + key
	all := caller.may("find the source bucket "+bucket, bucketARN(p, bucket), "s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation")
	all = append(all, caller.may("read the source "+key, object,
		"s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging")...)
	all = append(all, objectKey(role, sourceKey(w, p, bucket, key), object, regionOf(p.ARN), false)...)
	all = append(all, storeArtifacts(w, p, role, a)...)
	for _, artifact := range a.Outputs {
		tagged := by{role, serviceRoleDoc}.may("keep the source's tags on the artifact "+artifact, artifactARN(p, artifact), "s3:PutObjectTagging")
		all = append(all, tagged...)
	}
	return distinct(all) // the source may be in the artifact bucket
}

// sourceKey is the key that an object of the bucket is encrypted with, if it is the customer's.
func sourceKey(w *world.World, p *world.Pipeline, bucket, key string) string {
	if o, ok := w.Object(bucket, key); ok {
		if own := customerKey(w, o.Record.Attr("kmsKeyId"), p.ARN); own != "" {
			return own
		}
	}
	return bucketKey(w, bucket, p.ARN)
}

// SourceCodeCommit has CodeCommit pack the repository and store it as an artifact.
func SourceCodeCommit(w *world.World, p *world.Pipeline, a world.Action) []access.Call {
	role := actor(p, a)
	repository := a.Configuration["RepositoryName"]
	arn := home(p, "codecommit", repository)
	if r := w.Find("aws:codecommit/repository:Repository", "repositoryName", repository); r != nil {
		arn = r.Attr("arn")
	}
	actions := []string{"codecommit:GetBranch", "codecommit:GetCommit", "codecommit:GetRepository"}
	if !clones(a) {
		actions = append(actions, "codecommit:UploadArchive", "codecommit:GetUploadArchiveStatus", "codecommit:CancelUploadArchive")
	}
	all := by{role, codeCommitDoc}.may("read the repository "+repository, arn, actions...)
	return append(all, storeArtifacts(w, p, role, a)...)
}

// clones tells whether a source action's output is a reference that the build clones from.
func clones(a world.Action) bool {
	return strings.EqualFold(a.Configuration["OutputArtifactFormat"], "CODEBUILD_CLONE_REF")
}

// cloneSources is what a build needs of its own for the input artifacts that are references.
func cloneSources(p *world.Pipeline, role string, build world.Action) []access.Call {
	inputs := map[string]bool{}
	for _, name := range build.Inputs {
		inputs[name] = true
	}
	var all []access.Call
	for _, stage := range p.Stages {
		for _, a := range stage.Actions {
			if !clones(a) || len(a.Outputs) == 0 || !inputs[a.Outputs[0]] {
				continue
			}
			if a.Provider == "CodeCommit" {
				all = append(all, by{role, codeCommitDoc}.may("clone the repository", home(p, "codecommit", a.Configuration["RepositoryName"]), "codecommit:GitPull")...)
				continue
			}
			all = append(all, useConnection(role, fullCloneDoc, a)...)
		}
	}
	return all
}
