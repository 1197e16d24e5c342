// Package sim is the ground that the simulated clouds stand on: a cloud that keeps records between commands, a small
// language to describe a resource type (its inputs, what is refused, what replaces), and the Pulumi provider server
// that serves such descriptions to the real engine.
//
// A service file describes its types as values:
//
//	var repository = &sim.Resource{
//		Type:     "aws:ecr/repository:Repository",
//		AutoName: &sim.AutoName{Field: "name", Max: 256},
//		Inputs: sim.Fields{
//			"name":               sim.String().Replaces().Match(`…`, "lower-case letters, …"),
//			"imageTagMutability": sim.String().OneOf("MUTABLE", "IMMUTABLE"),
//		},
//		Outputs: []string{"arn", "registryId", "repositoryUrl"},
//		Create: func(op *sim.Op) error { … op.Out["arn"] = op.ARN("ecr", "repository/"+name) … },
//	}
//
// The rule of the house: what the simulator does not know is a named error, never a success.
package sim
