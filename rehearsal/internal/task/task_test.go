package task

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for what is to happen.
const patience = 30 * time.Second

func needTasks(t *testing.T) {
	t.Helper()
	if err := Available(); err != nil {
		t.Skip(err)
	}
}

// start runs a task; the test fails if anything of it is left at its end.
func start(t *testing.T, containers ...Container) *Running {
	t.Helper()
	needTasks(t)
	scratch := t.TempDir()
	r, err := Start(t.Context(), Task{Containers: containers, Scratch: scratch})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, r.Stop())
		left, err := os.ReadDir(scratch)
		require.NoError(t, err)
		require.Empty(t, left)
	})
	return r
}

func eventually(t *testing.T, r *Running, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			require.FailNow(t, "not within "+patience.String()+": "+what, "states %+v\nfailure %+v\nlog\n%s",
				r.States(), r.Failed(), strings.Join(r.Logs(), "\n"))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func state(r *Running, name string) State {
	for _, s := range r.States() {
		if s.Name == name {
			return s
		}
	}
	return State{}
}

func logged(r *Running, line string) func() bool {
	return func() bool { return strings.Contains(strings.Join(r.Logs(), "\n"), line) }
}

func TestServe(t *testing.T) {
	r := start(t, container(t, "web", "serve=:80"))
	eventually(t, r, "the container answers", func() bool {
		status, body, err := r.Probe(t.Context(), 80, "/health?deep=1")
		return err == nil && status == 200 && body == "/health from ELB-HealthChecker/2.0"
	})
	require.Nil(t, r.Failed())
	require.Equal(t, StatusRunning, state(r, "web").Status)
}

func TestFailures(t *testing.T) {
	second := func(port string, ports ...int) []Container {
		first, second := container(t, "first", "serve="+port), container(t, "second", "await=http://localhost"+port, "serve="+port)
		first.Ports, second.Ports = ports, ports
		return []Container{first, second}
	}
	with := func(change func(*Container), steps ...string) []Container {
		c := container(t, "app", steps...)
		change(&c)
		return []Container{c}
	}
	const missing = `CannotStartContainerError: exec: "/nothing": stat /nothing: no such file or directory`
	for name, c := range map[string]struct {
		containers []Container
		what, fix  string
		where      string
		code       int
	}{
		"exit code": {
			[]Container{container(t, "app", "say=farewell", "exit=3")},
			"Essential container in task exited: app with exit code 3: farewell", "until it is stopped", "app", 3,
		},
		"port in use": {
			second(":8000", 8000),
			"Essential container in task exited: second with exit code 1: app: listen tcp :8000: bind: address already in use",
			"first has the same containerPort", "second", 1,
		},
		"missing entry point": {
			with(func(c *Container) { c.EntryPoint = []string{"/nothing"} }), missing, "Add the file to the image", "app", -1,
		},
		"not in PATH": {
			with(func(c *Container) { c.EntryPoint = []string{"nothing"} }),
			`CannotStartContainerError: exec: "nothing": executable file not found in $PATH`, "Add the program", "app", -1,
		},
		"not executable": {
			with(func(c *Container) { c.EntryPoint = []string{"/etc/hosts"} }),
			`CannotStartContainerError: exec: "/etc/hosts": permission denied`, "execute", "app", -1,
		},
		"no command": {
			with(func(c *Container) { c.Image = image(t, v1.Config{}, nil) }),
			"CannotStartContainerError: no command specified", "ENTRYPOINT or CMD", "app", -1,
		},
		"unknown user": {
			with(func(c *Container) { c.User = "nginx" }, "who"),
			"CannotStartContainerError: unable to find user nginx: no matching entries in passwd file", "adduser", "app", -1,
		},
		"format": {
			with(func(c *Container) {
				c.Image = withLayers(t, runtime.GOARCH, v1.Config{Entrypoint: []string{"/app"}}, archive(t, file("app", "no program", 0o755)))
			}),
			"Essential container in task exited: app with exit code 255: exec /app: exec format error", "--platform", "app", 255,
		},
		"dependency fails": {
			func() []Container {
				migrate, web := container(t, "migrate", "exit=7"), container(t, "web", "serve=:80")
				migrate.Essential = false
				web.DependsOn = []Dependency{{"migrate", ConditionSuccess}}
				return []Container{web, migrate}
			}(),
			"Task failed to start: container web cannot start, as container migrate did not exit successfully: exit code 7",
			"dependsOn", "web", -1,
		},
		"unhealthy": {
			with(func(c *Container) {
				c.HealthCheck = &HealthCheck{Command: []string{"CMD", "/app", "exit=4"}, Interval: time.Millisecond, Retries: 2}
			}, "wait"),
			"Task failed container health checks: app is UNHEALTHY: exit code 4", "startPeriod", "app", 0,
		},
		"privileged port": {
			with(func(c *Container) { c.User = "65534:65534" }, "serve=:80"),
			"Essential container in task exited: app with exit code 1: app: listen tcp :80: bind: permission denied", "from 1024 on", "app", 1,
		},
		"read-only root": {
			with(func(c *Container) { c.ReadonlyRootFilesystem = true }, "write=/file"),
			"Essential container in task exited: app with exit code 1: app: open /file: read-only file system", "volumes", "app", 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "privileged port" && os.Geteuid() != 0 {
				t.Skip("users other than one's own need root")
			}
			r := start(t, c.containers...)
			eventually(t, r, "the task fails", func() bool { return r.Failed() != nil })
			require.Equal(t, c.what, strings.TrimSpace(r.Failed().What))
			require.Equal(t, "container "+c.where, r.Failed().Where)
			require.Contains(t, r.Failed().Fix, c.fix)
			eventually(t, r, "all containers end", func() bool {
				for _, s := range r.States() {
					if s.Status != StatusStopped {
						return false
					}
				}
				return true
			})
			require.Equal(t, c.code, state(r, c.where).ExitCode)
		})
	}
}

