// Package bluegreen is blue/green delivery of a containerised application: GitHub, CodePipeline, CodeBuild and
// CodeDeploy release it to ECS Fargate behind a load balancer that only Cloudflare reaches.
//
//	pipeline, err := bluegreen.NewContainerPipeline(ctx, "bash-dog", &bluegreen.ContainerPipelineArgs{
//		Containers: []bluegreen.Container{
//			{Name: "api", Port: 8000},
//			{Name: "nginx", Port: 80, Public: true},
//		},
//		Source: bluegreen.Source{Repository: "acme/bash-dog"},
//		Edge:   bluegreen.Edge{Host: "bash-dog.example.com", Zone: "example.com", ZoneID: zoneID},
//	})
//
// ContainerPipeline composes parts that are components of their own and can be used alone: Repositories, Secrets,
// Network, OriginCertificate, OriginPulls, ArtifactStore, Traffic, Service, Alarms, Deployment, Notifications, Build,
// Release, EdgeRecord. ZoneRules holds what a Cloudflare zone has only one of.
package bluegreen
