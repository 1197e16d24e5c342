package calls

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// nameOf is what comes after the last slash of an ARN.
func nameOf(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// bucketARN is the ARN of a bucket of the pipeline's partition; buckets' ARNs have neither region nor account.
func bucketARN(p *world.Pipeline, bucket string) string {
	arn, _ := world.ParseARN(p.ARN)
	return "arn:" + arn.Partition + ":s3:::" + bucket
}

// artifactARN is an artifact in the pipeline's store. CodePipeline names it after the pipeline and the artifact, both
// cut, and a random ending.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts.html#concepts-artifacts
func artifactARN(p *world.Pipeline, artifact string) string {
	return bucketARN(p, p.Bucket) + "/" + cut(p.Name, 20) + "/" + cut(artifact, 10) + "/rEhEaRs"
}

func cut(s string, most int) string {
	if len(s) > most {
		return s[:most]
	}
	return s
}

// regionOf is the region of an ARN.
func regionOf(text string) string {
	arn, _ := world.ParseARN(text)
	return arn.Region
}

// accountOf is the account of an ARN.
func accountOf(text string) string {
	arn, _ := world.ParseARN(text)
	return arn.Account
}
