package rehearsal

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// hasty does not wait long for an answer.
func hasty(s *settings) { s.patience = 4 * time.Second }

// running are defects that show when the containers run.
const running = "running containers"

// inTasks is a defect that shows only in a running task.
func inTasks(name string, inject func(*subject), at string, says ...string) defect {
	return defect{kind: running, name: name, scene: "dev", inject: inject, real: true, at: at, says: says}
}

// whenRun is an edit of the app that is such a defect.
func whenRun(name, file, from, to, at string, says ...string) defect {
	return inTasks(name, func(s *subject) { s.edit(file, from, to) }, at, says...)
}

// runningDefects are found by running the released images, as a release does.
var runningDefects = []defect{
	whenRun("an essential container exits", "Dockerfile", `CMD ["sidecar"]`, `CMD ["sidecart"]`, healthy, "Essential container in task exited",
		"sidecar"),
	whenRun("an entrypoint that the image lacks", "Dockerfile", `ENTRYPOINT ["/bash-dog"]`, `ENTRYPOINT ["/bash-cat"]`, healthy, "/bash-cat", "api"),
	whenRun("an entrypoint that is no program", "Dockerfile", "ENTRYPOINT [\"/bash-dog\"]\nCMD [\"nginx\"]",
		`ENTRYPOINT ["/etc/nginx/nginx.conf"]`, healthy, "/etc/nginx/nginx.conf", "nginx"),
	whenRun("a program of another architecture", "Dockerfile", "ADD bin/bash-dog-${TARGETARCH:-amd64}.tar.gz /",
		"ADD bin/bash-dog-"+otherArch+".tar.gz /", healthy, "exec format error", "api"),
	serving("the health check's path answers 500", []string{"0.0.0.0:80", "500"}, "ResponseCodeMismatch", "500", "/health", "container nginx"),
	serving("a program that listens on 127.0.0.1 only", []string{"127.0.0.1:80", "200"}, "FailedHealthChecks", "port 80", "on all addresses"),
	whenRun("the health check's path answers 404", "nginx.conf", "location = /health {\n            proxy_pass http://localhost:8000;",
		"location = /health {\n            return 404;", healthy,
		"ResponseCodeMismatch", "404", "/health", "container nginx"),
	whenRun("the public container listens on another port", "nginx.conf", "listen 80;", "listen 8080;", healthy, "FailedHealthChecks",
		"port 80", "container nginx"),
	whenRun("the proxy calls its neighbour by name", "nginx.conf", "proxy_pass http://localhost:8000;", "proxy_pass http://api:8000;", healthy,
		"/health"),
	whenRun("a neighbour on another port", "nginx.conf", "proxy_pass http://localhost:8000;", "proxy_pass http://localhost:8001;", healthy,
		"/health", "502"),
	whenRun("a configuration that the program refuses", "nginx.conf", "location = /health {", "location == /health {", healthy,
		"Essential container in task exited", "nginx"),
	inTasks("a health check's path that nobody answers", func(s *subject) {
		for _, g := range s.world.All(targetGroupType) {
			s.set(g, "healthCheck.path", "/nginx-healthy")
		}
		s.edit("nginx.conf", "root /usr/share/nginx/html;", "root /srv;")
	}, healthy, "/nginx-healthy", "404"),
	inTasks("a container's own health check fails", func(s *subject) {
		s.rendered(definition, `"name": "api",`, `"name": "api", "healthCheck": {"command": ["CMD", "/healthcheck"], "interval": 5, "timeout": 2, "retries": 1},`)
	}, healthy, "health checks", "/healthcheck", "container api"),
	inTasks("a user that the image lacks", func(s *subject) { s.edit("Dockerfile", "USER 65534:65534", "USER nobody") }, healthy, "nobody", "api"),
}

// otherArch is an architecture that this machine's processor does not run.
var otherArch = strings.NewReplacer("amd64", "arm64", "arm64", "amd64").Replace(runtime.GOARCH)

// serving has a small program of the test's own in the place of nginx: it listens at an address and answers with a status.
func serving(name string, args []string, says ...string) defect {
	return inTasks(name, func(s *subject) {
		program := filepath.Join(s.TempDir(), "answer")
		cmd := exec.Command("go", "build", "-o", program, "testdata/answer.go")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
		out, err := cmd.CombinedOutput()
		require.NoError(s, err, string(out))
		text, err := os.ReadFile(program)
		require.NoError(s, err)
		s.files["answer"], s.programs = string(text), []string{"answer"}
		s.edit(".dockerignore", "!html\n", "!html\n!answer\n")
		s.edit("Dockerfile", "ENTRYPOINT [\"/bash-dog\"]\nCMD [\"nginx\"]", fmt.Sprintf("ADD answer /\nENTRYPOINT [\"/answer\"]\nCMD [%q, %q]", args[0], args[1]))
	}, healthy, says...)
}
