package bluegreen

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/golden"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func groupInputs(t *testing.T, m *mocks.Cloud) string {
	t.Helper()
	text, err := json.Marshal(m.Resource(t, "DeploymentGroup", "bash-dog").Plain())
	require.NoError(t, err)
	return string(text)
}

func TestDeployment(t *testing.T) {
	r, m := mockRunning(t, asInTheGuide)
	assert.Equal(t, []string{
		"Application bash-dog", "DeploymentGroup bash-dog", "Role bash-dog-deploy",
	}, m.Children("Deployment"))
	golden.JSON(t, "deployment/group.json", groupInputs(t, m))
	m.Resource(t, "DeploymentGroup", "bash-dog").Needs(t, "Service::bash-dog", "RolePolicy::bash-dog-deploy")
	golden.JSON(t, "policies/deploy-trust.json", m.Resource(t, "Role", "bash-dog-deploy").Text(t, "assumeRolePolicy"))
	assert.Equal(t, "CodeDeployDefault.ECSAllAtOnce", mocks.Await(r.deployment.ConfigName))
	assert.Equal(t, "arn:aws:codedeploy:us-east-2:123456789012:deploymentconfig:CodeDeployDefault.ECSAllAtOnce",
		mocks.Await(r.deployment.ConfigArn))
}

func TestDeploymentWithEverything(t *testing.T) {
	r, m := mockRunning(t, func(a *ContainerPipelineArgs) {
		a.Deployment = DeploymentOptions{
			Shift: &TrafficShift{Kind: "canary", Percent: 10, IntervalMinutes: 5}, TerminationWaitMinutes: -1,
			TestPort: 8443, TestCidrBlocks: []string{"203.0.113.0/24"},
			Hooks:      Hooks{AfterAllowTestTraffic: pulumi.String("arn:aws:lambda:us-east-2:123456789012:function:check")},
			AlarmNames: []pulumi.StringInput{pulumi.String("mine")},
		}
	})
	config := m.Resource(t, "DeploymentConfig", "bash-dog")
	assert.Equal(t, "bash-dog-canary-10-percent-5-minutes", config.Text(t, "deploymentConfigName"))
	assert.Equal(t, map[string]any{
		"type": "TimeBasedCanary", "timeBasedCanary": map[string]any{"percentage": 10.0, "interval": 5.0},
	}, config.Plain()["trafficRoutingConfig"])
	assert.Equal(t, "bash-dog-canary-10-percent-5-minutes", mocks.Await(r.deployment.ConfigName))
	group := m.Resource(t, "DeploymentGroup", "bash-dog").Plain()
	pair := group["loadBalancerInfo"].(map[string]any)["targetGroupPairInfo"].(map[string]any)
	assert.Equal(t, map[string]any{"listenerArns": []any{mocks.Await(r.traffic.TestListenerArn)}}, pair["testTrafficRoute"])
	assert.Equal(t, map[string]any{"enabled": true, "alarms": []any{"bash-dog-errors", "bash-dog-unhealthy", "mine"}},
		group["alarmConfiguration"])
}

func TestDeploymentWithoutAlarms(t *testing.T) {
	_, m := mockRunning(t, func(a *ContainerPipelineArgs) { a.Alarms.Disabled = true })
	group := m.Resource(t, "DeploymentGroup", "bash-dog").Plain()
	assert.NotContains(t, group, "alarmConfiguration")
	assert.Equal(t, map[string]any{"enabled": true, "events": []any{"DEPLOYMENT_FAILURE"}}, group["autoRollbackConfiguration"])
	assert.NotContains(t, m.Resource(t, "RolePolicy", "bash-dog-deploy").Text(t, "policy"), "cloudwatch:")
}

func TestTerminationWait(t *testing.T) {
	for given, want := range map[int]int{0: 5, -1: 0, 60: 60} {
		args := (&DeploymentArgs{DeploymentOptions: DeploymentOptions{TerminationWaitMinutes: given}}).withDefaults()
		end := blueGreenConfig(args.TerminationWaitMinutes).TerminateBlueInstancesOnDeploymentSuccess
		assert.Equal(t, fmt.Sprint(want), fmt.Sprint(mocks.Await(end.ToDeploymentGroupBlueGreenDeploymentConfigTerminateBlueInstancesOnDeploymentSuccessPtrOutput().
			TerminationWaitTimeInMinutes().Elem())), given)
	}
}

func TestLinearShift(t *testing.T) {
	routing := (&TrafficShift{Kind: "linear", Percent: 20, IntervalMinutes: 3}).routing()
	assert.Equal(t, pulumi.String("TimeBasedLinear"), routing.Type)
	assert.Nil(t, routing.TimeBasedCanary)
}

func TestDeployPolicy(t *testing.T) {
	listener := "arn:aws:elasticloadbalancing:us-east-2:123456789012:listener/app/bash-dog/50dc6c495c0c9188/"
	text, err := deployGrant{
		service:   "arn:aws:ecs:us-east-2:123456789012:service/bash-dog/bash-dog",
		listeners: []string{listener + "f2f7dc8efc522ab2", listener + "0467ef3c8400ae65"},
		roles:     []string{"arn:aws:iam::123456789012:role/task", "arn:aws:iam::123456789012:role/execution"},
		hooks:     []string{"arn:aws:lambda:us-east-2:123456789012:function:check"},
		alarms:    []string{"arn:aws:cloudwatch:us-east-2:123456789012:alarm:bash-dog-errors"},
	}.policy().Render(iam.InlineRolePolicy)
	require.NoError(t, err)
	golden.JSON(t, "policies/deploy.json", text)
}

func TestWrongDeployment(t *testing.T) {
	names := make([]pulumi.StringInput, 11)
	err := (&mocks.Cloud{}).Run(func(ctx *pulumi.Context) error {
		_, err := NewDeployment(ctx, "dog", &DeploymentArgs{
			Project: "Dog", DeploymentOptions: DeploymentOptions{AlarmNames: names, Config: "CodeDeployDefault.Fast"},
		})
		return err
	})
	for _, problem := range []string{
		`project: "Dog"`, "service: missing", "traffic: missing", "alarmNames: 11 alarms", `"CodeDeployDefault.Fast" is not known`,
	} {
		assert.ErrorContains(t, err, problem)
	}
}
