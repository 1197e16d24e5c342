package aws

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// codeDeployOwns are the inputs that only a CodeDeploy deployment may change, in the words of UpdateService.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
var codeDeployOwns = []struct{ input, words string }{
	{"taskDefinition", "task definition"},
	{"networkConfiguration", "network parameters"},
	{"loadBalancers", "load balancers"},
	{"platformVersion", "platform version"},
	{"serviceRegistries", "service registries"},
	{"capacityProviderStrategies", "capacity provider strategy"},
}

// updateECSService sends what changed, as the real provider does, so that what a CodeDeploy deployment moved in the
// meantime stays where it is unless the program changed it.
func updateECSService(op *sim.Op) error {
	changed := map[string]bool{}
	for _, c := range ecsService().Diff(op.Old, op.In) {
		top, _, _ := strings.Cut(c.Path, ".")
		top, _, _ = strings.Cut(top, "[")
		changed[top] = true
	}
	if err := checkControllerUpdate(op, changed); err != nil {
		return err
	}
	keepMoved(op, changed, "taskDefinition", "loadBalancers", "desiredCount", "networkConfiguration", "platformVersion")
	if changed["taskDefinition"] || changed["loadBalancers"] || changed["networkConfiguration"] || changed["capacityProviderStrategies"] || changed["enableExecuteCommand"] {
		cluster := ecsClusterOf(op.Cloud, op.Out.Str("cluster"), op.Record.Scope)
		if cluster == nil {
			return sim.Refuse("ClusterNotFoundException", "Cluster not found.")
		}
		if err := checkServiceGraph(op, cluster); err != nil {
			return err
		}
	}
	settleECSService(op)
	return nil
}

func checkControllerUpdate(op *sim.Op, changed map[string]bool) error {
	if ecsController(op.Old) != "CODE_DEPLOY" {
		return nil
	}
	for _, owned := range codeDeployOwns {
		if changed[owned.input] {
			return invalidParameter("Unable to update %s on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment. (%s)", owned.words, ecsUpdateDoc)
		}
	}
	onlyLocal := true
	for k := range changed {
		onlyLocal = onlyLocal && (k == "tags" || k == "forceDelete") // the provider sends no UpdateService for these
	}
	if op.In.Bool("forceNewDeployment") && !onlyLocal {
		return invalidParameter("Cannot force a new deployment on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.")
	}
	return nil
}

// keepMoved takes the record's present value of each input that the program did not change.
func keepMoved(op *sim.Op, changed map[string]bool, inputs ...string) {
	for _, k := range inputs {
		now, has := op.Record.Inputs[k]
		if changed[k] || !has {
			continue
		}
		op.In[k], op.Out[k] = now, now
	}
}
