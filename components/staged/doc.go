// Package staged is delivery through environments, one after another, for what CodeDeploy cannot deploy: a website in a
// bucket, a database migration, anything that a script does.
//
//	pipeline, err := staged.NewPipeline(ctx, "site", &staged.PipelineArgs{
//		Source: staged.Source{Repository: "site"},
//		Environments: []staged.Environment{
//			{Name: "staging", Site: &staged.SiteOptions{}},
//			{Name: "production", Site: &staged.SiteOptions{}, Approval: true},
//		},
//	})
//
// A push is built by the repository's buildspec.yml, once, and each environment is deployed to by a CodeBuild project that
// runs the artifact's deployspec.yml with the variable ENVIRONMENT.
//
// Pipeline composes parts that are components of their own: Origin, Site, Role, Build, Stage, Approvers.
package staged
