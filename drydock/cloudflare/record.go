package cloudflare

import (
	"fmt"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	recordType      = "cloudflare:index/record:Record"
	createRecordDoc = "https://developers.cloudflare.com/api/resources/dns/subresources/records/methods/create/"
)

// recordTypes are those whose content the drydock can check; the provider has more.
var recordTypes = []string{"A", "AAAA", "CNAME", "MX", "NS", "PTR", "TXT", "CAA"}

// record: https://registry.terraform.io/providers/cloudflare/cloudflare/4.49.0/docs/resources/record
func (a account) record() *sim.Resource {
	return &sim.Resource{
		Type: recordType,
		Inputs: sim.Fields{
			"allowOverwrite": sim.Bool().Default(false),
			// 100 characters on the Free plan: https://developers.cloudflare.com/dns/manage-dns-records/reference/record-attributes/
			"comment": sim.String().AtMost(100),
			"content": recordContent(),
			"data": sim.Object(sim.Fields{
				"flags": sim.String().Match(`\d+`, "a number"),
				"tag":   sim.String(),
				"value": sim.String(),
			}),
			"name": sim.String().Required().Replaces().Between(1, 255).Same(func(old, new any) bool {
				return strings.EqualFold(old.(string), new.(string))
			}).Doc(createRecordDoc),
			"priority": sim.Int().Between(0, 65535),
			"proxied":  sim.Bool(),
			"tags":     sim.Set(sim.String()),
			"ttl":      sim.Int().Computed().Check(checkTTL).Doc(createRecordDoc),
			"type":     sim.String().Required().Replaces().OneOf(recordTypes...),
			"value":    recordContent(),
			"zoneId":   zoneField(),
		},
		Outputs:  []string{"createdOn", "hostname", "metadata", "modifiedOn", "proxiable"},
		Validate: validateRecord,
		Create:   a.createRecord,
		Update:   a.updateRecord,
	}
}

// recordContent is what a record says. A trailing period makes no difference.
func recordContent() *sim.Field {
	return sim.String().Computed().Between(1, 2048).Same(func(old, new any) bool {
		return strings.TrimSuffix(old.(string), ".") == strings.TrimSuffix(new.(string), ".")
	})
}

func checkTTL(v any) string {
	if n := v.(float64); n != 1 && (n < 60 || n > 86400) {
		return fmt.Sprintf("%v is no TTL: 1 (automatic), or 60 to 86400 seconds", n)
	}
	return ""
}

func validateRecord(c *sim.Check) {
	if c.In.Bool("allowOverwrite") {
		c.Fail("allowOverwrite", "the drydock does not simulate taking over existing records")
	}
	c.OneOf("data", "content", "value")
	typ := c.In.Str("type")
	if c.In.Bool("proxied") {
		if typ != "" && !proxiable(typ) {
			c.Fail("type", "error validating record type %q: type %q cannot be proxied", typ, typ)
		}
		if c.In.Has("ttl") && !sim.IsUnknown(c.In["ttl"]) && c.In.Num("ttl") != 1 {
			c.Fail("ttl", "error validating record %s: ttl must be set to 1 when `proxied` is true", c.In.Str("name"))
		}
	}
	if (typ == "CAA") != c.In.Has("data") && typ != "" {
		c.Fail("data", "a CAA record, and no other that the drydock knows, is given by data")
	}
	if typ == "MX" && !c.In.Has("priority") {
		c.Fail("priority", "an MX record needs a priority")
	}
	if reason := contentProblem(typ, givenContent(c.In)); reason != "" {
		c.Fail("content", "%s", reason)
	}
}

// givenContent is the content under its present or its former name.
func givenContent(in sim.Values) string {
	if text := in.Str("content"); text != "" {
		return text
	}
	return in.Str("value")
}

// proxiable: https://developers.cloudflare.com/dns/proxy-status/
func proxiable(typ string) bool { return typ == "A" || typ == "AAAA" || typ == "CNAME" }

func (a account) createRecord(op *sim.Op) error {
	zone, err := a.zone(op.In.Str("zoneId"))
	if err != nil {
		return err
	}
	op.Out["hostname"] = hostname(op.In.Str("name"), zone)
	if err := checkRecord(op); err != nil {
		return fmt.Errorf("failed to create DNS record: %w", err)
	}
	op.ID = sim.Hex(32)
	op.Out["createdOn"] = time.Now().UTC().Format(time.RFC3339Nano)
	settleRecord(op, zone)
	return nil
}

func (a account) updateRecord(op *sim.Op) error {
	zone, err := a.zone(op.In.Str("zoneId"))
	if err != nil {
		return err
	}
	if err := checkRecord(op); err != nil {
		return fmt.Errorf("failed to update DNS record: %w", err)
	}
	settleRecord(op, zone)
	return nil
}

func settleRecord(op *sim.Op, zone string) {
	content := givenContent(op.In)
	if op.In.Has("data") {
		d := op.In.Obj("data")
		content = fmt.Sprintf("%s %s %q", d.Str("flags"), d.Str("tag"), d.Str("value"))
	}
	op.Out["content"], op.Out["value"] = content, content
	if !op.In.Has("ttl") {
		op.Out["ttl"] = float64(1)
	}
	op.Out["proxiable"] = proxiable(op.In.Str("type"))
	op.Out["metadata"] = map[string]any{}
	op.Out["modifiedOn"] = time.Now().UTC().Format(time.RFC3339Nano)
	// Cloudflare takes a proxied record however deep its name is, yet the Free plan's edge certificate covers the apex and
	// one label below: https://developers.cloudflare.com/ssl/edge-certificates/universal-ssl/limitations/
	op.Record.State["edgeCertificate"] = op.In.Bool("proxied") && covered(op.Out.Str("hostname"), zone)
}

// covered tells whether Universal SSL's certificate is valid for a host.
func covered(host, zone string) bool {
	label, found := strings.CutSuffix(host, "."+zone)
	return host == zone || found && !strings.Contains(label, ".")
}

// hostname is a record's full name: the apex is @, and a name may or may not end with its zone.
func hostname(name, zone string) string {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	switch {
	case name == "@" || name == zone:
		return zone
	case strings.HasSuffix(name, "."+zone):
		return name
	}
	return name + "." + zone
}