func TestProgramSeesItsContainer(t *testing.T) {
	passwd := "root:x:0:0::/root:/bin/sh\nbash:x:1000:1001::/home/bash:/bin/sh\n"
	files := map[string]string{"etc/passwd": passwd, "etc/group": "dogs:x:1001:\nkennel:x:2000:cat,bash\n"}
	config := v1.Config{
		Entrypoint: []string{"app"}, Cmd: []string{"who", "env=GREETING", "env=KEPT", "env=HOME", "env=PATH", "read=/etc/hosts"},
		Env:  []string{"GREETING=image", "KEPT=image", "PATH=/nowhere:/"},
		User: "bash", WorkingDir: "/made/here",
	}
	c := Container{Name: "app", Image: image(t, config, files), Env: []string{"GREETING=definition"}}
	r := start(t, c)
	eventually(t, r, "the container ends", func() bool { return state(r, "app").Status == StatusStopped })
	require.Nil(t, r.Failed(), "it is not essential")
	want := []string{
		"pid 1 uid 1000 gid 1001 groups [2000] in /made/here at ip-10-0-0-2.ec2.internal",
		"GREETING=definition", "KEPT=image", "HOME=/home/bash", "PATH=/nowhere:/",
		"/etc/hosts: 127.0.0.1 localhost", "10.0.0.2 ip-10-0-0-2.ec2.internal", "",
	}
	got := state(r, "app").Log
	if os.Geteuid() != 0 {
		require.NotEmpty(t, r.Notes())
		require.Contains(t, got[0], "pid 1 uid 0 gid 0 ")
		want, got = want[1:], got[1:]
	}
	require.Equal(t, want, got)
}

