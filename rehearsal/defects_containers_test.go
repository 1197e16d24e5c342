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

	registry = "123456789012.dkr.ecr.us-east-2.amazonaws.com"
)

// failing is a command added to a phase of the repository's own buildspec.
func failing(name, phase, command, at string, says ...string) defect {
	return injected(builds, name, "own", func(s *subject) {
		s.edit(build, phase+":\n    commands:\n", phase+":\n    commands:\n      - "+command+"\n")
	}, at, says...)
}

// buildDefects are those of what is built, and of how.
var buildDefects = []defect{
	injected(builds, "a command fails in install", "own", func(s *subject) {
		s.edit(build, "phases:\n", "phases:\n  install:\n    commands:\n      - cat package-lock.json\n")
	}, installStep, "cat package-lock.json", "INSTALL", build+":18"),
	failing("a command fails in pre_build", "pre_build", "./check.sh --strict", preBuild, "./check.sh --strict", "127", build+":18",
		"“./check.sh: not found”"),
	failing("a command fails in build", "  build", "'make: 1>&2; exit 3'", buildPhase, build+":", "BUILD"),
	failing("a command fails in post_build", "post_build", "'test -s report.xml'", postBuild, "test -s report.xml", build+":"),
	injected(builds, "a build that never ends", "own", func(s *subject) {
		s.set(s.only(projectType), "buildTimeout", 0.02)
		s.edit(build, "  build:\n    commands:\n", "  build:\n    commands:\n      - tail -f /dev/null\n")
	}, buildPhase, "tail -f /dev/null", "timeout"),
	injected(builds, "no Dockerfile", "dev", func(s *subject) { s.files["Dockerfile"] = "" }, buildPhase, "Dockerfile"),
	injected(builds, "dockerfile in lower case", "dev", func(s *subject) { s.rename("Dockerfile", "dockerfile") }, buildPhase, "Dockerfile", "dockerfile"),
	injected(builds, "a target that the Dockerfile lacks", "dev", func(s *subject) { s.edit("Dockerfile", "FROM scratch AS sidecar", "FROM scratch AS side-car") }, buildPhase, "sidecar", "target"),
	injected(builds, "an instruction that Docker does not know", "dev", func(s *subject) { s.edit("Dockerfile", "ENTRYPOINT", "ENTRYPIONT") }, buildPhase, "ENTRYPIONT", "dockerfile", "line 10"),
	injected(builds, "a file that the Dockerfile copies is missing", "dev", func(s *subject) { s.files["nginx.conf"] = "" }, buildPhase, "nginx.conf"),
	injected(builds, "a file that .dockerignore leaves out", "dev", func(s *subject) { s.files[".dockerignore"] = "nginx.conf\n" }, buildPhase, "nginx.conf"),
	injected(builds, "the project is not privileged", "dev", func(s *subject) { s.set(s.only(projectType), "environment.privilegedMode", false) }, buildPhase, "Cannot connect to the Docker daemon", "privileged mode"),
	injected(builds, "docker without a login", "own", func(s *subject) {
		text := s.text(build)
		at := strings.Index(text, "      - aws ecr get-login-password")
		s.files[build] = text[:at] + text[at+strings.Index(text[at:], "\n")+1:]
	}, postBuild, "docker push", "no basic auth credentials"),
	injected(builds, "an image is not pushed", "own", func(s *subject) { s.edit(build, "      - docker push \"$REPOSITORY_SIDECAR\":\"$IMAGE_TAG\"\n", "") }, postBuild, "bash-dog-dev-sidecar"),
	injected(builds, "a push to a repository that does not exist", "dev", func(s *subject) {
		s.buildspec("docker push "+registry+"/bash-dog-dev-api", "docker push "+registry+"/bash-dog-api")
	}, postBuild, "bash-dog-api"),
	injected(builds, "a tag pushed twice to a repository of immutable tags", "dev", func(s *subject) {
		s.set(s.named(repositoryType, "bash-dog-dev-api"), "imageTagMutability", "IMMUTABLE")
		s.buildspec("docker push "+registry+"/bash-dog-dev-api:latest",
			strings.ReplaceAll(`docker tag HOST/bash-dog-dev-sidecar:latest HOST/bash-dog-dev-api:"$IMAGE_TAG" && docker push HOST/bash-dog-dev-api:"$IMAGE_TAG"`, "HOST", registry))
	}, postBuild, "bash-dog-dev-api", "immutable"),
}

