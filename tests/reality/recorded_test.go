package reality

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

var update = flag.Bool("update", false, "write the score into docs/reality.md; with the tag reality, record the real provider's answers")

// recording has the real provider's answers; TestConformance with -update writes it.
const recording = "testdata/real.json"

// TestConformanceRecorded holds the drydock to what the real provider answered when it was last asked.
func TestConformanceRecorded(t *testing.T) {
	real, err := recorded()
	require.NoError(t, err)
	for _, e := range edits() {
		require.Contains(t, real.Plans, e.name, "the real provider was not asked: see docs/reality.md")
	}
	for _, w := range wrongs() {
		require.Contains(t, real.Refusals, w.name, "the real provider was not asked: see docs/reality.md")
	}
	v := compare(real, askSimulated(t))
	for _, problem := range v.unexplained() {
		t.Error(problem)
	}
	now, should, err := score(v)
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(document, []byte(should), 0o644))
	} else {
		assert.Equal(t, should, now, "the score is out of date: go test ./tests/reality -update")
	}
	for _, w := range v.lax {
		t.Errorf("%s is a wrong program, yet both accept it", w)
	}
}

func recorded() (real answers, err error) {
	text, err := os.ReadFile(recording)
	if err != nil {
		return real, err
	}
	return real, json.Unmarshal(text, &real)
}

// askSimulated asks the drydock's own AWS.
func askSimulated(t *testing.T) answers {
	dock := drydock.Start(t)
	settings := map[string]any{"aws:region": region}
	var a answers
	t.Run("edits in the drydock", func(t *testing.T) { a.Plans = askEdits(t, dock, settings) })
	t.Run("wrongs in the drydock", func(t *testing.T) { a.Refusals = askWrongs(t, dock.Ports()["aws"], dock, settings) })
	for name, p := range a.Plans {
		require.Empty(t, p.Why, "%s is a right program, yet the drydock refuses it", name)
	}
	return a
}

const region = "us-east-2"
