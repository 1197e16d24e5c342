//go:build linux

package kube

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// within are the processes whose working directory is in the directory.
func within(t *testing.T, dir string) []int {
	t.Helper()
	var pids []int
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	require.NoError(t, err)
	for _, link := range links {
		cwd, err := os.Readlink(link)
		if err != nil || !strings.HasPrefix(cwd, dir+"/") {
			continue // it is another user's, or gone
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link)))
		require.NoError(t, err)
		pids = append(pids, pid)
	}
	return pids
}

// listens is whether somebody listens at a URL as https://127.0.0.1:6443.
func listens(url string) bool {
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "https://"))
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

func TestNothingIsLeftAfterSIGKILL(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	cmd := exec.Command(self)
	cmd.Env, cmd.Stderr = append(os.Environ(), asHolder+"="+dir), os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	endpoint := strings.TrimSpace(line)
	require.Len(t, within(t, dir), 3)
	require.True(t, listens(endpoint))
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait() // it was killed
	assert.Eventually(t, func() bool { return len(within(t, dir)) == 0 }, waits, poll, "processes are left")
	assert.Eventually(t, func() bool { return !listens(endpoint) }, waits, poll, "a port is left")
}

func TestCloseLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	o := options(dir)
	o.WithoutTasks = true
	c, err := Start(ctx, built, o)
	require.NoError(t, err)
	require.Len(t, within(t, dir), 3)
	require.NoError(t, c.client.Create(t.Context(), "/apis/apps/v1/namespaces/shop/deployments", map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "api"},
		"spec": map[string]any{"selector": map[string]any{"matchLabels": map[string]any{"app": "api"}}, "template": map[string]any{
			"metadata": map[string]any{"labels": map[string]any{"app": "api"}},
			"spec":     map[string]any{"containers": []any{map[string]any{"name": "api", "image": "app:1"}}},
		}},
	}, nil))
	assert.Eventually(t, func() bool {
		all, err := c.Workloads(t.Context())
		return err == nil && len(all) == 1 && all[0].Ready
	}, waits, poll)
	assert.Equal(t, []string{"The pods of Deployment shop/api are taken as ready: so it was asked for."}, c.Notes())
	cancel()
	assert.Eventually(t, func() bool {
		entries, err := os.ReadDir(dir)
		return err == nil && len(entries) == 0
	}, waits, poll, "files are left")
	assert.Empty(t, within(t, dir))
	assert.Eventually(t, func() bool { return !listens(c.Endpoint()) }, waits, poll, "a port is left")
	require.NoError(t, c.Close())
	require.NoError(t, c.Close(), "once more")
}

func TestStartThatFails(t *testing.T) {
	o := options(t.TempDir())
	tools := built
	tools.APIServer = "/bin/false"
	_, err := Start(t.Context(), tools, o)
	require.ErrorContains(t, err, "starting cluster workload: kube-apiserver ended: exit status 1")
	entries, err := os.ReadDir(o.Dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
	assert.Empty(t, within(t, o.Dir))

	ctx, cancel := context.WithCancelCause(t.Context())
	tools.APIServer = "/bin/cat" // which waits
	cancel(fmt.Errorf("enough"))
	_, err = Start(ctx, tools, o)
	require.ErrorContains(t, err, "enough")
}

func TestStartRefusesOptions(t *testing.T) {
	_, err := Start(t.Context(), built, Options{Bindings: []Binding{{Policy: policyPrefix + "AmazonEKSBlockStoragePolicy"}}})
	require.EqualError(t, err, "Dir is empty: name a directory for the cluster's files\n"+
		"Authenticate is nil: say who bearer tokens are\n"+
		"Pull is nil: say what a node gets from the registry\n"+
		`Bindings[0].Policy "arn:aws:eks::aws:cluster-access-policy/AmazonEKSBlockStoragePolicy": what it permits is not known; `+
		"use one of EKS's for people and pipelines, as AmazonEKSEditPolicy")
}
