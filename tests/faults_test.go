package tests

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// failures of a stack of each family, in the order in which they happen.
var failures = map[string][]struct {
	op   drydock.Operation
	call drydock.Call
}{
	"dev": {
		{drydock.Preview, drydock.Call{Op: "invoke", Type: "aws:ec2/getVpc:getVpc"}},
		{drydock.Up, drydock.Call{Op: "create", Type: "aws:ecr/repository:Repository", Name: "bash-dog-api"}},
		{drydock.Up, drydock.Call{Op: "create", Type: "aws:acm/certificate:Certificate"}},
		{drydock.Up, drydock.Call{Op: "create", Type: "aws:lb/listener:Listener"}},
		{drydock.Up, drydock.Call{Op: "create", Type: "aws:ecs/service:Service"}},
		{drydock.Up, drydock.Call{Op: "create", Type: "aws:codepipeline/pipeline:Pipeline"}},
		{drydock.Refresh, drydock.Call{Op: "read", Type: "aws:ecs/service:Service"}},
		{drydock.Destroy, drydock.Call{Op: "delete", Type: "aws:lb/loadBalancer:LoadBalancer"}},
	},
	"edge": {
		{drydock.Up, drydock.Call{Op: "create", Type: "cloudflare:index/ruleset:Ruleset"}},
		{drydock.Destroy, drydock.Call{Op: "delete", Type: "cloudflare:index/ruleset:Ruleset"}},
	},
	"website": {
		{drydock.Up, drydock.Call{Op: "create", Type: "aws:codecommit/repository:Repository"}},
		{drydock.Up, drydock.Call{Op: "create", Type: "aws:sns/topicSubscription:TopicSubscription"}},
		{drydock.Refresh, drydock.Call{Op: "read", Type: "aws:codebuild/project:Project"}},
		{drydock.Destroy, drydock.Call{Op: "delete", Type: "aws:s3/bucketV2:BucketV2"}},
	},
	"meta": {
		{drydock.Up, drydock.Call{Op: "create", Type: "aws:kms/key:Key"}},
		{drydock.Up, drydock.Call{Op: "create", Type: "aws:codebuild/webhook:Webhook"}},
		{drydock.Destroy, drydock.Call{Op: "delete", Type: "aws:iam/policy:Policy"}},
	},
	"eks": {
		{drydock.Preview, drydock.Call{Op: "invoke", Type: "aws:index/getCallerIdentity:getCallerIdentity"}},
		{drydock.Up, drydock.Call{Op: "create", Type: "aws:codebuild/sourceCredential:SourceCredential"}},
		{drydock.Up, drydock.Call{Op: "create", Type: "aws:eks/accessEntry:AccessEntry"}},
		{drydock.Destroy, drydock.Call{Op: "delete", Type: "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"}},
	},
}

// One call of each kind fails: the error names it, nothing else is harmed, and the next up completes the stack.
func TestAFailedCallIsNamedAndTheNextUpCompletes(t *testing.T) {
	for _, name := range sortedKeys(failures) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dock := drydock.Start(t)
			config, _ := disposable(t, name)
			stack := repository(dock, name, config)
			for _, c := range failures[name] {
				if c.op == drydock.Refresh || c.op == drydock.Destroy {
					stack.Up(t) // what an earlier call has left undone
				}
				heal := dock.Fail(c.call, errors.New("ThrottlingException: Rate exceeded"))
				err := stack.Fails(t, c.op)
				heal()
				assert.ErrorContains(t, err, "ThrottlingException: Rate exceeded")
				assert.ErrorContains(t, err, lastPart(c.call.Type), "the error names what failed")
				assert.NotContains(t, err.Error(), "goroutine ")
			}
			stack.Up(t)
			unchanged(t, stack, "after failures of every kind")
			stack.Destroy(t)
			empty(t, dock)
		})
	}
}

