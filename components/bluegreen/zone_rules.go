package bluegreen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// ZoneRulesArgs describe how Cloudflare treats the hosts of a zone. All fields are required.
type ZoneRulesArgs struct {
	// ZoneID is the zone's 32 hexadecimal digits.
	ZoneID pulumi.StringInput `pulumi:"zoneId"`
	// StrictHosts are reached by Cloudflare in the mode "Full (strict)": only with a certificate that it can verify.
	// Their order does not matter.
	StrictHosts []string `pulumi:"strictHosts"`
}

// ZoneRules are the configuration rules of a Cloudflare zone. A zone has one list of them, the entry-point ruleset of the
// phase http_config_settings, so a zone has one ZoneRules: where pipelines share a zone, it lists the hosts of all. A zone
// that has such rules already keeps them: the provider refuses to overwrite them. Remove them first, or import the ruleset.
// https://developers.cloudflare.com/ruleset-engine/about/rulesets/#entry-point-ruleset
// https://github.com/cloudflare/terraform-provider-cloudflare/issues/3219
type ZoneRules struct {
	pulumi.ResourceState

	// RulesetID of the entry-point ruleset.
	RulesetID pulumi.StringOutput `pulumi:"rulesetId"`
}

const (
	// https://developers.cloudflare.com/ruleset-engine/rules-language/expressions/#maximum-rule-expression-length
	longestExpression = 4096
	// mostRules is what a zone of the free plan has; larger plans have more.
	// https://developers.cloudflare.com/rules/configuration-rules/#availability
	mostRules = 10
)

// NewZoneRules makes a zone's configuration rules.
func NewZoneRules(ctx *pulumi.Context, name string, args *ZoneRulesArgs, opts ...pulumi.ResourceOption) (*ZoneRules, error) {
	if args == nil {
		args = &ZoneRulesArgs{}
	}
	if err := args.Validate(); err != nil {
		return nil, err
	}
	z := &ZoneRules{}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:ZoneRules", name, z, opts...); err != nil {
		return nil, err
	}
	var rules cloudflare.RulesetRuleArray
	for _, expression := range hostExpressions(args.StrictHosts, longestExpression) {
		rules = append(rules, cloudflare.RulesetRuleArgs{
			Description: pulumi.String("Full (strict) for the hosts of pipelines"),
			Expression:  pulumi.String(expression),
			Action:      pulumi.String("set_config"),
			ActionParameters: cloudflare.RulesetRuleActionParametersArgs{
				Ssl: pulumi.String("strict"),
			},
			Enabled: pulumi.Bool(true),
		})
	}
	ruleset, err := cloudflare.NewRuleset(ctx, name, &cloudflare.RulesetArgs{
		ZoneId: args.ZoneID, Name: pulumi.String("Configuration rules"),
		Kind: pulumi.String("zone"), Phase: pulumi.String("http_config_settings"), Rules: rules,
	}, pulumi.Parent(z))
	if err != nil {
		return nil, err
	}
	z.RulesetID = ruleset.ID().ToStringOutput()
	return z, ctx.RegisterResourceOutputs(z, pulumi.Map{"rulesetId": z.RulesetID})
}

// hostExpressions match exactly these hosts, in as few expressions as fit into the longest one allowed.
func hostExpressions(hosts []string, longest int) []string {
	const before, after = "http.host in {", "}"
	hosts = slices.Compact(slices.Sorted(slices.Values(hosts)))
	var expressions, set []string
	length := len(before) + len(after)
	for _, host := range hosts {
		quoted := `"` + host + `"`
		if len(set) > 0 && length+len(quoted)+1 > longest {
			expressions = append(expressions, before+strings.Join(set, " ")+after)
			set, length = nil, len(before)+len(after)
		}
		set = append(set, quoted)
		length += len(quoted) + 1
	}
	if len(set) == 0 {
		return expressions
	}
	return append(expressions, before+strings.Join(set, " ")+after)
}

// Validate reports all that is wrong with the arguments, as NewZoneRules does.
func (args *ZoneRulesArgs) Validate() error {
	p := &problems.List{}
	p.Given("zoneId", args.ZoneID, zoneIDWords)
	if id, plain := args.ZoneID.(pulumi.String); plain {
		p.Matches("zoneId", string(id), zoneID, zoneIDWords)
	}
	if len(args.StrictHosts) == 0 {
		p.Add("strictHosts", "missing: give at least one host, or make no ZoneRules")
	}
	for i, host := range args.StrictHosts {
		p.Matches(fmt.Sprintf("strictHosts[%d]", i), host, dnsName, `a lower-case host such as "app.example.com", without wildcard`)
	}
	if n := len(hostExpressions(args.StrictHosts, longestExpression)); n > mostRules {
		p.Add("strictHosts", "%d hosts need %d rules, a zone has %d: give fewer", len(args.StrictHosts), n, mostRules)
	}
	return p.Err()
}
