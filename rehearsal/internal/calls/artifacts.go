package calls

import (
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// serviceRoleDoc has the least that a pipeline's role needs on the artifact bucket.
const serviceRoleDoc = "https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html"

// storeArtifacts are the calls by which a role puts an action's output artifacts into the pipeline's bucket.
func storeArtifacts(w *world.World, p *world.Pipeline, role string, a world.Action) []access.Call {
	if p.Bucket == "" {
		return nil
	}
	caller := by{role, serviceRoleDoc}
	all := caller.may("find the artifact bucket", bucketARN(p, p.Bucket), "s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation")
	for _, artifact := range a.Outputs {
		object := artifactARN(p, artifact)
		all = append(all, caller.may("store the artifact "+artifact, object, "s3:PutObject", "s3:PutObjectAcl")...)
		all = append(all, objectKey(role, customerKey(w, p.Key, p.ARN), object, regionOf(p.ARN), true)...)
	}
	return all
}

// fetchArtifacts are the calls by which a role reads an action's input artifacts.
func fetchArtifacts(w *world.World, p *world.Pipeline, role, doc string, a world.Action) []access.Call {
	if p.Bucket == "" {
		return nil
	}
	var all []access.Call
	for _, artifact := range a.Inputs {
		object := artifactARN(p, artifact)
		all = append(all, by{role, doc}.may("read the artifact "+artifact, object, "s3:GetObject", "s3:GetObjectVersion")...)
		all = append(all, objectKey(role, customerKey(w, p.Key, p.ARN), object, regionOf(p.ARN), false)...)
	}
	return all
}
