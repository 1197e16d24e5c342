package codebuild

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// plainPath finds the commands of the system. The path of the user would find what a build container does not have.
const plainPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// builtIn are the variables that CodeBuild sets. There is none with the account's number, and those of webhooks are
// not there in builds that a pipeline starts.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
func (b *build) builtIn() map[string]string {
	id, primary := b.in.Project.Name+":"+b.in.ID, b.primary()
	vars := map[string]string{
		"AWS_DEFAULT_REGION":                b.in.Region,
		"AWS_REGION":                        b.in.Region,
		"CODEBUILD_BUILD_ARN":               "arn:" + partition(b.in.Project.ARN) + ":codebuild:" + b.in.Region + ":" + b.in.Account + ":build/" + id,
		"CODEBUILD_BUILD_ID":                id,
		"CODEBUILD_BUILD_IMAGE":             b.in.Project.Image,
		"CODEBUILD_BUILD_NUMBER":            strconv.Itoa(max(1, b.in.Number)),
		"CODEBUILD_BUILD_SUCCEEDING":        "1",
		"CODEBUILD_INITIATOR":               b.in.Initiator,
		"CODEBUILD_KMS_KEY_ID":              b.in.Project.EncryptionKey,
		"CODEBUILD_LOG_PATH":                b.in.ID,
		"CODEBUILD_PROJECT_ARN":             b.in.Project.ARN,
		"CODEBUILD_RESOLVED_SOURCE_VERSION": primary.Version,
		"CODEBUILD_SOURCE_REPO_URL":         "", // empty in builds that a pipeline starts
		"CODEBUILD_SOURCE_VERSION":          primary.Version,
		"CODEBUILD_SRC_DIR":                 b.sourceDir(primary),
		"CODEBUILD_START_TIME":              strconv.FormatInt(b.started.UnixMilli(), 10),
	}
	// https://docs.aws.amazon.com/codebuild/latest/userguide/sample-multi-in-out.html
	for _, s := range b.in.Sources {
		if !s.Primary {
			vars["CODEBUILD_SRC_DIR_"+s.Name] = b.sourceDir(s)
		}
	}
	return vars
}

func partition(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 1 {
		return parts[1]
	}
	return "aws"
}

// environment is that of the build's shell, as "NAME=value". Nothing of this process's own comes in. Of a variable
// that is given in several places the call that starts the build counts most, then the project, then the buildspec.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.variables
//
// In a build container HOME is /root; here it is a folder of the build's, for the one of the user has their credentials.
func (b *build) environment(ctx context.Context, bin string) ([]string, error) {
	vars := map[string]string{
		"PATH": bin + ":" + plainPath, "HOME": b.path("home"), "TMPDIR": b.path("tmp"),
	}
	chosen := map[string]Variable{}
	for _, list := range [][]Variable{b.spec.Variables, b.in.Project.Variables, b.in.Overrides} {
		for _, v := range list {
			chosen[v.Name] = v
		}
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(chosen)) {
		value, err := b.value(ctx, chosen[name])
		if err != nil {
			problems = append(problems, err)
			continue
		}
		vars[name] = value
	}
	maps.Copy(vars, b.builtIn())
	env := make([]string, 0, len(vars))
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		env = append(env, name+"="+vars[name])
	}
	return env, errors.Join(problems...)
}

// value resolves a variable. The status codes are those of CodeBuild's logs, as in
// https://github.com/cloudposse/terraform-aws-cicd/issues/107 and https://github.com/aws/aws-codebuild-docker-images/issues/475.
func (b *build) value(ctx context.Context, v Variable) (string, error) {
	status := "Decrypted Variables Error"
	switch v.Kind {
	case PlainText, "":
		return v.Value, nil
	case ParameterStore:
	case SecretsManager:
		status = "Secrets Manager Error"
	default:
		return "", fmt.Errorf("CLIENT_ERROR: variable %s has the type %q: there are PLAINTEXT, PARAMETER_STORE and SECRETS_MANAGER", v.Name, v.Kind)
	}
	if b.in.Resolve == nil {
		return "", fmt.Errorf("%s: variable %s: nothing can be resolved here", status, v.Name)
	}
	value, err := b.in.Resolve(ctx, v.Kind, v.Value)
	if err != nil {
		return "", fmt.Errorf("%s: variable %s: %w", status, v.Name, err)
	}
	b.out.hide(value)
	return value, nil
}

func (b *build) path(name string) string { return filepath.Join(b.in.Scratch, name) }

func (b *build) sourceDir(s Source) string { return filepath.Join(b.in.Scratch, "source", s.Name) }

func (b *build) primary() Source {
	at := slices.IndexFunc(b.in.Sources, func(s Source) bool { return s.Primary })
	return b.in.Sources[at] // validated: there is one
}
