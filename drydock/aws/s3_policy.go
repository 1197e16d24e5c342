package aws

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
func bucketPolicy() *sim.Resource {
	return &sim.Resource{
		Type: bucketPolicyType,
		Inputs: sim.Fields{
			"bucket": sim.String().Required().Replaces().Refs(bucketType, "id", noBucket),
			"policy": sim.JSON().Required().Between(1, 20480).Same(samePolicy).Check(func(v any) string {
				return strings.Replace(checkPolicy(resourcePolicy)(v), "MalformedPolicyDocument", "MalformedPolicy", 1)
			}),
		},
		Create: func(op *sim.Op) error {
			op.ID = op.In.Str("bucket")
			return acceptBucketPolicy(op)
		},
		Update: acceptBucketPolicy,
	}
}

func acceptBucketPolicy(op *sim.Op) error {
	doc, _ := parsePolicy(op.In.Str("policy"))
	arn := "arn:" + op.Partition() + ":s3:::" + op.In.Str("bucket")
	for _, s := range doc.statements {
		actions, _ := s.either("Action")
		for _, a := range actions {
			if a != "*" && !strings.HasPrefix(strings.ToLower(a), "s3:") {
				return sim.Refuse("MalformedPolicy", "Policy has invalid action: %s", a)
			}
		}
		resources, _ := s.either("Resource")
		for _, r := range resources {
			if r != arn && !strings.HasPrefix(r, arn+"/") && r != arn+"*" {
				return sim.Refuse("MalformedPolicy", "Policy has invalid resource: %s (the policy of %s must name %s or %s/…)",
					r, op.In.Str("bucket"), arn, arn)
			}
		}
		if s.public() && blocksPublicPolicies(op.Cloud, op.In.Str("bucket")) {
			return sim.Refuse("AccessDenied", "Access Denied: public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access "+
				"(https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html)")
		}
	}
	if err := checkPrincipalsExist(op, op.In.Str("policy")); err != nil {
		return sim.Refuse("MalformedPolicy", "Invalid principal in policy (%s)", err)
	}
	return nil
}

// public tells whether a statement lets anyone in: a condition is taken to narrow it.
func (s policyStatement) public() bool {
	_, conditional := s.element["Condition"]
	principals, _ := s.principals()
	for _, p := range principals {
		if p.kind == "AWS" && p.id == "*" && s.element["Effect"] == "Allow" && !conditional {
			return true
		}
	}
	return false
}

// blocksPublicPolicies: new buckets do, until told otherwise.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
func blocksPublicPolicies(cloud *sim.Cloud, bucketName string) bool {
	r := cloud.Find(bucketAccessType, "bucket", bucketName)
	return r == nil || r.Inputs.Bool("blockPublicPolicy")
}
