package compose_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/components/bluegreen"
	"github.com/container-pipeline/container-pipeline/components/bluegreen/compose"
)

func write(t *testing.T, text string) string {
	file := filepath.Join(t.TempDir(), "compose.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	return file
}

const full = `
services:
  web:
    build: {context: ., target: nginx, dockerfile: Dockerfile, args: {BASE: stable}}
    ports: ["8080:80"]
    depends_on:
      api: {condition: service_healthy}
      migrate: {condition: service_completed_successfully}
      db: {condition: service_started}
    volumes: ["./html:/html"]
  api:
    build: .
    expose: ["8000"]
    command: serve --peer http://worker:9000/jobs --name "bash dog"
    entrypoint: ["/entry"]
    environment:
      MODE: ${MODE:-test}
      WORKER_URL: http://worker:9000
      WORKER_HOST: worker
      PEERS: worker:9000,jobs.internal:9001
      DATABASE_URL:
      EMPTY: ""
    healthcheck:
      test: [CMD, /check, "http://api:8000/health", "it's fine"]
      interval: 10s
      timeout: 3s
      retries: 4
      start_period: 1m
    user: "1000"
    read_only: true
    stop_grace_period: 45s
    deploy:
      replicas: 2
      resources: {limits: {cpus: "0.25", memory: 100M, pids: 10}}
    networks: [inside]
    restart: always
  worker:
    build: {context: ., args: {BASE: stable}}
    expose: [9000, "9000/udp"]
    healthcheck: {test: "curl -f http://localhost:9000 || exit 1"}
    environment: ["TOKEN", "QUEUE=jobs"]
    networks: {inside: {aliases: [jobs.internal]}}
    restart: "no"
  migrate:
    build: {context: .}
    healthcheck: {disable: true}
  db:
    image: postgres:17
  debug:
    build: .
    profiles: [debug]
networks: {inside: {}}
x-note: not a setting
`

func TestLoad(t *testing.T) {
	got, err := compose.Load(write(t, full), compose.Options{})
	require.NoError(t, err)
	want := &compose.Result{
		Containers: []bluegreen.Container{
			{
				Name: "api", Port: 8000, Target: "api", EntryPoint: []string{"/entry"},
				Command: []string{"serve", "--peer", "http://localhost:9000/jobs", "--name", "bash dog"},
				Environment: map[string]string{
					"MODE": "test", "WORKER_URL": "http://localhost:9000", "WORKER_HOST": "localhost",
					"PEERS": "localhost:9000,localhost:9001", "EMPTY": "",
				},
				Secrets: []string{"DATABASE_URL"},
				Check: &bluegreen.ContainerCheck{
					Command:  `/check http://localhost:8000/health 'it'\''s fine'`,
					Interval: 10, Timeout: 3, Retries: 4, StartPeriod: 60,
				},
				User: "1000", ReadonlyRootFilesystem: true, StopTimeout: 45, CPU: 256, Memory: 100,
			},
			{Name: "migrate", Target: "migrate", NonEssential: true},
			{
				Name: "worker", Port: 9000, Target: "worker", Secrets: []string{"TOKEN"}, NonEssential: true,
				Environment: map[string]string{"QUEUE": "jobs"},
				Check:       &bluegreen.ContainerCheck{Command: "curl -f http://localhost:9000 || exit 1"},
			},
			{
				Name: "web", Port: 80, Public: true, Target: "nginx",
				DependsOn: map[string]string{"api": "HEALTHY", "migrate": "SUCCESS"},
			},
		},
		Build:   bluegreen.BuildOptions{Context: ".", Dockerfile: "Dockerfile", Args: map[string]string{"BASE": "stable"}},
		Secrets: []string{"DATABASE_URL", "TOKEN"},
		Local:   []string{"db", "debug"},
		Ignored: []string{
			"networks: the containers of a task share one network",
			"services.api.deploy.replicas: give ContainerPipelineArgs.DesiredCount or Scaling",
			"services.api.deploy.resources.limits.pids: the containers of a task have no such setting",
			"services.api.networks: the containers of a task share one network",
			"services.web.depends_on.db: it stays local",
			"services.web.volumes: a task keeps no files; use S3, EFS or a database",
			"services.worker.expose: 9000/udp: the load balancer speaks HTTP",
			"services.worker.networks: the containers of a task share one network",
		},
		Rewritten: []string{
			"services.api.command: worker is localhost within the task",
			"services.api.environment.PEERS: jobs.internal is localhost within the task",
			"services.api.environment.PEERS: worker is localhost within the task",
			"services.api.environment.WORKER_HOST: worker is localhost within the task",
			"services.api.environment.WORKER_URL: worker is localhost within the task",
			"services.api.healthcheck.test: api is localhost within the task",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOptions(t *testing.T) {
	file := write(t, `
services:
  one:
    build: {context: app, target: first}
    ports: ["80:80", "443:443"]
    environment: {URL: "postgres://db:5432/x", KEY: "postgres://u:p@db/x", LEVEL: "${LEVEL}"}
  two:
    build: {context: app}
    ports: ["81:8000"]
  tool: {build: tools}
  db: {image: postgres}
`)
	got, err := compose.Load(file, compose.Options{
		Public: "two", Ports: map[string]int{"one": 80}, Local: []string{"tool"}, Secrets: []string{"KEY"},
		Environment: map[string]map[string]string{"one": {"URL": "postgres://db.example.com/x"}, "two": {"NEW": "1"}},
		Variables:   map[string]string{"LEVEL": "debug"},
	})
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff([]bluegreen.Container{
		{
			Name: "one", Port: 80, Target: "first", Secrets: []string{"KEY"},
			Environment: map[string]string{"URL": "postgres://db.example.com/x", "LEVEL": "debug"},
		},
		{Name: "two", Port: 8000, Public: true, Target: "two", Environment: map[string]string{"NEW": "1"}},
	}, got.Containers))
	assert.Equal(t, bluegreen.BuildOptions{Context: "app", Dockerfile: "app/Dockerfile"}, got.Build)
	assert.Equal(t, []string{"db", "tool"}, got.Local)
}

func TestMeansTheSameEverywhere(t *testing.T) {
	t.Setenv("TOKEN", "from the shell")
	t.Setenv("MODE", "from the shell")
	file := write(t, `
services:
  web:
    build: .
    ports: ["80:80"]
    env_file: local.env
    environment: {TOKEN: null, MODE: "${MODE:-plain}"}
`)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(file), ".env"), []byte("TOKEN=from .env\nMODE=from .env\n"), 0o644))
	got, err := compose.Load(file, compose.Options{})
	require.NoError(t, err, "the env_file of a developer need not exist")
	assert.Equal(t, []string{"TOKEN"}, got.Containers[0].Secrets)
	assert.Equal(t, map[string]string{"MODE": "plain"}, got.Containers[0].Environment)
	assert.Equal(t, []string{"services.web.env_file: its values are the developer's; give the deployed ones in environment"}, got.Ignored)
}

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
