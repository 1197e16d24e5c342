package tests

const (
	website   = "stacks/Pulumi.website.yaml"
	metaStack = "stacks/Pulumi.meta.yaml"
	eksStack  = "stacks/Pulumi.eks.yaml"
)

// A staged pipeline.
var stagedEdits = []expected{
	{
		name: "environment added", stack: "website", ops: "create 11, update 2",
		edit: edit{{website, "        - name: production\n", "        - name: preview\n          site: {}\n        - name: production\n"}},
		says: []string{
			"create s3/bucketV2 website-preview",
			"update codepipeline/pipeline website-pipeline (stages[preview])",
			"policy of website-preview: it names resources that do not exist yet",
		},
	},
	{
		name: "environment removed", stack: "website", ops: "update 2, delete 10", dangers: "data 2", refused: true,
		edit: edit{{website, "        - name: staging\n          site: {}\n", ""}},
		says: []string{
			"data: delete s3/bucketV2 website-staging: the bucket is deleted, which loses its objects; it is protected, so Pulumi refuses",
			"lost resource arn:aws:codebuild:us-east-2:123456789012:project/website-staging-deploy, RunBuilds of website-pipeline",
		},
	},
	{
		name: "approval of production removed", stack: "website", ops: "update 2, delete 3", dangers: "protection 1",
		edit: edit{
			{website, "          approval: true\n", ""},
			{website, "      approval:\n        emails: [team@example.com]\n        comment: Look at staging before you agree.\n", ""},
		},
		says: []string{
			"protection: update codepipeline/pipeline website-pipeline: the approval Approve-production/Approve is removed",
			"delete sns/topicSubscription website-team@example.com",
		},
	},
	{
		name: "built for each environment", stack: "website", ops: "create 2, update 6, delete 5", dangers: "data 1",
		edit: edit{{website, "      project: website\n", "      project: website\n      buildPerEnvironment: true\n"}},
		says: []string{
			"data: delete cloudwatch/logGroup website-build",
			"gained action s3:PutObject, UseArtifacts of website-production",
		},
	},
	{
		name: "one role for all", stack: "website", ops: "create 7, update 1, delete 15", dangers: "data 3",
		edit: edit{{website, "      project: website\n", "      project: website\n      sharedRole: true\n"}},
		says: []string{
			"way out: if the runner `website-shared` is `website-build` renamed",
			"lost action sts:AssumeRole, AssumeRole of website-production",
		},
	},
	{
		name: "deployments that may do anything", stack: "website", ops: "update 3", dangers: "access 3",
		edit: edit{{website, "      project: website\n",
			"      project: website\n      statements:\n        - {sid: Everything, actions: [\"s3:*\"], resources: [\"*\"]}\n"}},
		says: []string{
			"access: update iam/rolePolicy website-production: statement Everything of policy: action s3:* is every action of s3",
			"gained resource *, Everything of website-staging",
		},
	},
	{
		name: "a repository elsewhere", stack: "website", ops: "create 1, update 2, delete 5", dangers: "data 1", refused: true,
		edit: edit{{website, "        repository: website\n        newRepository: true\n", "        provider: GitHub\n        repository: acme/website\n"}},
		says: []string{
			"data: delete codecommit/repository website: the repository is deleted, which loses its commits; it is protected",
			"create codestarconnections/connection website",
		},
	},
	{
		name: "image of deployments", stack: "website", ops: "update 2",
		edit: edit{{website, "        timeoutMinutes: 5\n", "        timeoutMinutes: 5\n        image: public.ecr.aws/docker/library/node:22\n"}},
		says: []string{"update codebuild/project website-production-deploy (environment.image)"},
	},
	{
		name: "website disposable", stack: "website", ops: "update 3", dangers: "protection 4",
		edit: edit{{website, "      project: website\n", "      project: website\n      disposable: true\n"}},
		says: []string{
			"protection: update s3/bucketV2 website-production: Pulumi no longer refuses to delete it; forceDestroy is turned on",
			"protection: same codecommit/repository website: Pulumi no longer refuses to delete it",
		},
	},
	{
		name: "website renamed", stack: "website", ops: "create 45, delete 41", dangers: "data 7", refused: true,
		edit: edit{{website, "    website:\n", "    site:\n"}},
		says: []string{"way out: if the repository `site` is `website` renamed, give it `pulumi.Aliases("},
	},
}

