package main

import (
	"encoding/json"
	"testing"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal"
)

// TestDeploy brings the program up in a drydock and releases the application through what it has made: the real engine,
// simulated clouds, no account.
func TestDeploy(t *testing.T) {
	dock := drydock.Start(t)
	stack := dock.Stack("test", drydock.Program(deploy), drydock.Project("consumer"), drydock.Config(map[string]any{
		"aws:region": "us-east-2", "repository": "acme/bash-dog", "zone": "example.com",
		"zoneId": "099ba34c4f663889468893a6cb876a86",
	}))
	stack.Up(t)

	if url := stack.Output(t, "url"); url != "https://bash-dog.example.com" {
		t.Errorf("url is %v", url)
	}
	databaseAdmitsTasks(t, dock, stack.Output(t, "databaseSecurityGroupId").(string))
	tasksMayBark(t, dock)

	// A push goes through: images are built, every call of every role is allowed, the containers run and are healthy.
	verdict := rehearsal.Run(t, dock, rehearsal.App{Dir: "../bash-dog"})
	for _, note := range verdict.Notes {
		t.Log(note)
	}

	if again := stack.Preview(t, drydock.Args("--refresh")); !again.Unchanged() {
		t.Errorf("a second up would change %v", again.Steps)
	}
	stack.Destroy(t)
	if left := dock.Cloud().Made(); len(left) > 0 {
		t.Errorf("%d resources are left, such as %s %s", len(left), left[0].Type, left[0].ID)
	}
}

// databaseAdmitsTasks looks for the group's rules in the simulated account: there is one, and it is about the tasks.
func databaseAdmitsTasks(t *testing.T, dock *drydock.Dock, group string) {
	t.Helper()
	tasks := taskSecurityGroup(t, dock)
	rules := 0
	for _, rule := range dock.Cloud().All("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") {
		if rule.Attr("securityGroupId") != group {
			continue
		}
		rules++
		if from := rule.Attr("referencedSecurityGroupId"); from != tasks {
			t.Errorf("the database admits %q, the tasks are in %q", from, tasks)
		}
		if from, to := rule.Inputs["fromPort"], rule.Inputs["toPort"]; from != 5432.0 || to != 5432.0 {
			t.Errorf("the database admits ports %v to %v", from, to)
		}
	}
	if rules != 1 {
		t.Errorf("the database's security group has %d ingress rules, want 1", rules)
	}
}

// taskSecurityGroup is the one that the running service's tasks have.
func taskSecurityGroup(t *testing.T, dock *drydock.Dock) string {
	t.Helper()
	services := dock.Cloud().All("aws:ecs/service:Service")
	if len(services) != 1 {
		t.Fatalf("%d services, want 1", len(services))
	}
	network, _ := services[0].Inputs["networkConfiguration"].(map[string]any)
	groups, _ := network["securityGroups"].([]any)
	if len(groups) != 1 {
		t.Fatalf("the service's network has the security groups %v, want one", groups)
	}
	id, _ := groups[0].(string)
	return id
}

// tasksMayBark looks for the policy on the role that the service's task definition gives its containers.
func tasksMayBark(t *testing.T, dock *drydock.Dock) {
	t.Helper()
	for _, policy := range dock.Cloud().All("aws:iam/rolePolicy:RolePolicy") {
		var document struct {
			Statement []struct{ Sid, Resource string }
		}
		if json.Unmarshal([]byte(policy.Attr("policy")), &document) != nil || len(document.Statement) != 1 {
			continue
		}
		if document.Statement[0].Sid != "PublishBarks" {
			continue
		}
		role := dock.Cloud().Find("aws:iam/role:Role", "name", policy.Attr("role"))
		if role == nil {
			t.Fatalf("the policy is on the role %q, which does not exist", policy.Attr("role"))
		}
		for _, definition := range dock.Cloud().All("aws:ecs/taskDefinition:TaskDefinition") {
			if definition.Attr("taskRoleArn") != role.Attr("arn") {
				t.Errorf("the policy is on %s, the containers have %s", role.Attr("arn"), definition.Attr("taskRoleArn"))
			}
		}
		return
	}
	t.Error("no policy lets the tasks publish")
}
