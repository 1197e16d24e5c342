package bashdog_test

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRoles runs the committed program of this machine's architecture in its three roles, on loopback.
func TestRoles(t *testing.T) {
	program := install(t)

	api := start(t, program, []string{"LISTEN=127.0.0.1:0", "BASH_DOG_ENVIRONMENT=test", "DATABASE_URL=postgres://hunter2@db"}, "api")
	apiAt := api.after("api: listening on ")
	sidecar := start(t, program, []string{"API_URL=http://" + apiAt, "LOG_TOKEN=hunter2"}, "sidecar")
	nginx := start(t, program, nil, "nginx", configure(t, apiAt))
	site := "http://" + nginx.after("nginx: listening on ")

	tests := []struct {
		path, kind, body string
		status           int
	}{
		{"/health", "text/plain", "ok\n", 200},
		{"/nginx-health", "text/plain", "ok\n", 200},
		{"/api/", "application/json", `{"dog":"bash","environment":"test","database":"set"}` + "\n", 200},
		{"/api/dogs?tail=yes", "application/json", `{"dog":"bash","environment":"test","database":"set"}` + "\n", 200},
		{"/", "text/html; charset=utf-8", page(t), 200},
		{"/missing", "text/plain", "not found\n", 404},
		{"/../../etc/passwd", "text/plain", "not found\n", 404},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			res := get(t, site+tt.path)
			assert.Equal(t, tt.status, res.StatusCode)
			assert.Equal(t, tt.kind, res.Header.Get("Content-Type"))
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			assert.Equal(t, tt.body, string(body))
		})
	}
	t.Run("redirect", func(t *testing.T) {
		res := get(t, site+"/index.html")
		assert.Equal(t, 301, res.StatusCode)
		assert.Equal(t, "/", res.Header.Get("Location"))
	})
	t.Run("HEAD", func(t *testing.T) {
		res, err := http.Head(site + "/")
		require.NoError(t, err)
		defer res.Body.Close()
		assert.Equal(t, 200, res.StatusCode)
		assert.EqualValues(t, len(page(t)), res.ContentLength)
	})
	t.Run("sidecar", func(t *testing.T) {
		assert.Equal(t, "set", sidecar.after("sidecar: log token "))
		assert.Equal(t, "200", sidecar.after("sidecar: api answers "))
	})
	t.Run("body through the proxy", func(t *testing.T) {
		res, err := http.Post(site+"/api/", "text/plain", strings.NewReader("a stick"))
		require.NoError(t, err)
		defer res.Body.Close()
		assert.Equal(t, 200, res.StatusCode)
	})
	t.Run("chunked body", func(t *testing.T) {
		res, err := http.Post(site+"/api/", "text/plain", io.MultiReader(strings.NewReader("a stick"))) // of unknown length
		require.NoError(t, err)
		defer res.Body.Close()
		assert.Equal(t, 411, res.StatusCode)
	})
	t.Run("SIGTERM", func(t *testing.T) {
		for _, role := range []*role{api, sidecar, nginx} {
			require.NoError(t, role.stop(), "a role ends with exit code 0")
			assert.NotContains(t, strings.Join(role.said, "\n"), "hunter2", "a secret's value is never written")
		}
	})
}

func TestNginxWithoutAPI(t *testing.T) {
	nginx := start(t, install(t), nil, "nginx", configure(t, "127.0.0.1:1"))
	res := get(t, "http://"+nginx.after("nginx: listening on ")+"/health")
	assert.Equal(t, 502, res.StatusCode)
}

