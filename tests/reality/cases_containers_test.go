package reality

import "fmt"

// containers are ECR, ECS and its scaling.
func containers() service {
	tags := values{"tags": values{"team": "dogs"}}
	keep := func(n int) string {
		return fmt.Sprintf(`{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":%d},`+
			`"action":{"type":"expire"}}]}`, n)
	}
	container := func(image string) string {
		return fmt.Sprintf(`[{"name":"web","image":%q,"essential":true,"portMappings":[{"containerPort":80,"protocol":"tcp"}]}]`, image)
	}
	task := values{"family": "dogs", "requiresCompatibilities": list("FARGATE"), "networkMode": "awsvpc", "cpu": "256", "memory": "512",
		"executionRoleArn": "${task-role.arn}", "taskRoleArn": "${task-role.arn}",
		"containerDefinitions": container("public.ecr.aws/nginx/nginx:latest")}
	run := values{"cluster": "${cluster.arn}", "taskDefinition": "${task.arn}", "desiredCount": 0, "launchType": "FARGATE",
		"deploymentController": values{"type": "CODE_DEPLOY"},
		"networkConfiguration": values{"subnets": list("${subnet-a.id}"), "securityGroups": list("${group.id}")},
		"loadBalancers":        list(values{"targetGroupArn": "${blue.arn}", "containerName": "web", "containerPort": 80})}
	tk := func(family string, more values) values { return over(over(task, values{"family": family}), more) }
	svc := func(name string, more values) values { return over(over(run, values{"name": name}), more) }
	scaled := values{"serviceNamespace": "ecs", "resourceId": "service/${cluster.name}/${service.name}",
		"scalableDimension": "ecs:service:DesiredCount", "minCapacity": 1, "maxCapacity": 4}
	scale := func(service string) values {
		return over(scaled, values{"resourceId": "service/${cluster.name}/${" + service + ".name}"})
	}
	tracking := func(target int) values {
		return values{"targetValue": target, "predefinedMetricSpecification": values{"predefinedMetricType": "ECSServiceAverageCPUUtilization"}}
	}
	follow := values{"policyType": "TargetTrackingScaling", "serviceNamespace": "ecs", "resourceId": "service/${cluster.name}/${service.name}",
		"scalableDimension": "ecs:service:DesiredCount", "targetTrackingScalingPolicyConfiguration": tracking(50)}
	const (
		repository = "ecr/repository:Repository"
		lifecycle  = "ecr/lifecyclePolicy:LifecyclePolicy"
		cluster    = "ecs/cluster:Cluster"
		definition = "ecs/taskDefinition:TaskDefinition"
		service_   = "ecs/service:Service"
		target     = "appautoscaling/target:Target"
		policy     = "appautoscaling/policy:Policy"
	)
	return service{
		fixtures: []fixture{
			{"repository", repository, values{"name": "fixture"}},
			{"repository-two", repository, values{"name": "fixture-two"}},
			{"cluster", cluster, values{"name": "fixture"}},
			{"cluster-two", cluster, values{"name": "fixture-two"}},
			{"task", definition, task},
			{"service", service_, svc("fixture", nil)},
			{"service-two", service_, svc("fixture-two", nil)},
			{"service-three", service_, svc("fixture-three", nil)},
			{"service-four", service_, svc("fixture-four", nil)},
			{"service-five", service_, svc("fixture-five", nil)},
			{"scalable", target, scaled},
		},
		edits: []edit{
			{"repository-mutability", repository, values{"name": "dogs/mutability"}, values{"imageTagMutability": "IMMUTABLE"}},
			{"repository-scan", repository, values{"name": "dogs/scan"}, values{"imageScanningConfiguration": values{"scanOnPush": true}}},
			{"repository-name", repository, values{"name": "dogs/before"}, values{"name": "dogs/after"}},
			{"repository-encryption", repository, values{"name": "dogs/encryption"},
				values{"encryptionConfigurations": list(values{"encryptionType": "KMS"})}},
			{"repository-tags", repository, values{"name": "dogs/tags"}, tags},
			{"repository-force", repository, values{"name": "dogs/force"}, values{"forceDelete": true}},
			{"keep-count", lifecycle, values{"repository": "${repository.name}", "policy": keep(3)}, values{"policy": keep(5)}},
			{"keep-repository", lifecycle, values{"repository": "${repository-two.name}", "policy": keep(3)}, values{"repository": "${repository.name}"}},
			{"cluster-insights", cluster, values{"name": "insights"}, values{"settings": list(values{"name": "containerInsights", "value": "enabled"})}},
			{"cluster-name", cluster, values{"name": "before"}, values{"name": "after"}},
			{"task-cpu", definition, tk("cpu", nil), values{"cpu": "512", "memory": "1024"}},
			{"task-image", definition, tk("image", nil), values{"containerDefinitions": container("public.ecr.aws/nginx/nginx:1.27")}},
			{"task-respelt", definition, tk("respelt", nil), values{"containerDefinitions": spaced(container("public.ecr.aws/nginx/nginx:latest"))}},
			{"task-family", definition, tk("before", nil), values{"family": "after"}},
			{"task-tags", definition, tk("tags", nil), tags},
			{"task-architecture", definition, tk("architecture", nil),
				values{"runtimePlatform": values{"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}}},
			{"task-role-given", definition, tk("role", nil), values{"taskRoleArn": "${task-role-two.arn}"}},
			{"service-name", service_, svc("before", nil), values{"name": "after"}},
			{"service-cluster", service_, svc("cluster", nil), values{"cluster": "${cluster-two.arn}"}},
			{"service-count", service_, svc("count", nil), values{"desiredCount": 1}},
			{"service-exec", service_, svc("exec", nil), values{"enableExecuteCommand": true}},
			{"service-launch", service_, svc("launch", nil), values{"launchType": "EC2"}},
			{"service-controller", service_, svc("controller", nil), values{"deploymentController": values{"type": "ECS"}}},
			{"service-tags", service_, svc("tags", nil), tags},
			{"scale-max", target, scale("service-two"), values{"maxCapacity": 6}},
			{"scale-service", target, scale("service-three"), values{"resourceId": "service/${cluster.name}/${service-four.name}"}},
			{"follow-target", policy, follow, values{"targetTrackingScalingPolicyConfiguration": tracking(70)}},
			{"follow-name", policy, over(follow, values{"name": "before"}), values{"name": "after"}},
		},
		wrongs: []wrong{
			{"repository-upper", repository, values{"name": "Dogs"}},
			{"repository-short", repository, values{"name": "d"}},
			{"repository-mutability-no", repository, values{"name": "dogs/no", "imageTagMutability": "SOMETIMES"}},
			{"repository-taken", repository, values{"name": "fixture"}},
			{"repository-encryption-no", repository, values{"name": "dogs/no", "encryptionConfigurations": list(values{"encryptionType": "ROT13"})}},
			{"keep-no-json", lifecycle, values{"repository": "${repository.name}", "policy": "keep all"}},
			{"keep-lost", lifecycle, values{"repository": "lost", "policy": keep(1)}},
			{"cluster-name-no", cluster, values{"name": "my cluster"}},
			{"cluster-long", cluster, values{"name": text(256)}},
			{"cluster-setting", cluster, values{"name": "setting", "settings": list(values{"name": "insights", "value": "enabled"})}},
			{"task-no-json", definition, tk("wrong", values{"containerDefinitions": "web"})},
			{"task-no-containers", definition, over(task, values{"containerDefinitions": none{}})},
			{"task-family-no", definition, tk("my family", nil)},
			{"task-network-no", definition, tk("wrong", values{"networkMode": "overlay"})},
			{"task-compatibility-no", definition, tk("wrong", values{"requiresCompatibilities": list("LAMBDA")})},
			{"task-cpu-memory", definition, tk("wrong", values{"cpu": "256", "memory": "8192"})},
			{"task-no-cpu", definition, tk("wrong", values{"cpu": none{}, "memory": none{}})},
			{"task-role-no", definition, tk("wrong", values{"taskRoleArn": "task-role"})},
			{"task-architecture-no", definition, tk("wrong", values{"runtimePlatform": values{"cpuArchitecture": "SPARC"}})},
			{"task-storage", definition, tk("wrong", values{"ephemeralStorage": values{"sizeInGib": 20}})},
			{"service-cluster-lost", service_, svc("wrong", values{"cluster": "arn:aws:ecs:us-east-2:123456789012:cluster/lost"})},
			{"service-task-lost", service_, svc("wrong", values{"taskDefinition": "lost:1"})},
			{"service-launch-no", service_, svc("wrong", values{"launchType": "LAMBDA"})},
			{"service-controller-no", service_, svc("wrong", values{"deploymentController": values{"type": "CODEDEPLOY"}})},
			{"service-no-name-chars", service_, svc("my service", nil)},
			{"service-count-negative", service_, svc("wrong", values{"desiredCount": -1})},
			{"service-port", service_, svc("wrong", values{
				"loadBalancers": list(values{"targetGroupArn": "${blue.arn}", "containerName": "web", "containerPort": 70000})})},
			{"service-no-subnets", service_, svc("wrong", values{"networkConfiguration": values{"securityGroups": list("${group.id}")}})},
			{"service-propagate", service_, svc("wrong", values{"propagateTags": "EVERYTHING"})},
			{"scale-namespace", target, over(scaled, values{"serviceNamespace": "fargate"})},
			{"scale-no-max", target, over(scaled, values{"maxCapacity": none{}})},
			{"scale-lost", target, over(scaled, values{"resourceId": "service/fixture/lost"})},
			{"follow-type", policy, over(follow, values{"policyType": "Tracking"})},
			{"follow-metric", policy, over(follow, values{"targetTrackingScalingPolicyConfiguration": values{"targetValue": 50,
				"predefinedMetricSpecification": values{"predefinedMetricType": "ECSServiceAverageHappiness"}}})},
			{"follow-name-long", policy, over(follow, values{"name": text(256)})},
		},
	}
}
