package tests

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// familyStacks are a stack of each family, that which the others are compared with first.
var familyStacks = []string{"dev", "website", "meta", "eks"}

// BenchmarkFamilies takes a stack of each family from nothing to nothing left to change, each step a whole process of the
// command. of-dev is the time beside that of the stack dev in the same run, which tells more than seconds of a machine do.
func BenchmarkFamilies(b *testing.B) {
	path, err := drydockCommand()
	require.NoError(b, err)
	steps := []struct {
		name string
		args []string
	}{
		{"preview", []string{string(drydock.Preview)}},
		{"up", []string{string(drydock.Up)}},
		{"up-unchanged", []string{string(drydock.Up)}},
		{"preview-unchanged", []string{string(drydock.Preview), "--expect-no-changes"}},
	}
	of := map[string]time.Duration{}
	for _, stack := range familyStacks {
		state, resources := b.TempDir(), float64(cloudResources(b, stack))
		run := func(args []string) usage {
			return measure(b, exec.Command(path, append(args, "--stack", stack, "--dir", root, "--state", state)...))
		}
		run(steps[0].args) // builds the program
		for _, step := range steps {
			b.Run(stack+"/"+step.name, func(b *testing.B) {
				var used usage
				for range b.N {
					used = run(step.args)
				}
				if stack == familyStacks[0] {
					of[step.name] = used.elapsed
				}
				b.ReportMetric(resources, "resources")
				b.ReportMetric(used.elapsed.Seconds()*1000/resources, "ms/resource")
				b.ReportMetric(float64(used.elapsed)/float64(of[step.name]), "of-dev")
				b.ReportMetric(float64(used.largest)/1024, "MiB-largest")
				b.ReportMetric(float64(used.together)/1024, "MiB-together")
			})
		}
	}
}

// cloudResources is how many resources the stack has in the clouds, by its golden preview.
func cloudResources(b *testing.B, stack string) (n int) {
	b.Helper()
	for line := range strings.Lines(read(b, "testdata/previews/"+stack+".txt")) {
		typ, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.Contains(typ, "/") { // a component's type has no module with a resource in it
			n++
		}
	}
	require.NotZero(b, n)
	return n
}
