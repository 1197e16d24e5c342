package ground

import "github.com/container-pipeline/container-pipeline/internal/iam"

// ArtifactStatements let a role read and write the objects of exactly one artifact bucket, encrypted with keyArn. An
// empty keyArn stands for S3's own encryption, which asks no permission.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
func ArtifactStatements(bucketArn, keyArn string) []iam.Statement {
	statements := []iam.Statement{
		iam.Allow("UseArtifacts").Actions("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject").On(bucketArn + "/*"),
		seeArtifactBucket(bucketArn),
	}
	if keyArn == "" {
		return statements
	}
	// The actions are those that CodePipeline asks of every role that handles artifacts under a customer's key.
	// https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
	return append(statements, iam.Allow("UseArtifactKey").
		Actions("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*").On(keyArn))
}

// ReadArtifactStatements let a role read the objects of exactly one artifact bucket, and write none: what reads an
// artifact cannot replace it for those who read it later.
// https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
func ReadArtifactStatements(bucketArn, keyArn string) []iam.Statement {
	statements := []iam.Statement{
		iam.Allow("ReadArtifacts").Actions("s3:GetObject", "s3:GetObjectVersion").On(bucketArn + "/*"),
		seeArtifactBucket(bucketArn),
	}
	if keyArn == "" {
		return statements
	}
	return append(statements, iam.Allow("UseArtifactKey").Actions("kms:Decrypt", "kms:DescribeKey").On(keyArn))
}

func seeArtifactBucket(bucketArn string) iam.Statement {
	return iam.Allow("SeeArtifactBucket").
		Actions("s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning").On(bucketArn)
}

// LogStatement lets a role write its own streams into exactly one log group, which exists already.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
func LogStatement(logGroupArn string) iam.Statement {
	return iam.Allow("WriteLogs").Actions("logs:CreateLogStream", "logs:PutLogEvents").On(logGroupArn, logGroupArn+":*")
}
