package kube

import (
	"crypto/x509"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
)

func clientOf(t *testing.T, token string) *api.Client {
	t.Helper()
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(cluster.CA()))
	return api.New(cluster.Endpoint(), token, pool)
}

// may asks the API server whether the user of a token may, as "patch apps/deployments/scale in shop".
func may(t *testing.T, user, what string) bool {
	t.Helper()
	client := clientOf(t, user+"-token")
	defer client.Close()
	words := strings.Fields(what)
	parts := strings.SplitN(words[1], "/", 3)
	attributes := map[string]string{"verb": words[0], "group": strings.TrimPrefix(parts[0], "core"), "resource": parts[1]}
	if len(parts) > 2 {
		attributes["subresource"] = parts[2]
	}
	if len(words) > 2 {
		attributes["namespace"] = words[3]
	}
	var review struct {
		Status struct {
			Allowed bool `json:"allowed"`
		} `json:"status"`
	}
	require.NoError(t, client.Create(t.Context(), "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", map[string]any{
		"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
		"spec": map[string]any{"resourceAttributes": attributes},
	}, &review))
	return review.Status.Allowed
}

func TestAccessPolicies(t *testing.T) {
	for what, who := range map[string]string{ // those of viewer, editor, admin and owner who may
		"get apps/deployments in shop":                                  "viewer editor admin owner",
		"patch apps/deployments in shop":                                "editor admin owner",
		"patch apps/deployments in other":                               "owner",
		"patch apps/deployments":                                        "owner",
		"update apps/deployments/scale in shop":                         "editor admin owner",
		"update apps/deployments/status in shop":                        "owner",
		"delete apps/statefulsets in shop":                              "editor admin owner",
		"create batch/jobs in shop":                                     "editor admin owner",
		"get core/pods/log in shop":                                     "viewer editor admin owner",
		"create core/pods/exec in shop":                                 "editor admin owner",
		"get core/secrets in shop":                                      "editor admin owner",
		"list core/secrets in other":                                    "owner",
		"create core/events in shop":                                    "editor admin owner",
		"impersonate core/serviceaccounts in shop":                      "editor admin owner",
		"create core/serviceaccounts/token in shop":                     "owner",
		"update core/endpoints in shop":                                 "owner",
		"create core/resourcequotas in shop":                            "owner",
		"get core/namespaces in shop":                                   "viewer editor admin owner",
		"list core/namespaces":                                          "owner",
		"create core/namespaces":                                        "owner",
		"get core/nodes":                                                "owner",
		"create policy/poddisruptionbudgets in shop":                    "editor admin owner",
		"create networking.k8s.io/ingresses in shop":                    "editor admin owner",
		"create rbac.authorization.k8s.io/roles in shop":                "admin owner",
		"escalate rbac.authorization.k8s.io/roles in shop":              "owner",
		"get rbac.authorization.k8s.io/roles in shop":                   "admin owner",
		"create authorization.k8s.io/localsubjectaccessreviews in shop": "admin owner",
		"create apiextensions.k8s.io/customresourcedefinitions":         "owner",
		"get monitoring.coreos.com/servicemonitors in shop":             "owner",
	} {
		t.Run(what, func(t *testing.T) {
			for _, user := range []string{"viewer", "editor", "admin", "owner", "stranger"} {
				assert.Equal(t, strings.Contains(who, user), may(t, user, what), user)
			}
		})
	}
}

func TestRefusalsAreTheAPIServers(t *testing.T) {
	out, err := as(t, "viewer").try(deployment("api", "app:1", 1, ""), "-n", shop, "apply", "--server-side", "-f", "-")
	require.Error(t, err)
	assert.Contains(t, out, `deployments.apps "api" is forbidden: User "viewer" cannot patch resource "deployments" in API group "apps" in the namespace "shop"`)
}

func TestStrangersAreUnauthorized(t *testing.T) {
	p := plan{authority: &authority{pem: cluster.CA()}}
	stranger := user{t, writeFile(t, p.kubeconfig(cluster.Endpoint(), "nonsense"))}
	out, err := stranger.try("", "-n", shop, "get", "pods")
	require.Error(t, err)
	assert.Contains(t, out, "You must be logged in to the server")
	anonymous := clientOf(t, "")
	defer anonymous.Close()
	require.NoError(t, anonymous.Get(t.Context(), "/readyz", nil))
	assert.True(t, api.Is(anonymous.Get(t.Context(), "/version", nil), http.StatusUnauthorized), "as on EKS")
}

// What an access policy permits cannot be passed on: RBAC does not know of it.
func TestAdminCannotGrantWhatItsPolicyPermits(t *testing.T) {
	admin := as(t, "admin")
	out, err := admin.try("", "-n", shop, "create", "role", "reader", "--verb", "get", "--resource", "pods")
	require.Error(t, err)
	assert.Contains(t, out, "is attempting to grant RBAC permissions not currently held")
}

func TestGroupsOfAccessEntries(t *testing.T) {
	assert.False(t, may(t, "grouped", "get core/configmaps in other"))
	as(t, "owner").kubectl("", "-n other create role reader --verb get --resource configmaps")
	as(t, "owner").kubectl("", "-n other create rolebinding readers --role reader --group readers")
	assert.Eventually(t, func() bool { return may(t, "grouped", "get core/configmaps in other") }, waits, poll)
	assert.False(t, may(t, "grouped", "get core/secrets in other"))
}
