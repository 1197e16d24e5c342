package compose_test

import (
	"os"
	"path/filepath"
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
