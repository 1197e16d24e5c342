package pulumi

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// invocations are the calls of the functions that programs ask the clouds with; those without ask for nothing: the
// caller's identity, and what is computed.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
var invocations = map[string][]string{
	"aws:ec2/getManagedPrefixList:getManagedPrefixList":   {"ec2:DescribeManagedPrefixLists"},
	"aws:ec2/getRouteTable:getRouteTable":                 {"ec2:DescribeRouteTables"},
	"aws:ec2/getSubnet:getSubnet":                         {"ec2:DescribeSubnets"},
	"aws:ec2/getSubnets:getSubnets":                       {"ec2:DescribeSubnets"},
	"aws:ec2/getVpc:getVpc":                               {"ec2:DescribeRouteTables", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcs"},
	"aws:iam/getPolicyDocument:getPolicyDocument":         nil,
	"aws:index/getAvailabilityZones:getAvailabilityZones": {"ec2:DescribeAvailabilityZones"},
	"aws:index/getCallerIdentity:getCallerIdentity":       nil,
	"aws:index/getPartition:getPartition":                 nil,
	"aws:index/getRegion:getRegion":                       nil,
}

// invocation are the calls of a function.
func (g *guard) invocation(token string) []access.Call {
	actions, known := invocations[token]
	if !known && strings.HasPrefix(token, "aws:") {
		g.Note("What rights the function %s takes is not known here, and is not judged.", token)
	}
	var calls []access.Call
	for _, action := range actions {
		resource := "*"
		if kind, ok := lookedUp[action]; ok {
			role, _ := world.ParseARN(g.Role)
			role.Region, role.Account = g.Region, g.Account
			resource = role.With("ec2", kind)
		}
		calls = append(calls, access.Call{Action: action, Resource: resource, Why: "look up " + token, Doc: actionsDoc})
	}
	return calls
}

// lookedUp are the resources of the few calls of functions that AWS decides for each resource. Which one it is only the
// answer tells, hence all of the kind.
var lookedUp = map[string]string{"ec2:DescribeVpcAttribute": "vpc/*"}
