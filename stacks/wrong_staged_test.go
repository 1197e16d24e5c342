package stacks

// wrongStaged spoil the stack website. components/staged has more of them.
var wrongStaged = []wrong{
	{`project: "Site" is not valid: give 2 to 24`, v("project", "Site")},
	{`source.provider: "SVN" is not known: give one of CodeCommit`, v("source.provider", "SVN")},
	{`source.repository: "acme/site" is not valid: give the name of a repository of CodeCommit`, v("source.repository", "acme/site")},
	{`source.branch: "refs/heads/main" is a full reference`, v("source.branch", "refs/heads/main")},
	{`source.newRepository: true, but only a repository of CodeCommit can be made`, v("source.provider", "GitHub", "source.repository", "a/b")},
	{`source.newRepository: true, but only a repository of CodeCommit can be made`, v("source.newRepository", true, "source.provider", "GitLab", "source.repository", "a/b")},
	{`source.filePaths: given, or ignoreFilePaths, but CodeCommit's events`, v("source.filePaths[0]", "src/**")},
	{`source.ignoreFilePaths[0]: "/a" is not valid`, v("source.newRepository", false, "source.provider", "GitHub", "source.repository", "a/b", "source.ignoreFilePaths[0]", "/a")},
	{`source.connectionArn: "` + notARN + `" is not valid: give the ARN of a connection`, v("source.connectionArn", notARN)},
	{`environments[0].name: "Staging" is not valid`, v("environments[0].name", "Staging")},
	{`environments[1].name: "staging" is also the name of environments[0]`, v("environments[1].name", "staging")},
	{`approval: given, but no environment has approval: true`, v("environments[1].approval", false)},
	{`environments[0].variables["BUCKET"]: is given by the component`, v("environments[0].variables", values{"BUCKET": "x"})},
	{`environments[0].variables["A"]: missing: give a value`, v("environments[0].variables", values{"A": nil})},
	{`environments[0].statements[0].sid: missing`, v("environments[0].statements[0].actions[0]", "s3:GetObject", "environments[0].statements[0].resources[0]", "*")},
	{`environments[0].statements[0].actions: "*" is everything`, statement("sid", "A", "actions", []any{"*"}, "resources", []any{"*"})},
	{`environments[0].statements[0]: inline role policy: statement "A"`, statement("sid", "A", "actions", []any{"s3:GetObject"}, "resources", []any{"bucket"})},
	{`environments[0].statements[0]: inline role policy: statement "A-1"`, statement("sid", "A-1", "actions", []any{"s3:GetObject"}, "resources", []any{"*"})},
	{`environments[0].statements[0]: inline role policy: statement "A": unknown condition operator "Equals"`, statement("sid", "A", "actions", []any{"s3:GetObject"}, "resources", []any{"*"},
		"conditions", values{"Equals": values{"aws:PrincipalTag/a": []any{"b"}}})},
	{`statements[0].sid: "WriteLogs" is also the sid of the component's own statement`, v("statements[0].sid", "WriteLogs")},
	{`statements[0].actions: "*" is everything`, v("statements[0].sid", "A", "statements[0].actions[0]", "*", "statements[0].resources[0]", "*")},
	{`statements[0].resources: missing`, v("statements[0].sid", "A", "statements[0].actions[0]", "s3:GetObject", "statements[0].resources", []any{})},
	{`statements[0]: inline role policy: statement "A": unknown condition operator "Equals"`, v("statements[0].sid", "A", "statements[0].actions[0]", "s3:GetObject", "statements[0].resources[0]", "*",
		"statements[0].conditions", values{"Equals": values{"aws:PrincipalTag/a": []any{"b"}}})},
	{`build.image: "node 22" is not valid`, v("build.image", "node 22")},
	{`build.spec: "../buildspec.yml" is outside the repository`, v("build.spec", "../buildspec.yml")},
	{`build.architecture: "arm" is not known`, v("build.architecture", "arm")},
	{`build.computeType: "small" is not known`, v("build.computeType", "small")},
	{`build.timeoutMinutes: 1 is out of range: give 5 to 2160 minutes`, v("build.timeoutMinutes", 1)},
	{`build.variables["a-b"]: "a-b" is not valid`, v("build.variables", values{"a-b": "x"})},
	{`deploy.image: "node 22" is not valid`, v("deploy.image", "node 22")},
	{`deploy.spec: "." is not a file`, v("deploy.spec", ".")},
	{`deploy.architecture: "arm" is not known`, v("deploy.architecture", "arm")},
	{`deploy.computeType: "small" is not known`, v("deploy.computeType", "small")},
	{`deploy.timeoutMinutes: 2161 is out of range`, v("deploy.timeoutMinutes", 2161)},
	{`deploy.variables["CODEBUILD_X"]: names that begin with CODEBUILD_ are CodeBuild's own`, v("deploy.variables", values{"CODEBUILD_X": "x"})},
	{`environments[1].statements[0].sid: "A" is also the sid of environments[0].statements[0]`, v("sharedRole", true,
		"environments[0].statements[0]", values{"sid": "A", "actions": []any{"s3:GetObject"}, "resources": []any{"*"}},
		"environments[1].statements[0]", values{"sid": "A", "actions": []any{"s3:GetObject"}, "resources": []any{"*"}})},
	{`approval.topicArn: "` + notARN + `" is not valid: give the ARN of an SNS topic`, v("approval.topicArn", notARN)},
	{`approval.emails[0]: "team" is not valid`, v("approval.emails[0]", "team")},
	{`approval.comment: 701 characters are too many`, v("approval.comment", long(701))},
	{`approval.url: "staging.example.com" is not valid`, v("approval.url", "staging.example.com")},
	{`logRetentionDays: 31 is no period of CloudWatch Logs`, v("logRetentionDays", 31)},
	{`artifactKeyArn: "` + notARN + `" is not valid: give the ARN of a KMS key`, v("artifactKeyArn", notARN)},
	{`tags["aws:x"]: keys beginning with aws: are reserved`, v("tags", values{"aws:x": ""})},
}

// statement is an environment's one statement.
func statement(key string, value any, more ...any) values {
	all := values{}
	for k, given := range v(key, value, more...) {
		all["environments[0].statements[0]."+k] = given
	}
	return all
}

var freeStaged = map[string]string{
	"environments[].site.bucketName": "a name, which AWS looks for",
	"buildPerEnvironment":            "a choice",
	"build.privileged":               "a choice",
	"deploy.privileged":              "a choice",
	"disposable":                     "a choice",
}
