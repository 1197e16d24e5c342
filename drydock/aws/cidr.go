package aws

import (
	"fmt"
	"net/netip"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// ipv4Block is a field that holds an IPv4 network of a prefix length between min and max.
func ipv4Block(min, max int) *sim.Field {
	return sim.String().Check(func(v any) string { return blockProblem(v, true, min, max) })
}

// ipv6Block is a field that holds an IPv6 network of a prefix length between min and max.
func ipv6Block(min, max int) *sim.Field {
	return sim.String().Check(func(v any) string { return blockProblem(v, false, min, max) })
}

func blockProblem(v any, v4 bool, min, max int) string {
	s, _ := v.(string)
	family := map[bool]string{true: "an IPv4", false: "an IPv6"}[v4]
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil || p.Addr().Is4() != v4:
		return fmt.Sprintf("%q is not %s CIDR block", s, family)
	case p.Masked() != p:
		return fmt.Sprintf("%q is not a network's address: did you want %q?", s, p.Masked())
	case p.Bits() < min || p.Bits() > max:
		return fmt.Sprintf("%q: the prefix length must be between /%d and /%d", s, min, max)
	}
	return ""
}

// overlap tells whether two CIDR blocks share an address.
func overlap(a, b string) bool {
	pa, err1 := netip.ParsePrefix(a)
	pb, err2 := netip.ParsePrefix(b)
	return err1 == nil && err2 == nil && pa.Overlaps(pb)
}

// within tells whether the CIDR block inner lies wholly in outer.
func within(inner, outer string) bool {
	pi, err1 := netip.ParsePrefix(inner)
	po, err2 := netip.ParsePrefix(outer)
	return err1 == nil && err2 == nil && po.Bits() <= pi.Bits() && po.Contains(pi.Addr())
}

// hostIn returns the nth address of a network.
func hostIn(block string, n int) string {
	p, err := netip.ParsePrefix(block)
	if err != nil {
		return ""
	}
	a := p.Addr()
	for ; n > 0; n-- {
		a = a.Next()
	}
	return a.String()
}

// usable is how many addresses of an IPv4 subnet can be given out: AWS keeps five.
// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
func usable(block string) int {
	p, err := netip.ParsePrefix(block)
	if err != nil || !p.Addr().Is4() {
		return 0
	}
	return 1<<(32-p.Bits()) - 5
}
