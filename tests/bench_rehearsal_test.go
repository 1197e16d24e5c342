package tests

import (
	"encoding/json"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal"
)

// rehearsals are a stack of each family with what is released through it, by the command's flags. Folders are the
// repository's. That of eks builds Kubernetes where no rehearsal has done so before: rehearse it once first.
var rehearsals = []struct {
	stack string
	flags []string
}{
	{"dev", []string{"--app", "examples/bash-dog"}},
	{"website", []string{"--app", "examples/static-site"}},
	{"eks", []string{"--pipeline", "shop", "--app", "examples/bash-dog", "--source", "Manifests=examples/eks/shop-manifests"}},
}

// BenchmarkRehearsal releases an example through each family's stack: cold, into a drydock that has no images yet, and warm,
// the release after. Each is a whole process of the command; the engine and the program are there. of-up is the time beside
// that of the stack's up from nothing, in the same run.
func BenchmarkRehearsal(b *testing.B) {
	path, err := drydockCommand()
	require.NoError(b, err)
	for _, r := range rehearsals {
		state := b.TempDir()
		run := func(verb string, more ...string) *exec.Cmd {
			cmd := exec.Command(path, append([]string{verb, "--stack", r.stack, "--state", state}, more...)...)
			cmd.Dir = root
			return cmd
		}
		measure(b, run("preview")) // builds the program
		up := measure(b, run("up"))
		for _, name := range []string{"cold", "warm"} {
			b.Run(r.stack+"/"+name, func(b *testing.B) {
				used, v := rehearsed(b, run("rehearse", append([]string{"--json"}, r.flags...)...))
				b.ReportMetric(float64(used.largest)/1024, "MiB-largest")
				b.ReportMetric(float64(used.together)/1024, "MiB-together")
				b.ReportMetric(v.Wall.Seconds(), "s-rehearsal")
				b.ReportMetric(v.Images.Seconds(), "s-images")
				b.ReportMetric(100*v.Images.Seconds()/v.Wall.Seconds(), "%-images")
				b.ReportMetric(float64(used.elapsed)/float64(up.elapsed), "of-up")
			})
		}
	}
}

// rehearsed runs the command, whose output ends with the verdict: progress comes before it.
func rehearsed(b *testing.B, cmd *exec.Cmd) (usage, rehearsal.Verdict) {
	b.Helper()
	used, out, err := watch(cmd)
	require.NoError(b, err, "%s", out)
	var v rehearsal.Verdict
	for i := range out {
		if out[i] == '{' && json.Unmarshal(out[i:], &v) == nil {
			return used, v
		}
	}
	require.Fail(b, "no verdict", "%s", out)
	return used, v
}
