package awscli

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// expectation is what a command line prints, a part of what it says on the standard error, and what it asks for.
type expectation struct {
	line, stdout, stderr string
	code                 int
	asked                []string
}

func check(t *testing.T, tests map[string]expectation, records ...*drydock.Record) {
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, records...)
			stdout, stderr, code := b.run(tt.line)
			assert.Equal(t, tt.code, code, stderr)
			assert.Equal(t, tt.stdout, stdout)
			assert.Contains(t, stderr, tt.stderr)
			assert.Equal(t, tt.asked, b.asked())
		})
	}
}

func TestSecrets(t *testing.T) {
	const arn, key = "arn:aws:secretsmanager:us-east-2:123456789012:secret:app/token", "arn:aws:kms:us-east-2:123456789012:key/k1"
	const get = "aws secretsmanager get-secret-value --query SecretString --output text --secret-id "
	asked := []string{"secretsmanager:GetSecretValue " + arn + "-AbCdEf"}
	keyed := strings.Replace(arn, "app/token", "keyed-QwErTy", 1)
	check(t, map[string]expectation{
		"by name":        {line: get + "app/token", stdout: "{\"TOKEN\":\"one\"}\n", asked: asked},
		"by ARN":         {line: get + arn + "-AbCdEf", stdout: "{\"TOKEN\":\"one\"}\n", asked: asked},
		"by partial ARN": {line: get + arn, stdout: "{\"TOKEN\":\"one\"}\n", asked: asked},
		"whole answer": {line: "aws secretsmanager get-secret-value --secret-id app/token", asked: asked, stdout: `{
    "ARN": "` + arn + `-AbCdEf",
    "Name": "app/token",
    "VersionId": "v1",
    "SecretString": "{\"TOKEN\":\"one\"}",
    "VersionStages": [
        "AWSCURRENT"
    ]
}
`},
		"no such secret": {line: get + "none", code: 254,
			stderr: "An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: Secrets Manager can't find the specified secret."},
		"other region": {line: get + "app/token --region us-west-2", code: 254, stderr: "(ResourceNotFoundException)"},
		"no such stage": {line: get + "app/token --version-stage AWSPREVIOUS", code: 254, asked: asked,
			stderr: "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS"},
		"without a value": {line: get + "bare", code: 254, asked: []string{"secretsmanager:GetSecretValue " + strings.Replace(arn, "app/token", "bare-QwErTy", 1)},
			stderr: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"},
		"customer's key": {line: get + "keyed", stdout: "k\n", asked: []string{"secretsmanager:GetSecretValue " + keyed, "kms:Decrypt " + key}},
		"description":    {line: "aws secretsmanager describe-secret --secret-id app/token --query Description --output text", stdout: "A token\n", asked: []string{"secretsmanager:DescribeSecret " + arn + "-AbCdEf"}},
	},
		record(secretType, "bare", m{"name": "bare"}, m{"arn": strings.Replace(arn, "app/token", "bare-QwErTy", 1), "name": "bare"}),
		record(secretType, "keyed", m{"name": "keyed", "kmsKeyId": key}, m{"arn": keyed, "name": "keyed"}),
		record(secretVersionType, "keyed|v1", m{"secretId": keyed, "secretString": "k"}, m{"versionId": "v1"}))
}

func TestSecretKeyDenied(t *testing.T) {
	const arn = "arn:aws:secretsmanager:us-east-2:123456789012:secret:keyed-QwErTy"
	b := newBench(t, record(secretType, arn, m{"name": "keyed", "kmsKeyId": "k1"}, m{"arn": arn, "name": "keyed"}),
		record(secretVersionType, "v", m{"secretId": arn, "secretString": "k"}, nil))
	b.deny["kms:Decrypt"] = true
	stdout, stderr, code := b.run("aws secretsmanager get-secret-value --secret-id keyed")
	assert.Equal(t, []any{254, ""}, []any{code, stdout})
	assert.Equal(t, "\nAn error occurred (AccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed\n", stderr)
	require.Len(t, b.calls, 2)
	assert.Equal(t, []string{arn}, b.calls[1].Context["kms:EncryptionContext:SecretARN"])
}

func TestParameters(t *testing.T) {
	const arn = "arn:aws:ssm:us-east-2:123456789012:parameter/app/"
	parameter := func(name, kind string) *drydock.Record {
		return record(parameterType, name, m{"name": name, "type": kind, "keyId": "k1"}, m{"arn": "arn:aws:ssm:us-east-2:123456789012:parameter" + name, "value": "v" + name, "version": 2.0})
	}
	check(t, map[string]expectation{
		"value":          {line: "aws ssm get-parameter --name /app/a --query Parameter.[Value,Version] --output text", stdout: "v/app/a\t2\n", asked: []string{"ssm:GetParameter " + arn + "a"}},
		"no such":        {line: "aws ssm get-parameter --name /app/x", code: 254, stderr: "\nAn error occurred (ParameterNotFound) when calling the GetParameter operation: \n", asked: []string{"ssm:GetParameter " + arn + "x"}},
		"secret":         {line: "aws ssm get-parameter --name /app/s --with-decryption --query Parameter.Value --output text", stdout: "v/app/s\n", asked: []string{"ssm:GetParameter " + arn + "s", "kms:Decrypt arn:aws:kms:us-east-2:123456789012:key/k1"}},
		"some":           {line: "aws ssm get-parameters --names /app/a /app/x --query '[Parameters[].Name,InvalidParameters]' --output text", stdout: "/app/a\n/app/x\n", asked: []string{"ssm:GetParameters " + arn + "a", "ssm:GetParameters " + arn + "x"}},
		"path":           {line: "aws ssm get-parameters-by-path --path /app --query 'Parameters[].Name' --output text", stdout: "/app/a\t/app/s\n", asked: []string{"ssm:GetParametersByPath arn:aws:ssm:us-east-2:123456789012:parameter/app"}},
		"path and below": {line: "aws ssm get-parameters-by-path --path /app/ --recursive --query 'Parameters[].Name' --output text", stdout: "/app/a\t/app/deep/d\t/app/s\n", asked: []string{"ssm:GetParametersByPath arn:aws:ssm:us-east-2:123456789012:parameter/app"}},
		"put existing":   {line: "aws ssm put-parameter --name /app/a --value x --type String", code: 254, stderr: "(ParameterAlreadyExists)", asked: []string{"ssm:PutParameter " + arn + "a"}},
		"put no type":    {line: "aws ssm put-parameter --name /app/n --value x", code: 254, stderr: "A parameter type is required when you create a parameter.", asked: []string{"ssm:PutParameter " + arn + "n"}},
		"wrong type":     {line: "aws ssm put-parameter --name /app/n --value x --type Text", code: 252, stderr: "argument --type: Invalid choice"},
		"overwrite":      {line: "aws ssm put-parameter --name /app/a --value x --overwrite --query Version", stdout: "3\n", asked: []string{"ssm:PutParameter " + arn + "a"}},
	}, parameter("/app/a", "String"), parameter("/app/s", "SecureString"), parameter("/app/deep/d", "String"))
}

func TestPutParameter(t *testing.T) {
	b := newBench(t)
	b.write("value.txt", "from a file\n")
	b.must("aws ssm put-parameter --name /n --type String --value file://value.txt")
	assert.Equal(t, "from a file\n\n", b.must("aws ssm get-parameter --name /n --query Parameter.Value --output text"))
	b.stdin = "-----BEGIN X"
	b.must("aws ssm put-parameter --name /n --overwrite --value file:///dev/stdin")
	assert.Equal(t, "-----BEGIN X\n", b.must("aws ssm get-parameter --name /n --query Parameter.Value --output text"))
	b.must("aws ssm put-parameter --name /n --overwrite --value '-----BEGIN Y'")
	require.NotNil(t, b.world.Find(parameterType, "name", "/n"))
	assert.Equal(t, "-----BEGIN Y", b.world.Find(parameterType, "name", "/n").Attr("value"), "the caller's world has it")
}

// The commands of a pipe run at the same time.
func TestConcurrentCommands(t *testing.T) {
	b := newBench(t)
	tool := Tool(Services{World: b.world, Region: region, Account: account, Role: buildARN, Session: "s"})
	put := []string{"ssm", "put-parameter", "--name", "/n", "--value", "x", "--type", "String", "--overwrite"}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			assert.Equal(t, 0, tool(t.Context(), tools.Command{Args: put, Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard}))
		})
	}
	all.Wait()
	assert.Equal(t, "8\n", b.must("aws ssm get-parameter --name /n --query Parameter.Version"))
}

