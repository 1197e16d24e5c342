package iam

import (
	"fmt"
	"math/big"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

func sameText(p pattern, value string) (bool, error) { return p.String() == value, nil }

func sameTextInAnyCase(p pattern, value string) (bool, error) {
	return strings.EqualFold(p.String(), value), nil
}

func likeText(p pattern, value string) (bool, error) { return p.matches([]rune(value), anywhere), nil }

// likeARN compares the six components of an ARN one by one, so that a * stays within its own.
func likeARN(p pattern, value string) (bool, error) {
	want, have := p.segments(), strings.SplitN(value, ":", 6)
	if len(want) != len(have) {
		return false, nil
	}
	for i := range want {
		if !want[i].matches([]rune(have[i]), anywhere) {
			return false, nil
		}
	}
	return true, nil
}

// numeric compares the request's value with the policy's; holds gets the sign of their difference.
func numeric(holds func(sign int) bool) func(pattern, string) (bool, error) {
	return func(p pattern, value string) (bool, error) {
		want, ok := new(big.Rat).SetString(p.String())
		if !ok {
			return false, fmt.Errorf("value %q is not a number", p)
		}
		have, ok := new(big.Rat).SetString(value)
		return ok && holds(have.Cmp(want)), nil
	}
}

func date(holds func(sign int) bool) func(pattern, string) (bool, error) {
	return func(p pattern, value string) (bool, error) {
		want, err := parseDate(p.String())
		if err != nil {
			return false, err
		}
		have, err := parseDate(value)
		return err == nil && holds(have.Compare(want)), nil
	}
}

// parseDate reads seconds of the epoch or one of the W3C's profiles of ISO 8601, of which a year alone is one:
// four digits are a year.
// https://www.w3.org/TR/NOTE-datetime
func parseDate(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0), nil
	}
	return time.Time{}, fmt.Errorf("value %q is not a date: write it as 2026-01-31T12:00:00Z", text)
}

// inNetwork reads an address without a prefix as the address alone.
func inNetwork(p pattern, value string) (bool, error) {
	network, err := netip.ParsePrefix(p.String())
	if err != nil {
		address, err := netip.ParseAddr(p.String())
		if err != nil {
			return false, fmt.Errorf("value %q is neither an IP address nor a CIDR block", p)
		}
		network = netip.PrefixFrom(address, address.BitLen())
	}
	have, err := netip.ParseAddr(value)
	return err == nil && network.Contains(have), nil
}
