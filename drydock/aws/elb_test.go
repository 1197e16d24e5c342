package aws

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// front is a load balancer in the default VPC with what a listener needs.
type front struct {
	*lab
	vpcID, balancer, blue, green, certificate string
	subnets                                   []any
	listener                                  sim.Values // inputs of an HTTPS listener
	group                                     sim.Values // inputs of a target group
}

func newFront(t *testing.T) *front {
	t.Helper()
	f := &front{lab: newLab(t), certificate: "arn:aws:acm:us-east-2:123456789012:certificate/1"}
	f.vpcID, f.subnets = f.defaults()
	f.balancer, _ = f.make(balancerType, sim.Values{"name": "front", "subnets": f.subnets})
	f.group = sim.Values{"vpcId": f.vpcID, "port": 8000.0, "protocol": "HTTP", "targetType": "ip"}
	f.blue, _ = f.make(targetGroupType, with(f.group, sim.Values{"name": "blue"}))
	f.green, _ = f.make(targetGroupType, with(f.group, sim.Values{"name": "green"}))
	f.put(certificateType, f.certificate, sim.Values{"arn": f.certificate, "status": "ISSUED"})
	f.listener = sim.Values{
		"loadBalancerArn": f.balancer, "port": 443.0, "protocol": "HTTPS", "certificateArn": f.certificate, "defaultActions": forward(f.blue),
	}
	return f
}

// put stores a record of another service.
func (l *lab) put(typ, id string, outputs sim.Values) {
	l.t.Helper()
	require.NoError(l.t, l.cloud.Locked(func() error {
		return l.cloud.Put(&sim.Record{
			Type: typ, ID: id, Scope: "123456789012/us-east-2", Inputs: sim.Values{}, Outputs: outputs, State: sim.Values{},
		})
	}))
}

func forward(arn string) []any {
	return []any{map[string]any{"type": "forward", "targetGroupArn": arn}}
}

func weighted(weights map[string]float64) []any {
	var groups []any
	for arn, w := range weights {
		groups = append(groups, map[string]any{"arn": arn, "weight": w})
	}
	return []any{map[string]any{"type": "forward", "forward": map[string]any{"targetGroups": groups}}}
}