func TestRefused(t *testing.T) {
	program := install(t)
	usage := "usage: bash-dog api | sidecar | nginx [nginx.conf]"
	tests := []struct {
		name, conf, want string
		args             []string
	}{
		{name: "no role", want: usage},
		{name: "unknown role", args: []string{"cat"}, want: usage},
		{name: "no such file", args: []string{"nginx", "/missing"}, want: "open /missing: no such file or directory"},
		{name: "unknown directive", conf: "events {}\ngzip on;", want: ":2: gzip with 1 arguments is not understood here"},
		{name: "open quote", conf: "http {\n\"", want: ":2: a quote is not closed"},
		{name: "open block", conf: "http {\nserver {", want: ":2: the end of the file is not expected here"},
		{name: "brace too many", conf: "}", want: ":1: a closing brace too many"},
		{name: "no server", conf: "events {}", want: ":1: no server that listens"},
		{name: "location without answer", conf: "http { server { location / { index a; } } }", want: "needs exactly one of"},
		{name: "two answers", conf: "http { server { location / { root /a; return 200; } } }", want: "it has 2"},
		{name: "upstream with a path", conf: "http { server { location / { proxy_pass http://api/x; } } }", want: `"http://api/x" is not of the form http://host:port`},
		{name: "unknown status", conf: "http { server { location / { return 299; } } }", want: "return 299 is not one of"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.conf != "" {
				tt.args = []string{"nginx", write(t, tt.conf)}
			}
			out, err := exec.Command(program, tt.args...).CombinedOutput()
			var failed *exec.ExitError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, 1, failed.ExitCode())
			assert.Contains(t, string(out), tt.want)
		})
	}
}

func install(t *testing.T) string {
	if runtime.GOOS != "linux" || !slices.Contains(architectures, runtime.GOARCH) {
		t.Skipf("the programs are for linux on %v, this is %s on %s", architectures, runtime.GOOS, runtime.GOARCH)
	}
	program := filepath.Join(t.TempDir(), "bash-dog")
	require.NoError(t, os.WriteFile(program, unpack(t, runtime.GOARCH), 0o755))
	return program
}

// configure writes the example's nginx.conf for a free port, the api where it is, and the page's folder here.
func configure(t *testing.T, api string) string {
	conf, err := os.ReadFile("nginx.conf")
	require.NoError(t, err)
	html, err := filepath.Abs("html")
	require.NoError(t, err)
	for from, to := range map[string]string{
		"listen 80;": "listen 127.0.0.1:0;", "localhost:8000": api, "/usr/share/nginx/html": `"` + html + `"`,
	} {
		require.Contains(t, string(conf), from)
		conf = []byte(strings.ReplaceAll(string(conf), from, to))
	}
	return write(t, string(conf))
}

func write(t *testing.T, conf string) string {
	file := filepath.Join(t.TempDir(), "nginx.conf")
	require.NoError(t, os.WriteFile(file, []byte(conf), 0o644))
	return file
}

func page(t *testing.T) string {
	html, err := os.ReadFile("html/index.html")
	require.NoError(t, err)
	return string(html)
}

// get asks without following redirects and without cleaning the path.
func get(t *testing.T, url string) *http.Response {
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	require.NoError(t, err)
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	t.Cleanup(func() { res.Body.Close() })
	return res
}

// role is a running program; said is what it has written as far as it was read.
type role struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines *bufio.Scanner
	said  []string
}

func start(t *testing.T, program string, env []string, args ...string) *role {
	cmd := exec.Command(program, args...)
	cmd.Env = env
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return &role{t: t, cmd: cmd, lines: bufio.NewScanner(out)}
}

// after reads lines up to the first with the prefix and returns what follows it.
func (r *role) after(prefix string) string {
	r.t.Helper()
	for r.lines.Scan() {
		r.said = append(r.said, r.lines.Text())
		if rest, ok := strings.CutPrefix(r.lines.Text(), prefix); ok {
			return rest
		}
	}
	r.t.Fatalf("%v ended without the line %q: %q", r.cmd.Args, prefix, r.said)
	return ""
}

// stop ends the role as ECS does, and reads what it still had to say.
func (r *role) stop() error {
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	for r.lines.Scan() {
		r.said = append(r.said, r.lines.Text())
	}
	return r.cmd.Wait()
}
