package bluegreen

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/acm"
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi-tls/sdk/v5/go/tls"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// OriginCertificateArgs describe the certificate of the way from Cloudflare to a load balancer.
type OriginCertificateArgs struct {
	// Hosts that the certificate is for, at least one; the first is its common name.
	Hosts []string `pulumi:"hosts"`
	// ValidityDays: 7, 30, 90, 365, 730, 1095 or 5475. Default: 5475.
	ValidityDays int `pulumi:"validityDays"`
	// Tags of the certificate in ACM. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// OriginCertificate is a certificate of Cloudflare's Origin CA, which Cloudflare alone trusts, imported into ACM. The
// first `up` in the last tenth of its validity, at most 30 days, renews it: under the same ARN, so that the load balancer
// goes on without a gap.
// https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html
type OriginCertificate struct {
	pulumi.ResourceState

	// CertificateArn of the certificate in ACM. It stays when the certificate is renewed or its hosts change.
	CertificateArn pulumi.StringOutput `pulumi:"certificateArn"`
	// ExpiresOn is when the certificate ends.
	ExpiresOn pulumi.StringOutput `pulumi:"expiresOn"`
}

// NewOriginCertificate makes a key, has Cloudflare sign it, and imports both into ACM.
func NewOriginCertificate(
	ctx *pulumi.Context, name string, args *OriginCertificateArgs, opts ...pulumi.ResourceOption,
) (*OriginCertificate, error) {
	a := args.withDefaults()
	if err := a.validate(); err != nil {
		return nil, err
	}
	c := &OriginCertificate{}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:OriginCertificate", name, c, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(c)
	key, err := newKey(ctx, name, child)
	if err != nil {
		return nil, err
	}
	request, err := tls.NewCertRequest(ctx, name, &tls.CertRequestArgs{
		PrivateKeyPem: key.PrivateKeyPem, DnsNames: pulumi.ToStringArray(a.Hosts),
		Subject: tls.CertRequestSubjectArgs{CommonName: pulumi.String(a.Hosts[0])},
	}, child)
	if err != nil {
		return nil, err
	}
	// A renewal replaces this one: the new one is made and imported before the old one is revoked.
	signed, err := cloudflare.NewOriginCaCertificate(ctx, name, &cloudflare.OriginCaCertificateArgs{
		Csr: request.CertRequestPem, Hostnames: pulumi.ToStringArray(a.Hosts), RequestType: pulumi.String("origin-ecc"),
		RequestedValidity: pulumi.Int(a.ValidityDays), MinDaysForRenewal: pulumi.Int(renewalDays(a.ValidityDays)),
	}, child)
	if err != nil {
		return nil, err
	}
	// Without a chain, as in the guide: Cloudflare knows its own CA. New content is imported under the same ARN.
	imported, err := acm.NewCertificate(ctx, name, &acm.CertificateArgs{
		CertificateBody: signed.Certificate, PrivateKey: key.PrivateKeyPem, Tags: ground.Tags(a.Tags),
	}, child)
	if err != nil {
		return nil, err
	}
	c.CertificateArn, c.ExpiresOn = imported.Arn, signed.ExpiresOn
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"certificateArn": c.CertificateArn, "expiresOn": c.ExpiresOn})
}

// newKey makes a key that Cloudflare signs, ACM imports and load balancers use. A certificate is only ever imported again
// with a key of the same type and size, so these stay.
// https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html
func newKey(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) (*tls.PrivateKey, error) {
	return tls.NewPrivateKey(ctx, name, &tls.PrivateKeyArgs{
		Algorithm: pulumi.String("ECDSA"), EcdsaCurve: pulumi.String("P256"),
	}, opts...)
}

// renewalDays before the end: a tenth of the validity, 1 to 30 days.
func renewalDays(validity int) int { return max(1, min(30, validity/10)) }

func (args *OriginCertificateArgs) withDefaults() *OriginCertificateArgs {
	a := OriginCertificateArgs{}
	if args != nil {
		a = *args
	}
	a.ValidityDays = or(a.ValidityDays, 5475)
	return &a
}

func (args *OriginCertificateArgs) validate() error {
	p := &problems.List{}
	if len(args.Hosts) == 0 {
		p.Add("hosts", "missing: give at least one")
	}
	for i, host := range args.Hosts {
		p.Matches(fmt.Sprintf("hosts[%d]", i), host, dnsName, `a lower-case host such as "app.example.com"`)
	}
	if !slices.Contains(validityDays, args.ValidityDays) {
		p.Add("validityDays", "%d is not offered: give 7, 30, 90, 365, 730, 1095 or 5475", args.ValidityDays)
	}
	return p.Err()
}
