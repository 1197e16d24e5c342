package tests

const (
	dev        = "stacks/Pulumi.dev.yaml"
	production = "stacks/Pulumi.production.yaml"
)

// What the task consists of.
var containerEdits = []expected{
	{
		name: "container port", stack: "dev", ops: "update 2, replace 1",
		edit: edit{{dev, "port: 80\n", "port: 8080\n"}},
		says: []string{"replace ecs/taskDefinition bash-dog (containerDefinitions[nginx].environment[NGINX_CONFIGURATION].value, containerDefinitions[nginx].portMappings[0].containerPort)"},
	},
	{
		name: "container added", stack: "dev", ops: "create 2, update 5",
		edit: edit{{dev, "        - name: sidecar\n", "        - name: sidecar\n        - name: worker\n"}},
		says: []string{
			"create ecr/repository bash-dog-worker",
			"policy of bash-dog-build: it names resources that do not exist yet",
		},
	},
	{
		name: "container removed", stack: "dev", ops: "update 5, delete 2", dangers: "data 1",
		edit: edit{{dev, "        - name: sidecar\n", ""}},
		says: []string{
			"data: delete ecr/repository bash-dog-sidecar: the repository is deleted, which loses its images; forceDelete takes the images along",
			"lost resource arn:aws:ecr:us-east-2:123456789012:repository/bash-dog-dev-sidecar, PullAndPushImages of bash-dog-build",
		},
	},
	{
		name: "container renamed", stack: "dev", ops: "create 2, update 5, delete 2", dangers: "data 1",
		edit: edit{{dev, "- name: sidecar", "- name: helper"}},
		says: []string{"way out: if the repository `bash-dog-helper` is `bash-dog-sidecar` renamed, give it `pulumi.Aliases("},
	},
	{
		name: "variable changed", stack: "dev", ops: "update 2",
		edit: edit{{dev, "BASH_DOG_ENVIRONMENT: development", "BASH_DOG_ENVIRONMENT: dev"}},
		says: []string{"update s3/bucketObjectv2 bash-dog-config (source[taskdef.json].containerDefinitions[api].environment[BASH_DOG_ENVIRONMENT].value)"},
	},
	{
		name: "secret added", stack: "dev", ops: "create 2, update 3",
		edit: edit{
			{dev, "secrets: [DATABASE_URL]", "secrets: [DATABASE_URL, API_KEY]"},
			{dev, "        DATABASE_URL: null\n", "        DATABASE_URL: null\n        API_KEY: null\n"},
		},
		says: []string{"create secretsmanager/secret bash-dog/API_KEY"},
	},
	{
		name: "secret removed", stack: "production", ops: "update 3, delete 2", dangers: "data 1", refused: true,
		edit: edit{
			{production, "          secrets: [LOG_TOKEN]\n", ""},
			{production, "        LOG_TOKEN: null\n", ""},
		},
		says: []string{
			"data: delete secretsmanager/secret bash-dog/LOG_TOKEN: the secret is deleted, which loses its value; it is protected, so Pulumi refuses",
			"lost resource arn:aws:secretsmanager:us-east-2:123456789012:secret:bash-dog/environment/LOG_TOKEN-",
		},
	},
	{
		name: "cpu and memory", stack: "dev", ops: "update 2",
		edit: edit{{dev, "      disposable: true\n", "      disposable: true\n      cpu: 1024\n      memory: 4096\n"}},
		says: []string{"update s3/bucketObjectv2 bash-dog-config (source[taskdef.json].cpu, source[taskdef.json].memory)"},
	},
	{
		name: "architecture", stack: "production", ops: "update 3, replace 1",
		edit: edit{{production, "architecture: ARM64", "architecture: X86_64"}},
		says: []string{"update codebuild/project bash-dog-build (environment.image, environment.type"},
	},
	{
		name: "health check path", stack: "dev", ops: "update 2",
		edit: edit{{dev, "path: /health", "path: /ready"}},
		says: []string{
			"update lb/targetGroup bash-dog-blue (healthCheck.path)",
			"update lb/targetGroup bash-dog-green (healthCheck.path)",
		},
	},
	{
		name: "log retention", stack: "dev", ops: "update 2", dangers: "data 2",
		edit: edit{{dev, "logRetentionDays: 7", "logRetentionDays: 1"}},
		says: []string{"data: update cloudwatch/logGroup bash-dog-build: the logs are kept for 1 day instead of for 7 days"},
	},
}

