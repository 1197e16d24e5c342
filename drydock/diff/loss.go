package diff

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// loss is what goes with a resource.
type loss struct {
	kind Kind
	what string
}

// lost is what is at stake where a resource of the type is deleted or replaced.
var lost = map[string]loss{
	"aws:backup/vault:Vault":                                   {Data, "its recovery points"},
	"aws:cloudwatch/logGroup:LogGroup":                         {Data, "its logs"},
	"aws:codecommit/repository:Repository":                     {Data, "its commits"},
	"aws:cognito/userPool:UserPool":                            {Data, "its users"},
	"aws:docdb/cluster:Cluster":                                {Data, "its data"},
	"aws:dynamodb/table:Table":                                 {Data, "its items"},
	"aws:ebs/volume:Volume":                                    {Data, "its data"},
	"aws:ecr/repository:Repository":                            {Data, "its images"},
	"aws:efs/fileSystem:FileSystem":                            {Data, "its files"},
	"aws:elasticache/cluster:Cluster":                          {Data, "its data"},
	"aws:elasticache/replicationGroup:ReplicationGroup":        {Data, "its data"},
	"aws:kinesis/stream:Stream":                                {Data, "its records"},
	"aws:kms/key:Key":                                          {Data, "the means to read what is encrypted with it"},
	"aws:neptune/cluster:Cluster":                              {Data, "its data"},
	"aws:opensearch/domain:Domain":                             {Data, "its indices"},
	"aws:rds/cluster:Cluster":                                  {Data, "its data"},
	"aws:rds/instance:Instance":                                {Data, "its data"},
	"aws:redshift/cluster:Cluster":                             {Data, "its data"},
	"aws:route53/zone:Zone":                                    {Data, "its records and name servers"},
	"aws:s3/bucket:Bucket":                                     {Data, "its objects"},
	"aws:s3/bucketV2:BucketV2":                                 {Data, "its objects"},
	"aws:secretsmanager/secret:Secret":                         {Data, "its value"},
	"aws:sqs/queue:Queue":                                      {Data, "its messages"},
	"tls:index/privateKey:PrivateKey":                          {Traffic, "every certificate made with it"},
	"aws:acm/certificate:Certificate":                          {Traffic, "TLS of every listener that has it"},
	"aws:apigateway/restApi:RestApi":                           {Traffic, "its address"},
	"aws:apigatewayv2/api:Api":                                 {Traffic, "its address"},
	"aws:cloudfront/distribution:Distribution":                 {Traffic, "its address"},
	"aws:ec2/eip:Eip":                                          {Traffic, "its address"},
	"aws:ec2/instance:Instance":                                {Traffic, "what runs on it"},
	"aws:ec2/internetGateway:InternetGateway":                  {Traffic, "the way to and from the internet"},
	"aws:ec2/natGateway:NatGateway":                            {Traffic, "the way to the internet"},
	"aws:ec2/vpc:Vpc":                                          {Traffic, "all that is in it"},
	"aws:ecs/cluster:Cluster":                                  {Traffic, "the services that run in it"},
	"aws:ecs/service:Service":                                  {Traffic, "its running tasks"},
	"aws:eks/cluster:Cluster":                                  {Traffic, "all that runs in it"},
	"aws:eks/nodeGroup:NodeGroup":                              {Traffic, "what runs on its nodes"},
	"aws:lambda/function:Function":                             {Traffic, "its invocations"},
	"aws:lb/listener:Listener":                                 {Traffic, "every connection to its port"},
	"aws:lb/loadBalancer:LoadBalancer":                         {Traffic, "its DNS name and every connection"},
	"aws:lb/targetGroup:TargetGroup":                           {Traffic, "the targets behind it"},
	"aws:rds/clusterInstance:ClusterInstance":                  {Traffic, "connections to it"},
	"aws:route53/record:Record":                                {Traffic, "the name's resolution"},
	"cloudflare:index/originCaCertificate:OriginCaCertificate": {Traffic, "TLS between Cloudflare and the origin"},
	"cloudflare:index/record:Record":                           {Traffic, "the name's resolution"},
	"aws:codestarconnections/connection:Connection":            {Releases, "no pipeline a source until somebody confirms a new one in the console"},
}

// consequence leads from what happens to what is lost by it.
var consequence = map[Kind]string{Data: "which loses", Traffic: "which interrupts", Releases: "which leaves", Protection: "which loses"}

