package ekscicd

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cluster is a stand-in for kubectl and its cluster: a file of object names that exist, one a line. A manifest is such a
// file too; a workload named broken never becomes ready.
const cluster = `
case "$*" in
label*) cat "$4" ;;
*"get secret"*) [ ! -e "$TOOLS/kept.gz" ] || cat "$TOOLS/kept.gz" ;;
*"get --filename"*) cat "${@:$#-2:1}" ;;
*"--selector"*) cat "$TOOLS/objects" ;;
*"create secret"*) cp "${@: -1}" "$TOOLS/kept.gz" ;;
*secret.yaml) ;;
*"apply "*) cat "${@: -1}" >>"$TOOLS/objects"; sort -u -o "$TOOLS/objects" "$TOOLS/objects" ;;
*"rollout status deployment.apps/broken"*) exit 1 ;;
*delete*) shift 3; for object; do sed -i "\,^$object\$,d" "$TOOLS/objects"; done ;;
esac`

// credentials is a stand-in for the AWS CLI, whose calls must be made as the deploy role but for the first.
const credentials = `
case "$1 $2" in
"sts assume-role") printf 'AKIDEPLOY\tsecret\ttoken\n' ;;
"eks update-kubeconfig") [ "$AWS_ACCESS_KEY_ID/$AWS_SECRET_ACCESS_KEY/$AWS_SESSION_TOKEN" = AKIDEPLOY/secret/token ] ;;
esac`

func (b *build) deploy(manifests string) (output string, succeeded bool) {
	b.t.Helper()
	b.write("staging.yaml", manifests)
	return b.run(deployBuildspec, map[string]string{
		"ROLE_ARN": "arn:aws:iam::222222222222:role/shop-staging", "CLUSTER": "staging", "CLUSTER_REGION": "us-east-2",
		"NAMESPACE": "shop", "MANIFESTS": "staging.yaml", "RELEASE": "shop", "PRUNE_KINDS": "deployments.apps,configmaps",
		"ROLLOUT_TIMEOUT": "10m", "KUBECTL_VERSION": kubectlVersion, "WORK": b.t.TempDir(), "AWS_ACCESS_KEY_ID": "AKIBUILD",
	})
}

func (b *build) objects() string {
	b.t.Helper()
	return (&build{t: b.t, dir: b.work}).read("objects")
}

func newDeployment(t *testing.T) *build {
	return newBuild(t, map[string]string{"kubectl": cluster, "aws": credentials})
}

func TestDeployBuildspec(t *testing.T) {
	b := newDeployment(t)
	output, succeeded := b.deploy("configmap/one\ndeployment.apps/shop\n")
	require.True(t, succeeded, output)
	assert.Equal(t, "configmap/one\ndeployment.apps/shop\n", b.objects())
	assert.Equal(t, []string{"kubectl --namespace shop rollout status deployment.apps/shop --timeout 10m"}, b.calls("rollout"))
	assert.Empty(t, b.calls("delete"))
	assert.Contains(t, b.calls("label")[0], "container-pipeline/release=shop")
	assert.Contains(t, b.calls(" apply")[0], "--namespace shop apply --server-side")
	assert.Equal(t, []string{"aws eks update-kubeconfig --region us-east-2 --name staging"}, b.calls("aws eks"))
}

func TestDeploymentPrunesWhatIsNoLongerThere(t *testing.T) {
	b := newDeployment(t)
	_, succeeded := b.deploy("configmap/one\ndeployment.apps/shop\n")
	require.True(t, succeeded)
	output, succeeded := b.deploy("configmap/two\ndeployment.apps/shop\n")
	require.True(t, succeeded, output)
	assert.Equal(t, "configmap/two\ndeployment.apps/shop\n", b.objects())
	assert.Equal(t, []string{"kubectl --namespace shop delete configmap/one"}, b.calls("delete"))
}

func TestFailedDeploymentGoesBack(t *testing.T) {
	b := newDeployment(t)
	_, succeeded := b.deploy("configmap/one\ndeployment.apps/shop\n")
	require.True(t, succeeded)
	output, succeeded := b.deploy("configmap/two\ndeployment.apps/broken\n")
	assert.False(t, succeeded, "the pipeline has to stop")
	assert.Contains(t, output, "The last good release is back.")
	assert.Equal(t, "configmap/one\ndeployment.apps/shop\n", b.objects(), "nothing of the failed release stays")

	output, succeeded = b.deploy("deployment.apps/shop\n")
	assert.True(t, succeeded, "the next release is deployed as after the last good one: %s", output)
	assert.Equal(t, "deployment.apps/shop\n", b.objects())
}

func TestFirstDeploymentThatFails(t *testing.T) {
	b := newDeployment(t)
	output, succeeded := b.deploy("deployment.apps/broken\n")
	assert.False(t, succeeded)
	assert.Contains(t, output, "there is none before it to go back to")
}

func TestDeploymentWithoutTheRole(t *testing.T) {
	b := newBuild(t, map[string]string{"kubectl": cluster, "aws": `echo AccessDenied >&2; exit 254`})
	output, succeeded := b.deploy("deployment.apps/shop\n")
	assert.False(t, succeeded)
	assert.Contains(t, output, "AccessDenied")
	assert.Empty(t, b.calls("kubectl"), "nothing is done without the deploy role")
}
