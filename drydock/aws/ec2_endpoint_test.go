package aws

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func TestEndpoints(t *testing.T) {
	l := newLab(t)
	vpcID, _, subnets := l.ownVPC()
	table, _ := l.make(routeTableType, sim.Values{"vpcId": vpcID})
	deaf, _ := l.make(vpcType, sim.Values{"cidrBlock": "10.1.0.0/16"})
	twin, _ := l.make(subnetType, sim.Values{"vpcId": vpcID, "cidrBlock": "10.0.7.0/24", "availabilityZone": "us-east-2a"})

	list := l.invoke("aws:ec2/getManagedPrefixList:getManagedPrefixList", sim.Values{"name": "com.amazonaws.us-east-2.s3"})
	s3 := sim.Values{"vpcId": vpcID, "serviceName": "com.amazonaws.us-east-2.s3", "routeTableIds": []any{table}}
	_, out := l.make(endpointType, s3)
	assert.Equal(t, list.Str("id"), out.Str("prefixListId"))

	ecr := sim.Values{
		"vpcId": vpcID, "serviceName": "com.amazonaws.us-east-2.ecr.dkr", "vpcEndpointType": "Interface", "privateDnsEnabled": true,
		"subnetIds": subnets,
	}
	id, out := l.make(endpointType, ecr)
	assert.Len(t, out.List("networkInterfaceIds"), 2)
	assert.Equal(t, "*.dkr.ecr.us-east-2.amazonaws.com", out.Objs("dnsEntries")[1].Str("dnsName"))
	assert.Len(t, out.List("securityGroupIds"), 1, "the VPC's default group")

	for name, c := range map[string]struct {
		in   sim.Values
		want string
	}{
		"second route":           {s3, "RouteAlreadyExists"},
		"second name":            {ecr, "already a conflicting DNS domain for *.dkr.ecr.us-east-2.amazonaws.com in the VPC " + vpcID},
		"VPC hands out no names": {with(ecr, sim.Values{"vpcId": deaf, "subnetIds": nil}), "requires both enableDnsSupport and enableDnsHostnames"},
		"gateway with subnets":   {with(s3, sim.Values{"subnetIds": subnets}), "subnetIds: an endpoint of type Gateway has none"},
		"interface with routes":  {with(ecr, sim.Values{"routeTableIds": []any{table}}), "routeTableIds: an endpoint of type Interface has none"},
		"gateway with names":     {with(s3, sim.Values{"privateDnsEnabled": true}), "private DNS is for endpoints of type Interface"},
		"unknown service":        {with(ecr, sim.Values{"serviceName": "com.amazonaws.us-east-2.moon"}), "InvalidServiceName"},
		"another Region":         {with(ecr, sim.Values{"serviceName": "com.amazonaws.us-east-1.ecr.api"}), "InvalidServiceName"},
		"no such gateway":        {with(s3, sim.Values{"serviceName": "com.amazonaws.us-east-2.ecr.api"}), "InvalidServiceName"},
		"two in one zone": {
			with(ecr, sim.Values{"serviceName": "com.amazonaws.us-east-2.logs", "subnetIds": []any{subnets[0], twin}}), "DuplicateSubnetsInSameZone",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := l.Create(endpointType, "thing", c.in)
			require.ErrorContains(t, err, c.want)
		})
	}

	assert.Equal(t, "none", l.edit(endpointType, id, with(ecr, sim.Values{"subnetIds": []any{subnets[1], subnets[0]}})))
	assert.Equal(t, "update", l.edit(endpointType, id, with(ecr, sim.Values{"privateDnsEnabled": false})))
	assert.Equal(t, "replace:serviceName", l.edit(endpointType, id, with(ecr, sim.Values{"serviceName": "com.amazonaws.us-east-2.ecr.api"})))
	require.ErrorContains(t, l.Delete(subnetType, subnets[0].(string)), "DependencyViolation")
	require.NoError(t, l.Delete(endpointType, id))
	require.NoError(t, l.Delete(subnetType, subnets[0].(string)))
}
