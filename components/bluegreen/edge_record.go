package bluegreen

import (
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// EdgeRecordArgs describe the DNS record of an application. All fields are required.
type EdgeRecordArgs struct {
	// Host is the full name that visitors use; a zone's apex too, which Cloudflare flattens.
	Host string `pulumi:"host"`
	// ZoneID is the zone's 32 hexadecimal digits.
	ZoneID pulumi.StringInput `pulumi:"zoneId"`
	// LoadBalancerDNSName is where Cloudflare forwards to.
	LoadBalancerDNSName pulumi.StringInput `pulumi:"loadBalancerDnsName"`
}

// EdgeRecord points visitors at Cloudflare, and Cloudflare at the load balancer.
type EdgeRecord struct {
	pulumi.ResourceState

	// URL that visitors use, "https://<host>".
	URL pulumi.StringOutput `pulumi:"url"`
}

// NewEdgeRecord makes a CNAME record that is proxied: only so do visitors meet Cloudflare's certificate, and only
// Cloudflare is admitted by the load balancer.
func NewEdgeRecord(ctx *pulumi.Context, name string, args *EdgeRecordArgs, opts ...pulumi.ResourceOption) (*EdgeRecord, error) {
	if args == nil {
		args = &EdgeRecordArgs{}
	}
	if err := args.validate(); err != nil {
		return nil, err
	}
	e := &EdgeRecord{}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:EdgeRecord", name, e, opts...); err != nil {
		return nil, err
	}
	record, err := cloudflare.NewRecord(ctx, name, &cloudflare.RecordArgs{
		ZoneId: args.ZoneID, Name: pulumi.String(args.Host), Type: pulumi.String("CNAME"),
		Content: args.LoadBalancerDNSName, Proxied: pulumi.Bool(true),
	}, pulumi.Parent(e))
	if err != nil {
		return nil, err
	}
	e.URL = pulumi.OutputWithDependencies(ctx.Context(),
		pulumi.String("https://"+args.Host).ToStringOutput(), record).(pulumi.StringOutput)
	return e, ctx.RegisterResourceOutputs(e, pulumi.Map{"url": e.URL})
}

func (args *EdgeRecordArgs) validate() error {
	p := &problems.List{}
	p.Matches("host", args.Host, dnsName, `a lower-case host such as "app.example.com"`)
	p.Given("zoneId", args.ZoneID, "the zone's id, which its overview page at Cloudflare shows")
	p.Given("loadBalancerDnsName", args.LoadBalancerDNSName, "the load balancer's DNS name")
	return p.Err()
}
