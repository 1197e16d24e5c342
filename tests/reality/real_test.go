//go:build reality

package reality

import (
	"bufio"
	"encoding/json"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/container-pipeline/container-pipeline/drydock"
)

const instructions = `
The reality check needs the real AWS provider and an emulator of AWS's APIs; docs/reality.md has the commands.
  1. pulumi-resource-aws on PATH, or installed: pulumi plugin install resource aws 6.83.0
  2. an emulator on this machine, such as moto (pip install 'moto[server]'; moto_server -p 5566), and
     export AWS_ENDPOINT_URL=http://127.0.0.1:5566`

// realSettings are the provider's for an emulator; what is missing for it ends the test.
func realSettings(t *testing.T) map[string]any {
	t.Helper()
	endpoint := os.Getenv("AWS_ENDPOINT_URL")
	if endpoint == "" {
		t.Fatalf("AWS_ENDPOINT_URL is not set.%s", instructions)
	}
	for _, v := range os.Environ() {
		if name, value, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_ENDPOINT_URL") {
			onThisMachine(t, name, value)
		}
	}
	// Nothing of a real account is used, whatever the environment has.
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": region,
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
	} {
		t.Setenv(name, value)
	}
	realPlugin(t)
	return map[string]any{
		"aws:region": region, "aws:s3UsePathStyle": true, "aws:skipMetadataApiCheck": true,
		"aws:skipCredentialsValidation": true, "aws:maxRetries": 2,
	}
}

// onThisMachine ends the test unless the endpoint is a loopback address that answers.
func onThisMachine(t *testing.T, name, endpoint string) {
	t.Helper()
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" {
		t.Fatalf("%s is %q, which is no URL.%s", name, endpoint, instructions)
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		t.Fatalf("%s is %s, which is not on this machine: the reality check makes and deletes resources, "+
			"so it accepts loopback addresses only.%s", name, endpoint, instructions)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatalf("nothing answers at %s %s: %v.%s", name, endpoint, err, instructions)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
}

// realPlugin is the path of the provider that an engine would take.
func realPlugin(t *testing.T) string {
	t.Helper()
	const name = "pulumi-resource-aws"
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	home := os.Getenv("PULUMI_HOME")
	if home == "" {
		user, err := os.UserHomeDir()
		require.NoError(t, err)
		home = filepath.Join(user, ".pulumi")
	}
	path := filepath.Join(home, "plugins", "resource-aws-v"+sdkVersion, name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is neither on PATH nor installed (%s).%s", name, path, instructions)
	}
	return path
}

// realDock is a drydock with the real AWS provider in place of the simulated one.
func realDock(t *testing.T) *drydock.Dock {
	return drydock.Start(t, drydock.WithoutProvider("aws"), drydock.PassEnv("AWS_*"))
}

// engineServer is the engine that a plugin logs to.
type engineServer struct {
	pulumirpc.UnimplementedEngineServer
}

// realPort starts the real provider by itself.
func realPort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	pulumirpc.RegisterEngineServer(server, engineServer{})
	go func() { _ = server.Serve(listener) }() // ends with Stop
	t.Cleanup(server.Stop)
	cmd := exec.Command(realPlugin(t), listener.Addr().String())
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // says that it was killed
	})
	line, err := bufio.NewReader(out).ReadString('\n') // a plugin's first line is its port
	require.NoError(t, err)
	port, err := strconv.Atoi(strings.TrimSpace(line))
	require.NoError(t, err)
	return port
}

func TestConformance(t *testing.T) {
	settings := realSettings(t)
	real, err := recorded() // what -run leaves out stays as it is
	require.NoError(t, err)
	dock := realDock(t)
	t.Run("edits", func(t *testing.T) { real.Plans = askEdits(t, dock, settings) })
	t.Run("wrongs", func(t *testing.T) { real.Refusals = askWrongs(t, realPort(t), dock, settings) })
	v := compare(real, askSimulated(t))
	if *update && !t.Failed() {
		text, err := json.MarshalIndent(real, "", "\t")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(recording, append(text, '\n'), 0o644))
	}
	for _, problem := range v.unexplained() {
		t.Error(problem)
	}
}
