package rehearsal

import "strings"

const (
	builds     = "builds"
	containers = "containers"

	buildStart  = "Build / Start"
	buildPhase  = "Build / BUILD"
	findImages  = "Deploy / Images"
	taskSet     = "Deploy / Green task set is created"
	startTasks  = "Deploy / Green tasks start"
	healthy     = "Deploy / Green tasks become healthy"
	installStep = "Build / INSTALL"
)

// failing is a command added to a phase of the repository's own buildspec.
func failing(name, phase, command, at string, says ...string) defect {
	return defect{builds, name, "own", func(s *subject) {
		s.edit(build, phase+":\n    commands:\n", phase+":\n    commands:\n      - "+command+"\n")
	}, nil, false, at, says}
}

// buildDefects are those of what is built, and of how.
var buildDefects = []defect{
	{builds, "a command fails in install", "own", func(s *subject) {
		s.edit(build, "phases:\n", "phases:\n  install:\n    commands:\n      - cat package-lock.json\n")
	}, nil, false, installStep, []string{"cat package-lock.json", "INSTALL", build + ":18"}},
	failing("a command fails in pre_build", "pre_build", "./check.sh --strict", preBuild, "./check.sh --strict", "127", build+":18", "“./check.sh: not found”"),
	failing("a command fails in build", "  build", "'make: 1>&2; exit 3'", buildPhase, build+":", "BUILD"),
	failing("a command fails in post_build", "post_build", "'test -s report.xml'", postBuild, "test -s report.xml", build+":"),
	{builds, "a build that never ends", "own", func(s *subject) {
		s.set(s.only("aws:codebuild/project:Project"), "buildTimeout", 0.02)
		s.edit(build, "  build:\n    commands:\n", "  build:\n    commands:\n      - tail -f /dev/null\n")
	}, nil, false, buildPhase, []string{"tail -f /dev/null", "timeout"}},
	{builds, "no Dockerfile", "dev", func(s *subject) { s.files["Dockerfile"] = "" }, nil, false, buildPhase, []string{"Dockerfile"}},
	{builds, "dockerfile in lower case", "dev", func(s *subject) { s.rename("Dockerfile", "dockerfile") }, nil, false, buildPhase, []string{"Dockerfile", "dockerfile"}},
	{builds, "a target that the Dockerfile lacks", "dev", func(s *subject) { s.edit("Dockerfile", "FROM scratch AS sidecar", "FROM scratch AS side-car") }, nil, false,
		buildPhase, []string{"sidecar", "target"}},
	{builds, "an instruction that Docker does not know", "dev", func(s *subject) { s.edit("Dockerfile", "ENTRYPOINT", "ENTRYPIONT") }, nil, false,
		buildPhase, []string{"ENTRYPIONT", "dockerfile", "line 10"}},
	{builds, "a file that the Dockerfile copies is missing", "dev", func(s *subject) { s.files["nginx.conf"] = "" }, nil, false, buildPhase, []string{"nginx.conf"}},
	{builds, "a file that .dockerignore leaves out", "dev", func(s *subject) { s.files[".dockerignore"] = "nginx.conf\n" }, nil, false, buildPhase, []string{"nginx.conf"}},
	{builds, "the project is not privileged", "dev", func(s *subject) { s.set(s.only("aws:codebuild/project:Project"), "environment.privilegedMode", false) }, nil, false,
		buildPhase, []string{"Cannot connect to the Docker daemon", "privileged mode"}},
	{builds, "docker without a login", "own", func(s *subject) {
		text := s.text(build)
		at := strings.Index(text, "      - aws ecr get-login-password")
		s.files[build] = text[:at] + text[at+strings.Index(text[at:], "\n")+1:]
	}, nil, false, postBuild, []string{"docker push", "no basic auth credentials"}},
	{builds, "an image is not pushed", "own", func(s *subject) { s.edit(build, "      - docker push \"$REPOSITORY_SIDECAR\":\"$IMAGE_TAG\"\n", "") }, nil, false,
		postBuild, []string{"bash-dog-dev-sidecar"}},
	{builds, "a push to a repository that does not exist", "dev", func(s *subject) {
		s.buildspec("docker push 123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-dev-api", "docker push 123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-api")
	}, nil, false,
		postBuild, []string{"bash-dog-api"}},
	{builds, "a tag pushed twice to a repository of immutable tags", "dev", func(s *subject) {
		s.set(s.named(repositoryType, "bash-dog-dev-api"), "imageTagMutability", "IMMUTABLE")
		s.buildspec("docker push 123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-dev-api:latest",
			"docker tag 123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-dev-sidecar:latest 123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-dev-api:\"$IMAGE_TAG\" && docker push 123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-dev-api:\"$IMAGE_TAG\"")
	}, nil, false, postBuild, []string{"bash-dog-dev-api", "immutable"}},
}