// A pipeline that deploys pipelines.
var metaEdits = []expected{
	{
		name: "another stack to deploy", stack: "meta", ops: "update 3",
		edit: edit{{metaStack, "stacks: [dev, meta]", "stacks: [dev, staging, meta]"}},
		says: []string{"update codebuild/project deployer-up (environment.environmentVariables[STACKS].value)"},
	},
	{
		name: "release of Pulumi", stack: "meta", ops: "update 3",
		edit: edit{{metaStack, "version: 3.255.0", "version: 3.256.0"}},
		says: []string{"update codebuild/project deployer-preview (environment.environmentVariables[PULUMI_VERSION].value)"},
	},
	{
		name: "update without approval", stack: "meta", ops: "update 2", dangers: "protection 1",
		edit: edit{{metaStack, "      approval: {}\n", ""}},
		says: []string{"protection: update codepipeline/pipeline deployer-pipeline: the approval Approval/Approve is removed"},
	},
	{
		name: "permissions of one stack less", stack: "meta", ops: "update 4, delete 7",
		edit: edit{{metaStack, "permissions: [dev, meta]", "permissions: [meta]"}},
		says: []string{
			"lost action ecs:*, WhatIsManaged of deployer-boundary",
			"lost resource arn:aws:codebuild:us-east-2:123456789012:project/bash-dog-dev-build, WhatIsManaged of deployer-boundary",
		},
	},
	{
		name: "further people review", stack: "meta", ops: "update 1", dangers: "access 1",
		edit: edit{{metaStack, `actors: ["583231"]`, `actors: ["583231", "9919"]`}},
		says: []string{"access: update codebuild/webhook deployer-review: the webhook's filter ACTOR_ACCOUNT_ID takes 9919 too"},
	},
	{
		name: "no reviews", stack: "meta", ops: "delete 7", dangers: "data 1",
		edit: edit{{metaStack, "      pullRequests:\n        actors: [\"583231\"]\n", ""}},
		says: []string{
			"data: delete cloudwatch/logGroup deployer-review",
			"delete codebuild/webhook deployer-review",
		},
	},
	{
		name: "states elsewhere", stack: "meta", ops: "update 7, delete 8", dangers: "data 2", refused: true,
		edit: edit{{metaStack, "      approval: {}\n", "      approval: {}\n      state:\n        url: https://api.pulumi.com\n" +
			"        tokenArn: arn:aws:secretsmanager:us-east-2:123456789012:secret:pulumi-a1b2c3\n"}},
		says: []string{
			"data: delete kms/key deployer-state: the key is deleted, which loses the means to read what is encrypted with it; it is protected",
			"gained action secretsmanager:GetSecretValue, ReadSecrets of deployer-preview",
			"lost action s3:GetObject, ReadStates of deployer-review",
		},
	},
	{
		name: "deployer renamed", stack: "meta", ops: "create 56, delete 54", dangers: "data 6, releases 1", refused: true,
		edit: edit{{metaStack, "    deployer:\n", "    releaser:\n"}},
		says: []string{"releases: delete codestarconnections/connection deployer"},
	},
}

// Delivery to EKS over accounts.
var eksEdits = []expected{
	{
		name: "namespace", stack: "eks", ops: "update 1, replace 1", dangers: "access 1",
		edit: edit{{eksStack, "namespace: shop-live", "namespace: shop"}},
		says: []string{"access: replace eks/accessPolicyAssociation shop-production: the access is to more namespaces: shop"},
	},
	{
		name: "deployment removed", stack: "eks", ops: "update 5, delete 10", dangers: "data 1",
		edit: edit{{eksStack, "            - cluster: staging\n            - cluster: production\n", "            - cluster: production\n"}},
		says: []string{
			"update codepipeline/pipeline shop-pipeline (stages[staging])",
			"lost principal AWS arn:aws:iam::222222222222:root, PullFromWorkloadAccounts of shop",
			"delete eks/accessEntry shop-staging",
		},
	},
	{
		name: "deployment added", stack: "eks", ops: "create 10, update 4",
		edit: edit{{eksStack, "              namespace: web\n", "              namespace: web\n            - cluster: production\n"}},
		says: []string{
			"gained principal AWS arn:aws:iam::333333333333:root, PullFromWorkloadAccounts of blog",
			"gained condition StringEquals aws:PrincipalTag/eks-deploy blog-production, AssumeByLabel of blog-production",
		},
	},
	{
		name: "approval of a deployment removed", stack: "eks", ops: "update 1", dangers: "protection 1",
		edit: edit{{eksStack, "              approval:\n                comment: Look at staging before you agree.\n", ""}},
		says: []string{"protection: update codepipeline/pipeline shop-pipeline: the approval production/Approve is removed"},
	},
	{
		name: "further people's pull requests", stack: "eks", ops: "update 2", dangers: "access 2",
		edit: edit{{eksStack, `actors: ["583231", "9919"]`, `actors: ["583231", "9919", "1024025"]`}},
		says: []string{"access: update codebuild/webhook shop-image-pull-request: the webhook's filter ACTOR_ACCOUNT_ID takes 1024025 too"},
	},
	{
		name: "another credential", stack: "eks", ops: "update 2, replace 1",
		edit: edit{{eksStack, "codebuild/github-a1b2c3", "codebuild/github-d4e5f6"}},
		says: []string{"replace codebuild/sourceCredential acme (token)"},
	},
	{
		name: "application removed", stack: "eks", ops: "update 1, delete 28", dangers: "data 4",
		edit: edit{{eksStack, "        blog:\n          source:\n            repository: acme/blog\n          manifests:\n            repository: acme/blog-charts\n" +
			"            tool: helm\n            imageName: web.image\n          machine:\n            architecture: ARM64\n          deployments:\n" +
			"            - cluster: staging\n              namespace: web\n", ""}},
		says: []string{
			"data: delete ecr/repository blog: the repository is deleted, which loses its images; forceDelete takes the images along",
			"update s3/bucketLifecycleConfigurationV2 acme (rules[artifacts blog])",
		},
	},
	{
		name: "application renamed", stack: "eks", ops: "create 48, update 1, delete 48", dangers: "data 7",
		edit: edit{{eksStack, "        shop:\n", "        store:\n"}},
		says: []string{"data: delete ecr/repository shop: the repository is deleted, which loses its images"},
	},
	{
		name: "from Helm to Kustomize", stack: "eks", ops: "update 1",
		edit: edit{{eksStack, "            tool: helm\n            imageName: web.image\n", ""}},
		says: []string{"update codebuild/project blog-manifests (environment.environmentVariables[CHART], environment.environmentVariables[ENVIRONMENTS].value"},
	},
	{
		name: "images and artifacts protected", stack: "eks", ops: "update 3",
		edit: edit{{eksStack, "      disposable: true\n", ""}},
		says: []string{"update s3/bucketV2 acme (forceDestroy)"},
	},
}