// How it is released.
var deliveryEdits = []expected{
	{
		name: "deployment config", stack: "production", ops: "update 2",
		edit: edit{{production, "CodeDeployDefault.ECSLinear10PercentEvery3Minutes", "CodeDeployDefault.ECSAllAtOnce"}},
		says: []string{
			"update codedeploy/deploymentGroup bash-dog (deploymentConfigName)",
			"gained resource arn:aws:codedeploy:us-east-2:123456789012:deploymentconfig:CodeDeployDefault.ECSAllAtOnce, ReadDeploymentConfig of bash-dog-pipeline",
		},
	},
	{
		name: "approval removed", stack: "production", ops: "update 2", dangers: "protection 1",
		edit: edit{{production, "      approval:\n        comment: Look at the test listener before you agree.\n", ""}},
		says: []string{
			"update codepipeline/pipeline bash-dog-pipeline (stages[Approval])",
			"lost action sns:Publish, AskForApproval of bash-dog-pipeline",
		},
	},
	{
		name: "approval added", stack: "dev", ops: "update 1",
		edit: edit{{dev, "      disposable: true\n", "      disposable: true\n      approval:\n        comment: Look first.\n"}},
		says: []string{"update codepipeline/pipeline bash-dog-pipeline (stages[Approval])"},
	},
	{
		name: "notifications added", stack: "dev", ops: "create 7",
		edit: edit{{dev, "      disposable: true\n", "      disposable: true\n      notifications:\n        emails: [team@example.com]\n"}},
		says: []string{"create sns/topicSubscription bash-dog-team@example.com"},
	},
	{
		name: "recipient removed", stack: "production", ops: "delete 1",
		edit: edit{{production, ", oncall@example.com", ""}},
		says: []string{"delete sns/topicSubscription bash-dog-oncall@example.com"},
	},
	{
		name: "scaling added", stack: "dev", ops: "create 2",
		edit: edit{{dev, "      disposable: true\n", "      disposable: true\n      scaling:\n        min: 1\n        max: 4\n        cpuPercent: 60\n"}},
		says: []string{"create appautoscaling/target bash-dog"},
	},
	{
		name: "scaling removed", stack: "production", ops: "delete 3",
		edit: edit{{production, "      scaling:\n        min: 2\n        max: 10\n        cpuPercent: 60\n        requestsPerTask: 1000\n", ""}},
		says: []string{"delete appautoscaling/policy bash-dog-requests"},
	},
	{
		name: "alarm thresholds", stack: "production", ops: "update 1",
		edit: edit{{production, "errorsPerMinute: 20", "errorsPerMinute: 50"}},
		says: []string{"update cloudwatch/metricAlarm bash-dog-errors (threshold)"},
	},
	{
		name: "alarms disabled", stack: "production", ops: "update 2, delete 3", dangers: "protection 4",
		edit: edit{{production, "        errorsPerMinute: 20\n        latencySeconds: 2\n", "        disabled: true\n"}},
		says: []string{"update codedeploy/deploymentGroup bash-dog (alarmConfiguration, autoRollbackConfiguration.events)"},
	},
	{
		name: "branch", stack: "dev", ops: "update 1",
		edit: edit{{dev, "branch: develop", "branch: main"}},
		says: []string{"update codepipeline/pipeline bash-dog-pipeline (stages[Source].actions[Source].configuration.BranchName"},
	},
	{
		name: "repository", stack: "dev", ops: "update 1",
		edit: edit{{dev, "repository: acme/bash-dog", "repository: acme/cat"}},
		says: []string{"update codepipeline/pipeline bash-dog-pipeline (stages[Source].actions[Source].configuration.FullRepositoryId)"},
	},
	{
		name: "files of its own", stack: "dev", ops: "update 3, delete 6",
		edit: edit{{dev, "      disposable: true\n", "      disposable: true\n      ownFiles: true\n"}},
		says: []string{
			"delete s3/bucketObjectv2 bash-dog-config",
			"lost action codepipeline:StartPipelineExecution, StartPipeline of bash-dog-start",
		},
	},
	{
		name: "artifact key", stack: "dev", ops: "create 1, update 4",
		edit: edit{{dev, "      disposable: true\n", "      disposable: true\n      artifactKeyArn: arn:aws:kms:us-east-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\n"}},
		says: []string{
			"gained action kms:Decrypt, UseArtifactKey of bash-dog-build",
			"update codebuild/project bash-dog-build (encryptionKey)",
		},
	},
	{
		name: "larger build machine", stack: "production", ops: "update 1",
		edit: edit{{production, "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE"}},
		says: []string{"update codebuild/project bash-dog-build (environment.computeType)"},
	},
}