// containerDefects are those of the task that is to run.
var containerDefects = []defect{
	injected(containers, "two containers on one port", "dev", func(s *subject) { s.rendered(definition, `"containerPort": 8000`, `"containerPort": 80`) }, reading, "80", "nginx", "api", definition+":"),
	injected(containers, "a neighbour called by its name", "dev", func(s *subject) { s.rendered(definition, `"value": "development"`, `"value": "http://api:8000"`) }, reading, "http://api:8000", "localhost", definition+":"),
	injected(containers, "a secret's ARN without its suffix", "dev", func(s *subject) {
		s.rendered(definition, s.suffixed(), s.suffixed()[:len(s.suffixed())-len("-abcdef")])
	}, reading, "DATABASE_URL", "suffix", definition+":"),
	injected(containers, "a secret without a value", "dev", func(s *subject) { s.remove("aws:secretsmanager/secretVersion:SecretVersion") }, startTasks, "DATABASE_URL", "AWSCURRENT", definition+":"),
	injected(containers, "a secret that does not exist", "dev", func(s *subject) { s.remove("aws:secretsmanager/secret:Secret") }, startTasks, "DATABASE_URL"),
	injected(containers, "a key that the secret does not have", "dev", func(s *subject) {
		s.set(s.only("aws:secretsmanager/secretVersion:SecretVersion"), "secretString", `{"url":"x"}`)
	}, startTasks, "DATABASE_URL", "did not contain json key", definition+":"),
	injected(containers, "a parameter that does not exist", "dev", func(s *subject) {
		s.rendered(definition, s.suffixed()+":DATABASE_URL::", "arn:aws:ssm:us-east-2:123456789012:parameter/bash-dog/url")
	}, startTasks, "/bash-dog/url"),
	injected(containers, "an image by another's digest", "own", func(s *subject) {
		s.edit(build, `s|\($key\)\"$1\"|\1\"$5/$2@$digest\"|g`, `s|\($key\)\"$1\"|\1\"$5/bash-dog-dev-api@$digest\"|g`)
	}, findImages, "bash-dog-dev-api@sha256", "not found", "container", definition+":"),
	injected(containers, "an image for ARM64 on X86_64", "dev", func(s *subject) { s.buildspec("--platform linux/amd64", "--platform linux/arm64") }, startTasks, "linux/amd64", "linux/arm64", "container api"),
	injected(containers, "an image for X86_64 on ARM64", "production", func(s *subject) { s.buildspec("--platform linux/arm64", "--platform linux/amd64") }, startTasks, "linux/amd64", "linux/arm64", "container api"),
	injected(containers, "images for X86_64, tasks on ARM64", "dev", func(s *subject) { s.rendered(definition, "X86_64", "ARM64") }, startTasks, "linux/amd64", "linux/arm64", "container api"),
	injected(containers, "the AppSpec names a container that is not there", "dev", func(s *subject) { s.rendered(spec, "ContainerName: nginx", "ContainerName: web") }, taskSet, "web", "nginx", spec+":8"),
	injected(containers, "the AppSpec names a port that is not mapped", "dev", func(s *subject) { s.rendered(spec, "ContainerPort: 80", "ContainerPort: 8080") }, taskSet, "nginx", "8080", spec+":9"),
	injected(containers, "the port of another container", "dev", func(s *subject) { s.rendered(spec, "ContainerPort: 80", "ContainerPort: 8000") }, taskSet, "nginx", "8000", spec+":9"),
	injected(containers, "a host port beside the container's", "dev", func(s *subject) {
		s.rendered(definition, `"containerPort": 80,`, `"containerPort": 80, "hostPort": 8080,`)
	}, reading, "hostPort", "8080", definition+":"),
	injected(containers, "no essential container", "dev", func(s *subject) {
		for range 3 {
			s.rendered(definition, `"essential": true`, `"essential": false`)
		}
	}, reading, "essential"),
	injected(containers, "containers that wait for each other", "dev", func(s *subject) {
		s.rendered(definition, `"essential": true`, `"essential": true, "dependsOn": [{"containerName": "sidecar", "condition": "START"}]`)
		s.rendered(definition, `"name": "sidecar",`, `"name": "sidecar", "dependsOn": [{"containerName": "api", "condition": "START"}],`)
	}, reading, "api", "sidecar"),
	injected(containers, "two containers of one name", "dev", func(s *subject) { s.rendered(definition, `"name": "sidecar"`, `"name": "api"`) }, reading, "api", definition+":"),
	injected(containers, "a role without Fargate", "dev", func(s *subject) { s.rendered(definition, `"FARGATE"`, `"EC2"`) }, taskSet, "FARGATE", definition+":"),
	injected(containers, "tasks without an execution role", "dev", func(s *subject) { s.rendered(definition, `"executionRoleArn"`, `"executionRolearn"`) }, reading, "executionRoleArn"),
}

// suffixed is the ARN of the only secret.
func (s *subject) suffixed() string {
	s.Helper()
	return s.only("aws:secretsmanager/secret:Secret").ID
}