func TestAssumedRole(t *testing.T) {
	b := newBench(t)
	var answer struct{ Credentials stsCredentials }
	require.NoError(t, json.Unmarshal([]byte(b.must("aws sts assume-role --role-arn arn:aws:iam::123456789012:role/deploy --role-session-name ci --external-id x")), &answer))
	assert.Equal(t, map[string][]string{"sts:RoleSessionName": {"ci"}, "sts:ExternalId": {"x"}}, b.calls[0].Context)
	got := answer.Credentials
	b.env = []string{"AWS_ACCESS_KEY_ID=" + got.AccessKeyId, "AWS_SECRET_ACCESS_KEY=" + got.SecretAccessKey, "AWS_SESSION_TOKEN=" + got.SessionToken}
	assert.Equal(t, "arn:aws:sts::123456789012:assumed-role/deploy/ci\tAROADEPLOY:ci\n", b.must("aws sts get-caller-identity --query '[Arn,UserId]' --output text"))
	b.calls = nil
	b.must("aws ecr get-login-password")
	assert.Equal(t, "arn:aws:iam::123456789012:role/deploy", b.calls[0].Role)

	for name, tt := range map[string]struct {
		env    []string
		stderr string
		code   int
	}{
		"unknown key":  {[]string{"AWS_ACCESS_KEY_ID=AKIA", "AWS_SECRET_ACCESS_KEY=x"}, "(UnrecognizedClientException) when calling the GetCallerIdentity operation: The security token included in the request is invalid.", 254},
		"no token":     {b.env[:2], "(UnrecognizedClientException)", 254},
		"wrong secret": {[]string{b.env[0], b.env[2], "AWS_SECRET_ACCESS_KEY=x"}, "(InvalidSignatureException)", 254},
		"no secret":    {b.env[:1], "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY", 253},
		"no key":       {b.env[1:2], "Partial credentials found in env, missing: AWS_ACCESS_KEY_ID", 253},
	} {
		b.env = tt.env
		_, stderr, code := b.run("aws sts get-caller-identity")
		assert.Equal(t, tt.code, code, name)
		assert.Contains(t, stderr, tt.stderr, name)
	}
}

