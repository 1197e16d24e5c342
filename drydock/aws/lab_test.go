package aws

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// lab is an account of its own for one test.
type lab struct {
	*sim.Local
	t     *testing.T
	cloud *sim.Cloud
}

func newLab(t *testing.T) *lab {
	t.Helper()
	p := Provider()
	cloud, err := sim.OpenCloud(t.TempDir(), p)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cloud.Close()) })
	return &lab{sim.NewLocal(p, cloud, sim.Values{"region": "us-east-2"}), t, cloud}
}

// in is the same account in another Region.
func (l *lab) in(region string) *lab {
	return &lab{sim.NewLocal(Provider(), l.cloud, sim.Values{"region": region}), l.t, l.cloud}
}

// make creates what must succeed.
func (l *lab) make(typ string, in sim.Values) (id string, out sim.Values) {
	l.t.Helper()
	id, out, err := l.Create(typ, "thing", in)
	require.NoError(l.t, err, typ)
	return id, out
}

// refuses asserts that a creation fails with a message that holds want.
func (l *lab) refuses(typ string, in sim.Values, want string) {
	l.t.Helper()
	_, _, err := l.Create(typ, "thing", in)
	require.ErrorContains(l.t, err, want)
}

// invoke calls a function that must succeed.
func (l *lab) invoke(token string, args sim.Values) sim.Values {
	l.t.Helper()
	out, err := l.Invoke(token, args)
	require.NoError(l.t, err, token)
	return out
}

// defaults are the default VPC and its subnets.
func (l *lab) defaults() (vpcID string, subnets []any) {
	l.t.Helper()
	vpcID = l.invoke("aws:ec2/getVpc:getVpc", sim.Values{"default": true}).Str("id")
	subnets = l.invoke("aws:ec2/getSubnets:getSubnets", sim.Values{"filters": []any{filter("vpc-id", vpcID)}}).List("ids")
	return vpcID, subnets
}

func filter(name string, values ...any) map[string]any {
	return map[string]any{"name": name, "values": values}
}

// edit says what a change of inputs does: "none", "update", or "replace:<path>" of the first replacing property.
func (l *lab) edit(typ, id string, in sim.Values) string {
	l.t.Helper()
	changes, err := l.Diff(typ, id, in)
	require.NoError(l.t, err)
	what := "none"
	for _, c := range changes {
		if c.Replace {
			return "replace:" + c.Path
		}
		what = "update"
	}
	return what
}
