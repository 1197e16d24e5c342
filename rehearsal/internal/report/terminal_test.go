package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

func samples() map[string]*verdict.Verdict {
	return map[string]*verdict.Verdict{
		"passed": passed(), "failed": brokenBuild(), "rolled back": alarmed(), "empty": {}, "hostile": hostile(),
	}
}

// hostile has what breaks layouts and pages wherever there is text.
func hostile() *verdict.Verdict {
	long := "arn:aws:iam::123456789012:role/" + strings.Repeat("very-long-name-", 20)
	bad := "\033[2J\033]0;title\a</script><script>alert(1)</script><img src=x onerror=alert(1)>\r\x00 猫 " + long
	v := passed()
	v.Pipeline, v.Region, v.Source = bad, bad, verdict.Source{Repository: bad, Branch: bad, Commit: bad, Message: bad}
	v.Notes = []string{bad, "javascript:alert(1)"}
	for i := range v.Steps {
		v.Steps[i].Name, v.Steps[i].Detail, v.Steps[i].Log = bad, bad, []string{bad, ""}
	}
	v.Steps[3].Problem = &verdict.Problem{What: bad, Where: bad, File: bad, Line: 3, Fix: bad}
	v.Steps[3].Result = verdict.Failed
	for i := range v.Calls {
		v.Calls[i] = verdict.Call{Stage: bad, Step: bad, Role: bad, Action: bad, Resource: bad, Sid: bad, Policy: bad, Reason: bad, Why: bad, Doc: "javascript:alert(1)"}
	}
	v.Traffic[1].Event = bad
	return v
}

func TestTerminalFitsItsWidth(t *testing.T) {
	for name, v := range samples() {
		for _, width := range []int{40, 80, 200} {
			for _, color := range []bool{false, true} {
				var b bytes.Buffer
				require.NoError(t, Terminal(&b, v, color, width), name)
				for _, line := range strings.Split(b.String(), "\n") {
					assert.LessOrEqual(t, ansi.StringWidth(line), width, "%s: %q", name, line)
				}
				if !color {
					assert.NotContains(t, b.String(), "\033", name)
				}
				assert.NotContains(t, b.String(), "\033[2J", "a build cannot clear the screen")
			}
		}
	}
}

func TestTerminalOfPassed(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Terminal(&b, passed(), false, 80))
	for _, want := range []string{
		"Rehearsal of bash-dog-dev-pipeline · us-east-2 · account 123456789012\nacme/bash-dog@develop 3f9c2ab · Wag faster\n",
		"\nDeploy\n  passed   2m 39s  Register revision" + strings.Repeat(" ", 42) + "4s\n" + strings.Repeat(" ", 19) + "bash-dog-dev:2, every",
		"  passed   5m 31s  Canary               10% for 5 minutes, no alarm           5m\n",
		"  5m 31s  ██░░░░░░░░░░░░░░░░░░    10%  canary of 10% for 5 minutes\n",
		"  passed  80 calls allowed, by 11 statements\n  passed  40 calls that must not be possible: all denied\n",
		"  · The connection is PENDING: a person has to complete it once at\n    https://console.aws.amazon.com/codesuite/settings/connections.\n",
		"✓ Passed: the release goes through, in 15m 32s of simulated time.\n",
		"Rehearsed in 14s, 9.1s of it (64%) building images; AWS was not touched.\n",
	} {
		assert.Contains(t, b.String(), want)
	}
	assert.NotContains(t, b.String(), "Login Succeeded", "the log of a step that passed")
}

