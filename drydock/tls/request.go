package tls

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net"
	"net/url"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// certRequest is https://registry.terraform.io/providers/hashicorp/tls/latest/docs/resources/cert_request.
var certRequest = &sim.Resource{
	Type:    "tls:index/certRequest:CertRequest",
	Inputs:  withNames(sim.Fields{"privateKeyPem": keyField()}),
	Outputs: []string{"certRequestPem", "keyAlgorithm"},
	Create:  createRequest,
}

func createRequest(op *sim.Op) error {
	key, err := parseKey(op.In.Str("privateKeyPem"))
	if err != nil {
		return err
	}
	n := namesOf(op.In)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: n.subject, DNSNames: n.dns, IPAddresses: n.ips, URIs: n.uris,
	}, key)
	if err != nil {
		return err
	}
	op.Out["certRequestPem"] = encode("CERTIFICATE REQUEST", der)
	op.Out["keyAlgorithm"] = algorithmOf(key)
	// The provider's id is a hash of the request; a random one of its form keeps two equal requests apart.
	op.ID = sim.Hex(40)
	return nil
}

// withNames adds the inputs that say whom a request or certificate is for.
func withNames(fields sim.Fields) sim.Fields {
	fields["dnsNames"] = sim.List(sim.String()).Replaces()
	fields["ipAddresses"] = sim.List(sim.String().Check(func(v any) string {
		if net.ParseIP(v.(string)) == nil {
			return "failed to parse IP address: " + v.(string)
		}
		return ""
	})).Replaces()
	fields["uris"] = sim.List(sim.String().Check(func(v any) string {
		if _, err := url.Parse(v.(string)); err != nil {
			return "failed to parse URI: " + err.Error()
		}
		return ""
	})).Replaces()
	fields["subject"] = sim.Object(sim.Fields{
		"commonName":         sim.String(),
		"country":            sim.String(),
		"emailAddress":       sim.String(),
		"locality":           sim.String(),
		"organization":       sim.String(),
		"organizationalUnit": sim.String(),
		"postalCode":         sim.String(),
		"province":           sim.String(),
		"serialNumber":       sim.String(),
		"streetAddresses":    sim.List(sim.String()),
	}).Replaces()
	return fields
}

type names struct {
	subject pkix.Name
	dns     []string
	ips     []net.IP
	uris    []*url.URL
}

// namesOf reads inputs that [withNames] has checked.
func namesOf(in sim.Values) names {
	n := names{subject: subjectOf(in.Obj("subject")), dns: in.Strs("dnsNames")}
	for _, text := range in.Strs("ipAddresses") {
		n.ips = append(n.ips, net.ParseIP(text))
	}
	for _, text := range in.Strs("uris") {
		if u, err := url.Parse(text); err == nil {
			n.uris = append(n.uris, u)
		}
	}
	return n
}

// emailAddress is the attribute type of PKCS #9 for an electronic mail address.
var emailAddress = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}

func subjectOf(in sim.Values) pkix.Name {
	name := pkix.Name{
		CommonName:         in.Str("commonName"),
		SerialNumber:       in.Str("serialNumber"),
		Country:            one(in.Str("country")),
		Locality:           one(in.Str("locality")),
		Organization:       one(in.Str("organization")),
		OrganizationalUnit: one(in.Str("organizationalUnit")),
		PostalCode:         one(in.Str("postalCode")),
		Province:           one(in.Str("province")),
		StreetAddress:      in.Strs("streetAddresses"),
	}
	if email := in.Str("emailAddress"); email != "" {
		name.ExtraNames = []pkix.AttributeTypeAndValue{{
			Type: emailAddress, Value: asn1.RawValue{Tag: asn1.TagIA5String, Bytes: []byte(email)},
		}}
	}
	return name
}

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
