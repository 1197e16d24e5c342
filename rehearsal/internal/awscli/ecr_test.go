package awscli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const apiARN = "arn:aws:ecr:us-east-2:123456789012:repository/api"

func TestRegistry(t *testing.T) {
	tests := map[string]struct {
		line, stdout, stderr string
		code                 int
		asked                []string
	}{
		"login": {line: "aws ecr get-login-password --region us-east-2", stdout: "the-password\n", asked: []string{"ecr:GetAuthorizationToken *"}},
		"login with another registry": {line: "aws ecr get-authorization-token --registry-ids 210987654321 --query authorizationData[].proxyEndpoint --output text",
			stdout: "https://210987654321.dkr.ecr.us-east-2.amazonaws.com\n", asked: []string{"ecr:GetAuthorizationToken *"}},
		"digest of a tag": {
			line:   "aws ecr describe-images --region us-east-2 --registry-id 123456789012 --repository-name api --image-ids imageTag=abc --query 'imageDetails[0].imageDigest' --output text",
			stdout: digest1 + "\n", asked: []string{"ecr:DescribeImages " + apiARN}},
		"image by JSON": {line: `aws ecr describe-images --repository-name api --image-ids '[{"imageTag":"abc"}]' --query 'imageDetails[].imageTags[]' --output text`,
			stdout: "abc\tlatest\n", asked: []string{"ecr:DescribeImages " + apiARN}},
		"no such tag": {line: "aws ecr describe-images --repository-name api --image-ids imageTag=x", code: 254, asked: []string{"ecr:DescribeImages " + apiARN},
			stderr: "An error occurred (ImageNotFoundException) when calling the DescribeImages operation: The image with imageId {imageDigest:'null', imageTag:'x'} " +
				"does not exist within the repository with name 'api' in the registry with id '123456789012'"},
		"no such repository": {line: "aws ecr describe-images --repository-name x", code: 254, asked: []string{"ecr:DescribeImages arn:aws:ecr:us-east-2:123456789012:repository/x"},
			stderr: "An error occurred (RepositoryNotFoundException) when calling the DescribeImages operation: " +
				"The repository with name 'x' does not exist in the registry with id '123456789012'"},
		"repository in another region": {line: "aws ecr list-images --repository-name api --region us-west-2", code: 254,
			asked: []string{"ecr:ListImages arn:aws:ecr:us-west-2:123456789012:repository/api"}, stderr: "(RepositoryNotFoundException)"},
		"repository without images": {line: "aws ecr describe-images --repository-name empty --query 'imageDetails[0].imageDigest' --output text", stdout: "None\n",
			asked: []string{"ecr:DescribeImages arn:aws:ecr:us-east-2:123456789012:repository/empty"}},
		"list": {line: "aws ecr list-images --repository-name api --output text", asked: []string{"ecr:ListImages " + apiARN},
			stdout: "IMAGEIDS\t" + digest1 + "\tabc\nIMAGEIDS\t" + digest1 + "\tlatest\nIMAGEIDS\t" + digest2 + "\t\n"},
		"list without tags": {line: "aws ecr list-images --repository-name api --filter tagStatus=UNTAGGED --query imageIds[].imageDigest --output text",
			stdout: digest2 + "\n", asked: []string{"ecr:ListImages " + apiARN}},
		"missing images do not fail a batch": {line: "aws ecr batch-get-image --repository-name api --image-ids imageTag=abc imageTag=x --query '[images[].imageManifest, failures[].failureCode]' --output text",
			stdout: "one\nImageNotFound\n", asked: []string{"ecr:BatchGetImage " + apiARN}},
		"tag again": {line: "aws ecr put-image --repository-name api --image-tag abc --image-manifest one", code: 254, asked: []string{"ecr:PutImage " + apiARN},
			stderr: "(LayersNotFoundException)"},
		"immutable": {line: "aws ecr put-image --repository-name fixed --image-tag v1 --image-manifest test", code: 254,
			asked: []string{"ecr:PutImage arn:aws:ecr:us-east-2:123456789012:repository/fixed"}, stderr: "The image tag 'v1' already exists in the 'fixed' repository and cannot be overwritten because the tag is immutable."},
		"repositories": {line: "aws ecr describe-repositories --query 'repositories[].repositoryName' --output text", stdout: "api\tfixed\tempty\n",
			asked: []string{"ecr:DescribeRepositories arn:aws:ecr:us-east-2:123456789012:repository/*"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			stdout, stderr, code := b.run(tt.line)
			assert.Equal(t, tt.code, code)
			assert.Equal(t, tt.stdout, stdout)
			assert.Contains(t, stderr, tt.stderr)
			assert.Equal(t, tt.asked, b.asked())
		})
	}
}

