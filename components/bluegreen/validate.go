package bluegreen

import (
	"regexp"
	"slices"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

var (
	projectName  = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// validate checks the arguments with their defaults. given are those that the caller wrote, for what only they can tell.
func (args *ContainerPipelineArgs) validate(name string, given *ContainerPipelineArgs) error {
	p := &problems.List{}
	args.validateName(p, name)
	if len(args.Project) < 2 || len(args.Project) > 24 || !projectName.MatchString(args.Project) {
		p.Add("project", "%q is not valid: give 2 to 24 lower-case letters, digits and single hyphens, starting with a letter; "+
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
		p.Add("deployment.alarmNames", "%d alarms with those that the component makes: CodeDeploy takes at most 10", n)
	}
	args.Build.validate(p)
	args.validateOwnFiles(p, given)
	args.validatePeople(p)
	args.validateARNs(p)
	ground.ValidTags(p, args.Tags)
	return p.Err()
}

// longestName leaves room in the 64 characters of a role's name for "-execution" and the eight that Pulumi adds.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
const longestName = 46

// validateName: the component's name begins those that Pulumi makes automatically; that of the bucket has the narrowest
// rules, and the trust store's the least room (32 characters with Pulumi's suffix).
func (args *ContainerPipelineArgs) validateName(p *problems.List, name string) {
	if err := ground.ValidBucketName(name); err != nil {
		*p = append(*p, err)
	} else if args.Edge.AuthenticatedOriginPulls && len(name) > trustStoreName {
		p.Add("name", "%q is too long with edge.authenticatedOriginPulls: give at most %d characters", name, trustStoreName)
	} else if len(name) > longestName {
		p.Add("name", "%q has %d characters: give at most %d, it begins the names of roles", name, len(name), longestName)
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
