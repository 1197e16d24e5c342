package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// edges are what is opened otherwise than by a security group: load balancers, listeners, switches.
func edges(s drydock.Step, steps []drydock.Step) []Exposure {
	was, will := inputs(s.Old), inputs(s.New)
	var found []Exposure
	open := func(isWorld bool, what string, args ...any) {
		found = append(found, Exposure{Op: s.Op, Resource: resourceOf(s), What: fmt.Sprintf(what, args...), World: isWorld})
	}
	for _, w := range switches {
		if kindOf(s.Type) == w.typ && s.New != nil && s.Old != nil && lookup(was, w.property) == w.closed && lookup(will, w.property) != w.closed {
			open(true, "%s", w.what)
		}
	}
	switch kindOf(s.Type) {
	case "aws:lb/loadBalancer:LoadBalancer":
		if s.Old != nil && s.New != nil && was["internal"] == true && will["internal"] != true {
			open(true, "the load balancer turns from internal to internet-facing")
		}
	case "aws:lb/listener:Listener":
		listener(was, will, s, open)
	case "aws:eks/cluster:Cluster":
		const allowed = "vpcConfig.publicAccessCidrs"
		before, after := texts(lookup(was, allowed)), texts(lookup(will, allowed))
		if s.New != nil && len(before) > 0 && !slices.ContainsFunc(before, world) && slices.ContainsFunc(after, world) {
			open(true, "the cluster's endpoint admits everybody")
		}
	case "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":
		if s.Op == "delete" && !bucketGoes(s, steps) {
			open(true, "the bucket's block of public access is removed")
		}
	}
	return found
}

// switches are properties that keep something closed while they have the value.
var switches = []struct {
	typ, property string
	closed        any
	what          string
}{
	{"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "blockPublicAcls", true, "public ACLs are no longer blocked"},
	{"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "blockPublicPolicy", true, "public policies are no longer blocked"},
	{"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "ignorePublicAcls", true, "public ACLs are no longer ignored"},
	{"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "restrictPublicBuckets", true, "a public bucket is no longer restricted"},
	{"aws:rds/instance:Instance", "publiclyAccessible", false, "the database gets a public address"},
	{"aws:eks/cluster:Cluster", "vpcConfig.endpointPublicAccess", false, "the cluster's endpoint gets a public address"},
	{"cloudflare:index/record:Record", "proxied", true, "the name leads past Cloudflare, straight to the origin"},
}

func listener(was, will map[string]any, s drydock.Step, open func(bool, string, ...any)) {
	if s.New == nil {
		return
	}
	if s.Old == nil {
		open(false, "port %v, by a new listener for %v", will["port"], will["protocol"])
		return
	}
	if was["port"] != will["port"] {
		open(false, "the listener's port %v instead of %v", will["port"], was["port"])
	}
	if secure(was) && !secure(will) {
		open(true, "the listener turns from %v to %v: traffic is no longer encrypted", was["protocol"], will["protocol"])
		return
	}
	if text(was["certificateArn"]) != "" && will["certificateArn"] == nil {
		open(true, "the listener's certificate is removed")
	}
	if before, after := oldestTLS(text(was["sslPolicy"])), oldestTLS(text(will["sslPolicy"])); after < before {
		open(true, "the TLS policy %v admits TLS 1.%d, the former one nothing before TLS 1.%d", will["sslPolicy"], after, before)
	}
	if mode := lookup(was, "mutualAuthentication.mode"); mode == "verify" && lookup(will, "mutualAuthentication.mode") != "verify" {
		open(true, "clients' certificates are no longer verified")
	}
}

func secure(listener map[string]any) bool {
	return listener["protocol"] == "HTTPS" || listener["protocol"] == "TLS"
}

// oldestTLS is the minor number of the oldest version of TLS that a predefined policy admits, which its name tells. The
// provider's default is ELBSecurityPolicy-2016-08.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
func oldestTLS(policy string) int {
	for minor := 3; minor > 0; minor-- {
		for _, family := range []string{"TLS13-1-", "FS-1-", "TLS-1-"} {
			if strings.HasPrefix(policy, fmt.Sprintf("ELBSecurityPolicy-%s%d", family, minor)) {
				return minor
			}
		}
	}
	return 0
}
