package access

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// ofResource are the policies that are attached to what the call is on. The error is a lack without which nothing can be
// decided: a role that is to be assumed and does not exist.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
func (j *Judge) ofResource(c Call) ([]policyText, error) {
	arn, ok := world.ParseARN(c.Resource)
	if !ok {
		return nil, nil
	}
	switch arn.Service {
	case "s3":
		return j.ofBucket(arn), nil
	case "ecr":
		return j.ofRepository(arn), nil
	case "sns":
		return j.ofTopic(c.Resource), nil
	case "kms":
		return j.ofKey(c.Resource)
	case "secretsmanager":
		return j.ofSecret(c.Resource), nil
	case "lambda":
		return j.ofFunction(arn)
	case "iam":
		return j.trust(c)
	}
	return nil, nil
}

// ofBucket is the bucket's policy, which speaks for its objects too.
func (j *Judge) ofBucket(arn world.ARN) []policyText {
	bucket, _, _ := strings.Cut(arn.Resource, "/")
	return policies(j.world.Where("aws:s3/bucketPolicy:BucketPolicy", "bucket", bucket), "bucket policy of "+bucket)
}

func (j *Judge) ofRepository(arn world.ARN) []policyText {
	name := strings.TrimPrefix(arn.Resource, "repository/")
	return policies(j.world.Where("aws:ecr/repositoryPolicy:RepositoryPolicy", "repository", name), "repository policy of "+name)
}

// ofTopic is the policy that was set last: one of its own resource replaces that of the topic.
// https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
func (j *Judge) ofTopic(arn string) []policyText {
	name := "topic policy of " + arn[strings.LastIndex(arn, ":")+1:]
	if set := policies(j.world.Where("aws:sns/topicPolicy:TopicPolicy", "arn", arn), name); len(set) > 0 {
		return set
	}
	return policies(j.world.Where("aws:sns/topic:Topic", "arn", arn), name)
}

const keyType = "aws:kms/key:Key"

// ofKey is the key policy, without whose word nobody uses the key; a disabled key nobody uses at all. Keys that are not in the records, as those that AWS
// manages for its services, are not judged.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
// https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
func (j *Judge) ofKey(arn string) ([]policyText, error) {
	key := j.world.Find(keyType, "arn", arn)
	if key == nil {
		return nil, nil
	}
	if key.Inputs["isEnabled"] == false || key.Outputs["isEnabled"] == false {
		return nil, fmt.Errorf("KMS.DisabledException: %s is disabled", arn)
	}
	texts := policies([]*drydock.Record{key}, "key policy of "+nameOf(arn))
	for i := range texts {
		texts[i].kind = iam.Gatekeeper
	}
	return texts, nil
}

func (j *Judge) ofSecret(arn string) []policyText {
	name := "secret policy of " + arn[strings.LastIndex(arn, ":")+1:]
	if set := policies(j.world.Where("aws:secretsmanager/secretPolicy:SecretPolicy", "secretArn", arn), name); len(set) > 0 {
		return set
	}
	return policies(j.world.Where("aws:secretsmanager/secret:Secret", "arn", arn), name)
}

// trust is the policy of a role that is to be assumed. Other calls on a role do not meet it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html
func (j *Judge) trust(c Call) ([]policyText, error) {
	if c.Action != "sts:AssumeRole" {
		return nil, nil
	}
	role := j.world.Find(roleType, "arn", c.Resource)
	if role == nil {
		return nil, fmt.Errorf("the role %s does not exist", c.Resource)
	}
	return []policyText{{"trust policy of " + role.Attr("name"), iam.Gatekeeper, text(role, "assumeRolePolicy")}}, nil
}

// policies are the texts of the records that have one.
func policies(records []*drydock.Record, name string) []policyText {
	var texts []policyText
	for _, r := range records {
		if t := text(r, "policy"); t != "" {
			texts = append(texts, policyText{name, iam.ResourceBased, t})
		}
	}
	return texts
}

// ofFunction is the policy that a function's permissions make together.
// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
func (j *Judge) ofFunction(arn world.ARN) ([]policyText, error) {
	name := strings.TrimPrefix(arn.Resource, "function:")
	var statements []iam.Statement
	for _, r := range j.world.All("aws:lambda/permission:Permission") {
		if f := r.Inputs.Str("function"); f == name || strings.HasSuffix(f, ":function:"+name) {
			statements = append(statements, permission(r, arn.With("lambda", arn.Resource)))
		}
	}
	if len(statements) == 0 {
		return nil, nil
	}
	written, err := json.Marshal(iam.Policy(statements...))
	if err != nil {
		return nil, fmt.Errorf("the permissions of function %s: %w", name, err)
	}
	return []policyText{{"function policy of " + name, iam.ResourceBased, string(written)}}, nil
}

func permission(r *drydock.Record, function string) iam.Statement {
	kind := iam.AWS
	if strings.HasSuffix(r.Inputs.Str("principal"), ".amazonaws.com") {
		kind = iam.Service
	}
	s := iam.Allow(r.Inputs.Str("statementId")).For(kind, r.Inputs.Str("principal")).Actions(r.Inputs.Str("action")).On(function)
	if source := r.Inputs.Str("sourceArn"); source != "" {
		s = s.When(iam.ArnLike, "aws:SourceArn", source)
	}
	if account := r.Inputs.Str("sourceAccount"); account != "" {
		s = s.When(iam.StringEquals, "aws:SourceAccount", account)
	}
	return s
}
