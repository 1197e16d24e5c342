package cloudflare

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func open(t *testing.T, zones ...string) *sim.Local {
	t.Helper()
	cloud, err := sim.OpenCloud(t.TempDir(), Provider(zones...))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cloud.Close()) })
	return sim.NewLocal(Provider(zones...), cloud, sim.Values{})
}

// with returns the inputs with others laid over; a nil value takes one away.
func with(in, over sim.Values) sim.Values {
	out := in.Copy()
	for k, v := range over {
		if out[k] = v; v == nil {
			delete(out, k)
		}
	}
	return out
}

func TestZones(t *testing.T) {
	t.Setenv(ZonesVariable, "example.net, Example.ORG")
	l := open(t, "example.edu")
	require.Regexp(t, `^[0-9a-f]{32}$`, ZoneID("example.com"))
	for _, name := range []string{"example.com", "example.edu", "example.net", "example.org"} {
		byName, err := l.Invoke("cloudflare:index/getZone:getZone", sim.Values{"name": name})
		require.NoError(t, err)
		require.Equal(t, ZoneID(name), byName.Str("zoneId"))
		byID, err := l.Invoke("cloudflare:index/getZone:getZone", sim.Values{"zoneId": ZoneID(name)})
		require.NoError(t, err)
		require.Equal(t, name, byID.Str("name"))
	}
	_, err := l.Invoke("cloudflare:index/getZone:getZone", sim.Values{"name": "example.io"})
	require.ErrorContains(t, err, "no zone found")
	found, err := l.Invoke("cloudflare:index/getZones:getZones", sim.Values{"filter": map[string]any{"name": "example.n", "lookupType": "contains"}})
	require.NoError(t, err)
	require.Equal(t, []any{map[string]any{"id": ZoneID("example.net"), "name": "example.net"}}, found.List("zones"))
}

func TestIPRanges(t *testing.T) {
	out, err := open(t).Invoke("cloudflare:index/getIpRanges:getIpRanges", sim.Values{})
	require.NoError(t, err)
	require.Len(t, out.List("ipv4CidrBlocks"), 15)
	require.Len(t, out.List("ipv6CidrBlocks"), 7)
	require.Len(t, out.List("cidrBlocks"), 22)
}

func cname() sim.Values {
	return sim.Values{
		"zoneId": ZoneID("example.com"), "name": "app", "type": "CNAME", "content": "lb.us-east-2.elb.amazonaws.com", "proxied": true,
	}
}

func TestRecordLifecycle(t *testing.T) {
	l := open(t)
	id, out, err := l.Create(recordType, "app", cname())
	require.NoError(t, err)
	require.Regexp(t, `^[0-9a-f]{32}$`, id)
	require.Equal(t, "app.example.com", out.Str("hostname"))
	require.Equal(t, 1.0, out.Num("ttl"))
	require.Equal(t, out.Str("content"), out.Str("value"))
	out, err = l.Update(recordType, id, with(cname(), sim.Values{"content": "other.elb.amazonaws.com"}))
	require.NoError(t, err)
	require.Equal(t, "other.elb.amazonaws.com", out.Str("value"))
	in, _, err := l.Read(recordType, id)
	require.NoError(t, err)
	require.Equal(t, "other.elb.amazonaws.com", in.Str("content"))
	require.NoError(t, l.Delete(recordType, id))
	in, _, err = l.Read(recordType, id)
	require.NoError(t, err)
	require.Nil(t, in)
}

func TestHostnames(t *testing.T) {
	for name, want := range map[string]string{
		"@": "example.com", "example.com": "example.com", "App": "app.example.com", "a.b": "a.b.example.com",
		"app.example.com": "app.example.com", "notexample.com": "notexample.com.example.com",
	} {
		require.Equal(t, want, hostname(name, "example.com"))
	}
	require.True(t, covered("example.com", "example.com"))
	require.True(t, covered("app.example.com", "example.com"))
	require.False(t, covered("a.b.example.com", "example.com"))
}