// A process that is to die: the drydock's folder, and the call that it dies at.
const (
	victimDir   = "CONTAINER_PIPELINE_TEST_DIES_IN"
	victimStack = "CONTAINER_PIPELINE_TEST_DIES_WITH"
	victimCall  = "CONTAINER_PIPELINE_TEST_DIES_AT"
)

// dieInUp brings a stack up in the folder and is killed at the call.
func dieInUp(dir string) {
	var call drydock.Call
	err := json.Unmarshal([]byte(os.Getenv(victimCall)), &call)
	var dock *drydock.Dock
	if err == nil {
		dock, err = drydock.Open(dir)
	}
	if err == nil {
		err = dock.Serve(context.Background())
	}
	if err == nil {
		dock.Die(call)
		name := os.Getenv(victimStack)
		config, read := disposableSettings(name)
		_, ran := repository(dock, name, config).Run(context.Background(), drydock.Up)
		err = errors.Join(read, ran)
	}
	panic(err) // it should not have lived
}

// The process dies at a call, with the calls that are under way beside it: the next up goes on from there.
func TestAnUpAfterADeathCompletes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ stack, creates string }{
		{"dev", "aws:iam/role:Role"},
		{"dev", "aws:ecs/service:Service"},
		{"dev", "aws:codepipeline/pipeline:Pipeline"},
		{"production", "aws:ec2/natGateway:NatGateway"},
		{"website", "aws:codebuild/project:Project"},
		{"meta", "aws:kms/key:Key"},
		{"eks", "aws:eks/accessEntry:AccessEntry"},
	} {
		t.Run(c.stack+"/"+lastPart(c.creates), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			at, err := json.Marshal(drydock.Call{Op: "create", Type: c.creates})
			require.NoError(t, err)
			victim := exec.CommandContext(t.Context(), os.Args[0])
			victim.Env = append(os.Environ(), victimDir+"="+dir, victimStack+"="+c.stack, victimCall+"="+string(at))
			said, err := victim.CombinedOutput()
			requireKilled(t, err, said)

			dock, err := drydock.Open(dir)
			require.NoError(t, err)
			require.NoError(t, dock.Serve(t.Context()))
			defer func() { require.NoError(t, dock.Close()) }()
			config, _ := disposable(t, c.stack)
			stack := repository(dock, c.stack, config)
			up := stack.Up(t)
			assert.False(t, up.Unchanged(), "there was something left to do")
			unchanged(t, stack, "after a death and an up")
			stack.Destroy(t)
			empty(t, dock)
		})
	}
}

// The drydock's own command is killed from outside, as soon as it has made something.
func TestAKilledCommandCanBeRepeated(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	up := command(t, state, "up", "--stack", "dev")
	var said bytes.Buffer
	up.Stdout, up.Stderr = &said, &said
	require.NoError(t, up.Start())
	journal := filepath.Join(state, "clouds")
	require.Eventually(t, func() bool { return size(journal) > 20_000 }, 5*time.Minute, time.Millisecond, &said)
	require.NoError(t, up.Process.Kill())
	requireKilled(t, up.Wait(), said.Bytes())

	out, err := command(t, state, "up", "--stack", "dev").CombinedOutput()
	require.NoError(t, err, "%s", out)
	out, err = command(t, state, "up", "--stack", "dev").CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Regexp(t, `Nothing to change: \d+ resources are as the program says`, string(out))
	out, err = command(t, state, "destroy", "--stack", "dev").CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// size is how many bytes the folder's files have.
func size(dir string) (total int64) {
	files, _ := os.ReadDir(dir) // not there yet
	for _, f := range files {
		if info, err := f.Info(); err == nil {
			total += info.Size()
		}
	}
	return total
}

func requireKilled(t *testing.T, err error, said []byte) {
	t.Helper()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "%s", said)
	require.Equal(t, -1, exit.ExitCode(), "it ended by itself: %s", said)
}