func TestLoadBalancer(t *testing.T) {
	f := newFront(t)
	_, out, err := f.Read(balancerType, f.balancer)
	require.NoError(t, err)
	assert.Regexp(t, `^arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/front/[0-9a-f]{16}$`, f.balancer)
	assert.Regexp(t, `^app/front/[0-9a-f]{16}$`, out.Str("arnSuffix"))
	assert.Regexp(t, `^front-\d{10}\.us-east-2\.elb\.amazonaws\.com$`, out.Str("dnsName"))
	assert.Equal(t, "Z3AADJGX6KTTL2", out.Str("zoneId"))
	assert.Equal(t, f.vpcID, out.Str("vpcId"))
	assert.Len(t, out.List("securityGroups"), 1, "the default group of the VPC")

	own, gateway, subnets := f.ownVPC()
	twin, _ := f.make(subnetType, sim.Values{"vpcId": own, "cidrBlock": "10.0.7.0/24", "availabilityZone": "us-east-2a"})
	group, _ := f.make(groupType, sim.Values{"vpcId": own})
	in := sim.Values{"name": "other", "subnets": subnets}
	for name, c := range map[string]struct {
		set  sim.Values
		want string
	}{
		"name taken":       {sim.Values{"name": "front"}, "DuplicateLoadBalancerName"},
		"name too long":    {sim.Values{"name": "a-name-that-goes-on-for-thirty-three"}, "at most 32 characters"},
		"internal name":    {sim.Values{"name": "internal-front"}, `cannot begin with "internal-"`},
		"hyphen at end":    {sim.Values{"name": "front-"}, "no hyphen at either end"},
		"one subnet":       {sim.Values{"subnets": subnets[:1]}, "at least two Availability Zones"},
		"one zone":         {sim.Values{"subnets": []any{subnets[0], twin}}, "multiple subnets in the same Availability Zone"},
		"no subnets":       {sim.Values{"subnets": nil}, "one of subnets, subnetMappings must be given"},
		"unknown subnet":   {sim.Values{"subnets": []any{"subnet-1", "subnet-2"}}, "SubnetNotFound"},
		"two VPCs":         {sim.Values{"subnets": []any{subnets[0], f.subnets[1]}}, "same VPC"},
		"group elsewhere":  {sim.Values{"subnets": f.subnets, "securityGroups": []any{group}}, "security groups are invalid"},
		"impatient":        {sim.Values{"idleTimeout": 0.0}, "between 1 and 4000"},
		"logs to nowhere":  {sim.Values{"accessLogs": map[string]any{"bucket": "none", "enabled": true}}, "Access Denied for bucket: none"},
		"gateway balancer": {sim.Values{"loadBalancerType": "gateway"}, "expected one of application, network"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := f.Create(balancerType, "thing", with(in, c.set))
			require.ErrorContains(t, err, c.want)
		})
	}

	id, _ := f.make(balancerType, with(in, sim.Values{"securityGroups": []any{group}, "enableDeletionProtection": true}))
	require.ErrorContains(t, f.Delete(balancerType, id), "OperationNotPermitted")
	require.ErrorContains(t, f.Delete(gatewayType, gateway), "mapped public address(es)")
	require.ErrorContains(t, f.Delete(groupType, group), "DependencyViolation")
	_, err = f.Update(balancerType, id, with(in, sim.Values{"securityGroups": []any{group}}))
	require.NoError(t, err)
	require.NoError(t, f.Delete(balancerType, id))
	require.NoError(t, f.Delete(gatewayType, gateway))
	f.refuses(balancerType, in, "InvalidSubnet: VPC "+own+" has no internet gateway")
	f.make(balancerType, with(in, sim.Values{"internal": true}))
}

func TestLoadBalancerEdits(t *testing.T) {
	f := newFront(t)
	in := sim.Values{"name": "front", "subnets": f.subnets}
	assert.Equal(t, "none", f.edit(balancerType, f.balancer, with(in, sim.Values{"subnets": []any{f.subnets[2], f.subnets[0], f.subnets[1]}})))
	assert.Equal(t, "none", f.edit(balancerType, f.balancer, with(in, sim.Values{"internal": false})), "as it is already")
	assert.Equal(t, "update", f.edit(balancerType, f.balancer, with(in, sim.Values{"subnets": f.subnets[:2]})))
	assert.Equal(t, "replace:internal", f.edit(balancerType, f.balancer, with(in, sim.Values{"internal": true})))
	assert.Equal(t, "replace:name", f.edit(balancerType, f.balancer, with(in, sim.Values{"name": "back"})))

	in = sim.Values{"name": "net", "subnets": f.subnets[:2], "loadBalancerType": "network"}
	id, _ := f.make(balancerType, in)
	assert.Equal(t, "update", f.edit(balancerType, id, with(in, sim.Values{"subnets": f.subnets})))
	assert.Equal(t, "replace:subnets[0]", f.edit(balancerType, id, with(in, sim.Values{"subnets": f.subnets[1:]})))
	assert.Equal(t, "replace:securityGroups", f.edit(balancerType, id, with(in, sim.Values{"securityGroups": []any{"sg-1"}})))
}

