package rehearsal

import (
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

const (
	intoClusters = "clusters"

	takingOn    = "staging / PRE_BUILD" // the build takes on the deploy role and finds the cluster
	applying    = "staging / BUILD"
	atRendering = "Manifests / BUILD"

	shopOverlay    = "overlays/staging/kustomization.yaml"
	shopDeployment = "base/deployment.yaml"
)

// toCluster is a defect of the shop's release to its clusters.
func toCluster(name, at string, inject func(*subject), says ...string) defect {
	return injected(intoClusters, name, "eks", inject, at, says...)
}

// manifest replaces a text in a file of the repository of manifests.
func manifest(name, file, from, to, at string, says ...string) defect {
	return toCluster(name, at, func(s *subject) { s.manifest(file, from, to) }, says...)
}

// project gives a variable of a build project another value.
func project(name, of, variable, value, at string, says ...string) defect {
	return toCluster(name, at, func(s *subject) { s.variable(of, variable, value) }, says...)
}

// buildspecOf replaces a text in the buildspec of a project.
func buildspecOf(name, of, from, to, at string, says ...string) defect {
	return toCluster(name, at, func(s *subject) {
		p := s.project(of)
		s.set(p, "source.buildspec", replaced(s, p.Inputs.Obj("source").Str("buildspec"), from, to))
	}, says...)
}

// policyOf replaces a text in the policy of a role.
func policyOf(name, role, from, to, at string, says ...string) defect {
	return toCluster(name, at, func(s *subject) {
		for _, r := range s.world.All(inlineType) {
			if r.Inputs.Str("role") == s.role(role).Attr("name") {
				s.set(r, "policy", replaced(s, r.Attr("policy"), from, to))
			}
		}
	}, says...)
}

// trustOf replaces a text in the trust policy of a role.
func trustOf(name, role, from, to, at string, says ...string) defect {
	return toCluster(name, at, func(s *subject) {
		r := s.role(role)
		s.set(r, "assumeRolePolicy", replaced(s, r.Attr("assumeRolePolicy"), from, to))
	}, says...)
}

// more is a statement at the beginning of a policy.
func more(statement string) (from, to string) {
	return `"Statement":[`, `"Statement":[` + statement + `,`
}

func widerOf(name, role, statement string, says ...string) defect {
	from, to := more(statement)
	return policyOf(name, role, from, to, impossible, says...)
}

// unready is a defect that only shows once the pods are to be ready, for which the test does not wait long.
func unready(d defect, real bool) defect {
	inject := d.inject
	d.real, d.inject = real, func(s *subject) {
		inject(s)
		s.variable("shop-staging-deploy", "ROLLOUT_TIMEOUT", "6s")
	}
	return d
}

// role is the one whose name begins so, before the digits that Pulumi has chosen.
func (s *subject) role(name string) *drydock.Record {
	s.Helper()
	for _, r := range s.world.All(roleType) {
		if strings.HasPrefix(r.Attr("name"), name+"-") && len(r.Attr("name")) == len(name)+len("-1234567") {
			return r
		}
	}
	require.Failf(s, "no such role", "%s", name)
	return nil
}

// project is the build project with the name.
func (s *subject) project(name string) *drydock.Record {
	s.Helper()
	r := s.world.Find(projectType, "name", name)
	require.NotNil(s, r, "no such project: %s", name)
	return r
}

// variable gives one of the project another value.
func (s *subject) variable(of, name, value string) {
	s.Helper()
	for _, v := range s.project(of).Inputs.Obj("environment").List("environmentVariables") {
		if v := v.(map[string]any); v["name"] == name {
			v["value"] = value
			return
		}
	}
	require.Failf(s, "no such variable", "%s of %s", name, of)
}

// manifest replaces a text in a file of the manifests.
func (s *subject) manifest(name, from, to string) {
	s.Helper()
	own := subject{TB: s.TB, dir: shopManifests, files: s.manifests}
	own.edit(name, from, to)
}

// shopAction is the properties of an action of the shop's pipeline.
func (s *subject) shopAction(stage, name string) map[string]any {
	s.Helper()
	for _, st := range s.named(pipelineType, "shop").Inputs.Objs("stages") {
		for _, a := range st.Objs("actions") {
			if st.Str("name") == stage && a.Str("name") == name {
				return a
			}
		}
	}
	require.Failf(s, "no such action", "%s / %s", stage, name)
	return nil
}

// entry is the access entry of the shop in staging, or the association of a policy with it.
func (s *subject) entry(typ string) *drydock.Record {
	s.Helper()
	for _, r := range s.world.Where(typ, "clusterName", "staging") {
		if r.Inputs.Str("principalArn") == s.role("shop-staging").Attr("arn") {
			return r
		}
	}
	require.Failf(s, "no such entry", "%s", typ)
	return nil
}

// untag takes the tags off a role.
func (s *subject) untag(name string) {
	s.Helper()
	r := s.role(name)
	s.set(r, "tags", map[string]any{})
	r.Outputs["tagsAll"] = map[string]any{}
}
