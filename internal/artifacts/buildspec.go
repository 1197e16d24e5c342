package artifacts

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"unicode/utf8"
)

// Platforms that Fargate runs and CodeBuild builds.
const (
	LinuxAMD64 = "linux/amd64"
	LinuxARM64 = "linux/arm64"
)

// BuildSpec tells CodeBuild how a release is built: the images, their tags and digests, and the two templates
// that go on to CodeDeploy.
type BuildSpec struct {
	// Images are built and pushed in this order. Required, one or more.
	Images []Image
	// Platform is [LinuxAMD64] or [LinuxARM64]. Default: LinuxAMD64.
	Platform string
	// ConfigSource names the secondary source that holds taskdef.json and appspec.yaml: with CodePipeline, the
	// input artifact's name. Letters, digits and underscores, for CodeBuild makes an environment variable of it.
	// https://docs.aws.amazon.com/codebuild/latest/userguide/sample-multi-in-out.html
	// Default: none, the files lie in the root of the repository.
	ConfigSource string
	// Fill replaces each placeholder in the two templates that has the form of [Placeholder] by the environment variable
	// of that name: the files of a repository that many environments release from. Default: false.
	Fill bool
}

// Image is what a container runs, built from the application's repository.
type Image struct {
	// Container is the container's name in the task definition. Required.
	Container string
	// Repository is the URI of the ECR repository. This or Variable is required.
	Repository string
	// Variable is the build's environment variable that holds the URI. Default: none.
	Variable string
	// Target is the Dockerfile's stage. Default: the container's name.
	Target string
	// Dockerfile is a path from the repository's root. Default: Dockerfile.
	Dockerfile string
	// Context is the build's context, a path from the repository's root. Default: the root.
	Context string
	// BuildArgs are values for the Dockerfile's ARGs. They can be read from the image: no place for secrets.
	BuildArgs map[string]string
	// PassArgs are ARGs whose values are the build's environment variables of the same names. Default: none.
	PassArgs []string
}

//go:embed buildspec.yml.tmpl
var buildSpecText string

var buildSpecTemplate = template.Must(template.New(BuildSpecFile).Option("missingkey=error").Parse(buildSpecText))

// Render gives buildspec.yml, or an error that lists every missing or impossible value.
func (b BuildSpec) Render() (string, error) {
	if b.Platform == "" {
		b.Platform = LinuxAMD64
	}
	view, err := b.view()
	if err != nil {
		return "", err
	}
	var text strings.Builder
	if err := buildSpecTemplate.Execute(&text, view); err != nil {
		return "", fmt.Errorf("rendering the build specification: %w", err)
	}
	return text.String(), nil
}

// buildSpecView is what the template sees: every value is safe in a shell, unquoted.
type buildSpecView struct {
	TaskDefinitionFile, AppSpecFile string
	TemplateDir                     string // with its slash; empty for the root of the repository
	Platform                        string
	Fill                            bool
	Registries                      []Repository // one of each registry
	Images                          []imageView
}

type imageView struct {
	Repository
	Placeholder, Target, Dockerfile, Context string
	BuildArgs                                []string // NAME=value
}

func (b BuildSpec) view() (buildSpecView, error) {
	view := buildSpecView{
		TaskDefinitionFile: TaskDefinitionFile,
		AppSpecFile:        AppSpecFile,
		Platform:           b.Platform,
		Fill:               b.Fill,
	}
	problems := []error{b.validate()}
	if b.ConfigSource != "" {
		view.TemplateDir = `"$CODEBUILD_SRC_DIR_` + b.ConfigSource + `"/`
	}
	for i, image := range b.Images {
		v, err := image.view()
		if err != nil {
			problems = append(problems, fmt.Errorf("BuildSpec.Images[%d]: %w", i, err))
		}
		view.Images = append(view.Images, v)
		if !slices.ContainsFunc(view.Registries, v.sharesRegistry) {
			view.Registries = append(view.Registries, v.Repository)
		}
	}
	return view, errors.Join(problems...)
}

// sourceIdentifier is CodeBuild's rule for secondary sources.
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html
var sourceIdentifier = regexp.MustCompile(`^[A-Za-z0-9_]{1,127}$`)

