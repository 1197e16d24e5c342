package permissions

import (
	"regexp"
	"strings"
)

// own is the resource itself, by its ARN.
func own(p Place, r Resource) []string { return patterns(p, r.text("arn")) }

// ownAnd is the resource itself and what is below it.
func ownAnd(suffix string) func(Place, Resource) []string {
	return func(p Place, r Resource) []string {
		arns := own(p, r)
		for _, arn := range arns {
			arns = append(arns, arn+suffix)
		}
		return arns
	}
}

// at is what a property's ARN names.
func at(property string) func(Place, Resource) []string {
	return func(p Place, r Resource) []string { return patterns(p, r.text(property)) }
}

// named is the resource of a service that a property names, after a prefix as "repository/".
func named(service, prefix, property string) func(Place, Resource) []string {
	return func(p Place, r Resource) []string {
		if name := r.text(property); name != "" {
			return []string{p.arn(service, prefix+generalName(name))}
		}
		return nil
	}
}

// kinds are all resources of a service's kinds in the account and region, as "vpc/*": their names are AWS's to make up.
func kinds(service string, kinds ...string) func(Place, Resource) []string {
	return func(p Place, _ Resource) []string {
		var arns []string
		for _, kind := range kinds {
			arns = append(arns, p.arn(service, kind))
		}
		return arns
	}
}

// patterns is an ARN in the place's account, with * for what is random in it. It is empty without an ARN.
func patterns(p Place, arn string) []string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return nil
	}
	parts[1] = p.Partition
	if parts[4] != "" && parts[4] != "aws" {
		parts[4] = p.Account
	}
	switch parts[2] {
	case "secretsmanager":
		// https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html
		parts[5] = secretSuffix.ReplaceAllString(parts[5], "-??????")
	case "ecs":
		parts[5] = revision.ReplaceAllString(parts[5], ":*")
	}
	parts[5] = generalName(parts[5])
	return []string{strings.Join(parts, ":")}
}

var (
	secretSuffix = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)
	revision     = regexp.MustCompile(`:\d+$`)
	// automatic is the suffix of a name that Pulumi has made.
	// https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
	automatic = regexp.MustCompile(`-[0-9a-f]{7}($|[/:])`)
	// identifier is one that AWS has made: a UUID, 16 digits of a load balancer, or as vpc-0123456789abcdef0.
	identifier = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{16,32}\b|\b[a-z]+-[0-9a-f]{17}\b`)
)

// generalName has * for what is another in every deployment.
func generalName(name string) string {
	return automatic.ReplaceAllString(identifier.ReplaceAllString(name, "*"), "-*$1")
}