// How it is reached.
var edgeEdits = []expected{
	{
		name: "network default to nat", stack: "dev", ops: "create 16, update 5, replace 9", dangers: "traffic 3",
		edit: edit{{dev, "      disposable: true\n", "      disposable: true\n      network:\n        mode: nat\n"}},
		says: []string{
			"traffic: replace lb/targetGroup bash-dog-blue: the target group is replaced",
			"way out: leave `vpcId` as it is",
			"traffic: update lb/loadBalancer bash-dog: the load balancer leaves all of its subnets",
		},
	},
	{
		name: "network nat to endpoints", stack: "production", ops: "create 9, update 1, replace 1, delete 4", dangers: "traffic 2",
		edit: edit{
			{production, "mode: nat", "mode: endpoints"},
			{production, "      architecture: ARM64\n", "      architecture: ARM64\n      bootstrapImage: 123456789012.dkr.ecr.us-east-2.amazonaws.com/nginx:1\n"},
		},
		says: []string{"traffic: delete ec2/natGateway bash-dog"},
	},
	{
		name: "test port opened", stack: "dev", ops: "create 2, update 2",
		edit: edit{{dev, "      disposable: true\n", "      disposable: true\n      deployment:\n        testPort: 8443\n        testCidrBlocks: [203.0.113.0/24]\n"}},
		says: []string{
			"opened port 8443, by a new listener for HTTPS",
			"opened tcp 8443 from 203.0.113.0/24",
		},
	},
	{
		name: "test port opened further", stack: "production", ops: "create 1, delete 1",
		edit: edit{{production, "testCidrBlocks: [203.0.113.0/24]", "testCidrBlocks: [203.0.0.0/16]"}},
		says: []string{"opened tcp 8443 from 203.0.0.0/16"},
	},
	{
		name: "test port moved", stack: "production", ops: "update 2", dangers: "traffic 1",
		edit: edit{{production, "testPort: 8443", "testPort: 9443"}},
		says: []string{
			"traffic: update lb/listener bash-dog-test: nobody listens on port 8443 any more",
			"opened tcp 9443 from 203.0.113.0/24",
		},
	},
	{
		name: "host", stack: "dev", ops: "update 2, replace 3", dangers: "traffic 2",
		edit: edit{{dev, "host: bash-dog.example.dev", "host: cat.example.dev"}},
		says: []string{
			"traffic: replace cloudflare/Record bash-dog: the record is replaced, which interrupts the name's resolution",
			"traffic: replace cloudflare/OriginCaCertificate bash-dog: the origin CA certificate is replaced",
		},
	},
	{
		name: "zone", stack: "dev", ops: "update 2, replace 3", dangers: "traffic 2",
		edit: edit{
			{dev, "host: bash-dog.example.dev", "host: bash-dog.example.com"},
			{dev, "zone: example.dev", "zone: example.com"},
			{dev, "099ba34c4f663889468893a6cb876a86", "4024d0dfe3bdc05dee816e00ebfba0af"},
		},
		says: []string{"way out: leave `name`, `zoneId` as they are"},
	},
	{
		name: "authenticated origin pulls", stack: "production", ops: "create 10, update 1",
		edit: edit{{production, "        zone: example.com\n", "        zone: example.com\n        authenticatedOriginPulls: true\n"}},
		says: []string{"update lb/listener bash-dog (mutualAuthentication)"},
	},
	{
		name: "strict host removed", stack: "edge", ops: "update 1",
		edit: edit{{"stacks/Pulumi.edge.yaml", "        - bash-dog-staging.example.com\n", ""}},
		says: []string{"update cloudflare/Ruleset example-com (rules[0].expression)"},
	},
}

