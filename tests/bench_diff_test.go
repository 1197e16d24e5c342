package tests

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkDiff compares this repository with itself, all stacks: first with nothing kept, which builds base and head and
// brings up each stack, then on the bases that are kept.
func BenchmarkDiff(b *testing.B) {
	c := newCheckout(b)
	_, err := drydockCommand()
	require.NoError(b, err)
	for _, run := range []string{"first", "second"} {
		b.Run(run, func(b *testing.B) {
			for range b.N {
				code, r := c.report(b)
				require.Equal(b, safe, code)
				for _, s := range r.Stacks {
					require.Empty(b, s.Changes, s.Name)
					require.Equal(b, run == "second", s.Reused, "use -benchtime 1x: only the first run is the first")
				}
			}
		})
	}
}
