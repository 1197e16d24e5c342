package aws

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const codebuildComputeDoc = "https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html"

// codebuildComputes are the compute types of an environment type, without the prefix BUILD_GENERAL1_.
var codebuildComputes = map[string][]string{
	"LINUX_CONTAINER":               {"SMALL", "MEDIUM", "LARGE", "XLARGE", "2XLARGE"},
	"LINUX_GPU_CONTAINER":           {"SMALL", "LARGE"},
	"ARM_CONTAINER":                 {"SMALL", "MEDIUM", "LARGE", "XLARGE", "2XLARGE"},
	"WINDOWS_SERVER_2019_CONTAINER": {"MEDIUM", "LARGE"},
	"WINDOWS_SERVER_2022_CONTAINER": {"MEDIUM", "LARGE", "XLARGE"},
}

func validateCodebuild(c *sim.Check) {
	validateCodebuildEnvironment(c, c.In.Obj("environment"))
	source, artifacts := c.In.Obj("source"), c.In.Obj("artifacts")
	if (source.Str("type") == "CODEPIPELINE") != (artifacts.Str("type") == "CODEPIPELINE") && source.Str("type") != "" && artifacts.Str("type") != "" {
		c.Fail("artifacts.type", "InvalidInputException: if source or artifacts is of type CODEPIPELINE, both must be: source is %s, artifacts are %s (%s)",
			source.Str("type"), artifacts.Str("type"), codebuildDoc)
	}
	validateCodebuildSource(c, "source", source)
	validateCodebuildArtifacts(c, "artifacts", artifacts)
	identifiers := map[string]bool{}
	for i, s := range c.In.Objs("secondarySources") {
		path := fmt.Sprintf("secondarySources[%d]", i)
		validateCodebuildSource(c, path, s)
		checkIdentifier(c, path+".sourceIdentifier", s.Str("sourceIdentifier"), identifiers)
	}
	for i, v := range c.In.Objs("secondarySourceVersions") {
		if id := v.Str("sourceIdentifier"); id != "" && !identifiers[id] && !sim.IsUnknown(c.In["secondarySources"]) {
			c.Fail(fmt.Sprintf("secondarySourceVersions[%d].sourceIdentifier", i), "InvalidInputException: no secondary source is named %q", id)
		}
	}
	identifiers = map[string]bool{}
	for i, a := range c.In.Objs("secondaryArtifacts") {
		path := fmt.Sprintf("secondaryArtifacts[%d]", i)
		validateCodebuildArtifacts(c, path, a)
		checkIdentifier(c, path+".artifactIdentifier", a.Str("artifactIdentifier"), identifiers)
	}
	validateCodebuildCache(c, c.In.Obj("cache"))
	if logs := c.In.Obj("logsConfig").Obj("s3Logs"); logs.Str("status") == "ENABLED" && !logs.Has("location") {
		c.Fail("logsConfig.s3Logs.location", "InvalidInputException: required with status ENABLED: <bucket>/<prefix> (%s)", codebuildDoc)
	}
}

