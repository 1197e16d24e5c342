package reality

import "strings"

// actionsOf are IAM's names of what an operation does: the operation's, but for a few.
func actionsOf(operation string) []string {
	if actions, known := otherwise[operation]; known {
		return actions
	}
	service, name, _ := strings.Cut(operation, " ")
	if service == "s3" {
		return []string{"s3:" + strings.ReplaceAll(name, " ", "")} // in no Reference, so that it is found missing
	}
	if service == "monitoring" { // CloudWatch's signing name
		service = "cloudwatch"
	}
	return []string{service + ":" + name}
}

// otherwise are the operations whose actions have other names, or that need none.
var otherwise = map[string][]string{
	// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
	"sts GetCallerIdentity": nil,
	// The provider asks who it is, and asks STS when it is refused (getAccountIDAndPartition of aws-sdk-go-base).
	"iam GetUser": nil,
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
	"s3 PUT bucket":                      {"s3:CreateBucket"},
	"s3 HEAD bucket":                     {"s3:ListBucket"},
	"s3 GET bucket":                      {"s3:ListBucket"},
	"s3 DELETE bucket":                   {"s3:DeleteBucket"},
	"s3 GET bucket versions":             {"s3:ListBucketVersions"},
	"s3 POST bucket delete":              {"s3:DeleteObject", "s3:DeleteObjectVersion"},
	"s3 GET bucket accelerate":           {"s3:GetAccelerateConfiguration"},
	"s3 GET bucket acl":                  {"s3:GetBucketAcl"},
	"s3 GET bucket cors":                 {"s3:GetBucketCORS"},
	"s3 GET bucket encryption":           {"s3:GetEncryptionConfiguration"},
	"s3 PUT bucket encryption":           {"s3:PutEncryptionConfiguration"},
	"s3 DELETE bucket encryption":        {"s3:PutEncryptionConfiguration"},
	"s3 GET bucket lifecycle":            {"s3:GetLifecycleConfiguration"},
	"s3 PUT bucket lifecycle":            {"s3:PutLifecycleConfiguration"},
	"s3 DELETE bucket lifecycle":         {"s3:PutLifecycleConfiguration"},
	"s3 GET bucket location":             {"s3:GetBucketLocation"},
	"s3 GET bucket logging":              {"s3:GetBucketLogging"},
	"s3 GET bucket object-lock":          {"s3:GetBucketObjectLockConfiguration"},
	"s3 GET bucket ownershipControls":    {"s3:GetBucketOwnershipControls"},
	"s3 PUT bucket ownershipControls":    {"s3:PutBucketOwnershipControls"},
	"s3 DELETE bucket ownershipControls": {"s3:PutBucketOwnershipControls"},
	"s3 GET bucket policy":               {"s3:GetBucketPolicy"},
	"s3 PUT bucket policy":               {"s3:PutBucketPolicy"},
	"s3 DELETE bucket policy":            {"s3:DeleteBucketPolicy"},
	"s3 GET bucket publicAccessBlock":    {"s3:GetBucketPublicAccessBlock"},
	"s3 PUT bucket publicAccessBlock":    {"s3:PutBucketPublicAccessBlock"},
	"s3 DELETE bucket publicAccessBlock": {"s3:PutBucketPublicAccessBlock"},
	"s3 GET bucket replication":          {"s3:GetReplicationConfiguration"},
	"s3 GET bucket requestPayment":       {"s3:GetBucketRequestPayment"},
	"s3 GET bucket tagging":              {"s3:GetBucketTagging"},
	"s3 PUT bucket tagging":              {"s3:PutBucketTagging"},
	"s3 DELETE bucket tagging":           {"s3:PutBucketTagging"},
	"s3 GET bucket versioning":           {"s3:GetBucketVersioning"},
	"s3 PUT bucket versioning":           {"s3:PutBucketVersioning"},
	"s3 GET bucket website":              {"s3:GetBucketWebsite"},
	"s3 PUT bucket website":              {"s3:PutBucketWebsite"},
	"s3 DELETE bucket website":           {"s3:DeleteBucketWebsite"},
	"s3 PUT object":                      {"s3:PutObject"},
	"s3 GET object":                      {"s3:GetObject"},
	"s3 HEAD object":                     {"s3:GetObject"},
	"s3 DELETE object":                   {"s3:DeleteObject"},
	"s3 DELETE object version":           {"s3:DeleteObjectVersion"},
	"s3 GET object tagging":              {"s3:GetObjectTagging"},
	"s3 PUT object tagging":              {"s3:PutObjectTagging"},
}

// tagging are the actions that an operation needs besides its own for the tags that it gives. CodeBuild's projects get
// theirs without any.
func tagging(operation string) []string {
	service, name, _ := strings.Cut(operation, " ")
	switch service {
	case "codebuild":
		return nil
	case "iam":
		return []string{"iam:Tag" + strings.TrimPrefix(name, "Create")}
	case "ec2":
		return []string{"ec2:CreateTags"}
	case "elasticloadbalancing":
		return []string{"elasticloadbalancing:AddTags"}
	case "acm":
		return []string{"acm:AddTagsToCertificate"}
	case "ssm":
		return []string{"ssm:AddTagsToResource"}
	case "s3":
		if strings.HasPrefix(name, "PUT object") {
			return []string{"s3:PutObjectTagging"}
		}
		return []string{"s3:PutBucketTagging"}
	case "monitoring":
		return []string{"cloudwatch:TagResource"}
	}
	return []string{service + ":TagResource"}
}

// receivers are the services that a role is handed to with a call, by the signing name of whom it is called from.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
var receivers = map[string]string{
	"codebuild": "codebuild.amazonaws.com", "codedeploy": "codedeploy.amazonaws.com", "codepipeline": "codepipeline.amazonaws.com",
	"ecs": "ecs-tasks.amazonaws.com", "events": "events.amazonaws.com",
}
