package staged

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWrongArguments(t *testing.T) {
	environment := func(change func(e *Environment)) func(*PipelineArgs) {
		return func(a *PipelineArgs) { change(&a.Environments[0]) }
	}
	statement := func(s Statement) func(*PipelineArgs) {
		return func(a *PipelineArgs) { a.Statements = []Statement{s} }
	}
	all := []pulumi.StringInput{pulumi.String("*")}
	for name, c := range map[string]struct {
		spoil func(*PipelineArgs)
		want  string
	}{
		"project":             {func(a *PipelineArgs) { a.Project = "Site" }, `project: "Site" is not valid: give 2 to 24`},
		"provider":            {func(a *PipelineArgs) { a.Source.Provider = "SVN" }, `source.provider: "SVN" is not known: give one of CodeCommit, GitHub, GitLab, Bitbucket`},
		"no repository":       {func(a *PipelineArgs) { a.Source.Repository = "" }, `source.repository: "" is not valid`},
		"owner in CodeCommit": {func(a *PipelineArgs) { a.Source.Repository = "acme/site" }, `"acme/site" is not valid: give the name of a repository of CodeCommit`},
		".git":                {func(a *PipelineArgs) { a.Source.Repository = "site.git" }, `source.repository: "site.git" ends in .git: give "site"`},
		"no owner":            {func(a *PipelineArgs) { a.Source = Source{Provider: GitHub, Repository: "site"} }, `source.repository: "site" is not valid: give "owner/name"`},
		"branch":              {func(a *PipelineArgs) { a.Source.Branch = "refs/heads/main" }, `source.branch: "refs/heads/main" is a full reference: give "main"`},
		"paths in CodeCommit": {func(a *PipelineArgs) { a.Source.FilePaths = []string{"a"} }, "source.filePaths: given, or ignoreFilePaths, but CodeCommit's events"},
		"absolute path": {func(a *PipelineArgs) {
			a.Source = Source{Provider: GitHub, Repository: "a/b", FilePaths: []string{"/a"}}
		}, `source.filePaths[0]: "/a" is not valid`},
		"connection to CodeCommit": {func(a *PipelineArgs) {
			a.Source = Source{Provider: CodeCommit, Repository: "site", ConnectionArn: pulumi.String("arn")}
		}, "source.connectionArn: given, but CodeCommit needs no connection"},
		"new repository elsewhere": {func(a *PipelineArgs) {
			a.Source = Source{Provider: GitHub, Repository: "a/b", NewRepository: true}
		}, "source.newRepository: true, but only a repository of CodeCommit can be made"},
		"environment's name":     {environment(func(e *Environment) { e.Name = "Staging" }), `environments[0].name: "Staging" is not valid`},
		"environment build":      {environment(func(e *Environment) { e.Name = "build" }), `environments[0].name: "build" names another part of the pipeline`},
		"equal environments":     {environment(func(e *Environment) { e.Name = "production" }), `environments[1].name: "production" is also the name of environments[0]`},
		"too many environments":  {func(a *PipelineArgs) { a.Environments = make([]Environment, 25) }, "environments: 25 are too many"},
		"own variable":           {environment(func(e *Environment) { e.Variables = map[string]pulumi.StringInput{"ENVIRONMENT": pulumi.String("x")} }), `environments[0].variables["ENVIRONMENT"]: is given by the component`},
		"variable's name":        {environment(func(e *Environment) { e.Variables = map[string]pulumi.StringInput{"a-b": pulumi.String("x")} }), `environments[0].variables["a-b"]: "a-b" is not valid`},
		"CodeBuild's variable":   {environment(func(e *Environment) { e.Variables = map[string]pulumi.StringInput{"CODEBUILD_X": pulumi.String("x")} }), "names that begin with CODEBUILD_ are CodeBuild's own"},
		"variable without value": {environment(func(e *Environment) { e.Variables = map[string]pulumi.StringInput{"A": nil} }), `environments[0].variables["A"]: missing: give a value`},
		"build's variable":       {func(a *PipelineArgs) { a.Build.Variables = map[string]pulumi.StringInput{"BUCKET": pulumi.String("x")} }, `build.variables["BUCKET"]: is given by the component`},
		"spec outside":           {func(a *PipelineArgs) { a.Deploy.Spec = "../deployspec.yml" }, `deploy.spec: "../deployspec.yml" is outside the repository`},
		"image":                  {func(a *PipelineArgs) { a.Deploy.Image = "node 22" }, `deploy.image: "node 22" is not valid`},
		"compute type":           {func(a *PipelineArgs) { a.Deploy.ComputeType = "small" }, `deploy.computeType: "small" is not known`},
		"timeout":                {func(a *PipelineArgs) { a.Build.TimeoutMinutes = 1 }, "build.timeoutMinutes: 1 is out of range: give 5 to 2160 minutes"},
		"architecture":           {func(a *PipelineArgs) { a.Build.Architecture = "arm" }, `build.architecture: "arm" is not known`},
		"retention":              {func(a *PipelineArgs) { a.LogRetentionDays = 31 }, "logRetentionDays: 31 is no period of CloudWatch Logs"},
		"email":                  {func(a *PipelineArgs) { a.Approval.Emails = []string{"team"} }, `approval.emails[0]: "team" is not valid`},
		"email twice":            {func(a *PipelineArgs) { a.Approval.Emails = []string{"a@b.c", "a@b.c"} }, `approval.emails[1]: "a@b.c" is given twice`},
		"emails of a topic":      {func(a *PipelineArgs) { a.Approval.TopicArn = pulumi.String("arn") }, "approval.emails: 1 given, but topicArn is too"},
		"approval of nothing":    {func(a *PipelineArgs) { a.Environments[1].Approval = false }, "approval: given, but no environment has approval: true"},
		"comment":                {func(a *PipelineArgs) { a.Approval.Comment = strings.Repeat("x", 701) }, "approval.comment: 701 characters are too many"},
		"url":                    {func(a *PipelineArgs) { a.Approval.URL = "staging.example.com" }, `approval.url: "staging.example.com" is not valid`},
		"tag":                    {func(a *PipelineArgs) { a.Tags = map[string]string{"aws:x": ""} }, `tags["aws:x"]: keys beginning with aws: are reserved`},
		"statement without sid":  {statement(Statement{Actions: []string{"s3:GetObject"}, Resources: all}), "statements[0].sid: missing"},
		"own sid":                {statement(Statement{Sid: "WriteLogs", Actions: []string{"s3:GetObject"}, Resources: all}), `statements[0].sid: "WriteLogs" is also the sid of the component's own statement`},
		"every action":           {statement(Statement{Sid: "A", Actions: []string{"*"}, Resources: all}), `statements[0].actions: "*" is everything`},
		"no action":              {statement(Statement{Sid: "A", Resources: all}), "statements[0]: inline role policy: statement \"A\": Action: give exactly one"},
		"no resource":            {statement(Statement{Sid: "A", Actions: []string{"s3:GetObject"}}), "statements[0].resources: missing"},
		"resource":               {statement(Statement{Sid: "A", Actions: []string{"s3:GetObject"}, Resources: []pulumi.StringInput{pulumi.String("bucket")}}), `resource "bucket" is neither an ARN`},
		"operator": {statement(Statement{
			Sid: "A", Actions: []string{"s3:GetObject"}, Resources: all,
			Conditions: map[string]map[string][]string{"Equals": {"aws:PrincipalTag/a": {"b"}}},
		}), `"Equals"`},
	} {
		t.Run(name, func(t *testing.T) {
			args := website()
			c.spoil(args)
			_, err := resolve("site", args)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"Site", "", strings.Repeat("s", 39)} {
		args := website()
		args.Project = "site"
		_, err := resolve(name, args)
		assert.ErrorContains(t, err, "name: ", name)
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	_, err := resolve("site", &PipelineArgs{
		Source: Source{Provider: "SVN"}, LogRetentionDays: 2, Environments: []Environment{{Name: "x"}, {Name: "build"}},
	})
	for _, field := range []string{"source.provider:", "source.repository:", "logRetentionDays:", "environments[0].name:", "environments[1].name:"} {
		assert.ErrorContains(t, err, field)
	}
}

func TestSidsOfEnvironmentsMayBeEqualUnlessTheyShareARole(t *testing.T) {
	args := website()
	for i := range args.Environments {
		args.Environments[i].Statements = []Statement{{
			Sid: "Invalidate", Actions: []string{"cloudfront:CreateInvalidation"}, Resources: []pulumi.StringInput{pulumi.String("*")},
		}}
	}
	_, err := resolve("site", args)
	require.NoError(t, err)
	args.SharedRole = true
	_, err = resolve("site", args)
	assert.ErrorContains(t, err, `environments[1].statements[0].sid: "Invalidate" is also the sid of environments[0].statements[0]`)
}

func TestArgumentsAreNotChanged(t *testing.T) {
	args := website()
	_, err := resolve("site", args)
	require.NoError(t, err)
	assert.Equal(t, website(), args)
}