func TestAssumeRoleRefused(t *testing.T) {
	const assume, deploy = "aws sts assume-role --role-session-name ci --role-arn ", "arn:aws:iam::123456789012:role/deploy"
	asked := []string{"sts:AssumeRole " + deploy}
	check(t, map[string]expectation{
		"no such role": {line: assume + deploy + "2", code: 254, asked: []string{"sts:AssumeRole " + deploy + "2"},
			stderr: "(AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::123456789012:assumed-role/build/build-1 is not authorized to perform: sts:AssumeRole on resource: " + deploy + "2\n"},
		"no ARN":        {line: assume + "deploy", code: 254, stderr: "(ValidationError) when calling the AssumeRole operation: deploy is invalid"},
		"too long":      {line: assume + deploy + " --duration-seconds 7200", code: 254, asked: asked, stderr: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		"role chaining": {line: assume + deploy + "-long --duration-seconds 7200", code: 254, asked: []string{"sts:AssumeRole " + deploy + "-long"}, stderr: "exceeds the 1 hour session limit for roles assumed by role chaining."},
		"too short":     {line: assume + deploy + " --duration-seconds 60", code: 254, asked: asked, stderr: "Member must have value greater than or equal to 900"},
	}, record("aws:iam/role:Role", "long", m{"maxSessionDuration": 43200.0}, m{"arn": deploy + "-long"}))
}

func TestContainerService(t *testing.T) {
	const ecs = "arn:aws:ecs:us-east-2:123456789012:"
	definition := func(revision float64) *drydock.Record {
		return record("aws:ecs/taskDefinition:TaskDefinition", "app", m{"family": "app", "containerDefinitions": `[{"name":"api","image":"x"}]`, "cpu": "256"},
			m{"arn": ecs + "task-definition/app:" + map[float64]string{1: "1", 2: "2"}[revision], "revision": revision})
	}
	check(t, map[string]expectation{
		"service": {line: "aws ecs describe-services --cluster app --services app none --query '[services[].[serviceName,desiredCount],failures[].reason]' --output text", stdout: "app\t2\nMISSING\n",
			asked: []string{"ecs:DescribeServices " + ecs + "service/app/app", "ecs:DescribeServices " + ecs + "service/app/none"}},
		"no cluster":     {line: "aws ecs describe-services --cluster x --services app", code: 254, stderr: "(ClusterNotFoundException) when calling the DescribeServices operation: Cluster not found."},
		"latest":         {line: "aws ecs describe-task-definition --task-definition app --query 'taskDefinition.[revision,containerDefinitions[0].name]' --output text", stdout: "2\tapi\n", asked: []string{"ecs:DescribeTaskDefinition *"}},
		"revision":       {line: "aws ecs describe-task-definition --task-definition app:1 --query taskDefinition.revision", stdout: "1\n", asked: []string{"ecs:DescribeTaskDefinition *"}},
		"no such family": {line: "aws ecs describe-task-definition --task-definition x", code: 254, stderr: "(ClientException) when calling the DescribeTaskDefinition operation: Unable to describe task definition.", asked: []string{"ecs:DescribeTaskDefinition *"}},
		"tasks":          {line: "aws ecs list-tasks --cluster app --query 'length(taskArns)'", stdout: "0\n", asked: []string{"ecs:ListTasks " + ecs + "container-instance/app/*"}},
	}, definition(1), definition(2),
		record("aws:ecs/cluster:Cluster", "app", m{"name": "app"}, m{"arn": ecs + "cluster/app"}),
		record("aws:ecs/service:Service", ecs+"service/app/app", m{"name": "app", "desiredCount": 2.0}, nil))
}

func TestPipelines(t *testing.T) {
	const arn = "arn:aws:codepipeline:us-east-2:123456789012:other"
	pipeline := record(pipelineType, "other", m{"name": "other", "stages": []any{m{"name": "Source"}, m{"name": "Deploy"}}}, m{"arn": arn})
	check(t, map[string]expectation{
		"state":   {line: "aws codepipeline get-pipeline-state --name other --query 'stageStates[].stageName' --output text", stdout: "Source\tDeploy\n", asked: []string{"codepipeline:GetPipelineState " + arn}},
		"start":   {line: "aws codepipeline start-pipeline-execution --name other", code: 252, stderr: "does not simulate `aws codepipeline start-pipeline-execution`", asked: []string{"codepipeline:StartPipelineExecution " + arn}},
		"no such": {line: "aws codepipeline start-pipeline-execution --name x", code: 254, stderr: "Account '123456789012' does not have a pipeline with name 'x'", asked: []string{"codepipeline:StartPipelineExecution arn:aws:codepipeline:us-east-2:123456789012:x"}},
	}, pipeline)

	b := newBench(t, pipeline)
	b.tool = Tool(Services{World: b.world, Region: region, Account: account, Role: buildARN, Session: "s",
		Start: func(_ context.Context, name string) (string, error) { return "run-of-" + name, nil }})
	assert.Equal(t, "run-of-other\n", b.must("aws codepipeline start-pipeline-execution --name other --query pipelineExecutionId --output text"))
}

func TestKubernetes(t *testing.T) {
	const arn = "arn:aws:eks:us-east-2:123456789012:cluster/work"
	b := newBench(t, record(clusterType, "work", m{"name": "work", "version": "1.33"},
		m{"arn": arn, "endpoint": "https://eks.example", "certificateAuthority": m{"data": "Q0E="}}))
	b.env = []string{"HOME=" + b.dir}
	assert.Equal(t, "https://eks.example\n", b.must("aws eks describe-cluster --name work --query cluster.endpoint --output text"))
	assert.Equal(t, []string{"eks:DescribeCluster " + arn}, b.asked())
	assert.Equal(t, "Added new context "+arn+" to "+b.dir+"/.kube/config\n", b.must("aws eks update-kubeconfig --name work"))
	assert.Equal(t, "Updated context "+arn+" in "+b.dir+"/.kube/config\n", b.must("aws eks update-kubeconfig --name work"))
	assert.Equal(t, "Added new context w to "+b.dir+"/.kube/config\n", b.must("aws eks update-kubeconfig --name work --alias w"))
	var config struct {
		Current  string `yaml:"current-context"`
		Clusters []struct{ Cluster struct{ Server string } }
		Contexts []struct{ Name string }
		Users    []struct {
			User struct{ Exec struct{ Args []string } }
		}
	}
	require.NoError(t, yaml.Unmarshal([]byte(b.read(".kube/config")), &config))
	assert.Equal(t, "w", config.Current)
	require.Len(t, config.Contexts, 2)
	require.Len(t, config.Clusters, 1)
	assert.Equal(t, "https://eks.example", config.Clusters[0].Cluster.Server)
	assert.Equal(t, "--region us-east-2 eks get-token --cluster-name work --output json", strings.Join(config.Users[0].User.Exec.Args, " "))

	b.calls = nil
	assert.Regexp(t, `^k8s-aws-v1\.[\w-]+\n$`, b.must("aws eks get-token --cluster-name work --role-arn arn:aws:iam::123456789012:role/deploy --query status.token --output text"))
	assert.Equal(t, []string{"sts:AssumeRole arn:aws:iam::123456789012:role/deploy"}, b.asked())
	_, stderr, code := b.run("aws eks describe-cluster --name none")
	assert.Equal(t, 254, code)
	assert.Contains(t, stderr, "(ResourceNotFoundException) when calling the DescribeCluster operation: No cluster found for name: none.")
}

func TestPartitions(t *testing.T) {
	for region, want := range map[string]string{"cn-north-1": "arn:aws-cn:ecr:cn-north-1:", "us-gov-west-1": "arn:aws-us-gov:ecr:us-gov-west-1:"} {
		b := newBench(t)
		_, _, code := b.run("aws ecr describe-images --repository-name api --region " + region)
		assert.Equal(t, 254, code)
		assert.Equal(t, []string{"ecr:DescribeImages " + want + account + ":repository/api"}, b.asked())
	}
}

func TestCancelled(t *testing.T) {
	b := newBench(t)
	b.write("a", "a")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	code := b.tool(ctx, tools.Command{Args: []string{"s3", "cp", "a", "s3://site"}, Dir: b.dir, Stdin: strings.NewReader(""), Stdout: t.Output(), Stderr: t.Output()})
	assert.Equal(t, 130, code)
	assert.Empty(t, b.calls)
}
