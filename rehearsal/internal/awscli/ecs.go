package awscli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
)

func ecsOperations() map[string]operation {
	cluster := optional(text, "cluster")
	return map[string]operation{
		"describe-services": {api: "DescribeServices", run: (*call).describeServices,
			params: with(cluster, []param{{name: "services", kind: list, required: true}})},
		"describe-task-definition": {api: "DescribeTaskDefinition", run: (*call).describeTaskDefinition, params: required("task-definition")},
		"list-tasks":               {api: "ListTasks", run: (*call).listTasks, params: with(cluster, optional(text, "service-name", "desired-status", "family"))},
	}
}

type serviceDescription struct {
	ARN            string `json:"serviceArn"`
	Name           string `json:"serviceName"`
	Cluster        string `json:"clusterArn"`
	Status         string `json:"status"`
	DesiredCount   int    `json:"desiredCount"`
	RunningCount   int    `json:"runningCount"`
	PendingCount   int    `json:"pendingCount"`
	LaunchType     string `json:"launchType,omitempty"`
	TaskDefinition string `json:"taskDefinition"`
}

type ecsFailure struct {
	ARN    string `json:"arn"`
	Reason string `json:"reason"`
}

// describeServices: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
func (c *call) describeServices() (any, error) {
	cluster, err := c.cluster()
	if err != nil {
		return nil, err
	}
	found, failures := []serviceDescription{}, []ecsFailure{}
	for _, name := range c.given.texts("services") {
		arn := c.serviceARN(cluster, name)
		if err := c.ask("ecs:DescribeServices", arn, "ecs:cluster", cluster.Attr("arn")); err != nil {
			return nil, err
		}
		r := c.World.Find("aws:ecs/service:Service", "id", arn)
		if r == nil {
			failures = append(failures, ecsFailure{arn, "MISSING"})
			continue
		}
		count := int(r.Inputs.Num("desiredCount"))
		found = append(found, serviceDescription{arn, r.Attr("name"), cluster.Attr("arn"), "ACTIVE", count, count, 0,
			r.Attr("launchType"), r.Attr("taskDefinition")})
	}
	return struct {
		Services []serviceDescription `json:"services"`
		Failures []ecsFailure         `json:"failures"`
	}{found, failures}, nil
}

func (c *call) serviceARN(cluster *drydock.Record, name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return c.arn("ecs", "service/"+cluster.Attr("name")+"/"+name)
}

// cluster is the one that --cluster names by its name or ARN.
func (c *call) cluster() (*drydock.Record, error) {
	name := first(c.given.text("cluster"), "default")
	arn := name
	if !strings.HasPrefix(name, "arn:") {
		arn = c.arn("ecs", "cluster/"+name)
	}
	if r := c.World.Find("aws:ecs/cluster:Cluster", "arn", arn); r != nil {
		return r, nil
	}
	return nil, c.refuse("ClusterNotFoundException", "Cluster not found.")
}

// describeTaskDefinition finds a revision by family:revision or ARN, or a family's latest.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html
func (c *call) describeTaskDefinition() (any, error) {
	if err := c.ask("ecs:DescribeTaskDefinition", "*"); err != nil { // no resource-level permission
		return nil, err
	}
	asked := c.given.text("task-definition")
	var latest *drydock.Record
	for _, r := range c.World.All("aws:ecs/taskDefinition:TaskDefinition") {
		names := []string{r.Attr("arn"), r.Attr("arnWithoutRevision"), r.Attr("family"), fmt.Sprintf("%s:%d", r.Attr("family"), int(r.Outputs.Num("revision")))}
		for _, n := range names {
			if n == asked && (latest == nil || r.Outputs.Num("revision") > latest.Outputs.Num("revision")) {
				latest = r
			}
		}
	}
	if latest == nil {
		return nil, c.refuse("ClientException", "Unable to describe task definition.")
	}
	var containers any
	if err := json.Unmarshal([]byte(first(latest.Attr("containerDefinitions"), "[]")), &containers); err != nil {
		return nil, fmt.Errorf("task definition %s: containerDefinitions: %w", latest.ID, err)
	}
	in := latest.Inputs
	return map[string]any{"taskDefinition": struct {
		ARN           string   `json:"taskDefinitionArn"`
		Containers    any      `json:"containerDefinitions"`
		Family        string   `json:"family"`
		TaskRole      string   `json:"taskRoleArn,omitempty"`
		ExecutionRole string   `json:"executionRoleArn,omitempty"`
		NetworkMode   string   `json:"networkMode,omitempty"`
		Revision      int      `json:"revision"`
		Status        string   `json:"status"`
		Requires      []string `json:"requiresCompatibilities,omitempty"`
		CPU           string   `json:"cpu,omitempty"`
		Memory        string   `json:"memory,omitempty"`
		Platform      any      `json:"runtimePlatform,omitempty"`
	}{latest.Attr("arn"), containers, in.Str("family"), in.Str("taskRoleArn"), in.Str("executionRoleArn"), in.Str("networkMode"),
		int(latest.Outputs.Num("revision")), "ACTIVE", in.Strs("requiresCompatibilities"), in.Str("cpu"), in.Str("memory"), in["runtimePlatform"]}}, nil
}

// listTasks is always empty: the rehearsal runs tasks as containers of its own, which have no ARNs.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
func (c *call) listTasks() (any, error) {
	cluster, err := c.cluster()
	if err != nil {
		return nil, err
	}
	// Its resource type is the container instance, here any.
	if err := c.ask("ecs:ListTasks", c.arn("ecs", "container-instance/"+cluster.Attr("name")+"/*"), "ecs:cluster", cluster.Attr("arn")); err != nil {
		return nil, err
	}
	return map[string]any{"taskArns": []string{}}, nil
}
