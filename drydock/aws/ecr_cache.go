package aws

import (
	"regexp"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const ecrCacheDoc = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html"

// ecrUpstreams are the registries a pull-through cache knows, and whether they want credentials.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
var ecrUpstreams = []struct {
	host        *regexp.Regexp
	credentials bool
}{
	{regexp.MustCompile(`^public\.ecr\.aws$`), false},
	{regexp.MustCompile(`^registry\.k8s\.io$`), false},
	{regexp.MustCompile(`^quay\.io$`), false},
	{regexp.MustCompile(`^registry-1\.docker\.io$`), true},
	{regexp.MustCompile(`^ghcr\.io$`), true},
	{regexp.MustCompile(`^registry\.gitlab\.com$`), true},
	{regexp.MustCompile(`^[a-z0-9]+\.azurecr\.io$`), true},
	{regexp.MustCompile(`^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com$`), false},
}

func ecrPullThroughCacheRule() *sim.Resource {
	prefix := func() *sim.Field {
		return sim.String().Replaces().Between(2, 30).
			Match(`((?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*/?|ROOT)`, "'ROOT' or the beginning of a repository name").
			Doc(ecrCacheDoc)
	}
	return &sim.Resource{
		Type: "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
		Inputs: sim.Fields{
			"ecrRepositoryPrefix":      prefix().Required(),
			"upstreamRepositoryPrefix": prefix(),
			"upstreamRegistryUrl":      sim.String().Required().Replaces().Doc(ecrCacheDoc),
			"credentialArn": sim.String().Refs("aws:secretsmanager/secret:Secret", "arn",
				"SecretNotFoundException: The ARN of the secret specified in the pull through cache rule was not found: %s"),
			"customRoleArn": iamRoleRef("InvalidParameterException: The role %s does not exist"),
		},
		Outputs:  []string{"registryId"},
		Validate: validateECRCacheRule,
		Create: func(op *sim.Op) error {
			op.ID = op.In.Str("ecrRepositoryPrefix")
			if op.Cloud.Get(op.Type, op.Record.Scope, op.ID) != nil {
				return sim.Refuse("PullThroughCacheRuleAlreadyExistsException",
					"A pull through cache rule with prefix '%s' already exists in the registry '%s'", op.ID, op.Account())
			}
			op.Out["registryId"] = op.Account()
			return nil
		},
	}
}

func validateECRCacheRule(c *sim.Check) {
	url := c.In.Str("upstreamRegistryUrl")
	if url == "" {
		return
	}
	for _, u := range ecrUpstreams {
		if !u.host.MatchString(url) {
			continue
		}
		if u.credentials && !c.In.Has("credentialArn") {
			c.Fail("credentialArn", "%s wants credentials: give the ARN of a secret whose name begins with ecr-pullthroughcache/ (%s)", url, ecrCacheDoc)
		}
		// https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html
		if arn := c.In.Str("credentialArn"); arn != "" && !strings.Contains(arn, ":secret:ecr-pullthroughcache/") {
			c.Fail("credentialArn", "%q: the secret's name must begin with ecr-pullthroughcache/ (%s)", arn, ecrCacheDoc)
		}
		return
	}
	c.Fail("upstreamRegistryUrl", "UnsupportedUpstreamRegistryException: %q is not a registry that ECR can cache (%s)", url, ecrCacheDoc)
}
