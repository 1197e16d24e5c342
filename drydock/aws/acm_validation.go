package aws

import (
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// acmCertificateValidation waits until a requested certificate is issued.
// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/acm_certificate_validation
func acmCertificateValidation() *sim.Resource {
	return &sim.Resource{
		Type: "aws:acm/certificateValidation:CertificateValidation",
		Inputs: sim.Fields{
			"certificateArn": arnField().Required().Replaces().
				Refs(certificateType, "arn", "ResourceNotFoundException: Could not find certificate %s."),
			"validationRecordFqdns": sim.Set(sim.String()).Replaces(),
		},
		Create: func(op *sim.Op) error {
			cert := op.Cloud.Find(certificateType, "arn", op.In.Str("certificateArn"))
			if cert.Attr("type") != "AMAZON_ISSUED" {
				return sim.Refuse("InvalidRequest", "Certificate %s has type %s, only %s needs validation", cert.ID, cert.Attr("type"), "AMAZON_ISSUED")
			}
			if err := checkValidation(op, cert); err != nil {
				return err
			}
			op.ID = time.Now().UTC().Format(time.RFC3339Nano)
			return issueCertificate(op, cert)
		},
	}
}

// checkValidation refuses where a record by which ACM validates a domain is not in DNS; ACM would wait in vain.
func checkValidation(op *sim.Op, cert *sim.Record) error {
	given := map[string]bool{}
	for _, name := range op.In.Strs("validationRecordFqdns") {
		given[strings.TrimSuffix(name, ".")] = true
	}
	for _, r := range cert.Outputs.Objs("domainValidationOptions") {
		name, value := strings.TrimSuffix(r.Str("resourceRecordName"), "."), strings.TrimSuffix(r.Str("resourceRecordValue"), ".")
		if op.In.Has("validationRecordFqdns") && !given[name] {
			return sim.Refuse("InvalidRequest", "missing %s DNS validation record: %s", r.Str("domainName"), name)
		}
		dns := op.Cloud.Find("cloudflare:index/record:Record", "hostname", name)
		if dns == nil || strings.TrimSuffix(dns.Attr("content"), ".") != value || dns.Outputs.Bool("proxied") {
			return sim.Refuse("Timeout", "waiting for ACM Certificate (%s) to be issued: it stays in PENDING_VALIDATION, "+
				"since DNS has no unproxied CNAME %s with the value %s", cert.ID, name, value)
		}
	}
	if len(cert.Outputs.List("validationEmails")) > 0 {
		return sim.Refuse("Timeout", "waiting for ACM Certificate (%s) to be issued: nobody reads the drydock's e-mail", cert.ID)
	}
	return nil
}

// issueCertificate settles a certificate that is valid for 13 months, as ACM's are.
// https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html
func issueCertificate(op *sim.Op, cert *sim.Record) error {
	issued := *cert
	issued.Outputs = cert.Outputs.Copy()
	now := time.Now().UTC()
	issued.Outputs["status"] = "ISSUED"
	issued.Outputs["notBefore"] = now.Format(time.RFC3339)
	issued.Outputs["notAfter"] = now.AddDate(0, 13, 0).Format(time.RFC3339)
	return op.Cloud.Put(&issued)
}