// The answer keeps the order of the API's fields.
func TestDescribedImage(t *testing.T) {
	b := newBench(t)
	want := `{
    "imageDetails": [
        {
            "registryId": "123456789012",
            "repositoryName": "api",
            "imageDigest": "` + digest2 + `",
            "imageSizeInBytes": 99,
            "imagePushedAt": "2026-05-01T12:00:00+00:00",
            "imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json"
        }
    ]
}
`
	line := "aws ecr describe-images --repository-name api --image-ids imageDigest=" + digest2
	assert.Equal(t, want, b.must(line))
	assert.Equal(t, `imageDetails:
- registryId: '123456789012'
  repositoryName: api
  imageDigest: `+digest2+`
  imageSizeInBytes: 99
  imagePushedAt: '2026-05-01T12:00:00+00:00'
  imageManifestMediaType: application/vnd.oci.image.manifest.v1+json
`, b.must(line+" --output yaml"))
}

func TestRetagAndDelete(t *testing.T) {
	b := newBench(t)
	manifest := b.must("aws ecr batch-get-image --repository-name api --image-ids imageDigest=" + digest2 + " --query 'images[].imageManifest' --output text")
	put := b.must("aws ecr put-image --repository-name api --image-tag prod --image-manifest '" + strings.TrimSpace(manifest) + "'")
	var answer struct{ Image struct{ ImageID imageID } }
	require.NoError(t, json.Unmarshal([]byte(put), &answer))
	assert.Equal(t, imageID{digest2, "prod"}, answer.Image.ImageID)

	tags := "aws ecr describe-images --repository-name api --image-ids imageTag=prod --query 'imageDetails[].imageDigest' --output text"
	assert.Equal(t, digest2+"\n", b.must(tags))
	_, stderr, code := b.run("aws ecr put-image --repository-name api --image-tag prod --image-manifest test")
	assert.Equal(t, 254, code)
	assert.Contains(t, stderr, "(ImageAlreadyExistsException)")

	out := b.must("aws ecr batch-delete-image --repository-name api --image-ids imageTag=prod imageTag=x --query '[imageIds[].imageTag, failures[].failureCode]' --output text")
	assert.Equal(t, "prod\nImageNotFound\n", out)
	_, _, code = b.run(tags)
	assert.Equal(t, 254, code, "the tag is gone")
}

func TestDenied(t *testing.T) {
	const user = "User: arn:aws:sts::123456789012:assumed-role/build/build-1 is not authorized to perform: "
	tests := map[string]struct {
		deny, line, stderr string
		code               int
	}{
		"ecr": {"ecr:DescribeImages", "aws ecr describe-images --repository-name api",
			"\nAn error occurred (AccessDeniedException) when calling the DescribeImages operation: " + user +
				"ecr:DescribeImages on resource: " + apiARN + " because no identity-based policy allows the ecr:DescribeImages action\n", 254},
		"s3 upload": {"s3:PutObject", "aws s3 cp - s3://site/k",
			"upload failed: - to s3://site/k An error occurred (AccessDenied) when calling the PutObject operation: " + user +
				"s3:PutObject on resource: \"arn:aws:s3:::site/k\" because no identity-based policy allows the s3:PutObject action\n", 1},
		"s3 download": {"s3:GetObject", "aws s3 cp s3://site/k k",
			"fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\n", 1},
		"s3 listing": {"s3:ListBucket", "aws s3 ls s3://site",
			"\nAn error occurred (AccessDenied) when calling the ListObjectsV2 operation: " + user +
				"s3:ListBucket on resource: \"arn:aws:s3:::site\" because no identity-based policy allows the s3:ListBucket action\n", 254},
		"secret": {"secretsmanager:GetSecretValue", "aws secretsmanager get-secret-value --secret-id app/token",
			"\nAn error occurred (AccessDeniedException) when calling the GetSecretValue operation: " + user +
				"secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:us-east-2:123456789012:secret:app/token-AbCdEf " +
				"because no identity-based policy allows the secretsmanager:GetSecretValue action\n", 254},
		"role": {"sts:AssumeRole", "aws sts assume-role --role-arn arn:aws:iam::123456789012:role/deploy --role-session-name ci",
			"\nAn error occurred (AccessDenied) when calling the AssumeRole operation: " + user +
				"sts:AssumeRole on resource: arn:aws:iam::123456789012:role/deploy because no identity-based policy allows the sts:AssumeRole action\n", 254},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.deny[tt.deny] = true
			stdout, stderr, code := b.run(tt.line)
			assert.Equal(t, tt.code, code)
			assert.Empty(t, stdout)
			assert.Equal(t, tt.stderr, stderr)
		})
	}
}
