package rehearsal

const (
	build      = "buildspec.yml"
	definition = taskDefinitionFile
	spec       = appSpecFile

	files = "magic files"
)

// renamed is one of the three files under a name that only looks right.
func renamed(from, to, at string) defect {
	return injected(files, from+" is called "+to, "own", func(s *subject) { s.rename(from, to) }, at, from, to)
}

// edited is a text replaced in one of the three files.
func edited(name, file, from, to, at string, says ...string) defect {
	return injected(files, name, "own", func(s *subject) { s.edit(file, from, to) }, at, says...)
}

// missing is one of the three files that is not there.
func missing(file, at string) defect {
	return injected(files, file+" is missing", "own", func(s *subject) { s.files[file] = "" }, at, file)
}

const (
	download  = "Build / DOWNLOAD_SOURCE"
	preBuild  = "Build / PRE_BUILD"
	postBuild = "Build / POST_BUILD"
	upload    = "Build / UPLOAD_ARTIFACTS"
	reading   = "Deploy / Files"
	register  = "Deploy / Registration"
)

// fileDefects are of the three files whose names and forms are given by AWS, in a repository that owns them.
var fileDefects = []defect{
	missing(build, download),
	renamed(build, "buildspec.yaml", download),
	renamed(build, "buildspec.json", download),
	renamed(build, "buildpsec.yml", download),
	renamed(build, "Buildspec.yml", download),
	edited("buildspec.yml is no YAML", build, "  pre_build:\n    commands:", "  pre_build:\n   commands: [", download, "YAML_FILE_ERROR", build+":"),
	edited("buildspec.yml is indented with a tab", build, "  pre_build:", "\tpre_build:", download, "YAML_FILE_ERROR", build+":16",
		"Indent with spaces"),
	edited("buildspec.yml of version 1", build, "version: 0.2", "version: 1.0", download, "version", "0.2", build+":6"),
	edited("buildspec.yml without a version", build, "version: 0.2\n", "", download, "version", "0.2"),
	edited("a misspelled phase", build, "  post_build:", "  postbuild:", download, "postbuild", "post_build", build+":"),
	edited("a misspelled key of a phase", build, "    commands:", "    command:", download, "command", "commands", build+":"),
	edited("phases are called phase", build, "phases:", "phase:", download, "phase", "phases"),
	edited("the artifacts' files are called file", build, "  files:\n    - taskdef", "  file:\n    - taskdef", download, "file"),
	edited("the artifacts list tasksdef.json", build, "    - taskdef.json\n", "    - tasksdef.json\n", reading, definition),
	edited("the artifacts list appspec.yml", build, "    - appspec.yaml\n", "    - appspec.yml\n", reading, spec),
	edited("the artifacts list nothing that exists", build, "    - taskdef.json\n    - appspec.yaml\n", "    - out/*.json\n", upload,
		"no matching", "out/*.json"),
	edited("the artifacts' base directory lacks", build, "artifacts:\n", "artifacts:\n  base-directory: dist\n", upload, "dist"),

	missing(definition, preBuild),
	renamed(definition, "taskdef.yaml", preBuild),
	renamed(definition, "tasksdef.json", preBuild),
	renamed(definition, "Taskdef.json", preBuild),
	edited("taskdef.json has a comma too many", definition, "\"LINUX\"\n", "\"LINUX\",\n", reading, "JSON", definition+":"),
	edited("taskdef.json has a comment", definition, "{\n  \"family\"", "{\n  // ours\n  \"family\"", reading, "JSON", definition+":2"),
	edited("a misspelled key of taskdef.json", definition, `"containerDefinitions"`, `"containerDefinition"`, reading, "containerDefinition",
		"containerDefinitions", definition+":6"),
	edited("a misspelled key of a container", definition, `"portMappings"`, `"portMapping"`, reading, "portMapping", "portMappings",
		definition+":10"),
	edited("a port that is a text", definition, `"containerPort": 8000`, `"containerPort": "8000"`, reading, "containerPort", definition+":12"),
	edited("cpu and memory that Fargate does not have", definition, `"memory": "1024"`, `"memory": "512"`, reading, "memory", "512", definition+":"),
	edited("an image placeholder that nobody fills", definition, "<IMAGE:sidecar>", "<IMAGE:side-car>", postBuild, "<IMAGE:sidecar>"),
	edited("a placeholder without a variable", definition, "<TASK_FAMILY>", "<FAMILY>", postBuild, "<FAMILY>", definition),

	missing(spec, preBuild),
	renamed(spec, "appspec.yml", preBuild),
	renamed(spec, "appspec.json", preBuild),
	renamed(spec, "appsec.yaml", preBuild),
	renamed(spec, "AppSpec.yaml", preBuild),
	edited("appspec.yaml is no YAML", spec, "      Properties:", "     Properties:", reading, spec+":"),
	edited("appspec.yaml is indented with a tab", spec, "      Properties:", "\t\t\tProperties:", reading, spec+":5", "tab"),
	edited("appspec.yaml of version 1", spec, "version: 0.0", "version: 1.0", reading, "version", "0.0", spec+":1"),
	edited("appspec.yaml without <TASK_DEFINITION>", spec, "        TaskDefinition: <TASK_DEFINITION>\n", "", reading, "TaskDefinition", spec+":"),
	edited("a task definition's family for the placeholder", spec, "<TASK_DEFINITION>", "bash-dog-dev", reading, "<TASK_DEFINITION>", spec+":6"),
	edited("a misspelled key of appspec.yaml", spec, "LoadBalancerInfo", "LoadBalancer", reading, "LoadBalancerInfo", spec+":7"),
	edited("a misspelled type of resource", spec, "AWS::ECS::Service", "AWS::ECS::TaskSet", reading, "AWS::ECS::Service", spec+":4"),
	injected(files, "an AppSpec for EC2", "own", func(s *subject) {
		s.files[spec] = "version: 0.0\nos: linux\nfiles:\n  - source: /\n    destination: /var/www\n"
	}, reading, "os", spec+":2", "ECS"),
	injected(files, "the action names taskdef.yml", "dev", func(s *subject) { s.configure("Deploy", "TaskDefinitionTemplatePath", "taskdef.yml") }, reading, "taskdef.yml", "taskdef.json"),
	injected(files, "the action's artifact is one that nobody makes", "dev", func(s *subject) { s.configure("Deploy", "AppSpecTemplateArtifact", "BuildOutput") }, reading, "BuildOutput"),
	injected(files, "the rendered buildspec reads another source", "dev", func(s *subject) { s.buildspec("$CODEBUILD_SRC_DIR_Config", "$CODEBUILD_SRC_DIR_config") }, preBuild, "CODEBUILD_SRC_DIR_config"),
}
