package ground

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestImagesOfPrivateRegistriesArePulledWithTheRole(t *testing.T) {
	const private = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/tools/deploy"
	const repository = "arn:aws:ecr:eu-west-1:123456789012:repository/tools/deploy"
	for _, image := range []string{private, private + ":2", private + "@sha256:0000"} {
		statements := ImageStatements(ohio, []string{"", "golang:1.26", image})
		assert.True(t, allows(t, statements, "ecr:BatchGetImage", repository), image)
		assert.False(t, allows(t, statements, "ecr:BatchGetImage", repository+"-2"), image)
		assert.False(t, allows(t, statements, "ecr:PutImage", repository), image)
		assert.NotNil(t, (&BuildProjectArgs{Image: image}).pullCredentials(), image)
	}
	for _, image := range []string{"", "golang:1.26", "public.ecr.aws/docker/library/node:22", "aws/codebuild/standard:7.0"} {
		assert.Empty(t, ImageStatements(ohio, []string{image}), image)
		assert.Nil(t, (&BuildProjectArgs{Image: image}).pullCredentials(), image)
	}
}

func TestReadersOfArtifactsWriteNone(t *testing.T) {
	const bucket, key = "arn:aws:s3:::bash-dog", "arn:aws:kms:us-east-2:123456789012:key/1"
	encrypted := ReadArtifactStatements(bucket, key)
	assert.True(t, allows(t, encrypted, "s3:GetObject", bucket+"/any/object"))
	assert.True(t, allows(t, encrypted, "kms:Decrypt", key))
	assert.False(t, allows(t, encrypted, "s3:PutObject", bucket+"/any/object"))
	assert.False(t, allows(t, encrypted, "kms:GenerateDataKey", key))
	assert.False(t, allows(t, ReadArtifactStatements(bucket, ""), "kms:Decrypt", key))
}
