package cloudflare

import (
	"slices"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// IPv4Ranges are the addresses from which Cloudflare reaches an origin: https://www.cloudflare.com/ips-v4/
var IPv4Ranges = []string{
	"103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "104.16.0.0/13", "104.24.0.0/14", "108.162.192.0/18",
	"131.0.72.0/22", "141.101.64.0/18", "162.158.0.0/15", "172.64.0.0/13", "173.245.48.0/20", "188.114.96.0/20",
	"190.93.240.0/20", "197.234.240.0/22", "198.41.128.0/17",
}

// IPv6Ranges are the same for IPv6: https://www.cloudflare.com/ips-v6/
var IPv6Ranges = []string{
	"2400:cb00::/32", "2405:8100::/32", "2405:b500::/32", "2606:4700::/32", "2803:f800::/32", "2a06:98c0::/29",
	"2c0f:f248::/32",
}

// getIPRanges: https://registry.terraform.io/providers/cloudflare/cloudflare/4.49.0/docs/data-sources/ip_ranges
func getIPRanges() *sim.Function {
	return &sim.Function{
		Token: "cloudflare:index/getIpRanges:getIpRanges",
		Args:  sim.Fields{},
		Call: func(op *sim.Op) error {
			op.Out["id"] = identifier("ip ranges")
			op.Out["ipv4CidrBlocks"], op.Out["ipv6CidrBlocks"] = texts(IPv4Ranges), texts(IPv6Ranges)
			op.Out["cidrBlocks"] = texts(slices.Concat(IPv4Ranges, IPv6Ranges))
			// The network in China belongs to a partner and is for Enterprise customers alone.
			op.Out["chinaIpv4CidrBlocks"], op.Out["chinaIpv6CidrBlocks"] = []any{}, []any{}
			return nil
		},
	}
}

func texts(list []string) []any {
	out := make([]any, 0, len(list))
	for _, s := range list {
		out = append(out, s)
	}
	return out
}
