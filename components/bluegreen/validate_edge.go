package bluegreen

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	repositoryName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]+$`)
	branchName     = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./#@+=-]*$`)
	dnsName        = regexp.MustCompile(`^([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`)
)

func (s Source) validate(p *problems) {
	p.matches("source.repository", s.Repository, repositoryName, `"owner/name", without host or .git`)
	if strings.HasSuffix(s.Repository, ".git") {
		p.add("source.repository", "%q ends in .git: give %q", s.Repository, strings.TrimSuffix(s.Repository, ".git"))
	}
	p.matches("source.branch", s.Branch, branchName, "a branch such as main, without refs/heads/")
	if strings.HasPrefix(s.Branch, "refs/") {
		p.add("source.branch", "%q is a full reference: give %q", s.Branch, strings.TrimPrefix(s.Branch, "refs/heads/"))
	}
	s.validatePaths(p, "source.filePaths", s.FilePaths)
	s.validatePaths(p, "source.ignoreFilePaths", s.IgnoreFilePaths)
	if s.ConnectionArn == nil {
		p.oneOf("source.provider", s.Provider, "GitHub", "GitLab", "Bitbucket")
	} else if s.Provider != "" {
		p.add("source.provider", "%q, but connectionArn is given, which has its provider: remove one of the two", s.Provider)
	}
}

// https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GitFilePathFilterCriteria.html
func (s Source) validatePaths(p *problems, field string, paths []string) {
	if len(paths) > 8 {
		p.add(field, "%d patterns are too many: CodePipeline takes at most 8", len(paths))
	}
	for i, path := range paths {
		if path == "" || len(path) > 255 || strings.HasPrefix(path, "/") {
			p.add(fmt.Sprintf("%s[%d]", field, i), "%q is not valid: give a pattern such as src/** of 1 to 255 characters, without leading /", path)
		}
	}
}

// validityDays of Cloudflare's origin certificates.
// https://developers.cloudflare.com/ssl/origin-configuration/origin-ca/
var validityDays = []int{7, 30, 90, 365, 730, 1095, 5475}

func (e Edge) validate(p *problems, given Edge) {
	zoneOK := p.matches("edge.zone", e.Zone, dnsName, `a domain at Cloudflare such as "example.com"`)
	hostOK := p.matches("edge.host", e.Host, dnsName, `a lower-case host such as "app.example.com", without scheme, path or wildcard`)
	if zoneOK && hostOK {
		e.validateDepth(p)
	}
	if e.ZoneID == nil {
		p.add("edge.zoneId", "missing: give the zone's id, which its overview page at Cloudflare shows")
	}
	if !slices.Contains(validityDays, e.ValidityDays) {
		p.add("edge.validityDays", "%d is not offered: give 7, 30, 90, 365, 730, 1095 or 5475", e.ValidityDays)
	}
	if given.CertificateArn != nil && given.ValidityDays != 0 {
		p.add("edge.validityDays", "%d, but certificateArn is given, so no certificate is made: remove one of the two", given.ValidityDays)
	}
}

// Cloudflare's Universal SSL covers the apex and one label below it.
// https://developers.cloudflare.com/ssl/edge-certificates/universal-ssl/limitations/
func (e Edge) validateDepth(p *problems) {
	if e.Host == e.Zone {
		return
	}
	below, ok := strings.CutSuffix(e.Host, "."+e.Zone)
	switch {
	case !ok:
		p.add("edge.host", "%q is not in the zone %q: give a host that ends in .%s", e.Host, e.Zone, e.Zone)
	case strings.Contains(below, ".") && !e.DeepHost:
		p.add("edge.host", "%q is more than one label below %s, where Cloudflare's free certificates do not reach: give %q, or "+
			"order an advanced certificate and set deepHost", e.Host, e.Zone, strings.ReplaceAll(below, ".", "-")+"."+e.Zone)
	}
}
