package aws

import (
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// acmKeyAlgorithms: https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
var acmKeyAlgorithms = []string{
	"RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1",
}

// acmCertificate is a certificate that is imported, or requested and then validated by DNS or e-mail.
// https://docs.aws.amazon.com/acm/latest/APIReference/API_ImportCertificate.html
// https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
func acmCertificate() *sim.Resource {
	domain := func() *sim.Field {
		return sim.String().Between(1, 253).Match(`(\*\.)?([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}`,
			"a domain name that does not end with a period, with at most a first label of *")
	}
	return &sim.Resource{
		Type: certificateType,
		Inputs: sim.Fields{
			"certificateAuthorityArn": arnField().Replaces(),
			"certificateBody":         sim.String(),
			"certificateChain":        sim.String(),
			"domainName":              domain().Replaces().Computed(),
			"keyAlgorithm":            sim.String().Replaces().Computed().OneOf(acmKeyAlgorithms...),
			"options": sim.Object(sim.Fields{
				"certificateTransparencyLoggingPreference": sim.String().OneOf("ENABLED", "DISABLED").Default("ENABLED"),
			}).Computed(),
			"privateKey":              sim.String().Sensitive(),
			"subjectAlternativeNames": sim.Set(domain()).Replaces().Computed().AtMost(99),
			"tags":                    sim.Tags(),
			"validationMethod":        sim.String().Replaces().Computed().OneOf("DNS", "EMAIL"),
			"validationOptions": sim.Set(sim.Object(sim.Fields{
				"domainName":       sim.String().Required(),
				"validationDomain": sim.String().Required(),
			})).Replaces(),
		},
		Outputs: []string{
			"arn", "domainValidationOptions", "notAfter", "notBefore", "pendingRenewal", "renewalEligibility",
			"renewalSummaries", "status", "type", "validationEmails", "tagsAll",
		},
		Validate: validateCertificate,
		Create:   createCertificate,
		Update:   updateCertificate,
		Delete:   deleteCertificate,
	}
}

func validateCertificate(c *sim.Check) {
	c.OneOf("domainName", "privateKey")
	if c.In.Has("certificateAuthorityArn") {
		c.Fail("certificateAuthorityArn", "the drydock does not simulate private certificate authorities")
	}
	if c.In.Has("certificateBody") && !c.In.Has("privateKey") {
		c.Fail("certificateBody", "all of certificateBody, privateKey must be specified")
	}
	if !c.In.Has("privateKey") {
		validateRequest(c)
		return
	}
	for _, name := range []string{"keyAlgorithm", "subjectAlternativeNames", "validationMethod", "validationOptions"} {
		if c.In.Has(name) {
			c.Fail(name, "conflicts with privateKey: an imported certificate brings its own")
		}
	}
	if !c.In.Has("certificateBody") {
		c.Fail("certificateBody", "an imported certificate needs certificateBody beside privateKey")
	}
	if len(c.Problems) > 0 || sim.IsUnknown(c.In["privateKey"]) || sim.IsUnknown(c.In["certificateBody"]) ||
		sim.IsUnknown(c.In["certificateChain"]) {
		return
	}
	if _, err := readImport(c.In); err != nil {
		c.Fail("certificateBody", "%v", err)
	}
}

func validateRequest(c *sim.Check) {
	if c.In.Has("certificateChain") {
		c.Fail("certificateChain", "conflicts with domainName: a chain belongs to an imported certificate")
	}
	if !c.In.Has("validationMethod") {
		c.Fail("validationMethod", "`certificate_authority_arn` or `validation_method` must be set when creating an ACM certificate")
	}
}

func createCertificate(op *sim.Op) error {
	op.ID = op.ARN("acm", "certificate/"+newUUID())
	op.Out["arn"] = op.ID
	op.Out["pendingRenewal"] = false
	op.Out["renewalSummaries"] = []any{}
	settleTags(op)
	if op.In.Has("privateKey") {
		return settleImport(op)
	}
	return settleRequest(op)
}

func updateCertificate(op *sim.Op) error {
	settleTags(op)
	if !op.In.Has("privateKey") {
		return nil
	}
	was, err := readImport(op.Old)
	if err != nil {
		return err
	}
	now, err := readImport(op.In)
	if err != nil {
		return err
	}
	if err := checkReimport(was.leaf, now.leaf); err != nil {
		return err
	}
	return settleImport(op)
}

// settleImport sets what a certificate itself says.
func settleImport(op *sim.Op) error {
	imported, err := readImport(op.In)
	if err != nil {
		return err
	}
	names := imported.names()
	op.Out["domainName"] = names[0]
	op.Out["subjectAlternativeNames"] = anys(names)
	op.Out["keyAlgorithm"] = keyAlgorithm(imported.leaf.PublicKey)
	op.Out["notBefore"] = imported.leaf.NotBefore.UTC().Format(time.RFC3339)
	op.Out["notAfter"] = imported.leaf.NotAfter.UTC().Format(time.RFC3339)
	op.Out["type"], op.Out["status"], op.Out["renewalEligibility"] = "IMPORTED", "ISSUED", "INELIGIBLE"
	op.Out["validationMethod"] = "NONE"
	op.Out["domainValidationOptions"], op.Out["validationEmails"] = []any{}, []any{}
	if !op.In.Has("options") {
		op.Out["options"] = map[string]any{"certificateTransparencyLoggingPreference": "DISABLED"}
	}
	return nil
}

// settleRequest makes a certificate that waits for its domains to be validated.
// https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
func settleRequest(op *sim.Op) error {
	names := []string{op.In.Str("domainName")}
	for _, name := range op.In.Strs("subjectAlternativeNames") {
		if !contains(names, name) {
			names = append(names, name)
		}
	}
	records, emails := []any{}, []any{}
	for _, name := range names {
		host := strings.TrimPrefix(name, "*.")
		if op.In.Str("validationMethod") == "EMAIL" {
			for _, user := range []string{"admin", "administrator", "hostmaster", "postmaster", "webmaster"} {
				emails = append(emails, user+"@"+host)
			}
			continue
		}
		records = append(records, map[string]any{
			"domainName":         name,
			"resourceRecordName": "_" + fixedHex(op, "validation of "+host, 32) + "." + host + ".",
			"resourceRecordType": "CNAME",
			"resourceRecordValue": "_" + fixedHex(op, "validation value of "+host, 32) + "." +
				fixedHex(op, "validation zone of "+host, 10) + ".acm-validations.aws.",
		})
	}
	op.Out["subjectAlternativeNames"] = anys(names)
	op.Out["domainValidationOptions"], op.Out["validationEmails"] = records, emails
	op.Out["type"], op.Out["status"], op.Out["renewalEligibility"] = "AMAZON_ISSUED", "PENDING_VALIDATION", "INELIGIBLE"
	op.Out["notBefore"], op.Out["notAfter"] = "", ""
	if !op.In.Has("keyAlgorithm") {
		op.Out["keyAlgorithm"] = "RSA_2048"
	}
	if !op.In.Has("options") {
		op.Out["options"] = map[string]any{"certificateTransparencyLoggingPreference": "ENABLED"}
	}
	return nil
}

// deleteCertificate: https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html
func deleteCertificate(op *sim.Op) error {
	for _, typ := range []string{
		"aws:lb/listener:Listener", "aws:alb/listener:Listener",
		"aws:lb/listenerCertificate:ListenerCertificate", "aws:alb/listenerCertificate:ListenerCertificate",
	} {
		if len(op.Users(typ, op.ID)) > 0 {
			return sim.Refuse("ResourceInUseException", "Certificate %s in account %s is in use.", op.ID, op.Account())
		}
	}
	return nil
}

func anys(list []string) []any {
	out := make([]any, 0, len(list))
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

// newUUID is a random identifier of the form that ACM, SNS and others use.
func newUUID() string {
	h := sim.Hex(32)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}
