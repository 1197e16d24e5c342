package iam_test

import (
	"fmt"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

func ExampleEvaluate() {
	pipeline := iam.Attached{Name: "bash-dog-pipeline", Document: iam.Policy(
		iam.Allow("PassTaskRoles").
			Actions("iam:PassRole").
			On("arn:aws:iam::123456789012:role/bash-dog-task").
			When(iam.StringEquals, "iam:PassedToService", "ecs-tasks.amazonaws.com"),
	)}
	for _, role := range []string{"bash-dog-task", "admin"} {
		decision, err := iam.Evaluate(iam.Request{
			Principal: "arn:aws:iam::123456789012:role/bash-dog-pipeline",
			Action:    "iam:PassRole",
			Resource:  "arn:aws:iam::123456789012:role/" + role,
			Context:   map[string][]string{"iam:PassedToService": {"ecs-tasks.amazonaws.com"}},
		}, pipeline)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(decision.Allowed, decision.Reason)
	}
	// Output:
	// true allowed by statement "PassTaskRoles" of policy "bash-dog-pipeline"
	// false statement "PassTaskRoles" of policy "bash-dog-pipeline" allows the action for other resources: arn:aws:iam::123456789012:role/bash-dog-task; asked for is arn:aws:iam::123456789012:role/admin
}