func TestListener(t *testing.T) {
	f := newFront(t)
	id, out := f.make(listenerType, f.listener)
	assert.Regexp(t, `:listener/app/front/[0-9a-f]{16}/[0-9a-f]{16}$`, id)
	assert.Equal(t, "ELBSecurityPolicy-2016-08", out.Str("sslPolicy"))

	pending := "arn:aws:acm:us-east-2:123456789012:certificate/2"
	f.put(certificateType, pending, sim.Values{"arn": pending, "status": "PENDING_VALIDATION"})
	second, _ := f.make(balancerType, sim.Values{"name": "second", "subnets": f.subnets})
	own, _, _ := f.ownVPC()
	foreign, _ := f.make(targetGroupType, with(f.group, sim.Values{"vpcId": own}))
	tcp, _ := f.make(targetGroupType, with(f.group, sim.Values{"protocol": "TCP"}))
	in := with(f.listener, sim.Values{"port": 8443.0})
	mutual := func(m map[string]any) sim.Values { return sim.Values{"mutualAuthentication": m} }
	for name, c := range map[string]struct {
		set  sim.Values
		want string
	}{
		"port taken":            {sim.Values{"port": 443.0}, "DuplicateListener"},
		"no certificate":        {sim.Values{"certificateArn": nil}, "a certificate must be specified for HTTPS listeners"},
		"certificate for HTTP":  {sim.Values{"protocol": "HTTP"}, "certificateArn: is for listeners of protocol HTTPS"},
		"unknown certificate":   {sim.Values{"certificateArn": "arn:aws:acm:us-east-2:123456789012:certificate/9"}, "CertificateNotFound"},
		"pending certificate":   {sim.Values{"certificateArn": pending}, "UnsupportedCertificate"},
		"unknown policy":        {sim.Values{"sslPolicy": "ELBSecurityPolicy-Best"}, "expected one of ELBSecurityPolicy-2016-08"},
		"no actions":            {sim.Values{"defaultActions": []any{}}, "at least one action"},
		"forward to nothing":    {sim.Values{"defaultActions": []any{map[string]any{"type": "forward"}}}, "targetGroupArn or forward must be given"},
		"redirect to nothing":   {sim.Values{"defaultActions": []any{map[string]any{"type": "redirect"}}}, "defaultActions[0].redirect: missing"},
		"unknown group":         {sim.Values{"defaultActions": forward("arn:none")}, "TargetGroupNotFound"},
		"heavy":                 {sim.Values{"defaultActions": weighted(map[string]float64{f.blue: 1000})}, "between 0 and 999"},
		"group of another VPC":  {sim.Values{"defaultActions": forward(foreign)}, "is of VPC " + own},
		"group of TCP":          {sim.Values{"defaultActions": forward(tcp)}, "IncompatibleProtocols"},
		"group of another":      {sim.Values{"loadBalancerArn": second}, "TargetGroupAssociationLimit"},
		"protocol of network":   {sim.Values{"protocol": "TLS"}, "UnsupportedProtocol"},
		"verify with no store":  {mutual(map[string]any{"mode": "verify"}), "checks clients against a trust store"},
		"store but passthrough": {mutual(map[string]any{"mode": "passthrough", "trustStoreArn": "arn:x"}), `must not be given in mode "passthrough"`},
		"unknown store":         {mutual(map[string]any{"mode": "verify", "trustStoreArn": "arn:x"}), "TrustStoreNotFound"},
		"unknown balancer":      {sim.Values{"loadBalancerArn": "arn:x"}, "LoadBalancerNotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := f.Create(listenerType, "thing", with(in, c.set))
			require.ErrorContains(t, err, c.want)
		})
	}

	assert.Equal(t, "none", f.edit(listenerType, id, f.listener))
	assert.Equal(t, "update", f.edit(listenerType, id, with(f.listener, sim.Values{"port": 444.0})))
	assert.Equal(t, "replace:loadBalancerArn", f.edit(listenerType, id, with(f.listener, sim.Values{"loadBalancerArn": second})))
	f.make(listenerCertType, sim.Values{"listenerArn": id, "certificateArn": f.certificate})

	require.ErrorContains(t, f.Delete(targetGroupType, f.blue), "ResourceInUse")
	require.NoError(t, f.Delete(balancerType, f.balancer))
	_, gone, err := f.Read(listenerType, id)
	require.NoError(t, err)
	assert.Nil(t, gone, "a load balancer's listeners go with it")
	require.NoError(t, f.Delete(targetGroupType, f.blue))
}

