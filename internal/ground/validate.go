package ground

import (
	"fmt"
	"maps"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/problems"
)

var (
	repositoryName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]+$`)
	branchName     = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./#@+=-]*$`)
)

// ValidRepository reports what is no repository "owner/name" of GitHub and the like.
func ValidRepository(p *problems.List, field, repository string) {
	p.Matches(field, repository, repositoryName, `"owner/name", without host or .git`)
	if strings.HasSuffix(repository, ".git") {
		p.Add(field, "%q ends in .git: give %q", repository, strings.TrimSuffix(repository, ".git"))
	}
}

// ValidBranch reports what is no branch.
func ValidBranch(p *problems.List, field, branch string) {
	p.Matches(field, branch, branchName, "a branch such as main, without refs/heads/")
	if strings.HasPrefix(branch, "refs/") {
		p.Add(field, "%q is a full reference: give %q", branch, strings.TrimPrefix(branch, "refs/heads/"))
	}
}

// ValidPaths reports what is no list of a trigger's file patterns.
// https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GitFilePathFilterCriteria.html
func ValidPaths(p *problems.List, field string, paths []string) {
	if len(paths) > 8 {
		p.Add(field, "%d patterns are too many: CodePipeline takes at most 8", len(paths))
	}
	for i, path := range paths {
		if path == "" || len(path) > 255 || strings.HasPrefix(path, "/") {
			p.Add(fmt.Sprintf("%s[%d]", field, i), "%q is not valid: give a pattern such as src/** of 1 to 255 characters, without leading /", path)
		}
	}
}

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
var retentionDays = []int{
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

// ValidRetention reports what is no period of CloudWatch Logs.
func ValidRetention(p *problems.List, field string, days int) {
	if !slices.Contains(retentionDays, days) {
		p.Add(field, "%d is no period of CloudWatch Logs: give one of %s", days, strings.Trim(fmt.Sprint(retentionDays), "[]"))
	}
}

// ValidTags reports what cannot be the tags of AWS's resources.
// https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
func ValidTags(p *problems.List, tags map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		field := fmt.Sprintf("tags[%q]", key)
		if key == "" || len(key) > 128 {
			p.Add(field, "a key has 1 to 128 characters")
		}
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			p.Add(field, "keys beginning with aws: are reserved: give another")
		}
		if len(tags[key]) > 256 {
			p.Add(field, "the value has %d characters: give at most 256", len(tags[key]))
		}
	}
	if len(tags) > 45 {
		p.Add("tags", "%d tags are too many: give at most 45, AWS's limit of 50 less those added elsewhere", len(tags))
	}
}

// https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html
var computeTypes = []string{
	"BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE", "BUILD_GENERAL1_XLARGE", "BUILD_GENERAL1_2XLARGE",
}

// ValidMachine reports what is no machine of CodeBuild, and no time for a build in minutes. field is what both belong
// to, as "build".
// https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
func ValidMachine(p *problems.List, field, computeType string, timeoutMinutes int) {
	p.OneOf(field+".computeType", computeType, computeTypes...)
	p.Within(field+".timeoutMinutes", timeoutMinutes, 5, 2160, " minutes")
}

// ValidRelative reports what is no path within a repository.
func ValidRelative(p *problems.List, field, name string) {
	switch {
	case !filepath.IsLocal(name) || strings.ContainsAny(name, "\n\x00"):
		p.Add(field, "%q is outside the repository: give a path relative to its root", name)
	case strings.HasPrefix(name, "-"):
		p.Add(field, "%q begins with a hyphen, as an option of a command does: give %q", name, "./"+name)
	}
}

// ValidFile reports what is no file of a repository, such as example.
func ValidFile(p *problems.List, field, name, example string) {
	if path.Clean(name) == "." {
		p.Add(field, "%q is not a file: give a path relative to the repository's root, such as %s", name, example)
		return
	}
	ValidRelative(p, field, name)
}

// ValidImage reports what is no image of a container; without one, CodeBuild's own is taken.
func ValidImage(p *problems.List, field, image string) {
	if strings.ContainsAny(image, " \t\n") {
		p.Add(field, "%q is not valid: give an image such as public.ecr.aws/docker/library/node:22", image)
	}
}

// pipelineVariable is a variable of a pipeline, as #{SourceVariables.CommitId}, which an approval's link may have.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-variables.html
var pipelineVariable = regexp.MustCompile(`#\{[A-Za-z0-9_@-]+\.[A-Za-z0-9_@-]+\}`)

// ValidLink reports what nobody who is asked for an approval can follow.
func ValidLink(p *problems.List, field, link string) {
	if u, err := url.Parse(pipelineVariable.ReplaceAllString(link, "x")); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		p.Add(field, "%q is not valid: give a link that begins with https://", link)
	}
}
