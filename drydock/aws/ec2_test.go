package aws

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// ownVPC makes a VPC with a gateway and a subnet in each of two zones.
func (l *lab) ownVPC() (vpcID, gatewayID string, subnets []any) {
	l.t.Helper()
	vpcID, _ = l.make(vpcType, sim.Values{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true})
	gatewayID, _ = l.make(gatewayType, sim.Values{"vpcId": vpcID})
	for i, z := range []string{"a", "b"} {
		id, _ := l.make(subnetType, sim.Values{"vpcId": vpcID, "cidrBlock": fmt.Sprintf("10.0.%d.0/24", i), "availabilityZone": "us-east-2" + z})
		subnets = append(subnets, id)
	}
	return vpcID, gatewayID, subnets
}

func TestDefaultNetwork(t *testing.T) {
	l := newLab(t)
	vpcID, subnets := l.defaults()
	assert.Regexp(t, `^vpc-[0-9a-f]{17}$`, vpcID)
	assert.Len(t, subnets, 3)

	vpc := l.invoke("aws:ec2/getVpc:getVpc", sim.Values{"id": vpcID})
	assert.Equal(t, "172.31.0.0/16", vpc.Str("cidrBlock"))
	assert.True(t, vpc.Bool("default"))
	assert.Equal(t, "arn:aws:ec2:us-east-2:123456789012:vpc/"+vpcID, vpc.Str("arn"))

	first := l.invoke("aws:ec2/getSubnet:getSubnet", sim.Values{"vpcId": vpcID, "availabilityZone": "us-east-2a"})
	assert.Equal(t, "172.31.0.0/20", first.Str("cidrBlock"))
	assert.Equal(t, "use2-az1", first.Str("availabilityZoneId"))
	assert.True(t, first.Bool("mapPublicIpOnLaunch"))
	assert.Equal(t, 4091.0, first.Num("availableIpAddressCount"))

	table := l.invoke("aws:ec2/getRouteTable:getRouteTable", sim.Values{"vpcId": vpcID, "filters": []any{filter("association.main", "true")}})
	assert.Equal(t, vpc.Str("mainRouteTableId"), table.Str("id"))
	assert.Regexp(t, `^igw-`, table.Objs("routes")[0].Str("gatewayId"))

	assert.Empty(t, l.cloud.Made(), "what an account has from the start is nobody's leftover")
	elsewhere, _ := l.in("eu-west-1").defaults()
	assert.NotEqual(t, vpcID, elsewhere)
	_, many := l.in("us-east-1").defaults()
	assert.Len(t, many, 6)
	again, _ := newLab(t).defaults()
	assert.Equal(t, vpcID, again, "the ids of the default network are the same in every drydock")
}

func TestRegionFunctions(t *testing.T) {
	l := newLab(t)
	zones := l.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", sim.Values{"state": "available"})
	assert.Equal(t, []any{"us-east-2a", "us-east-2b", "us-east-2c"}, zones.List("names"))
	zones = l.in("ap-northeast-1").invoke("aws:index/getAvailabilityZones:getAvailabilityZones", sim.Values{"excludeNames": []any{"ap-northeast-1c"}})
	assert.Equal(t, []any{"apne1-az1", "apne1-az3"}, zones.List("zoneIds"))

	assert.Equal(t, "US East (Ohio)", l.invoke("aws:index/getRegion:getRegion", nil).Str("description"))
	assert.Equal(t, "123456789012", l.invoke("aws:index/getCallerIdentity:getCallerIdentity", nil).Str("accountId"))
	assert.Equal(t, "aws-cn", l.in("cn-north-1").invoke("aws:index/getPartition:getPartition", nil).Str("partition"))

	_, err := l.Invoke("aws:index/getAvailabilityZones:getAvailabilityZones", sim.Values{"filters": []any{filter("moon", "full")}})
	require.ErrorContains(t, err, "The filter 'moon' is invalid")
	_, err = l.in("xx-south-9").Invoke("aws:index/getRegion:getRegion", nil)
	require.ErrorContains(t, err, `does not know the Region "xx-south-9"`)
}

