package cloudflare

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// account is the simulated Cloudflare account: the names of its zones, and the ids of those whose id is not ZoneID's.
type account struct {
	zones []string
	ids   map[string]string
}

// AccountID identifies the simulated account.
var AccountID = identifier("account")

// ZoneID identifies the zone with the name: 32 hexadecimal digits that depend on the name alone, so that a stack's
// configuration can carry them.
func ZoneID(name string) string { return identifier("zone " + strings.ToLower(name)) }

func identifier(what string) string {
	sum := sha256.Sum256([]byte("cloudflare " + what))
	return hex.EncodeToString(sum[:16])
}

func newAccount(names []string) account {
	a := account{zones: []string{"example.com", "example.dev"}, ids: map[string]string{}}
	for _, entry := range names {
		name, id, hasID := strings.Cut(strings.ToLower(strings.TrimSpace(entry)), "=")
		if name != "" && !slices.Contains(a.zones, name) {
			a.zones = append(a.zones, name)
		}
		if hasID {
			a.ids[name] = id
		}
	}
	return a
}

func (a account) id(name string) string {
	if id, given := a.ids[name]; given {
		return id
	}
	return ZoneID(name)
}

// zone returns the name of the zone with the id, or Cloudflare's refusal.
func (a account) zone(id string) (string, error) {
	for _, name := range a.zones {
		if a.id(name) == id {
			return name, nil
		}
	}
	return "", apiError(7003, "Could not route to /zones/%s, perhaps your object identifier is invalid? "+
		"The drydock's account has %s; name others in %s, as in acme.com=<its id>", id, a.list(), ZonesVariable)
}

// list names the zones with their ids, for messages.
func (a account) list() string {
	var out []string
	for _, name := range a.zones {
		out = append(out, name+" ("+a.id(name)+")")
	}
	return strings.Join(out, ", ")
}

// zoneOf returns the name of the zone that a hostname belongs to.
func (a account) zoneOf(host string) (string, bool) {
	for _, name := range a.zones {
		if host == name || strings.HasSuffix(host, "."+name) {
			return name, true
		}
	}
	return "", false
}

// zoneField is an input that takes a zone's id.
func zoneField() *sim.Field {
	return sim.String().Required().Replaces().Match(`[0-9a-f]{32}`, "a zone's id, 32 hexadecimal digits").
		Doc("https://developers.cloudflare.com/fundamentals/account/find-account-and-zone-ids/")
}

// getZone: https://registry.terraform.io/providers/cloudflare/cloudflare/4.49.0/docs/data-sources/zone
func (a account) getZone() *sim.Function {
	return &sim.Function{
		Token: "cloudflare:index/getZone:getZone",
		Args:  sim.Fields{"accountId": sim.String(), "name": sim.String(), "zoneId": sim.String()},
		Call: func(op *sim.Op) error {
			name := strings.ToLower(op.In.Str("name"))
			if op.In.Has("zoneId") == op.In.Has("name") {
				return sim.Refuse("Invalid combination of arguments", "give exactly one of name and zoneId")
			}
			if op.In.Has("zoneId") {
				var err error
				if name, err = a.zone(op.In.Str("zoneId")); err != nil {
					return err
				}
			}
			other := op.In.Has("accountId") && op.In.Str("accountId") != AccountID
			if other || !slices.Contains(a.zones, name) {
				return sim.Refuse("no zone found", "the drydock's account %s has %s; name others in %s, as in acme.com=<its id>", AccountID, a.list(), ZonesVariable)
			}
			a.describe(op.Out, name)
			return nil
		},
	}
}

func (a account) describe(out sim.Values, name string) {
	out["id"], out["zoneId"], out["name"], out["accountId"] = a.id(name), a.id(name), name, AccountID
	out["status"], out["paused"], out["plan"] = "active", false, "Free Website"
	out["nameServers"] = []any{"ada.ns.cloudflare.com", "bob.ns.cloudflare.com"}
	out["vanityNameServers"] = []any{}
}

// getZones: https://registry.terraform.io/providers/cloudflare/cloudflare/4.49.0/docs/data-sources/zones
func (a account) getZones() *sim.Function {
	return &sim.Function{
		Token: "cloudflare:index/getZones:getZones",
		Args: sim.Fields{"filter": sim.Object(sim.Fields{
			"accountId":  sim.String(),
			"lookupType": sim.String().OneOf("contains", "exact").Default("exact"),
			"match":      sim.String(),
			"name":       sim.String(),
			"paused":     sim.Bool(),
			"status":     sim.String(),
		}).Required()},
		Call: func(op *sim.Op) error {
			filter := op.In.Obj("filter")
			match, err := regexp.Compile(filter.Str("match"))
			if err != nil {
				return err
			}
			found := []any{}
			for _, name := range a.zones {
				if zoneMatches(filter, name) && match.MatchString(name) {
					found = append(found, map[string]any{"id": a.id(name), "name": name})
				}
			}
			op.Out["zones"], op.Out["id"] = found, identifier("zones")
			return nil
		},
	}
}

func zoneMatches(filter sim.Values, name string) bool {
	wanted := filter.Str("name")
	switch {
	case filter.Has("accountId") && filter.Str("accountId") != AccountID, filter.Bool("paused"):
		return false
	case filter.Has("status") && filter.Str("status") != "active":
		return false
	case filter.Str("lookupType") == "contains":
		return strings.Contains(name, wanted)
	}
	return wanted == "" || wanted == name
}
