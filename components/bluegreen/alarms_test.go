package bluegreen

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/golden"
	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func TestAlarms(t *testing.T) {
	r, m := mockRunning(t, func(a *ContainerPipelineArgs) { a.Alarms.LatencySeconds = 1.5 })
	assert.Equal(t, []string{
		"MetricAlarm bash-dog-errors", "MetricAlarm bash-dog-latency", "MetricAlarm bash-dog-unhealthy",
	}, m.Children("Alarms"))
	assert.Equal(t, []string{"bash-dog-errors", "bash-dog-unhealthy", "bash-dog-latency"}, mocks.Await(r.alarms.Names))
	for _, alarm := range []string{"errors", "unhealthy", "latency"} {
		inputs, err := json.Marshal(m.Resource(t, "MetricAlarm", "bash-dog-"+alarm).Plain())
		require.NoError(t, err)
		golden.JSON(t, "alarms/"+alarm+".json", string(inputs))
	}
}

func TestAlarmsDisabled(t *testing.T) {
	r, m := mockRunning(t, func(a *ContainerPipelineArgs) { a.Alarms.Disabled = true })
	assert.Empty(t, m.Children("Alarms"))
	assert.Empty(t, mocks.Await(r.alarms.Names))
}

// A task that is slow to become healthy is no alarm.
func TestUnhealthyAlarmWaitsForTheGracePeriod(t *testing.T) {
	for seconds, minutes := range map[int]int{0: 3, 1: 3, 60: 3, 61: 4, 300: 7} {
		traffic := &Traffic{gracePeriod: seconds}
		args := &AlarmsArgs{Traffic: traffic}
		alarm := args.unhealthy()
		assert.Equal(t, pulumi.Int(minutes), alarm.DatapointsToAlarm, seconds)
		assert.Equal(t, pulumi.Int(minutes+2), alarm.EvaluationPeriods, "the newest minutes may have no data yet")
	}
}

func TestWrongAlarms(t *testing.T) {
	err := (&mocks.Cloud{}).Run(func(ctx *pulumi.Context) error {
		_, err := NewAlarms(ctx, "dog", &AlarmsArgs{AlarmOptions: AlarmOptions{ErrorsPerMinute: -1}})
		return err
	})
	assert.ErrorContains(t, err, "traffic: missing")
	assert.ErrorContains(t, err, "alarms.errorsPerMinute: -1 is negative")
}
