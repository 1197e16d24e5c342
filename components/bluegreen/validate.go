package bluegreen

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/ground"
)

// problems collects all that is wrong, so that it is reported at once.
type problems []error

// add reports a field with its value and the fix: "containers[1].port: 8000 is also the port of api: …".
func (p *problems) add(field, format string, args ...any) {
	*p = append(*p, fmt.Errorf("%s: %s", field, fmt.Sprintf(format, args...)))
}

func (p *problems) within(field string, value, low, high int, unit string) {
	if value < low || value > high {
		p.add(field, "%d is out of range: give %d to %d%s", value, low, high, unit)
	}
}

func (p *problems) oneOf(field, value string, accepted ...string) {
	if !slices.Contains(accepted, value) {
		p.add(field, "%q is not known: give one of %s", value, strings.Join(accepted, ", "))
	}
}

func (p *problems) matches(field, value string, pattern *regexp.Regexp, want string) bool {
	if pattern.MatchString(value) {
		return true
	}
	p.add(field, "%q is not valid: give %s", value, want)
	return false
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return errors.Join(p...)
}

var (
	projectName  = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// validate checks the arguments with their defaults. given are those that the caller wrote, for what only they can tell.
func (args *ContainerPipelineArgs) validate(name string, given *ContainerPipelineArgs) error {
	p := &problems{}
	args.validateName(p, name)
	if len(args.Project) < 2 || len(args.Project) > 24 || !projectName.MatchString(args.Project) {
		p.add("project", "%q is not valid: give 2 to 24 lower-case letters, digits and single hyphens, starting with a letter; "+
			"it begins the names of repositories, service and pipeline", args.Project)
	}
	args.validateContainers(p)
	args.validateSecrets(p)
	args.validateTask(p)
	args.validateScaling(p)
	args.HealthCheck.validate(p)
	args.Source.validate(p)
	args.Edge.validate(p, given.Edge)
	args.Network.validate(p)
	args.validateBootstrap(p, given.BootstrapImage)
	args.Deployment.validate(p, given.Deployment)
	args.Alarms.validate(p, given.Alarms)
	// https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html
	if n := args.Alarms.count() + len(args.Deployment.AlarmNames); n > 10 {
		p.add("deployment.alarmNames", "%d alarms with those that the component makes: CodeDeploy takes at most 10", n)
	}
	args.Build.validate(p)
	args.validateOwnFiles(p, given)
	args.validatePeople(p)
	validateTags(p, args.Tags)
	return p.err()
}

// longestName leaves room in the 64 characters of a role's name for "-execution" and the eight that Pulumi adds.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
const longestName = 46

// validateName: the component's name begins those that Pulumi makes automatically; that of the bucket has the narrowest
// rules, and the trust store's the least room (32 characters with Pulumi's suffix).
func (args *ContainerPipelineArgs) validateName(p *problems, name string) {
	if err := ground.ValidBucketName(name); err != nil {
		*p = append(*p, err)
	} else if args.Edge.AuthenticatedOriginPulls && len(name) > trustStoreName {
		p.add("name", "%q is too long with edge.authenticatedOriginPulls: give at most %d characters", name, trustStoreName)
	} else if len(name) > longestName {
		p.add("name", "%q has %d characters: give at most %d, it begins the names of roles", name, len(name), longestName)
	}
}

// https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
func validateTags(p *problems, tags map[string]string) {
	for _, key := range sortedKeys(tags) {
		field := fmt.Sprintf("tags[%q]", key)
		if key == "" || len(key) > 128 {
			p.add(field, "a key has 1 to 128 characters")
		}
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			p.add(field, "keys beginning with aws: are reserved: give another")
		}
		if len(tags[key]) > 256 {
			p.add(field, "the value has %d characters: give at most 256", len(tags[key]))
		}
	}
	if len(tags) > 45 {
		p.add("tags", "%d tags are too many: give at most 45, AWS's limit of 50 less those added elsewhere", len(tags))
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
