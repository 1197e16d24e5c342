package rollout

import (
	"fmt"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// traffic is how a deployment configuration shifts it.
type traffic struct {
	name   string
	shifts []share
}

// share is the percentage that green has from a time on.
type share struct {
	after   time.Duration
	percent float64
}

// predefined are CodeDeploy's own configurations for ECS.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html#deployment-configuration-ecs
var predefined = map[string][]share{
	"CodeDeployDefault.ECSAllAtOnce":                    {{0, 100}},
	"CodeDeployDefault.ECSLinear10PercentEvery1Minutes": linear(10, time.Minute),
	"CodeDeployDefault.ECSLinear10PercentEvery3Minutes": linear(10, 3*time.Minute),
	"CodeDeployDefault.ECSCanary10Percent5Minutes":      canary(10, 5*time.Minute),
	"CodeDeployDefault.ECSCanary10Percent15Minutes":     canary(10, 15*time.Minute),
}

func canary(percent float64, interval time.Duration) []share {
	return []share{{0, percent}, {interval, 100}}
}

func linear(percent float64, interval time.Duration) []share {
	var all []share
	for at, green := time.Duration(0), percent; ; at, green = at+interval, green+percent {
		if green >= 100 {
			return append(all, share{at, 100})
		}
		all = append(all, share{at, green})
	}
}

// configuration is the one with the name: CodeDeploy's or the account's own.
// https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_TrafficRoutingConfig.html
func configuration(w *world.World, name string) (traffic, error) {
	if shifts, ok := predefined[name]; ok {
		return traffic{name, shifts}, nil
	}
	own := w.Find(configType, "deploymentConfigName", name)
	if own == nil {
		return traffic{}, fmt.Errorf("the deployment configuration %q does not exist", name)
	}
	if platform := own.Inputs.Str("computePlatform"); platform != "ECS" {
		return traffic{}, fmt.Errorf("the deployment configuration %q is for the compute platform %s, not ECS", name, platform)
	}
	routing := own.Inputs.Obj("trafficRoutingConfig")
	timed := map[string]string{"TimeBasedCanary": "timeBasedCanary", "TimeBasedLinear": "timeBasedLinear"}
	kind := routing.Str("type")
	if timed[kind] == "" {
		return traffic{name, []share{{0, 100}}}, nil
	}
	percent, interval := routing.Obj(timed[kind]).Num("percentage"), minutes(routing.Obj(timed[kind]).Num("interval"))
	if percent < 1 || percent > 99 || interval <= 0 {
		return traffic{}, fmt.Errorf("the deployment configuration %q shifts %v%% each %s: a percentage from 1 to 99 and an interval in minutes are needed", name, percent, interval)
	}
	if kind == "TimeBasedCanary" {
		return traffic{name, canary(percent, interval)}, nil
	}
	return traffic{name, linear(percent, interval)}, nil
}
