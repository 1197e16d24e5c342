package cloudflare

import (
	"net/netip"
	"regexp"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// dnsName is a name in DNS, underscores included; the last label is not a number.
var dnsName = regexp.MustCompile(`^(?i)(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?$`)

// contentProblem is Cloudflare's objection to a record's known content, "" if none.
func contentProblem(typ, content string) string {
	if typ == "" || content == "" {
		return ""
	}
	address, err := netip.ParseAddr(content)
	switch typ {
	case "A":
		if err != nil || !address.Is4() {
			return "DNS Validation Error: Content for A record must be a valid IPv4 address. (9005)"
		}
	case "AAAA":
		if err != nil || !address.Is6() {
			return "DNS Validation Error: Content for AAAA record must be a valid IPv6 address. (9006)"
		}
	case "CNAME", "MX", "NS", "PTR":
		if err == nil || !dnsName.MatchString(content) || len(content) > 255 {
			return "DNS Validation Error: Content for " + typ + " record is invalid. (9007)"
		}
	}
	return ""
}

// checkRecord refuses a record that cannot stand beside the zone's others.
// https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/records-with-same-name/
func checkRecord(op *sim.Op) error {
	host, typ := op.Out.Str("hostname"), op.In.Str("type")
	content := strings.TrimSuffix(givenContent(op.In), ".")
	if tags := len(op.In.List("tags")); tags > 0 {
		return apiError(9300, "DNS Validation Error: DNS record has %d tags, exceeding the quota of 0.", tags)
	}
	if typ == "CNAME" && strings.EqualFold(content, host) {
		return apiError(9039, "CNAME content cannot reference itself.")
	}
	for _, r := range op.Cloud.All(recordType) {
		if r.Attr("hostname") != host || r.Attr("zoneId") != op.In.Str("zoneId") || r.ID == op.ID {
			continue
		}
		was := r.Attr("type")
		switch {
		case typ == was && strings.TrimSuffix(r.Attr("content"), ".") == content && typ != "CNAME":
			return apiError(81058, "An identical record already exists.")
		case typ == "CNAME" && proxiable(was):
			return apiError(81053, "An A, AAAA, or CNAME record with that host already exists.")
		case was == "CNAME" && proxiable(typ):
			return apiError(81054, "A CNAME record with that host already exists.")
		case typ == "NS" && was != "NS":
			return apiError(81055, "Non-NS records with that host already exist.")
		case was == "NS" && typ != "NS":
			return apiError(81056, "NS records with that host already exist.")
		}
	}
	return nil
}
