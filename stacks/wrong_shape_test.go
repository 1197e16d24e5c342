package stacks

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What a key of the project holds is no map of arguments at all.
func TestWrongShapes(t *testing.T) {
	for name, c := range map[string]struct {
		config map[string]any
		want   string
	}{
		"nothing configured": {nil, `stack "all" configures nothing: give one of ekscicd, meta, permissionsBoundary, pipelines, staged, zones below container-pipeline: in stacks/Pulumi.all.yaml`},
		"a text":             {values{"container-pipeline:pipelines": "bash-dog"}, "container-pipeline:pipelines: must be a map from names to settings"},
		"a list":             {values{"container-pipeline:staged": []any{"site"}}, "container-pipeline:staged: must be a map from names to settings"},
		"null":               {values{"container-pipeline:meta": nil}, "container-pipeline:meta: must be a map from names to settings"},
		"an empty map":       {values{"container-pipeline:ekscicd": values{}}, "configures nothing"},
		"arguments are a text": {
			values{"container-pipeline:zones": values{"example": "com"}}, `container-pipeline:zones.example: "com" is not accepted: give a map with strictHosts, zoneId`,
		},
		"a name is empty": {values{"container-pipeline:pipelines": values{"": values{}}}, `container-pipeline:pipelines..name: "" cannot begin`},
		"a fraction":      {values{"container-pipeline:pipelines": values{"dog": values{"cpu": 0.5}}}, `container-pipeline:pipelines.dog.cpu: "0.5" is not accepted: give a whole number`},
		"a huge number":   {values{"container-pipeline:pipelines": values{"dog": values{"cpu": 1e30}}}, `container-pipeline:pipelines.dog.cpu: "1e+30" is not accepted`},
		"another case":    {values{"container-pipeline:pipelines": values{"dog": values{"desiredcount": 1}}}, "container-pipeline:pipelines.dog.desiredcount: no such key"},
		"a null container": {
			values{"container-pipeline:pipelines": values{"dog": values{"containers": []any{nil}}}}, `container-pipeline:pipelines.dog.containers[0].name: "" is not valid`,
		},
		"a list for a secret": {
			values{"container-pipeline:pipelines": values{"dog": values{"secrets": values{"URL": []any{"hidden-value"}}}}}, "container-pipeline:pipelines.dog.secrets.URL: a list is not accepted: give a text",
		},
		"a secret for its map": {
			values{"container-pipeline:pipelines": values{"dog": values{"secrets": "hidden-value"}}}, "container-pipeline:pipelines.dog.secrets: this value is not accepted: give a map",
		},
		"a secret for the map of variables": {
			values{"container-pipeline:staged": values{"site": values{"deploy": values{"variables": "hidden-value"}}}}, "container-pipeline:staged.site.deploy.variables: this value is not accepted: give a map",
		},
		"a secret for a credential": {
			values{"container-pipeline:ekscicd": values{"acme": values{"credential": "hidden-value"}}}, "container-pipeline:ekscicd.acme.credential: this value is not accepted: give a map",
		},
		"null for every family": {
			values{"container-pipeline:pipelines": values{"a": nil}, "container-pipeline:staged": values{"b": nil}, "container-pipeline:meta": values{"c": nil},
				"container-pipeline:ekscicd": values{"d": nil}, "container-pipeline:zones": values{"e": nil}}, "container-pipeline:zones.e.strictHosts: missing",
		},
	} {
		t.Run(name, func(t *testing.T) {
			made, err := deploy(t, "all", c.config)
			assert.ErrorContains(t, err, c.want)
			assert.Zero(t, made)
			if err != nil {
				assert.NotRegexp(t, notForPeople, err.Error())
			}
		})
	}
}
