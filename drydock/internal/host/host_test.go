package host

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEnvironment(t *testing.T) {
	env, err := Environment(&pulumirpc.RunRequest{
		Project: "p", Stack: "dev", Organization: "organization", MonitorAddress: "127.0.0.1:1", DryRun: true, Parallel: 4,
		Args: []string{"127.0.0.1:2"}, Config: map[string]string{"p:a": "b"}, ConfigSecretKeys: []string{"p:s"},
		Info: &pulumirpc.ProgramInfo{RootDirectory: "/p"},
	})
	require.NoError(t, err)
	assert.Equal(t, []string{
		"PULUMI_ORGANIZATION=organization", "PULUMI_PROJECT=p", "PULUMI_ROOT_DIRECTORY=/p", "PULUMI_STACK=dev",
		`PULUMI_CONFIG={"p:a":"b"}`, `PULUMI_CONFIG_SECRET_KEYS=["p:s"]`, "PULUMI_DRY_RUN=true", "PULUMI_PARALLEL=4",
		"PULUMI_MONITOR=127.0.0.1:1", "PULUMI_ENGINE=127.0.0.1:2",
	}, env)
}

const crashed = `warming up
panic: egg broken

goroutine 1 [running]:
main.main.func1(0xc000)
	/home/me/go/pkg/mod/lib/run.go:7 +0x1d
main.main()
	/src/ducks/nest/main.go:12 +0x1d
exit status 2`

func TestCrash(t *testing.T) {
	for name, c := range map[string]struct {
		stderr, kept, message, place string
	}{
		"none":    {"a\nb", "a b", "", ""},
		"a panic": {crashed, "warming up", "panic: egg broken", " (at nest/main.go:12)"},
		"a nil pointer": {
			"panic: runtime error: nil\n[signal SIGSEGV]\n\ngoroutine 1 [running]:\nmain()\n\t/lib/x.go:1 +0x1", "",
			"panic: runtime error: nil\n[signal SIGSEGV]", "",
		},
		"the runtime's": {"fatal error: all goroutines are asleep\n\ngoroutine 1 [chan]:\nx", "",
			"fatal error: all goroutines are asleep", ""},
	} {
		t.Run(name, func(t *testing.T) {
			crash := &crash{dir: "/src/ducks"}
			var kept []string
			for line := range strings.SplitSeq(c.stderr, "\n") {
				if line != "" && crash.keep(line) {
					kept = append(kept, line)
				}
			}
			assert.Equal(t, c.kept, strings.Join(kept, " "))
			assert.Equal(t, c.message, crash.message)
			assert.Equal(t, c.place, crash.place)
		})
	}
}

func TestEnded(t *testing.T) {
	exit := func(script string) error { return exec.Command("sh", "-c", script).Run() }
	assert.NoError(t, ended(exit("true"), &crash{}))
	assert.Equal(t, ErrReported, ended(exit("exit 32"), &crash{}))
	assert.ErrorContains(t, ended(exit("exit 3"), &crash{}), "exit code 3 without saying why")
	assert.ErrorContains(t, ended(exit("kill -9 $$"), &crash{}), "ended by a signal (signal: killed)")
	assert.ErrorContains(t, ended(exit("exit 2"), &crash{message: "panic: x", place: " (at main.go:1)"}),
		"the program crashed: panic: x (at main.go:1)")
	assert.ErrorContains(t, ended(errors.New("no pipe"), &crash{}), "running the program: no pipe")
}