func TestTerminalOfFailed(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Terminal(&b, brokenBuild(), false, 100))
	out := b.String()
	for _, want := range []string{
		"  FAILED      36s  build ", "  skipped          Register revision\n",
		"  FAILED  79 calls allowed, by 11 statements; 1 call denied\n",
		"✗ failed to solve: target stage \"sidecar\" could not be found\n  step   Build / build\n  where  build project",
		"\n  file   Dockerfile:15\n  fix    Name the stage that begins here sidecar",
		"✗ taskdef.json names no image for container sidecar\n  step   Build / post_build\n  file   taskdef.json\n",
		"  log\n  │ #1 [internal] load build definition", "  │ ERROR: failed to solve",
		"✗ Failed: the release ends at Build / build, 43s after it began; 3 problems to mend.\n",
	} {
		assert.Contains(t, out, want)
	}
	assert.Less(t, strings.Index(out, "Permissions"), strings.Index(out, "  file   Dockerfile:15"), "problems are last, where people look first")
}

func TestLogIsItsLastLines(t *testing.T) {
	v := brokenBuild()
	s := v.FailedStep()
	s.Log = nil
	for i := range 30 {
		s.Log = append(s.Log, "line "+string(rune('A'+i)))
	}
	var b bytes.Buffer
	require.NoError(t, Terminal(&b, v, false, 80))
	assert.Contains(t, b.String(), "log, the last 12 of 30 lines\n  │ line S\n")
	assert.NotContains(t, b.String(), "line R")
}

func TestWhatMustNotBePossibleIsListed(t *testing.T) {
	v := passed()
	v.Forbidden[3].Allowed, v.Forbidden[3].Reason = true, "Statement All allows it."
	var b bytes.Buffer
	require.NoError(t, Terminal(&b, v, false, 200))
	assert.Contains(t, b.String(), "FAILED  40 calls that must not be possible: 1 of them allowed\n"+
		"      secretsmanager:PutSecretValue on arn:aws:secretsmanager:us-east-2:123456789012:secret:bash-dog-dev/environment/DATABASE_URL-dXR0Um, by bash-dog-build-3aef58f: Statement All allows it.\n")
}

// broken refuses what is written.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestWriteErrors(t *testing.T) {
	assert.EqualError(t, Terminal(broken{}, passed(), false, 80), "no space left on device")
	assert.EqualError(t, JSON(broken{}, passed()), "no space left on device")
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", time.Millisecond: "<0.1s", 430 * time.Millisecond: "0.4s", 2 * time.Second: "2s", 9960 * time.Millisecond: "10s",
		59400 * time.Millisecond: "59s", 59600 * time.Millisecond: "1m", 500 * time.Second: "8m 20s", time.Hour: "1h", 3899 * time.Second: "1h 04m",
		-time.Second: "0s", 25 * time.Hour: "25h",
	} {
		assert.Equal(t, want, duration(d), "%d", d)
	}
}

func TestShort(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:iam::123456789012:role/service-role/build": "build",
		"arn:aws:ecr:us-east-2:123456789012:repository/a/b": "repository/a/b",
		"events.amazonaws.com":                              "events.amazonaws.com",
		"arn:aws:s3:::bucket/key":                           "bucket/key",
		"*":                                                 "*",
		"":                                                  "",
	} {
		assert.Equal(t, want, short(arn))
	}
}

func TestJSONHasSeconds(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, JSON(&b, brokenBuild()))
	var got struct {
		Passed       bool
		Wall, Images float64
		Pipeline     string
		Steps        []struct {
			At, Took     float64
			Name, Result string
			Problem      *struct{ Line int }
		}
		Traffic []struct{ At, Green float64 }
		Calls   []struct{ Allowed bool }
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &got))
	assert.False(t, got.Passed)
	assert.InDelta(t, 14.3, got.Wall, 1e-9)
	assert.InDelta(t, 9.1, got.Images, 1e-9)
	assert.Equal(t, "bash-dog-dev-pipeline", got.Pipeline)
	require.Len(t, got.Steps, 15)
	assert.InDelta(t, 36, got.Steps[5].At, 1e-9)
	assert.InDelta(t, 7, got.Steps[5].Took, 1e-9)
	assert.Equal(t, "failed", got.Steps[5].Result)
	assert.Equal(t, 15, got.Steps[5].Problem.Line)
	assert.Len(t, got.Calls, 80)
	assert.Len(t, got.Traffic, 1)
}
