package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	ecsClusterType = "aws:ecs/cluster:Cluster"
	ecsClusterDoc  = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html"
)

func ecsCluster() *sim.Resource {
	return &sim.Resource{
		Type:     ecsClusterType,
		AutoName: &sim.AutoName{Field: "name", Max: 255},
		Inputs: sim.Fields{
			"name": sim.String().Required().Replaces().
				Match(`[a-zA-Z0-9_-]{1,255}`, "1 to 255 letters, digits, hyphens and underscores").Doc(ecsClusterDoc),
			"settings": sim.Set(sim.Object(sim.Fields{
				"name":  sim.String().Required().OneOf("containerInsights"),
				"value": sim.String().Required().OneOf("enabled", "disabled", "enhanced"),
			})).Computed().Doc("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterSetting.html"),
			"configuration": sim.Object(sim.Fields{
				"executeCommandConfiguration": sim.Object(sim.Fields{
					"kmsKeyId": sim.String(),
					"logging":  sim.String().OneOf("NONE", "DEFAULT", "OVERRIDE").Default("DEFAULT"),
					"logConfiguration": sim.Object(sim.Fields{
						"cloudWatchEncryptionEnabled": sim.Bool(),
						"cloudWatchLogGroupName":      sim.String(),
						"s3BucketEncryptionEnabled":   sim.Bool(),
						"s3BucketName":                sim.String(),
						"s3KeyPrefix":                 sim.String(),
					}),
				}),
				"managedStorageConfiguration": sim.Object(sim.Fields{
					"fargateEphemeralStorageKmsKeyId": sim.String(),
					"kmsKeyId":                        sim.String(),
				}),
			}),
			"serviceConnectDefaults": sim.Object(sim.Fields{"namespace": sim.String().Required()}),
			"tags":                   sim.Tags(),
		},
		Outputs:  []string{"arn", "tagsAll"},
		Validate: validateECSCluster,
		Create:   createECSCluster,
		Update:   func(op *sim.Op) error { settleTags(op); return nil },
		Delete:   deleteECSCluster,
	}
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandConfiguration.html
func validateECSCluster(c *sim.Check) {
	exec := c.In.Obj("configuration").Obj("executeCommandConfiguration")
	if exec.Str("logging") == "OVERRIDE" && !exec.Has("logConfiguration") {
		c.Fail("configuration.executeCommandConfiguration.logConfiguration", "required with logging OVERRIDE (%s)", ecsClusterDoc)
	}
}

func createECSCluster(op *sim.Op) error {
	arn := op.ARN("ecs", "cluster/"+op.In.Str("name"))
	if op.Cloud.Get(op.Type, op.Record.Scope, arn) != nil {
		// CreateCluster would adopt it silently, and two programs would then fight over one cluster.
		return fmt.Errorf("the cluster %s exists already; give another name or import it (%s)", op.In.Str("name"), ecsClusterDoc)
	}
	op.ID = arn
	op.Out["arn"] = arn
	if !op.Out.Has("settings") {
		op.Out["settings"] = []any{map[string]any{"name": "containerInsights", "value": "disabled"}}
	}
	settleTags(op)
	return nil
}

// deleteECSCluster: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html
func deleteECSCluster(op *sim.Op) error {
	for _, s := range op.Cloud.All(ecsServiceType) {
		if ecsClusterOf(op.Cloud, s.Inputs.Str("cluster"), s.Scope) == op.Record {
			return sim.Refuse("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")
		}
	}
	return nil
}

// ecsClusterOf finds a cluster by name or ARN; "" is the cluster named default. nil if none.
func ecsClusterOf(cloud *sim.Cloud, nameOrARN, scope string) *sim.Record {
	name := ecsClusterName(nameOrARN)
	for _, r := range cloud.All(ecsClusterType) {
		byARN := strings.HasPrefix(nameOrARN, "arn:")
		if (byARN && r.ID == nameOrARN) || (!byARN && r.Scope == scope && r.Inputs.Str("name") == name) {
			return r
		}
	}
	return nil
}

func ecsClusterName(nameOrARN string) string {
	if nameOrARN == "" {
		return "default"
	}
	return nameOrARN[strings.LastIndex(nameOrARN, "/")+1:]
}

func ecsClusterCapacityProviders() *sim.Resource {
	const doc = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html"
	return &sim.Resource{
		Type: "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
		Inputs: sim.Fields{
			"clusterName": sim.String().Required().Replaces().Match(`[a-zA-Z0-9_-]{1,255}`, "a cluster's name, not its ARN").
				Refs(ecsClusterType, "name", "ClusterNotFoundException: Cluster not found: %s"),
			// The drydock has no EC2 instances, so none of the account's own providers.
			"capacityProviders":                 sim.Set(sim.String().OneOf("FARGATE", "FARGATE_SPOT")).Doc(doc),
			"defaultCapacityProviderStrategies": capacityProviderStrategies(),
		},
		Validate: func(c *sim.Check) {
			checkCapacityProviders(c, "defaultCapacityProviderStrategies", c.In.Objs("defaultCapacityProviderStrategies"))
			if sim.IsUnknown(c.In["capacityProviders"]) {
				return
			}
			for i, s := range c.In.Objs("defaultCapacityProviderStrategies") {
				if p := s.Str("capacityProvider"); p != "" && !slices.Contains(c.In.Strs("capacityProviders"), p) {
					c.Fail(fmt.Sprintf("defaultCapacityProviderStrategies[%d].capacityProvider", i),
						"%q is not among capacityProviders: add it there (%s)", p, doc)
				}
			}
		},
		Create: func(op *sim.Op) error { op.ID = op.In.Str("clusterName"); return nil },
	}
}

func capacityProviderStrategies() *sim.Field {
	return sim.Set(sim.Object(sim.Fields{
		"capacityProvider": sim.String().Required(),
		"base":             sim.Int().Between(0, 100000),
		"weight":           sim.Int().Between(0, 1000),
	})).AtMost(20).Doc("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html")
}

// checkCapacityProviders: only one provider may have a base, and one must have a weight above 0.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
func checkCapacityProviders(c *sim.Check, path string, strategies []sim.Values) {
	bases, weight := 0, 0.0
	for _, s := range strategies {
		if s.Num("base") > 0 {
			bases++
		}
		weight += s.Num("weight")
	}
	if bases > 1 {
		c.Fail(path, "only one capacity provider in a strategy can have a base")
	}
	if len(strategies) > 0 && weight == 0 && !sim.IsUnknown(c.In[path]) {
		c.Fail(path, "at least one capacity provider must have a weight greater than 0")
	}
}

func ecsGetCluster() *sim.Function {
	return &sim.Function{
		Token: "aws:ecs/getCluster:getCluster",
		Args:  sim.Fields{"clusterName": sim.String().Required(), "tags": sim.Tags()},
		Call: func(op *sim.Op) error {
			name := op.In.Str("clusterName")
			r := ecsClusterOf(op.Cloud, name, op.Account()+"/"+op.Region())
			if r == nil {
				return fmt.Errorf("reading ECS Cluster (%s): couldn't find resource", name)
			}
			op.Out = sim.Values{
				"id": r.ID, "arn": r.ID, "clusterName": r.Inputs.Str("name"), "status": "ACTIVE",
				"pendingTasksCount": 0.0, "runningTasksCount": 0.0, "registeredContainerInstancesCount": 0.0,
				"settings": r.Outputs.List("settings"), "serviceConnectDefaults": []any{}, "tags": map[string]any(r.Outputs.Obj("tagsAll")),
			}
			if d := r.Inputs.Obj("serviceConnectDefaults"); len(d) > 0 {
				op.Out["serviceConnectDefaults"] = []any{map[string]any(d)}
			}
			return nil
		},
	}
}
