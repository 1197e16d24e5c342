package reality

import "fmt"

// identity are roles and their policies, secrets and parameters.
func identity() service {
	tags := values{"tags": values{"team": "dogs"}}
	policy := func(action string) string {
		return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":%q,"Resource":"*"}]}`, action)
	}
	respelt := "{\n  \"Statement\": [{\"Resource\": \"*\", \"Action\": [\"s3:GetObject\"], \"Effect\": \"Allow\"}],\n  \"Version\": \"2012-10-17\"\n}"
	role := values{"assumeRolePolicy": trust("ecs-tasks.amazonaws.com")}
	return service{
		fixtures: []fixture{
			{"task-role", "iam/role:Role", role},
			{"task-role-two", "iam/role:Role", role},
			{"build-role", "iam/role:Role", values{"assumeRolePolicy": trust("codebuild.amazonaws.com")}},
			{"deploy-role", "iam/role:Role", values{"assumeRolePolicy": trust("codedeploy.amazonaws.com")}},
			{"pipeline-role", "iam/role:Role", values{"assumeRolePolicy": trust("codepipeline.amazonaws.com")}},
			{"events-role", "iam/role:Role", values{"assumeRolePolicy": trust("events.amazonaws.com")}},
			{"secret", "secretsmanager/secret:Secret", values{"name": "fixture", "recoveryWindowInDays": 0}},
			{"secret-two", "secretsmanager/secret:Secret", values{"name": "fixture-two", "recoveryWindowInDays": 0}},
		},
		edits: []edit{
			{"role-trust", "iam/role:Role", role, values{"assumeRolePolicy": trust("codebuild.amazonaws.com")}},
			{"role-trust-respelt", "iam/role:Role", role, values{"assumeRolePolicy": spaced(trust("ecs-tasks.amazonaws.com"))}},
			{"role-name", "iam/role:Role", over(role, values{"name": "before"}), values{"name": "after"}},
			{"role-path", "iam/role:Role", role, values{"path": "/dogs/"}},
			{"role-session", "iam/role:Role", role, values{"maxSessionDuration": 7200}},
			{"role-description", "iam/role:Role", over(role, values{"description": "before"}), values{"description": "after"}},
			{"role-tags", "iam/role:Role", over(role, tags), values{"tags": values{"team": "cats"}}},
			{"policy-text", "iam/rolePolicy:RolePolicy", values{"role": "${task-role.name}", "policy": policy("s3:GetObject")},
				values{"policy": policy("s3:PutObject")}},
			{"policy-respelt", "iam/rolePolicy:RolePolicy", values{"role": "${task-role.name}", "policy": policy("s3:GetObject")},
				values{"policy": respelt}},
			{"policy-name", "iam/rolePolicy:RolePolicy", values{"role": "${task-role.name}", "name": "before", "policy": policy("s3:GetObject")},
				values{"name": "after"}},
			{"policy-role", "iam/rolePolicy:RolePolicy", values{"role": "${task-role.name}", "policy": policy("s3:GetObject")},
				values{"role": "${task-role-two.name}"}},
			{"secret-description", "secretsmanager/secret:Secret", values{"name": "described", "recoveryWindowInDays": 0}, values{"description": "dogs"}},
			{"secret-name", "secretsmanager/secret:Secret", values{"name": "before", "recoveryWindowInDays": 0}, values{"name": "after"}},
			{"secret-window", "secretsmanager/secret:Secret", values{"name": "window", "recoveryWindowInDays": 0}, values{"recoveryWindowInDays": 7}},
			{"version-text", "secretsmanager/secretVersion:SecretVersion", values{"secretId": "${secret.id}", "secretString": "one"},
				values{"secretString": "two"}},
			{"version-secret", "secretsmanager/secretVersion:SecretVersion", values{"secretId": "${secret-two.id}", "secretString": "one"},
				values{"secretId": "${secret.id}"}},
			{"parameter-value", "ssm/parameter:Parameter", values{"name": "/dogs/value", "type": "String", "value": "one"}, values{"value": "two"}},
			{"parameter-type", "ssm/parameter:Parameter", values{"name": "/dogs/type", "type": "String", "value": "one"}, values{"type": "SecureString"}},
			{"parameter-name", "ssm/parameter:Parameter", values{"name": "/dogs/before", "type": "String", "value": "one"}, values{"name": "/dogs/after"}},
			{"parameter-described", "ssm/parameter:Parameter", values{"name": "/dogs/described", "type": "String", "value": "one"},
				values{"description": "dogs"}},
			{"parameter-list", "ssm/parameter:Parameter", values{"name": "/dogs/list", "type": "StringList", "value": "a,b"}, values{"type": "String"}},
		},
		wrongs: []wrong{
			{"role-no-trust", "iam/role:Role", values{"description": "nobody may assume it"}},
			{"role-trust-text", "iam/role:Role", values{"assumeRolePolicy": "ecs-tasks.amazonaws.com"}},
			{"role-name-long", "iam/role:Role", over(role, values{"name": text(65)})},
			{"role-name-space", "iam/role:Role", over(role, values{"name": "my role"})},
			{"role-session-long", "iam/role:Role", over(role, values{"maxSessionDuration": 50000})},
			{"role-session-short", "iam/role:Role", over(role, values{"maxSessionDuration": 900})},
			{"role-path-no", "iam/role:Role", over(role, values{"path": "dogs"})},
			{"role-description-long", "iam/role:Role", over(role, values{"description": text(1001)})},
			{"policy-not-json", "iam/rolePolicy:RolePolicy", values{"role": "${task-role.name}", "policy": "allow all"}},
			{"policy-no-role", "iam/rolePolicy:RolePolicy", values{"policy": policy("s3:GetObject")}},
			{"policy-lost-role", "iam/rolePolicy:RolePolicy", values{"role": "lost", "policy": policy("s3:GetObject")}},
			{"policy-no-effect", "iam/rolePolicy:RolePolicy", values{"role": "${task-role.name}",
				"policy": `{"Version":"2012-10-17","Statement":[{"Action":"s3:GetObject","Resource":"*"}]}`}},
			{"policy-effect-no", "iam/rolePolicy:RolePolicy", values{"role": "${task-role.name}",
				"policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Permit","Action":"s3:GetObject","Resource":"*"}]}`}},
			{"policy-no-resource", "iam/rolePolicy:RolePolicy", values{"role": "${task-role.name}",
				"policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject"}]}`}},
			{"policy-name-long", "iam/rolePolicy:RolePolicy", values{"role": "${task-role.name}", "name": text(129), "policy": policy("s3:GetObject")}},
			{"secret-taken", "secretsmanager/secret:Secret", values{"name": "fixture", "recoveryWindowInDays": 0}},
			{"secret-name-no", "secretsmanager/secret:Secret", values{"name": "my secret!", "recoveryWindowInDays": 0}},
			{"secret-window-no", "secretsmanager/secret:Secret", values{"name": "window-no", "recoveryWindowInDays": 3}},
			{"secret-window-long", "secretsmanager/secret:Secret", values{"name": "window-long", "recoveryWindowInDays": 31}},
			{"secret-policy-no", "secretsmanager/secret:Secret", values{"name": "policy-no", "recoveryWindowInDays": 0, "policy": "allow"}},
			{"version-two", "secretsmanager/secretVersion:SecretVersion",
				values{"secretId": "${secret.id}", "secretString": "one", "secretBinary": "b25l"}},
			{"version-lost", "secretsmanager/secretVersion:SecretVersion",
				values{"secretId": "arn:aws:secretsmanager:us-east-2:123456789012:secret:lost-AbCdEf", "secretString": "one"}},
			{"parameter-type-no", "ssm/parameter:Parameter", values{"name": "/dogs/no", "type": "Text", "value": "one"}},
			{"parameter-no-value", "ssm/parameter:Parameter", values{"name": "/dogs/no", "type": "String"}},
			{"parameter-taken-word", "ssm/parameter:Parameter", values{"name": "/aws/dogs", "type": "String", "value": "one"}},
			{"parameter-name-long", "ssm/parameter:Parameter", values{"name": "/" + text(2048), "type": "String", "value": "one"}},
			{"parameter-tier", "ssm/parameter:Parameter", values{"name": "/dogs/no", "type": "String", "value": "one", "tier": "Premium"}},
		},
	}
}