// What the stack is.
var stackEdits = []expected{
	{
		name: "protection dropped", stack: "production", ops: "update 7", dangers: "protection 7",
		edit: edit{{production, "      project: bash-dog\n", "      project: bash-dog\n      disposable: true\n"}},
		says: []string{
			"protection: update ecr/repository bash-dog-api: Pulumi no longer refuses to delete it; forceDelete is turned on",
			"protection: update lb/loadBalancer bash-dog: enableDeletionProtection is turned off",
			"protection: update secretsmanager/secret bash-dog/LOG_TOKEN: Pulumi no longer refuses to delete it; a deleted secret can no longer be restored",
		},
	},
	{
		name: "protection added", stack: "dev", ops: "update 6",
		edit: edit{{dev, "      disposable: true\n", ""}},
		says: []string{"update lb/loadBalancer bash-dog (enableDeletionProtection)"},
	},
	{
		name: "tag added", stack: "dev", ops: "update 40",
		edit: edit{{dev, "      disposable: true\n", "      disposable: true\n      tags:\n        team: dogs\n"}},
		says: []string{"update ecs/service bash-dog (tags)"},
	},
	{
		name: "project of the pipeline renamed", stack: "dev", ops: "update 16, replace 18", dangers: "data 6, traffic 2, releases 1",
		edit: edit{{dev, "project: bash-dog-dev", "project: cat-dev"}},
		says: []string{
			"data: replace ecr/repository bash-dog-api: the repository is replaced, which loses its images",
			"way out: leave `name` as it is",
		},
	},
	{
		name: "pipeline renamed", stack: "dev", ops: "create 74, delete 74", dangers: "data 7, traffic 10, releases 1",
		edit: edit{{dev, "    bash-dog:\n", "    cat:\n"}},
		says: []string{"way out: if the container pipeline `cat` is `bash-dog` renamed, give it `pulumi.Aliases([]pulumi.Alias{{Name: pulumi.String(\"bash-dog\")}})`, and all that is in it stays"},
	},
	{
		name: "pipeline renamed in production", stack: "production", ops: "create 108, delete 104", dangers: "data 8, traffic 15, releases 1", refused: true,
		edit: edit{{production, "    bash-dog:\n", "    cat:\n"}},
		says: []string{"data: delete s3/bucketV2 bash-dog: the bucket is deleted, which loses its objects; it is protected, so Pulumi refuses"},
	},
	{
		name: "region", stack: "production", ops: "update 1, replace 90", dangers: "data 8, traffic 12, releases 1, protection 3", refused: true,
		edit: edit{{production, "us-east-2", "us-east-1"}},
		says: []string{"way out: leave the provider's settings as they are, such as `aws:region`"},
	},
}
