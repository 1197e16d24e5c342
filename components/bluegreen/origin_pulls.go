package bluegreen

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi-tls/sdk/v5/go/tls"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// OriginPullsArgs describe how a load balancer tells Cloudflare from all others. Host, ZoneID and Bucket are required.
type OriginPullsArgs struct {
	// Host for which Cloudflare shows the certificate.
	Host string `pulumi:"host"`
	// ZoneID is the zone's 32 hexadecimal digits.
	ZoneID pulumi.StringInput `pulumi:"zoneId"`
	// Bucket that the load balancer reads the CA from.
	Bucket *ArtifactStore
	// Tags of the trust store. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// OriginPulls are the two sides of mutual TLS between Cloudflare and a load balancer: a CA of their own, a certificate
// that Cloudflare shows for one host, and the trust store that knows no other CA. Cloudflare's shared certificate would
// let any of its customers through.
// https://developers.cloudflare.com/ssl/origin-configuration/authenticated-origin-pull/set-up/per-hostname/
type OriginPulls struct {
	pulumi.ResourceState

	// TrustStoreArn is for the load balancer's listener. It waits until Cloudflare shows the certificate.
	TrustStoreArn pulumi.StringOutput `pulumi:"trustStoreArn"`
}

const (
	// The CA outlives every certificate it signs: a new one would lock Cloudflare out until it has the new certificate.
	caHours = 30 * 365 * 24
	// The certificate is renewed by the first `up` in its last year. Cloudflare has the new one before the old is removed.
	clientHours, clientRenewalHours = 10 * 365 * 24, 365 * 24
	// trustStoreName is what fits into the 32 characters of a trust store's name beside the provider's random suffix.
	// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTrustStore.html
	trustStoreName = 24
)

// NewOriginPulls makes the certificates, gives them to Cloudflare, and then makes the trust store.
func NewOriginPulls(ctx *pulumi.Context, name string, args *OriginPullsArgs, opts ...pulumi.ResourceOption) (*OriginPulls, error) {
	if args == nil {
		args = &OriginPullsArgs{}
	}
	if err := args.validate(name); err != nil {
		return nil, err
	}
	o := &OriginPulls{}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:OriginPulls", name, o, opts...); err != nil {
		return nil, err
	}
	ca, shown, err := o.addCertificates(ctx, name, args)
	if err != nil {
		return nil, err
	}
	store, err := o.addTrustStore(ctx, name, args, ca, shown)
	if err != nil {
		return nil, err
	}
	o.TrustStoreArn = store.Arn
	return o, ctx.RegisterResourceOutputs(o, pulumi.Map{"trustStoreArn": o.TrustStoreArn})
}

// addCertificates makes the CA and has Cloudflare show a certificate of it.
func (o *OriginPulls) addCertificates(
	ctx *pulumi.Context, name string, args *OriginPullsArgs,
) (*tls.SelfSignedCert, pulumi.Resource, error) {
	child := pulumi.Parent(o)
	caKey, err := newKey(ctx, name+"-ca", child)
	if err != nil {
		return nil, nil, err
	}
	ca, err := tls.NewSelfSignedCert(ctx, name+"-ca", &tls.SelfSignedCertArgs{
		PrivateKeyPem: caKey.PrivateKeyPem, IsCaCertificate: pulumi.Bool(true), SetSubjectKeyId: pulumi.Bool(true),
		Subject:             tls.SelfSignedCertSubjectArgs{CommonName: pulumi.String("Origin pulls of " + name)},
		AllowedUses:         pulumi.ToStringArray([]string{"cert_signing", "crl_signing"}),
		ValidityPeriodHours: pulumi.Int(caHours),
	}, child)
	if err != nil {
		return nil, nil, err
	}
	key, client, err := o.addClient(ctx, name, args.Host, caKey, ca)
	if err != nil {
		return nil, nil, err
	}
	uploaded, err := cloudflare.NewAuthenticatedOriginPullsCertificate(ctx, name, &cloudflare.AuthenticatedOriginPullsCertificateArgs{
		ZoneId: args.ZoneID, Type: pulumi.String("per-hostname"),
		Certificate: client.CertPem, PrivateKey: key.PrivateKeyPem,
	}, child)
	if err != nil {
		return nil, nil, err
	}
	shown, err := cloudflare.NewAuthenticatedOriginPulls(ctx, name, &cloudflare.AuthenticatedOriginPullsArgs{
		ZoneId: args.ZoneID, Hostname: pulumi.String(args.Host), Enabled: pulumi.Bool(true),
		AuthenticatedOriginPullsCertificate: uploaded.ID(),
	}, child)
	return ca, shown, err
}

