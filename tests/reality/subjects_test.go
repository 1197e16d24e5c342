//go:build reality

package reality

import (
	"regexp"
	"slices"
	"strings"
)

// account is the emulator's.
const account = "123456789012"

// named are the parameters that name what a request is about, by the service's signing name, and the ARNs that come of
// them: the first whose parameters are all there. A parameter that is an ARN stands for itself.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
var named = map[string][]string{
	"acm":                     {"{CertificateArn}"},
	"application-autoscaling": {"{ResourceARN}"},
	"codebuild":               {"project/{projectName}", "project/{name}", "project/{names}"},
	"codecommit":              {"{repositoryName}", "{resourceArn}"},
	"codedeploy": {"{ResourceArn}", "deploymentgroup:{applicationName}/{deploymentGroupName}",
		"deploymentgroup:{applicationName}/{currentDeploymentGroupName}", "application:{applicationName}", "deploymentconfig:{deploymentConfigName}"},
	"codepipeline":           {"{resourceArn}", "{pipeline.name}", "{name}"},
	"codestar-connections":   {"{ConnectionArn}", "{ResourceArn}"},
	"codestar-notifications": {"{Arn}"},
	"ecr":                    {"{resourceArn}", "repository/{repositoryName}", "repository/{repositoryNames}"},
	"ecs": {"{resourceArn}", "service/{cluster}/{serviceName}", "service/{cluster}/{service}", "service/{cluster}/{services}",
		"cluster/{clusterName}", "cluster/{clusters}", "cluster/{cluster}", "task-definition/{family}:1", "task-definition/{taskDefinition}"},
	"elasticloadbalancing": {"{ResourceArns}", "{LoadBalancerArn}", "{ListenerArn}", "{RuleArn}", "{TargetGroupArn}", "{TrustStoreArn}"},
	"events":               {"{ResourceARN}", "rule/{Rule}", "rule/{Name}"},
	"iam":                  {"role/{RoleName}", "{PolicyArn}", "policy/{PolicyName}", "{OpenIDConnectProviderArn}"},
	"kms":                  {"{AliasName}", "key/{KeyId}"},
	"logs":                 {"{resourceArn}", "log-group:{logGroupName}"},
	"monitoring":           {"{ResourceARN}", "alarm:{AlarmName}", "alarm:{AlarmNames}", "dashboard/{DashboardName}", "dashboard/{DashboardNames}"},
	"secretsmanager":       {"{SecretId}", "secret:{Name}-AbCdEf"},
	"sns":                  {"{TopicArn}", "{ResourceArn}", "{SubscriptionArn}", "{Name}"},
	"ssm":                  {"parameter{Name}", "parameter{Names}", "parameter{ResourceId}"},
	"sts":                  {"{RoleArn}"},
}

var parameter = regexp.MustCompile(`\{([^}]+)\}`)

// made are the ARNs of what an operation makes whose parameters do not name it so. In EC2's requests, the tags tell what
// they are for.
func (s signature) made(operation string, flat map[string][]string) []string {
	switch s.service + " " + operation {
	case "codestar-connections CreateConnection":
		return []string{s.arn("connection/00000000-0000-0000-0000-000000000000")}
	case "elasticloadbalancing CreateLoadBalancer":
		return s.expand("loadbalancer/app/{Name}/0000000000000000", flat)
	case "elasticloadbalancing CreateTargetGroup":
		return s.expand("targetgroup/{Name}/0000000000000000", flat)
	case "elasticloadbalancing CreateListener":
		balancer := zeros(flat["LoadBalancerArn"][0])
		return []string{strings.Replace(balancer, ":loadbalancer/", ":listener/", 1) + "/0000000000000000"}
	}
	var arns []string
	for _, kind := range flat["TagSpecification.ResourceType"] {
		arns = append(arns, s.arn(kind+"/new"))
	}
	return arns
}

// subjects are the ARNs of what the parameters name.
func (s signature) subjects(flat map[string][]string) []string {
	if s.service == "ec2" {
		return s.networkSubjects(flat)
	}
	for _, pattern := range named[s.service] {
		if arns := s.expand(pattern, flat); len(arns) > 0 {
			slices.Sort(arns)
			return slices.Compact(arns)
		}
	}
	return nil
}

// expand gives an ARN for each value of the pattern's last parameter; the others have one value.
func (s signature) expand(pattern string, flat map[string][]string) (arns []string) {
	names := parameter.FindAllStringSubmatch(pattern, -1)
	for i, n := range names {
		values := flat[n[1]]
		if len(values) == 0 {
			return nil
		}
		if i < len(names)-1 {
			pattern = strings.Replace(pattern, n[0], values[0][strings.LastIndex(values[0], "/")+1:], 1)
			continue
		}
		for _, v := range values {
			if strings.HasPrefix(v, "arn:") {
				arns = append(arns, zeros(v))
			} else {
				arns = append(arns, s.arn(strings.Replace(pattern, n[0], v, 1)))
			}
		}
	}
	return arns
}

// networkID is one of EC2's, which tells its kind.
var (
	networkID    = regexp.MustCompile(`^([a-z]+)-[0-9a-f]{8,17}$`)
	networkKinds = map[string]string{
		"vpc": "vpc", "subnet": "subnet", "igw": "internet-gateway", "eipalloc": "elastic-ip", "nat": "natgateway", "rtb": "route-table",
		"rtbassoc": "route-table", "sg": "security-group", "sgr": "security-group-rule", "pl": "prefix-list", "vpce": "vpc-endpoint", "eni": "network-interface",
	}
)

// networkSubjects are all that a request to EC2 names: each must be allowed.
func (s signature) networkSubjects(flat map[string][]string) (arns []string) {
	for _, values := range flat {
		for _, v := range values {
			if id := networkID.FindStringSubmatch(v); id != nil && networkKinds[id[1]] != "" {
				arns = append(arns, s.arn(networkKinds[id[1]]+"/"+v))
			}
		}
	}
	slices.Sort(arns)
	return slices.Compact(arns)
}

// arn is one of the service's, in the caller's account.
func (s signature) arn(rest string) string {
	service, region := s.service, s.region
	switch {
	case service == "monitoring":
		service = "cloudwatch"
		if strings.HasPrefix(rest, "dashboard/") {
			region = ""
		}
	case service == "iam":
		region = ""
	case service == "ssm" && !strings.HasPrefix(rest, "parameter/"):
		rest = strings.Replace(rest, "parameter", "parameter/", 1)
	}
	return zeros(strings.Join([]string{"arn:aws", service, region, s.account, rest}, ":"))
}

// random are the parts of names that Pulumi and AWS make up, and what stands for them.
var invented = []struct {
	random *regexp.Regexp
	steady string
}{
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "00000000-0000-0000-0000-000000000000"},
	{regexp.MustCompile(`\b([a-z]+)-[0-9a-f]{17}\b`), "$1-00000000000000000"},
	{regexp.MustCompile(`/[0-9a-f]{16,32}\b`), "/0000000000000000"},
	{regexp.MustCompile(`-[0-9a-f]{7}($|[/:])`), "-0000000$1"},
	{regexp.MustCompile(`(:secret:.*)-[A-Za-z0-9]{6}$`), "$1-AbCdEf"},
}

// zeros has zeros in the place of what is made up, so that two recordings are equal.
func zeros(arn string) string {
	for _, m := range invented {
		arn = m.random.ReplaceAllString(arn, m.steady)
	}
	return arn
}