func TestWrongRecords(t *testing.T) {
	tests := []struct {
		name, want string
		over       sim.Values
	}{
		{"no content", "one of data, content, value must be given", sim.Values{"content": nil}},
		{"both", "conflicts with content", sim.Values{"value": "x.example.net"}},
		{"type", "expected one of A, AAAA, CNAME", sim.Values{"type": "ALIAS"}},
		{"TTL of a proxied record", "ttl must be set to 1 when `proxied` is true", sim.Values{"ttl": 300.0}},
		{"short TTL", "5 is no TTL", sim.Values{"ttl": 5.0, "proxied": false}},
		{"proxied TXT", `type "TXT" cannot be proxied`, sim.Values{"type": "TXT"}},
		{"name as address", "valid IPv4 address. (9005)", sim.Values{"type": "A"}},
		{"IPv4 as IPv6", "valid IPv6 address. (9006)", sim.Values{"type": "AAAA", "content": "192.0.2.1"}},
		{"address as name", "Content for CNAME record is invalid. (9007)", sim.Values{"content": "192.0.2.1"}},
		{"URL", "Content for CNAME record is invalid. (9007)", sim.Values{"content": "https://lb.example.net"}},
		{"zone id", "a zone's id, 32 hexadecimal digits", sim.Values{"zoneId": "example.com"}},
		{"other zone", "Could not route to /zones/" + ZoneID("example.io"), sim.Values{"zoneId": ZoneID("example.io")}},
		{"itself", "CNAME content cannot reference itself. (9039)", sim.Values{"content": "app.example.com"}},
		{"tags", "DNS record has 1 tags, exceeding the quota of 0. (9300)", sim.Values{"tags": []any{"team:web"}}},
		{"unknown property", "unknown property", sim.Values{"ttls": 1.0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := open(t).Create(recordType, "app", with(cname(), test.over))
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestRecordsOfOneName(t *testing.T) {
	a := sim.Values{"zoneId": ZoneID("example.com"), "name": "app", "type": "A", "content": "192.0.2.1"}
	tests := []struct {
		name          string
		first, second sim.Values
		want          string
	}{
		{"two CNAMEs", cname(), with(cname(), sim.Values{"content": "x.example.net"}), "An A, AAAA, or CNAME record with that host already exists. (81053)"},
		{"CNAME beside A", a, cname(), "(81053)"},
		{"A beside CNAME", cname(), a, "A CNAME record with that host already exists. (81054)"},
		{"same A", a, a, "An identical record already exists. (81058)"},
		{"full name", cname(), with(cname(), sim.Values{"name": "APP.example.com"}), "(81053)"},
		{"two As", a, with(a, sim.Values{"content": "192.0.2.2"}), ""},
		{"TXT beside A", a, with(a, sim.Values{"type": "TXT", "content": "hello"}), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := open(t)
			_, _, err := l.Create(recordType, "first", test.first)
			require.NoError(t, err)
			_, _, err = l.Create(recordType, "second", test.second)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestRecordEdits(t *testing.T) {
	l := open(t)
	id, _, err := l.Create(recordType, "app", cname())
	require.NoError(t, err)
	tests := []struct {
		name string
		over sim.Values
		want []sim.Change
	}{
		{"nothing", nil, nil},
		{"trailing period", sim.Values{"content": "lb.us-east-2.elb.amazonaws.com."}, nil},
		{"case of the name", sim.Values{"name": "APP"}, nil},
		{"content", sim.Values{"content": "x.example.net"}, []sim.Change{{Path: "content", Kind: sim.Changed}}},
		{"name", sim.Values{"name": "www"}, []sim.Change{{Path: "name", Kind: sim.Changed, Replace: true}}},
		{"type", sim.Values{"type": "NS", "proxied": false}, []sim.Change{
			{Path: "proxied", Kind: sim.Changed}, {Path: "type", Kind: sim.Changed, Replace: true},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := l.Diff(recordType, id, with(cname(), test.over))
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}