func (b BuildSpec) validate() error {
	var problems []error
	if len(b.Images) == 0 {
		problems = append(problems, errors.New("BuildSpec.Images is empty: give an image per container"))
	}
	if b.Platform != LinuxAMD64 && b.Platform != LinuxARM64 {
		problems = append(problems, fmt.Errorf(
			"BuildSpec.Platform %q is not built by CodeBuild for Fargate: give %s or %s", b.Platform, LinuxAMD64, LinuxARM64))
	}
	if b.ConfigSource != "" && !sourceIdentifier.MatchString(b.ConfigSource) {
		problems = append(problems, fmt.Errorf(
			"BuildSpec.ConfigSource %q is not a source identifier: use letters, digits and underscores, fewer than 128",
			b.ConfigSource))
	}
	seen := map[string]int{}
	for i, image := range b.Images {
		for _, key := range []string{"Container " + image.Container, "Repository " + image.Repository + image.Variable} {
			if first, twice := seen[key]; twice {
				problems = append(problems, fmt.Errorf(
					"BuildSpec.Images[%d] has the same %s as Images[%d]: give each its own", i, key, first))
			}
			seen[key] = i
		}
	}
	return errors.Join(problems...)
}

var (
	// stageName is the Dockerfile's rule for FROM … AS <name>, in either case.
	// https://docs.docker.com/reference/build-checks/stage-name-casing/
	stageName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
	// variableName is what a Dockerfile's ARG can name.
	variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

func (i Image) view() (imageView, error) {
	var problems []error
	if !containerName.MatchString(i.Container) {
		problems = append(problems, fmt.Errorf(
			"Container %q is not a container's name: use letters, digits, hyphens and underscores", i.Container))
	}
	repository, err := i.repository()
	if err != nil {
		problems = append(problems, err)
	}
	target := orDefault(i.Target, i.Container)
	if !stageName.MatchString(target) {
		problems = append(problems, fmt.Errorf("Target %q is not the name of a Dockerfile's stage", target))
	}
	v := imageView{
		Repository:  repository,
		Placeholder: ImagePlaceholder(i.Container),
		Target:      target,
		Dockerfile:  shellWord(orDefault(i.Dockerfile, "Dockerfile")),
		Context:     shellWord(orDefault(i.Context, ".")),
	}
	problems = append(problems, validPath("Dockerfile", i.Dockerfile), validPath("Context", i.Context))
	for _, name := range slices.Sorted(maps.Keys(i.BuildArgs)) {
		if !variableName.MatchString(name) {
			problems = append(problems, fmt.Errorf("BuildArgs: %q is not the name of a variable", name))
		}
		problems = append(problems, onOneLine("BuildArgs: "+name, i.BuildArgs[name]))
		v.BuildArgs = append(v.BuildArgs, shellWord(name+"="+i.BuildArgs[name]))
	}
	for _, name := range i.PassArgs {
		if !variableName.MatchString(name) {
			problems = append(problems, fmt.Errorf("PassArgs: %q is not the name of a variable", name))
		}
		v.BuildArgs = append(v.BuildArgs, name)
	}
	return v, errors.Join(problems...)
}

// repository is where the image goes, as words that a shell makes of the variable, if there is one.
func (i Image) repository() (Repository, error) {
	switch {
	case i.Variable == "":
		return ParseRepository(i.Repository)
	case i.Repository != "":
		return Repository{}, fmt.Errorf("Repository %q and Variable %q are both given: give one", i.Repository, i.Variable)
	case !variableName.MatchString(i.Variable):
		return Repository{}, fmt.Errorf("Variable %q is not the name of an environment variable", i.Variable)
	}
	return Repository{
		Registry: `"${` + i.Variable + `%%/*}"`, Account: `"${` + i.Variable + `%%.*}"`, Region: `"$AWS_REGION"`,
		Name: `"${` + i.Variable + `#*/}"`, variable: i.Variable,
	}, nil
}

func orDefault(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// validPath keeps a build to its repository.
func validPath(field, path string) error {
	if path != "" && (strings.HasPrefix(path, "-") || !filepath.IsLocal(path)) {
		return fmt.Errorf("%s %q is not a path within the repository: write it from the repository's root", field, path)
	}
	return onOneLine(field, path)
}

// unprintable are the characters that YAML does not carry, or not on one line.
// https://yaml.org/spec/1.2.2/#51-character-set
var unprintable = regexp.MustCompile(`[\p{Cc}\x{2028}\x{2029}\x{FEFF}\x{FFFE}\x{FFFF}]`)

// onOneLine refuses what would end a line of the template or cannot stand in it.
func onOneLine(field, value string) error {
	if unprintable.MatchString(value) || !utf8.ValidString(value) {
		return fmt.Errorf("%s %q has a line break, a control character or broken UTF-8: write plain text on one line",
			field, value)
	}
	return nil
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=@%+,-]+$`)

// shellWord writes a value so that a POSIX shell reads it as one word, as it stands.
// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html#tag_18_02_02
func shellWord(value string) string {
	if plainWord.MatchString(value) {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}
