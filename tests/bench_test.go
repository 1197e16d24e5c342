package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// coldVariable asks for the benchmark of a cold build: it compiles the AWS SDK anew, which takes many minutes.
const coldVariable = "CONTAINER_PIPELINE_BENCH_COLD"

// Whole processes, from the command line to the exit code: the drydock's command, the go command's look at the program,
// the engine, the program. The program is built before, and the state is in a new folder.
func BenchmarkPipelines(b *testing.B) {
	for _, n := range []int{1, 10, 50} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir, state := copies(b, n), b.TempDir()
			stack := fmt.Sprintf("many-%d", n)
			run := func(op drydock.Operation, more ...string) *exec.Cmd {
				path, err := drydockCommand()
				require.NoError(b, err)
				return exec.Command(path, append([]string{string(op), "--stack", stack, "--dir", dir, "--state", state}, more...)...)
			}
			measure(b, run(drydock.Preview)) // builds the program
			b.Run("preview", func(b *testing.B) { report(b, n, func() *exec.Cmd { return run(drydock.Preview) }) })
			b.Run("up", func(b *testing.B) { report(b, n, func() *exec.Cmd { return run(drydock.Up, checkpoints[n]...) }) })
			b.Run("up-unchanged", func(b *testing.B) { report(b, n, func() *exec.Cmd { return run(drydock.Up) }) })
			b.Run("preview-unchanged", func(b *testing.B) {
				report(b, n, func() *exec.Cmd { return run(drydock.Preview, "--expect-no-changes") })
			})
		})
	}
}

// checkpoints are only written at the end where there are so many resources that the engine, which writes all of them
// twice for each one, would take most of its time for that.
var checkpoints = map[int][]string{10: {"--skip-checkpoints"}, 50: {"--skip-checkpoints"}}

// report runs the command b.N times. Go repeats a benchmark with a larger N until it takes long enough, which only makes
// sense for those that may be repeated: use -benchtime 1x.
func report(b *testing.B, pipelines int, next func() *exec.Cmd) {
	var used usage
	for range b.N {
		used = measure(b, next())
	}
	resources := float64(pipelines * perPipeline)
	b.ReportMetric(float64(used.largest)/1024, "MiB-largest")
	b.ReportMetric(float64(used.together)/1024, "MiB-together")
	b.ReportMetric(used.elapsed.Seconds()*1000/resources, "ms/resource")
	b.ReportMetric(float64(used.together)/resources, "KiB/resource")
}

// perPipeline is how many cloud resources the dev stack's pipeline has. TestTheDevStackIsSmall holds it.
const perPipeline = 59

func measure(b *testing.B, cmd *exec.Cmd) usage {
	b.Helper()
	used, out, err := watch(cmd)
	require.NoError(b, err, "%s", out)
	return used
}

// copies is a program like the repository's with a stack of n pipelines, each the dev stack's in a domain's host of its own.
func copies(b *testing.B, n int) (dir string) {
	b.Helper()
	dir = b.TempDir()
	config := settingsOf(b, "dev")
	template, err := yaml.Marshal(config[pipelines].(settings)["bash-dog"])
	require.NoError(b, err)
	all := settings{}
	for i := range n {
		var p settings
		require.NoError(b, yaml.Unmarshal(template, &p))
		name := fmt.Sprintf("dog-%d", i)
		p["project"] = name
		p["edge"].(settings)["host"] = name + ".example.dev"
		p["edge"].(settings)["soleHost"] = i == 0
		all[name] = p
	}
	config[pipelines] = all
	text, err := yaml.Marshal(settings{"config": config})
	require.NoError(b, err)
	require.NoError(b, os.Mkdir(filepath.Join(dir, "stacks"), 0o700))
	write(b, filepath.Join(dir, "stacks", fmt.Sprintf("Pulumi.many-%d.yaml", n)), string(text))
	writeProgram(b, dir)
	return dir
}

// writeProgram makes the folder a module of its own with the repository's program.
func writeProgram(b *testing.B, dir string) {
	b.Helper()
	here, err := filepath.Abs(root)
	require.NoError(b, err)
	for _, name := range []string{"main.go", "Pulumi.yaml", "go.sum"} {
		write(b, filepath.Join(dir, name), read(b, filepath.Join(root, name)))
	}
	module, requirements, _ := strings.Cut(read(b, filepath.Join(root, "go.mod")), "\n")
	path := strings.TrimPrefix(module, "module ")
	write(b, filepath.Join(dir, "go.mod"), fmt.Sprintf(
		"module many\n%s\nrequire %s v0.0.0\nreplace %s => %s\n", requirements, path, path, here))
}

func write(b *testing.B, path, text string) {
	b.Helper()
	require.NoError(b, os.WriteFile(path, []byte(text), 0o600))
}

// Building the repository's program: linked anew from what is in the build cache, and, when asked for, from nothing.
func BenchmarkBuild(b *testing.B) {
	build := func(b *testing.B, env ...string) {
		for range b.N {
			cmd := exec.Command("go", "build", "-o", filepath.Join(b.TempDir(), "program"), root)
			cmd.Env = append(os.Environ(), env...)
			used := measure(b, cmd)
			b.ReportMetric(float64(used.largest)/1024, "MiB-largest")
		}
	}
	b.Run("warm", func(b *testing.B) { build(b) })
	b.Run("cold", func(b *testing.B) {
		if os.Getenv(coldVariable) == "" {
			b.Skip("it compiles the AWS SDK anew, which takes many minutes: ask for it with " + coldVariable + "=1")
		}
		build(b, "GOCACHE="+b.TempDir())
	})
}
