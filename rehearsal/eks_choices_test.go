package rehearsal

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/codebuild"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// TestClustersAreSound: without a defect, the shop is released in every shape of its pipeline.
func TestClustersAreSound(t *testing.T) {
	ownBuildspec := func(s *subject, project, file, text string) {
		s.set(s.project(project), "source.buildspec", file)
		s.manifests[file] = text
	}
	for name, c := range map[string]struct {
		change func(*subject)
		check  func(*testing.T, *Verdict)
	}{
		"artifacts with a customer's key": {func(s *subject) {
			s.world.Add(accountKey())
			s.set(s.named(pipelineType, "shop"), "artifactStores.*.encryptionKey", map[string]any{"id": keyARN, "type": "KMS"})
			for _, r := range s.world.All(inlineType) {
				from, to := more(`{"Sid":"UseKey","Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":["` + keyARN + `"]}`)
				if !strings.Contains(r.Inputs.Str("role"), "pull-request") && strings.Contains(r.Attr("policy"), "123456789012") {
					s.set(r, "policy", replaced(s, r.Attr("policy"), from, to))
				}
			}
		}, func(t *testing.T, v *Verdict) { assert.Contains(t, actionsOf(v), "kms:GenerateDataKey") }},
		"a buildspec of the repository of manifests": {func(s *subject) {
			ownBuildspec(s, "shop-manifests", "render.yml", "version: 0.2\nphases:\n  build:\n    commands:\n"+
				"      - for e in staging production; do (cd overlays/$e && kustomize edit set image shop=$(cat $CODEBUILD_SRC_DIR_Image/image.txt)); "+
				"kustomize build overlays/$e >$e.yaml; done\nartifacts:\n  files: [staging.yaml, production.yaml]\n")
		}, func(t *testing.T, v *Verdict) {
			assert.Equal(t, []string{"Deployment shop-live/shop: 2 of 2 pods are ready"}, stepOf(t, v, "production", "Workloads").Log)
		}},
		"a cluster-wide access policy": {func(s *subject) {
			s.set(s.entry(associationType), "accessScope", map[string]any{"type": "cluster"})
			s.set(s.entry(associationType), "policyArn", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy")
			s.manifest(shopOverlay, "resources:\n", "resources:\n  - role.yaml\n")
			s.manifests["overlays/staging/role.yaml"] = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: shop\nrules: []\n"
		}, func(t *testing.T, v *Verdict) {
			assert.Equal(t, verdict.Passed, stepOf(t, v, "staging", "BUILD").Result)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := subjectOf(t, "eks")
			c.change(s)
			v := s.release(quick...)
			passes(t, v)
			c.check(t, v)
		})
	}
}

// accountKey is the key of keyARN, whose policy lets the account's own decide.
func accountKey() *drydock.Record {
	_, id, _ := strings.Cut(keyARN, "/")
	return &drydock.Record{
		Type: keyType, ID: id, Scope: "123456789012/us-east-2", Seeded: true, Inputs: map[string]any{},
		Outputs: map[string]any{"arn": keyARN, "keyId": id, "isEnabled": true, "policy": `{"Version":"2012-10-17","Statement":[{"Sid":"Account",
			"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}]}`},
	}
}

// actionsOf are the actions of the calls that the release made.
func actionsOf(v *Verdict) []string {
	var all []string
	for _, c := range v.Calls {
		all = append(all, c.Action)
	}
	return all
}

// TestProgramsThatABuildspecNames: a word of a command is a program, a part of an address is none.
func TestProgramsThatABuildspecNames(t *testing.T) {
	w := made(t, "eks")
	for name, want := range map[string][]string{
		"shop-image": nil, "shop-manifests": {"kustomize"}, "blog-manifests": {"helm"}, "shop-staging-deploy": {"kubectl"},
	} {
		p, err := codebuild.ReadProject(w, name)
		require.NoError(t, err)
		got, err := (&release{}).kubernetesPrograms(action{}, p)
		require.NoError(t, err)
		assert.Equal(t, want, got, name)
	}
}