// containerDefects are those of the task that is to run.
var containerDefects = []defect{
	{containers, "two containers on one port", "dev", func(s *subject) { s.rendered(definition, `"containerPort": 8000`, `"containerPort": 80`) }, nil, false,
		reading, []string{"80", "nginx", "api", definition + ":"}},
	{containers, "a neighbour called by its name", "dev", func(s *subject) { s.rendered(definition, `"value": "development"`, `"value": "http://api:8000"`) }, nil, false,
		reading, []string{"http://api:8000", "localhost", definition + ":"}},
	{containers, "a secret's ARN without its suffix", "dev", func(s *subject) {
		s.rendered(definition, s.suffixed(), s.suffixed()[:len(s.suffixed())-len("-abcdef")])
	}, nil, false, reading, []string{"DATABASE_URL", "suffix", definition + ":"}},
	{containers, "a secret without a value", "dev", func(s *subject) { s.remove("aws:secretsmanager/secretVersion:SecretVersion") }, nil, false,
		startTasks, []string{"DATABASE_URL", "AWSCURRENT", definition + ":"}},
	{containers, "a secret that does not exist", "dev", func(s *subject) { s.remove("aws:secretsmanager/secret:Secret") }, nil, false,
		startTasks, []string{"DATABASE_URL"}},
	{containers, "a key that the secret does not have", "dev", func(s *subject) {
		s.set(s.only("aws:secretsmanager/secretVersion:SecretVersion"), "secretString", `{"url":"x"}`)
	}, nil, false, startTasks, []string{"DATABASE_URL", "did not contain json key", definition + ":"}},
	{containers, "a parameter that does not exist", "dev", func(s *subject) {
		s.rendered(definition, s.suffixed()+":DATABASE_URL::", "arn:aws:ssm:us-east-2:123456789012:parameter/bash-dog/url")
	}, nil, false, startTasks, []string{"/bash-dog/url"}},
	{containers, "an image by another's digest", "own", func(s *subject) {
		s.edit(build, `s|\($key\)\"$1\"|\1\"$5/$2@$digest\"|g`, `s|\($key\)\"$1\"|\1\"$5/bash-dog-dev-api@$digest\"|g`)
	}, nil, false, findImages, []string{"bash-dog-dev-api@sha256", "not found", "container", definition + ":"}},
	{containers, "an image for ARM64 on X86_64", "dev", func(s *subject) { s.buildspec("--platform linux/amd64", "--platform linux/arm64") }, nil, false,
		startTasks, []string{"linux/amd64", "linux/arm64", "container api"}},
	{containers, "an image for X86_64 on ARM64", "production", func(s *subject) { s.buildspec("--platform linux/arm64", "--platform linux/amd64") }, nil, false,
		startTasks, []string{"linux/amd64", "linux/arm64", "container api"}},
	{containers, "images for X86_64, tasks on ARM64", "dev", func(s *subject) { s.rendered(definition, "X86_64", "ARM64") }, nil, false,
		startTasks, []string{"linux/amd64", "linux/arm64", "container api"}},
	{containers, "the AppSpec names a container that is not there", "dev", func(s *subject) { s.rendered(spec, "ContainerName: nginx", "ContainerName: web") }, nil, false,
		taskSet, []string{"web", "nginx", spec + ":8"}},
	{containers, "the AppSpec names a port that is not mapped", "dev", func(s *subject) { s.rendered(spec, "ContainerPort: 80", "ContainerPort: 8080") }, nil, false,
		taskSet, []string{"nginx", "8080", spec + ":9"}},
	{containers, "the port of another container", "dev", func(s *subject) { s.rendered(spec, "ContainerPort: 80", "ContainerPort: 8000") }, nil, false,
		taskSet, []string{"nginx", "8000", spec + ":9"}},
	{containers, "a host port beside the container's", "dev", func(s *subject) {
		s.rendered(definition, `"containerPort": 80,`, `"containerPort": 80, "hostPort": 8080,`)
	}, nil, false, reading, []string{"hostPort", "8080", definition + ":"}},
	{containers, "no essential container", "dev", func(s *subject) {
		for range 3 {
			s.rendered(definition, `"essential": true`, `"essential": false`)
		}
	}, nil, false, reading, []string{"essential"}},
	{containers, "containers that wait for each other", "dev", func(s *subject) {
		s.rendered(definition, `"essential": true`, `"essential": true, "dependsOn": [{"containerName": "sidecar", "condition": "START"}]`)
		s.rendered(definition, `"name": "sidecar",`, `"name": "sidecar", "dependsOn": [{"containerName": "api", "condition": "START"}],`)
	}, nil, false, reading, []string{"api", "sidecar"}},
	{containers, "two containers of one name", "dev", func(s *subject) { s.rendered(definition, `"name": "sidecar"`, `"name": "api"`) }, nil, false, reading, []string{"api", definition + ":"}},
	{containers, "a role without Fargate", "dev", func(s *subject) { s.rendered(definition, `"FARGATE"`, `"EC2"`) }, nil, false, taskSet, []string{"FARGATE", definition + ":"}},
	{containers, "tasks without an execution role", "dev", func(s *subject) { s.rendered(definition, `"executionRoleArn"`, `"executionRolearn"`) }, nil, false, reading, []string{"executionRoleArn"}},
}

// suffixed is the ARN of the only secret.
func (s *subject) suffixed() string {
	s.Helper()
	return s.only("aws:secretsmanager/secret:Secret").ID
}
