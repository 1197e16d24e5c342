package verdict

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestJSONIsInSeconds(t *testing.T) {
	v := Verdict{
		Pipeline: "dog", Wall: 14300 * time.Millisecond, Images: time.Nanosecond,
		Steps: []Step{{
			Stage: "Build", Name: "build", At: 36 * time.Second, Took: 1500 * time.Millisecond, Result: Failed,
			Problem: &Problem{What: "no", File: "Dockerfile", Line: 3}, More: []Problem{{What: "neither"}},
		}},
		Traffic: []Sample{{At: time.Hour, Green: 12.5, Event: "canary"}},
		Calls:   []Call{{Action: "s3:GetObject", Allowed: true, Context: map[string][]string{"k": {"v"}}}},
		Notes:   []string{"note"},
	}
	data, err := json.Marshal(v)
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"passed": false, "pipeline": "dog", "region": "", "account": "", "wall": 14.3, "images": 1e-9,
		"source": {"repository": "", "branch": "", "commit": "", "message": ""},
		"steps": [{"stage": "Build", "action": "", "name": "build", "at": 36, "took": 1.5, "result": "failed",
			"problem": {"what": "no", "file": "Dockerfile", "line": 3}, "more": [{"what": "neither"}]}],
		"traffic": [{"at": 3600, "green": 12.5, "event": "canary"}],
		"calls": [{"stage": "", "role": "", "action": "s3:GetObject", "resource": "", "context": {"k": ["v"]}, "allowed": true, "reason": ""}],
		"forbidden": null, "notes": ["note"]
	}`, string(data))

	var again Verdict
	require.NoError(t, json.Unmarshal(data, &again))
	assert.Empty(t, cmp.Diff(v, again))

	assert.Error(t, json.Unmarshal([]byte(`{"wall": "14s"}`), &again))
	assert.Error(t, json.Unmarshal([]byte(`{"steps": [{"took": "1s"}]}`), &again))
}
