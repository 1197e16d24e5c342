// Package meta deploys the deployers: a pipeline that brings up the stacks in which the other pipelines are defined, and
// itself among them, when their definition changes.
//
//	pipeline, err := meta.NewPipeline(ctx, "deployer", &meta.PipelineArgs{
//		Source:      meta.Source{Repository: "acme/bash-dog"},
//		Stacks:      []string{"production", "meta"},
//		Permissions: []string{permissions}, // of `drydock permissions`
//		Pulumi:      meta.PulumiRelease{Version: "3.255.0", SHA256: "cf55…"},
//	})
//
// StateBackend, Deployer and Notifications are parts that are components of their own and can be used alone.
package meta
