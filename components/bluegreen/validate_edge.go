package bluegreen

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

var (
	zoneID  = regexp.MustCompile(`^[0-9a-f]{32}$`)
	dnsName = regexp.MustCompile(`^([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`)
)

const zoneIDWords = "the zone's 32 hexadecimal digits, which its overview page at Cloudflare shows"

func (s Source) validate(p *problems.List) {
	ground.ValidRepository(p, "source.repository", s.Repository)
	ground.ValidBranch(p, "source.branch", s.Branch)
	ground.ValidPaths(p, "source.filePaths", s.FilePaths)
	ground.ValidPaths(p, "source.ignoreFilePaths", s.IgnoreFilePaths)
	if s.ConnectionArn == nil {
		p.OneOf("source.provider", s.Provider, "GitHub", "GitLab", "Bitbucket")
	} else if s.Provider != "" {
		p.Add("source.provider", "%q, but connectionArn is given, which has its provider: remove one of the two", s.Provider)
	}
}

// validityDays of Cloudflare's origin certificates.
// https://developers.cloudflare.com/ssl/origin-configuration/origin-ca/
var validityDays = []int{7, 30, 90, 365, 730, 1095, 5475}

func (e Edge) validate(p *problems.List, given Edge) {
	zoneOK := p.Matches("edge.zone", e.Zone, dnsName, `a domain at Cloudflare such as "example.com"`)
	hostOK := p.Matches("edge.host", e.Host, dnsName, `a lower-case host such as "app.example.com", without scheme, path or wildcard`)
	if zoneOK && hostOK {
		e.validateDepth(p)
	}
	if e.ZoneID == nil {
		p.Add("edge.zoneId", "missing: give the zone's id, which its overview page at Cloudflare shows")
	}
	if id, plain := e.ZoneID.(pulumi.String); plain {
		p.Matches("edge.zoneId", string(id), zoneID, zoneIDWords)
	}
	if !slices.Contains(validityDays, e.ValidityDays) {
		p.Add("edge.validityDays", "%d is not offered: give 7, 30, 90, 365, 730, 1095 or 5475", e.ValidityDays)
	}
	if given.CertificateArn != nil && given.ValidityDays != 0 {
		p.Add("edge.validityDays", "%d, but certificateArn is given, so no certificate is made: remove one of the two", given.ValidityDays)
	}
}

// Cloudflare's Universal SSL covers the apex and one label below it.
// https://developers.cloudflare.com/ssl/edge-certificates/universal-ssl/limitations/
func (e Edge) validateDepth(p *problems.List) {
	if e.Host == e.Zone {
		return
	}
	below, ok := strings.CutSuffix(e.Host, "."+e.Zone)
	switch {
	case !ok:
		p.Add("edge.host", "%q is not in the zone %q: give a host that ends in .%s", e.Host, e.Zone, e.Zone)
	case strings.Contains(below, ".") && !e.DeepHost:
		p.Add("edge.host", "%q is more than one label below %s, where Cloudflare's free certificates do not reach: give %q, or "+
			"order an advanced certificate and set deepHost", e.Host, e.Zone, strings.ReplaceAll(below, ".", "-")+"."+e.Zone)
	}
}
