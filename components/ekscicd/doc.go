// Package ekscicd is delivery to EKS clusters from an operations account: CodeBuild makes an application's image and
// renders its Kubernetes manifests, CodePipeline hands both on, and further builds apply them to the clusters of workload
// accounts.
//
//	role, err := ekscicd.NewDeployRole(ctx, "shop-staging", &ekscicd.DeployRoleArgs{
//		Cluster: "staging", Namespaces: []string{"shop"}, OperationsAccount: "111111111111",
//	}, pulumi.Provider(workload))
//	project, err := ekscicd.NewDeployProject(ctx, "shop-staging", &ekscicd.DeployProjectArgs{
//		Target: role.Target, Namespace: "shop", Artifacts: bucket.Store(),
//	})
//
// Eight components, each usable alone. Once for an operations account: ArtifactBucket, CodeBuildCredential,
// SourceConnection. For each application: ImageRepository, ImageProject, ManifestsProject. For each cluster: DeployRole in
// the workload account, DeployProject in the operations account. Pipeline ties them.
package ekscicd
