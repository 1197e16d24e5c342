package rehearsal

import "strings"

// clusterDefects are those of a delivery to EKS over two accounts.
var clusterDefects = []defect{
	toCluster("the cluster has no access entry for the role", applying, func(s *subject) {
		s.world.Remove(s.entry(associationType))
		s.world.Remove(s.entry(entryType))
	}, "no access entry", "role/shop-staging-"),
	toCluster("the access entry is of another role", applying, func(s *subject) {
		s.set(s.entry(entryType), "principalArn", "arn:aws:iam::222222222222:role/another")
	}, "no access entry", "role/shop-staging-"),
	toCluster("the access entry has no policy", applying, func(s *subject) { s.world.Remove(s.entry(associationType)) },
		"no access policy", "secrets", "namespace shop"),
	toCluster("the access policy is for another namespace", applying, func(s *subject) {
		s.set(s.entry(associationType), "accessScope.namespaces", []any{"shops"})
	}, "AmazonEKSEditPolicy for shops", "namespace shop"),
	toCluster("an access policy that only reads", applying, func(s *subject) {
		s.set(s.entry(associationType), "policyArn", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy")
	}, "AmazonEKSViewPolicy for shop", "secrets"),
	toCluster("a cluster without access entries", applying, func(s *subject) {
		s.set(s.named(clusterType, "staging"), "accessConfig.authenticationMode", "CONFIG_MAP")
	}, "authentication mode CONFIG_MAP"),
	toCluster("a role of Kubernetes under AmazonEKSEditPolicy", applying, func(s *subject) {
		s.manifest(shopOverlay, "resources:\n", "resources:\n  - role.yaml\n")
		s.manifests["overlays/staging/role.yaml"] = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: shop\nrules: []\n"
	}, "roles", "AmazonEKSEditPolicy for shop"),
	{kind: intoClusters, name: "the namespace does not exist", scene: "eks", inject: func(*subject) {}, options: []Option{EmptyClusters()},
		at: applying, says: []string{`namespaces "shop" not found`}},

	trustOf("the deploy role trusts the whole account", "shop-staging", `,"Condition":{"StringEquals":{"aws:PrincipalTag/eks-deploy":["shop-staging"]}}`, "",
		impossible, "another-project", "sts:AssumeRole"),
	trustOf("the deploy role trusts another label", "shop-staging", `["shop-staging"]`, `["shop-production"]`, takingOn, "sts:AssumeRole", "shop-staging-"),
	trustOf("the deploy role trusts another account", "shop-staging", "123456789012", "444444444444", takingOn, "sts:AssumeRole", "shop-staging-"),
	toCluster("the deploy project's role has no label", takingOn, func(s *subject) { s.untag("shop-staging-deploy") }, "sts:AssumeRole"),
	toCluster("the deploy role has no label", takingOn, func(s *subject) { s.untag("shop-staging") }, "sts:AssumeRole"),
	toCluster("staging's project is told of production's role", takingOn, func(s *subject) {
		s.variable("shop-staging-deploy", "ROLE_ARN", s.role("shop-production").Attr("arn"))
	}, "sts:AssumeRole", "role/shop-production-"),
	project("a deploy role that does not exist", "shop-staging-deploy", "ROLE_ARN", "arn:aws:iam::222222222222:role/nobody", takingOn, "sts:AssumeRole", "nobody"),
	policyOf("the deploy project may not take on the role", "shop-staging-deploy", "sts:AssumeRole", "sts:TagSession", takingOn, "sts:AssumeRole"),
	policyOf("the deploy role may not find the cluster", "shop-staging", "eks:DescribeCluster", "eks:ListClusters", takingOn, "eks:DescribeCluster"),
	project("another cluster's name", "shop-staging-deploy", "CLUSTER", "stagin", takingOn, "eks:DescribeCluster", "cluster/stagin"),
	project("another region", "shop-staging-deploy", "CLUSTER_REGION", "us-west-2", takingOn, "eks:DescribeCluster", "us-west-2"),
	widerOf("the deploy role may admit others", "shop-staging", `{"Sid":"Wide","Effect":"Allow","Action":["eks:*"],"Resource":["*"]}`, "eks:"),
	widerOf("staging's build may change the pipeline", "shop-staging-deploy", `{"Sid":"Wide","Effect":"Allow","Action":["codepipeline:*"],"Resource":["*"]}`, "codepipeline:"),
	widerOf("the image's build may push to another application", "shop-image", `{"Sid":"Wide","Effect":"Allow","Action":["ecr:*"],"Resource":["*"]}`, "ecr:"),
	widerOf("a pull request reaches the artifacts", "shop-image-pull-request", `{"Sid":"Wide","Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::*"]}`,
		"s3:GetObject", "shop-image-pull-request"),
	widerOf("the deployment may replace what is deployed next", "shop-staging-deploy", `{"Sid":"Wide","Effect":"Allow","Action":["s3:PutObject"],"Resource":["arn:aws:s3:::*"]}`,
		"s3:PutObject", "shop-staging-deploy"),
	widerOf("a build may read the token of pull requests", "shop-manifests", `{"Sid":"Wide","Effect":"Allow","Action":["secretsmanager:GetSecretValue"],"Resource":["*"]}`,
		"secretsmanager:GetSecretValue", "shop-manifests"),

	unready(toCluster("the workload account may not pull the image", applying, func(s *subject) {
		r := s.named(repositoryPolicyType, "shop")
		s.set(r, "policy", replaced(s, r.Attr("policy"), "222222222222", "444444444444"))
	}, "ecr:BatchCheckLayerAvailability", "repository/shop", "222222222222"), false),
	unready(toCluster("the repository has no policy", applying, func(s *subject) { s.remove(repositoryPolicyType) },
		"ecr:BatchCheckLayerAvailability", "repository/shop"), false),
	unready(manifest("a second container's image that nobody has pushed", shopDeployment, "      containers:\n",
		"      containers:\n        - {name: log, image: \"123456789012.dkr.ecr.us-east-2.amazonaws.com/shop:log\"}\n", applying, "shop:log", "not exist"), false),
	buildspecOf("a tag that is pushed twice", "shop-image", `docker push "$REPOSITORY_URL:$IMAGE_TAG"`,
		`docker push "$REPOSITORY_URL:$IMAGE_TAG" && docker build --label again=yes --tag "$REPOSITORY_URL:$IMAGE_TAG" . && docker push "$REPOSITORY_URL:$IMAGE_TAG"`,
		"Image / BUILD", "immutable"),
	toCluster("the image's build is not privileged", "Image / BUILD", func(s *subject) {
		s.set(s.project("shop-image"), "environment.privilegedMode", false)
	}, "Docker daemon"),
	policyOf("the image's build may not push", "shop-image", "ecr:PutImage", "ecr:PutImageScanningConfiguration", "Image / BUILD", "ecr:PutImage"),
	policyOf("the image's build may not look for its tag", "shop-image", "ecr:BatchGetImage", "ecr:ListImages", "Image / BUILD", "ecr:BatchGetImage"),
	buildspecOf("the image's digest is not handed on", "shop-image", "    - image.txt", "    - image.json", "Image / UPLOAD_ARTIFACTS", "no matching artifact paths"),

	manifest("the manifests call the image otherwise", shopDeployment, "image: shop\n", "image: store\n", atRendering, "has no image shop"),
	project("an overlay that does not exist", "shop-manifests", "ENVIRONMENTS", "staging=overlays/stagin", atRendering, "overlays/stagin"),
	project("an environment that is not rendered", "shop-manifests", "ENVIRONMENTS", "staging=overlays/staging", "production / BUILD", "production.yaml"),
	project("another file than what is rendered", "shop-staging-deploy", "MANIFESTS", "stage.yaml", applying, "stage.yaml"),
	manifest("a manifest that is no YAML", shopDeployment, "spec:\n  replicas: 1", "spec:\n\treplicas: 1", atRendering, "yaml"),
	manifest("a resource that the kustomization does not find", "base/kustomization.yaml", "service.yaml", "services.yaml", atRendering, "services.yaml"),
	toCluster("the manifests are no input of the deployment", "Manifests / Sources", func(s *subject) {
		put(s.shopAction("Manifests", "Render"), []string{"configuration", "PrimarySource"}, "Rendered")
	}, "PrimarySource"),
	toCluster("another primary source", atRendering, func(s *subject) {
		put(s.shopAction("Manifests", "Render"), []string{"configuration", "PrimarySource"}, "Application")
	}, "overlays/"),
	unready(toCluster("the image is no source of the atRendering", applying, func(s *subject) {
		s.shopAction("Manifests", "Render")["inputArtifacts"] = []any{"Manifests", "Application"}
	}, "shop", "placeholder"), false),
	manifest("a field that Kubernetes does not know", shopDeployment, "  replicas: 1", "  replica: 1", applying, ".spec.replica: field not declared in schema"),
	manifest("a value that Kubernetes does not take", shopDeployment, "containerPort: 8000", "containerPort: 80000", applying, "must be between 1 and 65535"),
	manifest("an API that is gone", shopDeployment, "apiVersion: apps/v1\n", "apiVersion: extensions/v1beta1\n", applying, "no matches for kind"),
	manifest("a selector that its pods do not match", shopDeployment, "    matchLabels:\n      app: shop", "    matchLabels:\n      app: store", applying, "selector"),
	manifest("an object of another namespace", "base/service.yaml", "  name: shop\n", "  name: shop\n  namespace: default\n", applying, "namespace"),

	unready(manifest("a pod that crashes", shopDeployment, "args: [api]", "args: [nobody]", applying, "exit code 1", "container api"), true),
	unready(manifest("a pod that is never ready", shopDeployment, "path: /health", "path: /nowhere", applying, "container api", "404"), true),
	unready(manifest("an image that runs as root where it must not", shopDeployment, "            runAsUser: 65534\n", "", applying, "runAsNonRoot"), false),
	unready(manifest("a ConfigMap that does not exist", shopDeployment, "- configMapRef:\n                name: shop", "- configMapRef:\n                name: store",
		applying, `configmap "store" not found`), false),

	project("a namespace that is not the role's", "shop-staging-deploy", "NAMESPACE", "web", applying, "namespace web", "AmazonEKSEditPolicy for shop"),
	project("pruning what the role may not list", "shop-staging-deploy", "PRUNE_KINDS", "roles.rbac.authorization.k8s.io", applying, "roles"),
	buildspecOf("a misspelled phase of the deployment", "shop-staging-deploy", "  pre_build:", "  prebuild:", "staging / DOWNLOAD_SOURCE", "prebuild"),
	buildspecOf("a misspelled flag of kubectl", "shop-staging-deploy", "apply --server-side", "apply --server-sde", applying, "--server-sde"),
	buildspecOf("a variable that nobody sets", "shop-staging-deploy", `--name "$CLUSTER"`, `--name "$CLUSTER_NAME"`, takingOn, "eks:DescribeCluster"),

	toCluster("the pipeline may not use the connection", "Source / Repository", func(s *subject) {
		r := s.named(inlineType, "shop-pipeline-")
		s.set(r, "policy", strings.ReplaceAll(r.Attr("policy"), ":UseConnection", ":GetConnection"))
	}, "UseConnection", "shop-pipeline-"),
	{kind: intoClusters, name: "the connection of both repositories is PENDING", scene: "eks", inject: func(*subject) {},
		options: []Option{PendingConnection()}, at: "Source / Repository", says: []string{"PENDING"}},
	policyOf("the deployment may not read what was rendered", "shop-staging-deploy", "s3:GetObject\"", "s3:GetObjectTagging\"", "staging / Start", "s3:GetObject", "Rendered"),
	policyOf("the atRendering may not hand on", "shop-manifests", "s3:PutObject", "s3:PutObjectTagging", "Manifests / Start", "s3:PutObject", "Rendered"),
	toCluster("the approval's topic is not the pipeline's to tell", "production / Approval", func(s *subject) {
		put(s.shopAction("production", "Approve"), []string{"configuration", "NotificationArn"}, "arn:aws:sns:us-east-2:123456789012:releases")
	}, "sns:Publish", "releases"),
	toCluster("the artifacts' key is not the pipeline's to use", "Source / Repository", func(s *subject) {
		s.set(s.named(pipelineType, "shop"), "artifactStores.*.encryptionKey", map[string]any{"id": keyARN, "type": "KMS"})
	}, "kms:GenerateDataKey"),
	toCluster("a push to a branch that nobody follows", "Start / Push", func(s *subject) { s.app.Branch = "feature" }, "feature"),
}
