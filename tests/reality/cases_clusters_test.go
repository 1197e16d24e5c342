package reality

// clusters are EKS's access entries, and how CodeBuild reads pull requests. An emulator without access entries leaves
// their edits without a judge.
func clusters() service {
	const (
		entry       = "eks/accessEntry:AccessEntry"
		association = "eks/accessPolicyAssociation:AccessPolicyAssociation"
		credential  = "codebuild/sourceCredential:SourceCredential"
		webhook     = "codebuild/webhook:Webhook"
		secret      = "arn:aws:secretsmanager:us-east-2:123456789012:secret:github-a1b2c3"
		connection  = "arn:aws:codeconnections:us-east-2:123456789012:connection/7d2469ff-514a-4e4f-9003-5ca4a43cdc41"
	)
	admit := func(cluster string, more values) values {
		return over(values{"clusterName": cluster, "principalArn": "${build-role.arn}"}, more)
	}
	policy := values{"clusterName": "dogs", "principalArn": "${build-role.arn}", "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
		"accessScope": values{"type": "namespace", "namespaces": list("dogs")}}
	token := func(server string, more values) values {
		return over(values{"serverType": server, "authType": "PERSONAL_ACCESS_TOKEN", "token": "bone"}, more)
	}
	filter := func(kind, pattern string) values { return values{"type": kind, "pattern": pattern} }
	hook := func(filters ...any) values {
		return values{"projectName": "${project-github.name}", "filterGroups": list(values{"filters": list(filters...)})}
	}
	event := filter("EVENT", "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED")
	return service{
		fixtures: []fixture{
			{"project-github", "codebuild/project:Project", values{"name": "fixture-github", "serviceRole": "${build-role.arn}",
				"artifacts":   values{"type": "NO_ARTIFACTS", "packaging": "NONE"},
				"environment": values{"type": "LINUX_CONTAINER", "computeType": "BUILD_GENERAL1_SMALL", "image": "aws/codebuild/amazonlinux2-x86_64-standard:5.0"},
				"source":      values{"type": "GITHUB", "location": "https://github.com/acme/dogs.git", "buildspec": "version: 0.2\n"}}},
		},
		edits: []edit{
			{"entry-groups", entry, admit("groups", nil), values{"kubernetesGroups": list("deployers")}},
			{"entry-user", entry, admit("user", nil), values{"userName": "deployer"}},
			{"entry-cluster", entry, admit("before", nil), values{"clusterName": "after"}},
			{"entry-principal", entry, admit("principal", nil), values{"principalArn": "${pipeline-role.arn}"}},
			{"entry-type", entry, admit("type", nil), values{"type": "EC2_LINUX"}},
			{"entry-tags", entry, admit("tags", nil), values{"tags": values{"team": "dogs"}}},
			{"credential-token", credential, token("BITBUCKET", nil), values{"token": "another"}},
			{"credential-kept", credential, token("GITHUB", values{"authType": "SECRETS_MANAGER", "token": secret}),
				values{"authType": "CODECONNECTIONS", "token": connection}},
			{"hook-filters", webhook, hook(event), hook(event, filter("ACTOR_ACCOUNT_ID", "^(1|2)$"), filter("BASE_REF", "^refs/heads/main$"))},
		},
		wrongs: []wrong{
			{"entry-cluster-no", entry, admit("my cluster", nil)},
			{"entry-cluster-long", entry, admit(text(101), nil)},
			{"entry-no-principal", entry, values{"clusterName": "dogs"}},
			{"entry-principal-no", entry, admit("dogs", values{"principalArn": "build-role"})},
			{"entry-type-no", entry, admit("dogs", values{"type": "NODE"})},
			{"policy-cluster-no", association, over(policy, values{"clusterName": "-dogs"})},
			{"policy-principal-no", association, over(policy, values{"principalArn": "build-role"})},
			{"policy-arn-no", association, over(policy, values{"policyArn": "AmazonEKSEditPolicy"})},
			{"policy-no-scope", association, over(policy, values{"accessScope": none{}})},
			{"policy-no-scope-type", association, over(policy, values{"accessScope": values{"namespaces": list("dogs")}})},
			{"credential-auth-no", credential, token("GITHUB_ENTERPRISE", values{"authType": "SSH"})},
			{"credential-server-no", credential, token("GITEA", nil)},
			{"credential-no-token", credential, values{"serverType": "GITHUB_ENTERPRISE", "authType": "PERSONAL_ACCESS_TOKEN"}},
			{"hook-filter-no", webhook, hook(event, filter("AUTHOR", "1"))},
			{"hook-no-pattern", webhook, hook(values{"type": "EVENT"})},
			{"hook-build-no", webhook, over(hook(event), values{"buildType": "NIGHTLY"})},
		},
	}
}