func TestListenerKeepsWhatCodeDeployMoved(t *testing.T) {
	moved := &sim.Record{Inputs: sim.Values{"defaultActions": forward("green")}}
	for name, c := range map[string]struct{ now, want []any }{
		"the program's old actions are not sent again": {forward("blue"), forward("green")},
		"new ones are": {forward("red"), forward("red")},
	} {
		t.Run(name, func(t *testing.T) {
			op := &sim.Op{
				Record: moved, Old: sim.Values{"defaultActions": forward("blue")}, In: sim.Values{"defaultActions": c.now},
				Out: sim.Values{"defaultActions": c.now},
			}
			held(op, "defaultActions", sameActions)
			assert.Equal(t, c.want, op.In.List("defaultActions"))
			assert.Equal(t, c.want, op.Out.List("defaultActions"))
		})
	}
}

func TestListenerRule(t *testing.T) {
	f := newFront(t)
	listenerARN, _ := f.make(listenerType, f.listener)
	path := map[string]any{"pathPattern": map[string]any{"values": []any{"/api/*"}}}
	in := sim.Values{"listenerArn": listenerARN, "priority": 10.0, "actions": forward(f.green), "conditions": []any{path}}
	id, _ := f.make(listenerRuleType, in)
	assert.Regexp(t, `:listener-rule/app/front/[0-9a-f]{16}/[0-9a-f]{16}/[0-9a-f]{16}$`, id)
	for name, c := range map[string]struct {
		set  sim.Values
		want string
	}{
		"priority taken":  {sim.Values{}, "PriorityInUse: Priority '10' is currently in use"},
		"priority high":   {sim.Values{"priority": 50001.0}, "between 1 and 50000"},
		"no conditions":   {sim.Values{"conditions": []any{}}, "at least one condition"},
		"path twice":      {sim.Values{"conditions": []any{path, path}}, "is given twice"},
		"two in one":      {sim.Values{"conditions": []any{with(path, sim.Values{"sourceIp": map[string]any{"values": []any{"192.0.2.0/24"}}})}}, "needs exactly one of"},
		"too many values": {sim.Values{"conditions": []any{map[string]any{"hostHeader": map[string]any{"values": []any{"a", "b", "c", "d", "e", "f"}}}}}, "hold 6 values"},
		"no listener":     {sim.Values{"listenerArn": "arn:x"}, "ListenerNotFound"},
		"only login": {
			sim.Values{"actions": []any{map[string]any{"type": "authenticate-cognito", "authenticateCognito": map[string]any{
				"userPoolArn": "a", "userPoolClientId": "b", "userPoolDomain": "c",
			}}}}, "must be forward, redirect or fixed-response",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := f.Create(listenerRuleType, "thing", with(in, c.set))
			require.ErrorContains(t, err, c.want)
		})
	}
	login := map[string]any{"type": "authenticate-cognito", "order": 1.0, "authenticateCognito": map[string]any{
		"userPoolArn": "a", "userPoolClientId": "b", "userPoolDomain": "c",
	}}
	then := map[string]any{"type": "forward", "order": 2.0, "targetGroupArn": f.green}
	f.make(listenerRuleType, with(in, sim.Values{"priority": 5.0, "actions": []any{then, login}}))
	_, out := f.make(listenerRuleType, with(in, sim.Values{"priority": nil}))
	assert.Equal(t, 11.0, out.Num("priority"))
	assert.Equal(t, "update", f.edit(listenerRuleType, id, with(in, sim.Values{"priority": 12.0})))
	require.ErrorContains(t, f.Delete(targetGroupType, f.green), "ResourceInUse")
	_, out, err := f.Read(targetGroupType, f.green)
	require.NoError(t, err)
	assert.Equal(t, []any{f.balancer}, out.List("loadBalancerArns"))
}
