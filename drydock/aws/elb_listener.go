package aws

import (
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
var sslPolicies = strings.Fields(`
	ELBSecurityPolicy-2016-08 ELBSecurityPolicy-2015-05
	ELBSecurityPolicy-FS-1-1-2019-08 ELBSecurityPolicy-FS-1-2-2019-08 ELBSecurityPolicy-FS-1-2-Res-2019-08
	ELBSecurityPolicy-FS-1-2-Res-2020-10 ELBSecurityPolicy-FS-2018-06
	ELBSecurityPolicy-TLS-1-0-2015-04 ELBSecurityPolicy-TLS-1-1-2017-01 ELBSecurityPolicy-TLS-1-2-2017-01
	ELBSecurityPolicy-TLS-1-2-Ext-2018-06
	ELBSecurityPolicy-TLS13-1-0-2021-06 ELBSecurityPolicy-TLS13-1-1-2021-06 ELBSecurityPolicy-TLS13-1-2-2021-06
	ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06 ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06 ELBSecurityPolicy-TLS13-1-2-Res-2021-06
	ELBSecurityPolicy-TLS13-1-3-2021-06
	ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04 ELBSecurityPolicy-TLS13-1-1-FIPS-2023-04 ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04
	ELBSecurityPolicy-TLS13-1-2-Ext0-FIPS-2023-04 ELBSecurityPolicy-TLS13-1-2-Ext1-FIPS-2023-04
	ELBSecurityPolicy-TLS13-1-2-Ext2-FIPS-2023-04 ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04 ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04
	ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09 ELBSecurityPolicy-TLS13-1-3-PQ-2025-09
	ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09 ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09`)

// What the API chooses where the request names none.
const defaultSSLPolicy = "ELBSecurityPolicy-2016-08"

// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
func listener() *sim.Resource {
	inputs := sim.Fields{
		"alpnPolicy":      sim.String().OneOf("HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None"),
		"certificateArn":  sim.String().Refs(certificateType, "arn", noCertificate),
		"defaultActions":  actions().Required(),
		"loadBalancerArn": sim.String().Required().Replaces().Refs(balancerType, "arn", noBalancer),
		// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html
		"mutualAuthentication": sim.Object(sim.Fields{
			"advertiseTrustStoreCaNames":    sim.String().Computed().OneOf("on", "off"),
			"ignoreClientCertificateExpiry": sim.Bool(),
			"mode":                          sim.String().Required().OneOf("off", "verify", "passthrough"),
			"trustStoreArn":                 sim.String().Refs(trustStoreType, "arn", noTrustStore),
		}).Computed(),
		"port":     sim.Int().Between(1, 65535),
		"protocol": sim.String().Computed().OneOf("HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP"),
		"sslPolicy": sim.String().Computed().OneOf(sslPolicies...).
			Doc("https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html"),
		"tags":                  sim.Tags(),
		"tcpIdleTimeoutSeconds": sim.Int().Computed().Between(60, 6000),
	}
	for _, name := range headerAttributes {
		inputs[name] = sim.String().Computed()
	}
	inputs["routingHttpResponseServerEnabled"] = sim.Bool().Computed()
	return &sim.Resource{
		Type: listenerType, Inputs: inputs,
		Outputs:  []string{"arn", "protocol", "sslPolicy", "tagsAll"},
		Validate: validateListener,
		Create:   createListener, Update: updateListener,
		Delete: func(op *sim.Op) error {
			return removeAll(op, append(op.Users(listenerRuleType, op.ID), op.Users(listenerCertType, op.ID)...))
		},
	}
}

// The headers a listener may rename or set.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html
var headerAttributes = strings.Fields(`
	routingHttpRequestXAmznMtlsClientcertHeaderName routingHttpRequestXAmznMtlsClientcertIssuerHeaderName
	routingHttpRequestXAmznMtlsClientcertLeafHeaderName routingHttpRequestXAmznMtlsClientcertSerialNumberHeaderName
	routingHttpRequestXAmznMtlsClientcertSubjectHeaderName routingHttpRequestXAmznMtlsClientcertValidityHeaderName
	routingHttpRequestXAmznTlsCipherSuiteHeaderName routingHttpRequestXAmznTlsVersionHeaderName
	routingHttpResponseAccessControlAllowCredentialsHeaderValue routingHttpResponseAccessControlAllowHeadersHeaderValue
	routingHttpResponseAccessControlAllowMethodsHeaderValue routingHttpResponseAccessControlAllowOriginHeaderValue
	routingHttpResponseAccessControlExposeHeadersHeaderValue routingHttpResponseAccessControlMaxAgeHeaderValue
	routingHttpResponseContentSecurityPolicyHeaderValue routingHttpResponseStrictTransportSecurityHeaderValue
	routingHttpResponseXContentTypeOptionsHeaderValue routingHttpResponseXFrameOptionsHeaderValue`)

func validateListener(c *sim.Check) {
	validateActions(c, "defaultActions")
	protocol := c.In.Str("protocol")
	encrypted := protocol == "HTTPS" || protocol == "TLS"
	if encrypted && !c.In.Has("certificateArn") {
		c.Fail("certificateArn", "a certificate must be specified for %s listeners", protocol)
	}
	if protocol != "" && !encrypted {
		for _, k := range []string{"certificateArn", "sslPolicy"} {
			if c.In.Has(k) && c.In[k] != "" {
				c.Fail(k, "is for listeners of protocol HTTPS or TLS, not %s", protocol)
			}
		}
	}
	if c.In.Has("mutualAuthentication") && protocol != "" && protocol != "HTTPS" {
		c.Fail("mutualAuthentication", "is for listeners of protocol HTTPS, not %s", protocol)
	}
	if c.In.Has("alpnPolicy") && protocol != "" && protocol != "TLS" {
		c.Fail("alpnPolicy", "is for listeners of protocol TLS, not %s", protocol)
	}
	validateMutual(c, c.In.Obj("mutualAuthentication"))
}

func validateMutual(c *sim.Check, m sim.Values) {
	mode := m.Str("mode")
	if mode == "verify" && !m.Has("trustStoreArn") {
		c.Fail("mutualAuthentication.trustStoreArn", `missing: mode "verify" checks clients against a trust store`)
	}
	if mode != "off" && mode != "passthrough" {
		return
	}
	for _, k := range []string{"advertiseTrustStoreCaNames", "ignoreClientCertificateExpiry", "trustStoreArn"} {
		if m.Has(k) {
			c.Fail("mutualAuthentication."+k, "must not be given in mode %q", mode)
		}
	}
}

func createListener(op *sim.Op) error {
	lb := op.Cloud.Find(balancerType, "arn", op.In.Str("loadBalancerArn"))
	op.ID = op.ARN("elasticloadbalancing", "listener/"+arnTail(lb.ID)+"/"+sim.Hex(16))
	op.Out["arn"] = op.ID
	if len(op.Users(listenerType, lb.ID)) >= 50 { // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
		return sim.Refuse("TooManyListeners", "The maximum number of listeners per load balancer has been reached: 50")
	}
	return settleListener(op, lb)
}

func updateListener(op *sim.Op) error {
	held(op, "defaultActions", sameActions)
	lb := op.Cloud.Find(balancerType, "arn", op.In.Str("loadBalancerArn"))
	return settleListener(op, lb)
}

func settleListener(op *sim.Op, lb *sim.Record) error {
	settleTags(op)
	if err := settleProtocol(op, lb); err != nil {
		return err
	}
	for _, l := range op.Users(listenerType, lb.ID) {
		if l.ID != op.ID && l.Outputs.Num("port") == op.In.Num("port") {
			return sim.Refuse("DuplicateListener", "A listener already exists on this port for this load balancer '%s'", lb.ID)
		}
	}
	if err := usableCertificate(op); err != nil {
		return err
	}
	if !op.In.Has("mutualAuthentication") {
		delete(op.Out, "mutualAuthentication")
	}
	return checkGroups(op, lb, op.In.Objs("defaultActions"))
}

// settleProtocol: the protocols of each type of load balancer; an application load balancer's listener defaults to HTTP,
// with a certificate to HTTPS.
func settleProtocol(op *sim.Op, lb *sim.Record) error {
	accepted := []string{"TCP", "TLS", "UDP", "TCP_UDP"}
	if lb.Attr("loadBalancerType") == "application" {
		accepted = []string{"HTTP", "HTTPS"}
	}
	protocol := op.In.Str("protocol")
	if protocol == "" && accepted[0] == "HTTP" {
		protocol = "HTTP"
		if op.In.Str("certificateArn") != "" {
			protocol = "HTTPS"
		}
	}
	if !slices.Contains(accepted, protocol) {
		return sim.Refuse("UnsupportedProtocol", "Listener protocol '%s' must be one of '%s'", protocol, strings.Join(accepted, ", "))
	}
	if !op.In.Has("port") {
		return sim.Refuse("ValidationError", "A listener port must be specified")
	}
	op.Out["protocol"] = protocol
	switch {
	case protocol != "HTTPS" && protocol != "TLS":
		op.Out["sslPolicy"] = ""
	case op.Out.Str("sslPolicy") == "":
		op.Out["sslPolicy"] = defaultSSLPolicy
	}
	return nil
}

// usableCertificate: a certificate that is still to be validated cannot serve.
func usableCertificate(op *sim.Op) error {
	arn := op.In.Str("certificateArn")
	if arn == "" {
		return nil
	}
	if c := op.Cloud.Find(certificateType, "arn", arn); c != nil && c.Attr("status") != "" && c.Attr("status") != "ISSUED" {
		return sim.Refuse("UnsupportedCertificate",
			"The certificate '%s' must have a fully-qualified domain name, a supported signature, and a supported key size. (It is %s.)",
			arn, c.Attr("status"))
	}
	return nil
}

// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddListenerCertificates.html
func listenerCertificate() *sim.Resource {
	return &sim.Resource{
		Type: listenerCertType,
		Inputs: sim.Fields{
			"certificateArn": sim.String().Required().Replaces().Refs(certificateType, "arn", noCertificate),
			"listenerArn":    sim.String().Required().Replaces().Refs(listenerType, "arn", noListener),
		},
		Create: func(op *sim.Op) error {
			l := op.Cloud.Find(listenerType, "arn", op.In.Str("listenerArn"))
			if p := l.Attr("protocol"); p != "HTTPS" && p != "TLS" {
				return sim.Refuse("UnsupportedProtocol", "Listener '%s' has the protocol %s, which has no certificates", l.ID, p)
			}
			if len(op.Users(listenerCertType, l.ID)) >= 25 { // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
				return sim.Refuse("TooManyCertificates", "The maximum number of certificates per load balancer has been reached: 25")
			}
			op.ID = l.ID + "_" + op.In.Str("certificateArn")
			return usableCertificate(op)
		},
	}
}