func validateCodebuildEnvironment(c *sim.Check, e sim.Values) {
	typ, compute := e.Str("type"), e.Str("computeType")
	if typ == "WINDOWS_CONTAINER" {
		c.Fail("environment.type", "InvalidInputException: WINDOWS_CONTAINER is retired; use WINDOWS_SERVER_2022_CONTAINER (%s)", codebuildComputeDoc)
	}
	lambda := strings.HasSuffix(typ, "_LAMBDA_CONTAINER")
	if typ != "" && compute != "" && !e.Has("fleet") {
		short, general := strings.CutPrefix(compute, "BUILD_GENERAL1_")
		known, listed := codebuildComputes[typ]
		if lambda != strings.HasPrefix(compute, "BUILD_LAMBDA_") || listed && (!general || !slices.Contains(known, short)) {
			c.Fail("environment.computeType", "InvalidInputException: Compute type %s is not supported with environment type %s (%s)", compute, typ, codebuildComputeDoc)
		}
	}
	if e.Bool("privilegedMode") && (lambda || strings.HasPrefix(typ, "WINDOWS")) {
		c.Fail("environment.privilegedMode", "InvalidInputException: Privileged mode is not supported with environment type %s (%s)", typ, codebuildDoc)
	}
	image, _ := e["image"].(string)
	own := strings.HasPrefix(image, "aws/codebuild/")
	// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectEnvironment.html
	if own && e.Str("imagePullCredentialsType") == "SERVICE_ROLE" {
		c.Fail("environment.imagePullCredentialsType", "InvalidInputException: an AWS CodeBuild curated image must use CODEBUILD credentials")
	}
	if image != "" && !own && e.Str("imagePullCredentialsType") == "CODEBUILD" && e.Has("registryCredential") {
		c.Fail("environment.imagePullCredentialsType", "InvalidInputException: a cross-account or private registry image must use SERVICE_ROLE credentials")
	}
	if arm := strings.Contains(image, "aarch64"); own && typ != "" && !lambda && arm != strings.HasPrefix(typ, "ARM") && !strings.HasPrefix(typ, "MAC") {
		c.Fail("environment.image", "InvalidInputException: image %s does not run on environment type %s (https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html)", image, typ)
	}
	seen := map[string]bool{}
	for i, v := range e.Objs("environmentVariables") {
		name := v.Str("name")
		if seen[name] && name != "" {
			c.Fail(fmt.Sprintf("environment.environmentVariables[%d].name", i), "InvalidInputException: environment variable %s is defined more than once", name)
		}
		seen[name] = true
	}
}

func validateCodebuildSource(c *sim.Check, path string, s sim.Values) {
	typ := s.Str("type")
	switch located := s.Has("location"); {
	case typ == "CODEPIPELINE" && located, typ == "NO_SOURCE" && located:
		c.Fail(path+".location", "InvalidInputException: must not be given with type %s (https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html)", typ)
	case typ != "" && typ != "CODEPIPELINE" && typ != "NO_SOURCE" && !located:
		c.Fail(path+".location", "InvalidInputException: required with type %s (https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html)", typ)
	}
	if typ == "NO_SOURCE" && !s.Has("buildspec") {
		c.Fail(path+".buildspec", "InvalidInputException: required with type NO_SOURCE (%s)", codebuildDoc)
	}
	if spec := s.Str("buildspec"); strings.Contains(spec, "\n") {
		checkBuildspec(c, path+".buildspec", spec)
	}
}

func validateCodebuildArtifacts(c *sim.Check, path string, a sim.Values) {
	typ := a.Str("type")
	if typ == "S3" && !a.Has("location") {
		c.Fail(path+".location", "InvalidInputException: required with type S3: the bucket (https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectArtifacts.html)")
	}
	if typ == "NO_ARTIFACTS" && a.Has("location") {
		c.Fail(path+".location", "InvalidInputException: must not be given with type NO_ARTIFACTS")
	}
}

var codebuildIdentifier = regexp.MustCompile(`^\w{1,127}$`)

// checkIdentifier: only letters, digits and underscores, fewer than 128, and used once.
func checkIdentifier(c *sim.Check, path, id string, seen map[string]bool) {
	switch {
	case id == "":
	case !codebuildIdentifier.MatchString(id):
		c.Fail(path, "InvalidInputException: %q: identifier must contain only alphanumeric characters and underscores and be less than 128 characters in length", id)
	case seen[id]:
		c.Fail(path, "InvalidInputException: %q is used twice", id)
	}
	seen[id] = true
}

// validateCodebuildCache: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectCache.html
func validateCodebuildCache(c *sim.Check, cache sim.Values) {
	switch typ := cache.Str("type"); {
	case typ == "S3" && !cache.Has("location"):
		c.Fail("cache.location", `cache location is required when cache type is "S3"`)
	case typ == "LOCAL" && len(cache.List("modes")) == 0 && !sim.IsUnknown(cache["modes"]):
		c.Fail("cache.modes", "InvalidInputException: required with type LOCAL")
	case typ != "LOCAL" && len(cache.List("modes")) > 0:
		c.Fail("cache.modes", "InvalidInputException: goes with type LOCAL only")
	}
}