func TestNetworkRefusesWrongInputs(t *testing.T) {
	l := newLab(t)
	vpcID, gatewayID, subnets := l.ownVPC()
	other, _ := l.make(vpcType, sim.Values{"cidrBlock": "10.9.0.0/16"})
	lonely, _ := l.make(subnetType, sim.Values{"vpcId": other, "cidrBlock": "10.9.0.0/24"})
	table, _ := l.make(routeTableType, sim.Values{"vpcId": vpcID})
	address, _ := l.make(eipType, sim.Values{"domain": "vpc"})
	l.make(routeType, sim.Values{"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": gatewayID})
	l.make(associationType, sim.Values{"routeTableId": table, "subnetId": subnets[0]})

	for name, c := range map[string]struct {
		typ  string
		in   sim.Values
		want string
	}{
		"VPC too large":            {vpcType, sim.Values{"cidrBlock": "10.0.0.0/8"}, "between /16 and /28"},
		"VPC block with host bits": {vpcType, sim.Values{"cidrBlock": "10.0.0.1/16"}, `did you want "10.0.0.0/16"`},
		"VPC block no CIDR":        {vpcType, sim.Values{"cidrBlock": "ten"}, "is not an IPv4 CIDR block"},
		"VPC without block":        {vpcType, sim.Values{}, "no IPAM pools"},
		"unknown input":            {vpcType, sim.Values{"cidrBlock": "10.0.0.0/16", "cidr": "x"}, "cidr: unknown property"},
		"subnet of no VPC":         {subnetType, sim.Values{"vpcId": "vpc-1", "cidrBlock": "10.0.9.0/24"}, "InvalidVpcID.NotFound: The vpc ID 'vpc-1' does not exist"},
		"subnet outside":           {subnetType, sim.Values{"vpcId": vpcID, "cidrBlock": "10.1.0.0/24"}, "InvalidSubnet.Range"},
		"subnet overlaps":          {subnetType, sim.Values{"vpcId": vpcID, "cidrBlock": "10.0.0.128/25"}, "InvalidSubnet.Conflict"},
		"subnet in no zone": {
			subnetType, sim.Values{"vpcId": vpcID, "cidrBlock": "10.0.9.0/24", "availabilityZone": "us-east-2z"},
			"only be created in the following availability zones: us-east-2a, us-east-2b, us-east-2c",
		},
		"second gateway":             {gatewayType, sim.Values{"vpcId": vpcID}, "already has an internet gateway attached"},
		"two destinations":           {routeType, sim.Values{"routeTableId": table, "destinationCidrBlock": "10.5.0.0/16", "destinationIpv6CidrBlock": "::/0", "gatewayId": gatewayID}, "conflicts with"},
		"no target":                  {routeType, sim.Values{"routeTableId": table, "destinationCidrBlock": "10.5.0.0/16"}, "one of gatewayId, natGatewayId must be given"},
		"route twice":                {routeType, sim.Values{"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": gatewayID}, "RouteAlreadyExists"},
		"route to nowhere":           {routeType, sim.Values{"routeTableId": table, "destinationCidrBlock": "10.5.0.0/16", "natGatewayId": "nat-1"}, "InvalidNatGatewayID.NotFound"},
		"foreign gateway":            {routeTableType, sim.Values{"vpcId": other, "routes": []any{map[string]any{"cidrBlock": "0.0.0.0/0", "gatewayId": gatewayID}}}, "belong to different networks"},
		"inline route bare":          {routeTableType, sim.Values{"vpcId": vpcID, "routes": []any{map[string]any{"cidrBlock": "0.0.0.0/0"}}}, "needs exactly one of [gatewayId natGatewayId]"},
		"associated twice":           {associationType, sim.Values{"routeTableId": table, "subnetId": subnets[0]}, "Resource.AlreadyAssociated"},
		"foreign table":              {associationType, sim.Values{"routeTableId": table, "subnetId": lonely}, "belong to different networks"},
		"public NAT without address": {natType, sim.Values{"subnetId": subnets[0]}, "needs the allocation id"},
		"private NAT with address":   {natType, sim.Values{"subnetId": subnets[0], "connectivityType": "private", "allocationId": address}, "is not supported"},
		"NAT with no address":        {natType, sim.Values{"subnetId": subnets[0], "allocationId": "eipalloc-1"}, "InvalidAllocationID.NotFound"},
		"NAT without internet":       {natType, sim.Values{"subnetId": lonely, "allocationId": address}, "Gateway.NotAttached"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := l.Create(c.typ, "thing", c.in)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestNetworkQuotas(t *testing.T) {
	l := newLab(t)
	for range 4 { // the default VPC is the fifth
		l.make(vpcType, sim.Values{"cidrBlock": "10.0.0.0/16"})
	}
	l.refuses(vpcType, sim.Values{"cidrBlock": "10.0.0.0/16"}, "VpcLimitExceeded")
	for range 5 {
		l.make(eipType, sim.Values{"domain": "vpc"})
	}
	l.refuses(eipType, sim.Values{"domain": "vpc"}, "AddressLimitExceeded")
	l.in("eu-west-1").make(eipType, sim.Values{"domain": "vpc"})
}

func TestNetworkDependencies(t *testing.T) {
	l := newLab(t)
	vpcID, gatewayID, subnets := l.ownVPC()
	address, _ := l.make(eipType, sim.Values{"domain": "vpc"})
	nat, out := l.make(natType, sim.Values{"subnetId": subnets[0], "allocationId": address})
	assert.Regexp(t, `^203\.0\.113\.`, out.Str("publicIp"))
	l.refuses(natType, sim.Values{"subnetId": subnets[1], "allocationId": address}, "is already associated")

	require.ErrorContains(t, l.Delete(vpcType, vpcID), "DependencyViolation: The vpc '"+vpcID+"' has dependencies")
	require.ErrorContains(t, l.Delete(subnetType, subnets[0].(string)), "DependencyViolation")
	require.ErrorContains(t, l.Delete(gatewayType, gatewayID), "mapped public address(es)")
	require.ErrorContains(t, l.Delete(eipType, address), "InvalidIPAddress.InUse")

	for _, d := range [][2]string{
		{natType, nat}, {eipType, address}, {gatewayType, gatewayID}, {subnetType, subnets[0].(string)}, {subnetType, subnets[1].(string)},
		{vpcType, vpcID},
	} {
		require.NoError(t, l.Delete(d[0], d[1]))
	}
	assert.Empty(t, l.cloud.Made())
	for _, r := range append(l.cloud.All(routeTableType), l.cloud.All(groupType)...) {
		assert.NotEqual(t, vpcID, r.Attr("vpcId"), "the VPC's own %s must go with it", r.Type)
	}
}

func TestNetworkEdits(t *testing.T) {
	l := newLab(t)
	in := sim.Values{"cidrBlock": "10.0.0.0/16"}
	vpcID, _ := l.make(vpcType, in)
	assert.Equal(t, "none", l.edit(vpcType, vpcID, in))
	assert.Equal(t, "update", l.edit(vpcType, vpcID, with(in, sim.Values{"enableDnsHostnames": true})))
	assert.Equal(t, "replace:cidrBlock", l.edit(vpcType, vpcID, sim.Values{"cidrBlock": "10.1.0.0/16"}))
	assert.Equal(t, "replace:instanceTenancy", l.edit(vpcType, vpcID, with(in, sim.Values{"instanceTenancy": "dedicated"})))

	in = sim.Values{"vpcId": vpcID, "cidrBlock": "10.0.1.0/24", "availabilityZone": "us-east-2b"}
	subnetID, _ := l.make(subnetType, in)
	assert.Equal(t, "none", l.edit(subnetType, subnetID, with(in, sim.Values{"availabilityZone": nil})))
	assert.Equal(t, "update", l.edit(subnetType, subnetID, with(in, sim.Values{"mapPublicIpOnLaunch": true})))
	assert.Equal(t, "replace:availabilityZone", l.edit(subnetType, subnetID, with(in, sim.Values{"availabilityZone": "us-east-2a"})))
}

func TestRouteTo(t *testing.T) {
	l := newLab(t)
	vpcID, gatewayID, subnets := l.ownVPC()
	table, _ := l.make(routeTableType, sim.Values{"vpcId": vpcID, "routes": []any{map[string]any{"cidrBlock": "0.0.0.0/0", "gatewayId": gatewayID}}})
	l.make(associationType, sim.Values{"routeTableId": table, "subnetId": subnets[0]})
	op := &sim.Op{Cloud: l.cloud, Config: sim.Values{"region": "us-east-2"}}
	assert.Equal(t, gatewayID, routeTo(op, subnets[0].(string)))
	assert.Empty(t, routeTo(op, subnets[1].(string)), "the main route table of a new VPC leads nowhere")
	_, defaults := l.defaults()
	assert.Regexp(t, `^igw-`, routeTo(op, defaults[0].(string)))
}
