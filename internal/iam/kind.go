package iam

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Kind is what a policy is attached to, which decides its elements and size.
type Kind struct {
	name            string
	limit           int    // characters without white space; 0 if its service sets it
	limitPage       string // where the limit is documented
	basedOnResource bool   // has principals
	impliesResource bool   // applies to what it is attached to, even without naming it
}

const quotasPage = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length"

// Kinds of policies.
var (
	// ManagedPolicy is a customer managed policy, or a permissions boundary.
	ManagedPolicy = Kind{name: "managed policy", limit: 6144, limitPage: quotasPage}
	// InlineRolePolicy is embedded in a role. All of a role's share the limit: see [CheckRole].
	InlineRolePolicy = Kind{name: "inline role policy", limit: 10240, limitPage: quotasPage}
	// TrustPolicy says who may assume a role. Its limit is the default quota; AWS raises it to 4096 on request.
	TrustPolicy = Kind{
		name: "trust policy", limit: 2048, basedOnResource: true, impliesResource: true,
		limitPage: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entities",
	}
	// BucketPolicy belongs to an S3 bucket.
	BucketPolicy = Kind{
		name: "bucket policy", limit: 20480, basedOnResource: true,
		limitPage: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-iam-policies.html",
	}
	// KeyPolicy belongs to a KMS key.
	KeyPolicy = Kind{
		name: "key policy", limit: 32768, basedOnResource: true,
		limitPage: "https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html",
	}
	// RepositoryPolicy belongs to an ECR repository, which it need not name.
	RepositoryPolicy = Kind{
		name: "repository policy", limit: 10240, basedOnResource: true, impliesResource: true,
		limitPage: "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html",
	}
	// ResourcePolicy belongs to any other resource. Its size is for its service to check.
	ResourcePolicy = Kind{name: "resource policy", basedOnResource: true}
)

// Render checks the document for its kind and gives it as compact JSON. Equal documents give equal text.
func (d Document) Render(kind Kind) (string, error) {
	if err := d.Validate(kind); err != nil {
		return "", err
	}
	text, err := json.Marshal(d)
	return string(text), err
}

// CheckRole checks the inline policies of one role together: their sizes add up.
func CheckRole(inline ...Document) error {
	var problems []error
	total := 0
	for _, d := range inline {
		problems = append(problems, d.Validate(InlineRolePolicy))
		size, err := d.size()
		problems = append(problems, err)
		total += size
	}
	if total > InlineRolePolicy.limit {
		problems = append(problems, fmt.Errorf(
			"the role's %d inline policies have %d characters together, %d are allowed: make one of them a managed policy (%s)",
			len(inline), total, InlineRolePolicy.limit, quotasPage))
	}
	return errors.Join(problems...)
}

// size counts characters as IAM does: without white space, so also without that inside of strings.
func (d Document) size() (int, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return 0, err
	}
	size := 0
	for _, r := range string(text) {
		if r != ' ' {
			size++
		}
	}
	return size, nil
}
