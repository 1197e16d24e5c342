package ekscicd

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/golden"
	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

// The two accounts of the tests. Who gives the provider "workload" is in the second.
const (
	operationsAccount = "111111111111"
	workloadAccount   = "222222222222"
)

const (
	tokenSecret = "arn:aws:secretsmanager:us-east-2:111111111111:secret:codebuild/github-a1b2c3"
	connection  = "arn:aws:codestar-connections:us-east-2:111111111111:connection/7d2469ff-514a-4e4f-9003-5ca4a43cdc41"
)

// accounts are the clouds of both.
func accounts() *mocks.Cloud {
	return &mocks.Cloud{Account: operationsAccount, Accounts: map[string]string{"workload": workloadAccount}}
}

// deploy runs a program and requires it to succeed.
func deploy(t *testing.T, program pulumi.RunFunc) *mocks.Cloud {
	t.Helper()
	cloud := accounts()
	require.NoError(t, cloud.Run(program))
	return cloud
}

// refused requires all the problems to be reported at once, and nothing to be made.
func refused(t *testing.T, program pulumi.RunFunc, want ...string) {
	t.Helper()
	cloud := accounts()
	err := cloud.Run(program)
	for _, problem := range want {
		assert.ErrorContains(t, err, problem)
	}
	assert.Empty(t, cloud.Made())
}

// goldenRole compares a role's policy and trust with the files <file>.json and <file>.trust.json of testdata/policies.
func goldenRole(t *testing.T, cloud *mocks.Cloud, role, file string) {
	t.Helper()
	golden.JSON(t, "policies/"+file+".json", cloud.Resource(t, "RolePolicy", role).Text(t, "policy"))
	golden.JSON(t, "policies/"+file+".trust.json", cloud.Resource(t, "Role", role).Text(t, "assumeRolePolicy"))
}

// store stands in for an artifact bucket.
func store() ArtifactStore {
	return ArtifactStore{BucketName: pulumi.String("acme-artifacts"), BucketArn: pulumi.String("arn:aws:s3:::acme-artifacts")}
}