var buildspecVersion = regexp.MustCompile(`(?m)^version:\s*["']?(0\.[12])["']?\s*(#.*)?$`)

// checkBuildspec: an inline buildspec begins to fail only when a build runs, except for what CreateProject reads of it.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
func checkBuildspec(c *sim.Check, path, spec string) {
	if strings.HasPrefix(strings.TrimSpace(spec), "{") {
		var doc map[string]any
		if err := decodeJSON(spec, &doc); err != nil {
			c.Fail(path, "YAML_FILE_ERROR: %v (https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html)", err)
		}
		return
	}
	if !buildspecVersion.MatchString(spec) {
		c.Fail(path, "YAML_FILE_ERROR: the buildspec lacks its version: 0.2 (https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html)")
	}
}

func createCodebuild(op *sim.Op) error {
	name := op.In.Str("name")
	op.ID = op.ARN("codebuild", "project/"+name)
	if op.Cloud.Get(op.Type, op.Record.Scope, op.ID) != nil {
		return sim.Refuse("ResourceAlreadyExistsException", "Project already exists: %s", op.ID)
	}
	op.Out["arn"] = op.ID
	op.Out["publicProjectAlias"] = ""
	return settleCodebuild(op)
}

// settleCodebuild checks what the project names and fills in what CodeBuild chose.
func settleCodebuild(op *sim.Op) error {
	if role := op.In.Str("serviceRole"); !assumable(op.Cloud, role, "codebuild.amazonaws.com") {
		return sim.Refuse("InvalidInputException", "CodeBuild is not authorized to perform: sts:AssumeRole on %s: "+
			"its trust policy must allow it to codebuild.amazonaws.com (https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html)", role)
	}
	vpc := op.In.Obj("vpcConfig")
	for _, id := range vpc.Strs("subnets") {
		subnet := op.Cloud.Get("aws:ec2/subnet:Subnet", op.Record.Scope, id)
		if subnet == nil || subnet.Attr("vpcId") != vpc.Str("vpcId") {
			return sim.Refuse("InvalidInputException", "The subnet %s does not exist in %s", id, vpc.Str("vpcId"))
		}
	}
	for _, id := range vpc.Strs("securityGroupIds") {
		group := op.Cloud.Get("aws:ec2/securityGroup:SecurityGroup", op.Record.Scope, id)
		if group == nil || group.Attr("vpcId") != vpc.Str("vpcId") {
			return sim.Refuse("InvalidInputException", "The security group %s does not exist in %s", id, vpc.Str("vpcId"))
		}
	}
	if a := op.In.Obj("artifacts"); a.Str("type") == "S3" && bucketNamed(op.Cloud, a.Str("location")) == nil {
		return sim.Refuse("InvalidInputException", "The bucket %s does not exist", a.Str("location"))
	}
	if !op.Out.Has("description") {
		op.Out["description"] = ""
	}
	if !op.Out.Has("encryptionKey") {
		op.Out["encryptionKey"] = op.ARN("kms", "alias/aws/s3")
	}
	op.Out["badgeUrl"] = ""
	if op.In.Bool("badgeEnabled") {
		op.Out["badgeUrl"] = fmt.Sprintf("https://codebuild.%s.amazonaws.com/badges?uuid=%s&branch=main", op.Region(), sim.Hex(32))
	}
	for _, block := range []string{"cache", "logsConfig"} {
		if !op.Out.Has(block) {
			op.Out[block] = map[string]any{}
		}
	}
	settleTags(op)
	return nil
}

// deleteCodebuild takes the project's webhook along, as DeleteProject does.
func deleteCodebuild(op *sim.Op) error {
	if hook := op.Cloud.Get(codebuildWebhookType, op.Record.Scope, op.In.Str("name")); hook != nil {
		return op.Cloud.Remove(hook)
	}
	return nil
}