// addClient makes the certificate that Cloudflare shows, and its key.
func (o *OriginPulls) addClient(
	ctx *pulumi.Context, name, host string, caKey *tls.PrivateKey, ca *tls.SelfSignedCert,
) (*tls.PrivateKey, *tls.LocallySignedCert, error) {
	key, err := newKey(ctx, name, pulumi.Parent(o))
	if err != nil {
		return nil, nil, err
	}
	request, err := tls.NewCertRequest(ctx, name, &tls.CertRequestArgs{
		PrivateKeyPem: key.PrivateKeyPem, Subject: tls.CertRequestSubjectArgs{CommonName: pulumi.String(host)},
	}, pulumi.Parent(o))
	if err != nil {
		return nil, nil, err
	}
	client, err := tls.NewLocallySignedCert(ctx, name, &tls.LocallySignedCertArgs{
		CertRequestPem: request.CertRequestPem, CaCertPem: ca.CertPem, CaPrivateKeyPem: caKey.PrivateKeyPem,
		AllowedUses:         pulumi.ToStringArray([]string{"digital_signature", "client_auth"}),
		ValidityPeriodHours: pulumi.Int(clientHours), EarlyRenewalHours: pulumi.Int(clientRenewalHours),
	}, pulumi.Parent(o))
	return key, client, err
}

// addTrustStore comes after Cloudflare shows the certificate, so that no visitor meets a load balancer that asks in vain.
func (o *OriginPulls) addTrustStore(
	ctx *pulumi.Context, name string, args *OriginPullsArgs, ca *tls.SelfSignedCert, shown pulumi.Resource,
) (*lb.TrustStore, error) {
	bundle, err := s3.NewBucketObjectv2(ctx, name, &s3.BucketObjectv2Args{
		Bucket: args.Bucket.BucketName, Key: pulumi.String("origin-pulls/ca.pem"), Content: ca.CertPem,
		ContentType: pulumi.String("application/x-pem-file"),
	}, pulumi.Parent(o), pulumi.DependsOn(args.Bucket.Ready()))
	if err != nil {
		return nil, err
	}
	return lb.NewTrustStore(ctx, name, &lb.TrustStoreArgs{
		CaCertificatesBundleS3Bucket: bundle.Bucket, CaCertificatesBundleS3Key: bundle.Key,
		// The version makes a changed CA a change of the trust store.
		CaCertificatesBundleS3ObjectVersion: bundle.VersionId, Tags: ground.Tags(args.Tags),
	}, pulumi.Parent(o), pulumi.DependsOn([]pulumi.Resource{shown}))
}

func (args *OriginPullsArgs) validate(name string) error {
	p := &problems.List{}
	if len(name) > trustStoreName {
		p.Add("name", "%q has %d characters: give at most %d, it begins the name of a trust store", name, len(name), trustStoreName)
	}
	p.Matches("host", args.Host, dnsName, `a lower-case host such as "app.example.com"`)
	p.Given("zoneId", args.ZoneID, "the zone's id, which its overview page at Cloudflare shows")
	if args.Bucket == nil {
		p.Add("bucket", "missing: give the ArtifactStore to keep the CA in")
	}
	return p.Err()
}