func TestUsers(t *testing.T) {
	needTasks(t)
	if os.Geteuid() != 0 {
		t.Skip("users other than one's own need root")
	}
	for user, want := range map[string]string{
		"": "uid 0 gid 0", "65534": "uid 65534 gid 0", "7:8": "uid 7 gid 8", "bash": "uid 1000 gid 1001",
		"1000": "uid 1000 gid 1001", "bash:kennel": "uid 1000 gid 2000",
	} {
		t.Run(user, func(t *testing.T) {
			files := map[string]string{"etc/passwd": "bash:x:1000:1001::/:/\n", "etc/group": "kennel:x:2000:\n"}
			c := Container{Name: "app", User: user, Image: image(t, v1.Config{Entrypoint: []string{"/app"}}, files)}
			// A program that runs as another user may still open its output by name.
			c.Command = []string{"who", "write=/dev/stdout"}
			r := start(t, c)
			eventually(t, r, "the container ends", func() bool { return state(r, "app").Status == StatusStopped })
			require.Contains(t, strings.Join(r.Logs(), "\n"), want)
			require.Equal(t, 0, state(r, "app").ExitCode)
		})
	}
}

func TestNetwork(t *testing.T) {
	api, local := container(t, "api", "serve=:8000"), container(t, "local", "serve=127.0.0.1:9000")
	sidecar := container(t, "sidecar", "await=http://localhost:8000/", "await=http://localhost:9000/", "wait")
	outside := container(t, "outside", "get=http://192.0.2.1/")
	outside.Essential = false
	r := start(t, api, local, sidecar, outside)
	eventually(t, r, "the sidecar reaches its siblings", logged(r, "sidecar: waiting"))
	status, _, err := r.Probe(t.Context(), 8000, "/")
	require.NoError(t, err)
	require.Equal(t, 200, status)
	_, _, err = r.Probe(t.Context(), 9000, "/")
	require.ErrorContains(t, err, "connection refused", "it listens on 127.0.0.1 alone")
	eventually(t, r, "nothing else is reached", logged(r, "outside: app: "))
	require.Contains(t, strings.Join(r.Logs(), "\n"), "network is unreachable")
}

func TestDependencies(t *testing.T) {
	migrate := container(t, "migrate", "say=migrated", "exit=0")
	migrate.Essential = false
	api := container(t, "api", "serve=:8000")
	api.DependsOn = []Dependency{{"migrate", ConditionSuccess}}
	api.HealthCheck = &HealthCheck{Command: []string{"CMD", "/app", "get=http://localhost:8000/health"}}
	web := container(t, "web", "get=http://localhost:8000/", "wait")
	web.DependsOn = []Dependency{{"api", ConditionHealthy}, {"migrate", ConditionComplete}, {"migrate", ConditionStart}}
	r := start(t, web, api, migrate)
	eventually(t, r, "the last one runs", logged(r, "web: waiting"))
	require.Equal(t, HealthHealthy, state(r, "api").Health)
	require.Equal(t, HealthUnknown, state(r, "web").Health)
	require.Equal(t, "migrate: migrated", r.Logs()[0])
	require.NoError(t, r.Stop())
	require.Equal(t, 0, state(r, "web").ExitCode, "it was asked to end")
	require.Contains(t, r.Logs(), "web: told to stop by terminated")
}

func TestStopWhileAContainerWaits(t *testing.T) {
	migrate, web := container(t, "migrate", "wait"), container(t, "web", "serve=:80")
	migrate.Essential = false
	web.DependsOn = []Dependency{{"migrate", ConditionSuccess}}
	r := start(t, web, migrate)
	eventually(t, r, "the first one runs", logged(r, "migrate: waiting"))
	require.Equal(t, StatusPending, state(r, "web").Status)
	require.NoError(t, r.Stop())
	require.Nil(t, r.Failed())
	require.Equal(t, State{Name: "web", Status: StatusStopped, ExitCode: -1, Health: HealthUnknown}, state(r, "web"))
}