// losses judges a deletion or a replacement.
func losses(s drydock.Step, moved renames) []Danger {
	at, known := lost[kindOf(s.Type)]
	if s.Op != "delete" && s.Op != "replace" {
		return interruptions(s)
	}
	if !known && s.Old != nil && s.Old.Protect {
		at, known = loss{Protection, "what somebody wanted to keep"}, true
	}
	if !known || s.Old != nil && s.Old.RetainOnDelete && (s.Op == "delete" || at.kind == Data) {
		return nil // what is retained stays in the cloud as it is
	}
	reason := fmt.Sprintf("%s is %sd, %s %s", noun(s.Type), s.Op, consequence[at.kind], at.what)
	if guard := guarded(s); guard != "" {
		reason += "; " + guard
	}
	return []Danger{{
		Kind: at.kind, Op: s.Op, Resource: resourceOf(s), Reason: reason, Forces: s.ReplaceKeys, WayOut: waysOut(s, at.kind, moved),
	}}
}

func waysOut(s drydock.Step, kind Kind, moved renames) []string {
	var ways []string
	if alias := moved.wayOut(s); alias != "" {
		ways = append(ways, alias)
	}
	switch {
	case s.Op != "replace" || len(s.ReplaceKeys) == 0:
	case slices.Equal(s.ReplaceKeys, []string{"provider"}):
		// The engine's name for a provider that is itself replaced, or another one.
		ways = append(ways, "leave the provider's settings as they are, such as `aws:region`, and bring up a stack of its own elsewhere")
	default:
		ways = append(ways, "leave "+code(s.ReplaceKeys)+asItIs(s.ReplaceKeys))
	}
	ways = append(ways, "keep the old one: `pulumi.RetainOnDelete(true)` in an up before this one")
	if kind != Data || s.Old == nil {
		return ways
	}
	if s.Op == "delete" && s.Old.ID != "" {
		ways = append(ways, fmt.Sprintf("once kept, take it over where it is wanted: `pulumi import %s <name> %s`", s.Type, s.Old.ID))
	}
	if !s.Old.Protect {
		ways = append(ways, "`pulumi.Protect(true)` makes Pulumi refuse it")
	}
	return ways
}

// interruptions judges updates in place that drop traffic.
func interruptions(s drydock.Step) []Danger {
	if s.Op != "update" {
		return nil
	}
	was, will := inputs(s.Old), inputs(s.New)
	danger := func(property, reason, way string) []Danger {
		return []Danger{{Kind: Traffic, Op: s.Op, Resource: resourceOf(s), Reason: reason, Forces: []string{property}, WayOut: []string{way}}}
	}
	switch kindOf(s.Type) {
	case "aws:ecs/service:Service":
		if number(was["desiredCount"]) > 0 && number(will["desiredCount"]) == 0 {
			return danger("desiredCount", "no task of the service is left running", "keep `desiredCount` above 0")
		}
	case "aws:lb/loadBalancer:LoadBalancer":
		if leaves(texts(was["subnets"]), will["subnets"]) {
			return danger("subnets", "the load balancer leaves all of its subnets: its addresses change, and AWS refuses subnets of another VPC",
				"in another VPC, make a new load balancer, and remove this one when nobody uses it")
		}
	case "aws:lb/listener:Listener":
		if was["port"] != will["port"] {
			return danger("port", fmt.Sprintf("nobody listens on port %v any more", was["port"]),
				"add a listener for the new port, and remove the old one when nobody uses it")
		}
	}
	return nil
}

// leaves tells whether none of the subnets stays. A load balancer stays in its VPC.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html
func leaves(subnets []string, to any) bool {
	list, isList := to.([]any)
	if len(subnets) == 0 || !isList && to != drydock.Unknown {
		return false
	}
	return !slices.ContainsFunc(list, func(id any) bool { return slices.Contains(subnets, text(id)) })
}

func number(v any) float64 {
	n, _ := v.(float64)
	return n
}

func asItIs(names []string) string { return whether(len(names) == 1, " as it is", " as they are") }

func code(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }

// noun makes "the load balancer" of "aws:lb/loadBalancer:LoadBalancer".
func noun(typ string) string {
	name := strings.TrimSuffix(typ[strings.LastIndex(typ, ":")+1:], "V2")
	var words strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) && !unicode.IsUpper(rune(name[i-1])) {
			words.WriteByte(' ')
		}
		words.WriteRune(unicode.ToLower(r))
	}
	return "the " + acronyms.Replace(words.String())
}

var acronyms = strings.NewReplacer("vpc", "VPC", "nat ", "NAT ", "eip", "Elastic IP address", "api", "API", "origin ca", "origin CA")
