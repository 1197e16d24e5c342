package compose_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/components/bluegreen/compose"
)

// service is a file with one public service that has the settings.
func service(settings string) string {
	return "services:\n  web:\n    build: .\n    ports: [\"80:80\"]\n    " + strings.ReplaceAll(settings, "\n", "\n    ") +
		"\n  db: {image: postgres, container_name: store}\n"
}

func TestProblems(t *testing.T) {
	tests := []struct {
		name, text string
		options    compose.Options
		want       []string
	}{
		{name: "not YAML", text: "services: [", want: []string{"compose.yaml"}},
		{name: "empty", text: "", want: []string{"empty compose file"}},
		{name: "unknown setting", text: service("comand: x"), want: []string{"compose.yaml: ", "services.web.comand"}},
		{name: "unknown dependency", text: service("depends_on: [api]"), want: []string{`"web" depends on undefined service "api"`}},
		{name: "nothing to build", text: "services: {db: {image: postgres}}", want: []string{"services: none has a build"}},
		{name: "no public service", text: "services: {web: {build: .}}", want: []string{"none publishes a port: name the one that the load balancer reaches in Options.Public"}},
		{
			name: "two public services", text: "services: {a: {build: ., ports: ['1:1']}, b: {build: ., ports: ['2:2']}}",
			want: []string{"a, b publish ports: name the one"},
		},
		{
			name: "public without a port", text: "services: {web: {build: ., stop_grace_period: 1500ms}}", options: compose.Options{Public: "web"},
			want: []string{"services.web.stop_grace_period", `services.web.ports: missing: the load balancer needs one, give ports: ["8080:80"] or Options.Ports["web"]`},
		},
		{name: "several ports", text: service("expose: [81]"), want: []string{`services.web.ports: [80 81] are several: name one in Options.Ports["web"]`}},
		{name: "range of ports", text: service(`expose: ["81-83"]`), want: []string{`services.web.expose: "81-83" is no port`}},
		{
			name: "two Dockerfiles", text: "services: {web: {build: web, ports: ['80:80']}, api: {build: {context: api, dockerfile: My}}}",
			want: []string{"services.web.build: web/Dockerfile in context web, but services.api is built from api/My in context api"},
		},
		{name: "Dockerfile elsewhere", text: "services: {web: {build: ../web, ports: ['80:80']}}", want: []string{`context "../web" with "Dockerfile" is not in the compose file's folder`}},
		{name: "remote context", text: "services: {web: {build: 'https://github.com/a/b.git', ports: ['80:80']}}", want: []string{"is not in the compose file's folder"}},
		{name: "inline Dockerfile", text: "services: {web: {build: {dockerfile_inline: FROM scratch}, ports: ['80:80']}}", want: []string{"services.web.build.dockerfile_inline: "}},
		{
			name: "build arguments differ",
			text: "services: {web: {build: {context: ., args: {A: 1}}, ports: ['80:80']}, api: {build: {context: ., args: {A: 2, B: }}}}",
			want: []string{`services.web.build.args: A is "1", but "2" in services.api`, "services.api.build.args: B has no value"},
		},
		{name: "local host in a URL", text: service(`environment: {DATABASE_URL: "postgres://u:p@db:5432/x"}`), want: []string{
			"services.web.environment.DATABASE_URL: it names db as a host, which stays local: give the deployed value in Options.Environment, or make it a secret",
		}},
		{name: "local host by its container's name", text: service("environment: {CACHE: 'store:6379'}"), want: []string{"it names db as a host"}},
		{name: "local host alone", text: service("environment: {PGHOST: db}"), want: []string{"services.web.environment.PGHOST: it names db"}},
		{name: "local host in the command", text: service("command: [serve, --db, 'db:5432']"), want: []string{"services.web.command: it names db"}},
		{name: "health check of the image", text: service("healthcheck: {interval: 5s}"), want: []string{"services.web.healthcheck.test: [] is no command"}},
		{name: "fraction of a second", text: service("stop_grace_period: 1500ms"), want: []string{"services.web.stop_grace_period: 1.5s: ECS counts whole seconds, give 2s"}},
		{name: "variable without value", text: service("environment: {A: '${A} ${B} ${C:-c} ${D-d} $$E'}"), want: []string{"${A}: no value: give it in Options.Variables", "${B}: no value"}},
		{name: "required variable", text: service("environment: {A: '${A:?say which}'}"), want: []string{"say which"}},
		{
			name: "options that name nothing", text: service(""),
			options: compose.Options{
				Public: "webb", Ports: map[string]int{"db": 1}, Local: []string{"x"}, Secrets: []string{"KEY"},
				Environment: map[string]map[string]string{"y": {}},
			},
			want: []string{
				`Options.Public: "webb" is not a service with a build: give one of [web]`, `Options.Ports: "db"`, `Options.Local: "x"`,
				"Options.Secrets: no service has the variable KEY", `Options.Environment: "y"`,
			},
		},
		{
			name: "all at once", text: service("expose: [81]\nstop_grace_period: 100ms\nenvironment: {PGHOST: db}"),
			want: []string{"services.web.ports", "services.web.stop_grace_period", "services.web.environment.PGHOST"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := write(t, tt.text)
			got, err := compose.Load(file, tt.options)
			require.Error(t, err)
			assert.Nil(t, got)
			for _, want := range tt.want {
				assert.ErrorContains(t, err, want)
			}
			assert.ErrorContains(t, err, file)
		})
	}
}

func TestMissingFile(t *testing.T) {
	_, err := compose.Load("missing.yaml", compose.Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "missing.yaml")
}

func TestNamesThatAreNoHosts(t *testing.T) {
	got, err := compose.Load(write(t, service(`environment: {A: db, B: "redb:1", C: "http://db.example.com", D: "http://x/db", WEB: web}`)), compose.Options{})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"A": "db", "B": "redb:1", "C": "http://db.example.com", "D": "http://x/db", "WEB": "web"},
		got.Containers[0].Environment)
	assert.Empty(t, got.Rewritten)
}
