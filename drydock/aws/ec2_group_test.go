package aws

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func TestSecurityGroups(t *testing.T) {
	l := newLab(t)
	vpcID, _, _ := l.ownVPC()
	web := map[string]any{"protocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrBlocks": []any{"192.0.2.0/24"}}
	in := sim.Values{"vpcId": vpcID, "name": "front", "ingress": []any{web}}
	group, out := l.make(groupType, in)
	assert.Empty(t, out.List("egress"), "the provider takes away the rule that lets everything out")
	assert.Equal(t, "Managed by Pulumi", out.Str("description"))
	foreign, _ := l.make(groupType, sim.Values{"name": "front"})
	back, _ := l.make(groupType, sim.Values{"vpcId": vpcID, "name": "back"})
	rule := sim.Values{"securityGroupId": group, "ipProtocol": "tcp", "fromPort": 8000.0, "toPort": 8000.0, "referencedSecurityGroupId": back}
	ruleID, _ := l.make(ingressRuleType, rule)

	for name, c := range map[string]struct {
		typ  string
		in   sim.Values
		want string
	}{
		"name taken":        {groupType, with(in, sim.Values{"ingress": nil}), "InvalidGroup.Duplicate"},
		"name like an id":   {groupType, sim.Values{"name": "sg-1"}, `cannot begin with "sg-"`},
		"name reserved":     {groupType, sim.Values{"name": "Default"}, "reserved security group name"},
		"strange name":      {groupType, sim.Values{"name": "a|b"}, "must be letters, digits"},
		"no such VPC":       {groupType, sim.Values{"vpcId": "vpc-1"}, "InvalidVpcID.NotFound"},
		"ports upside down": {groupType, sim.Values{"ingress": []any{with(web, sim.Values{"fromPort": 80.0, "toPort": 10.0})}}, "must be a range within 0 to 65535"},
		"all with ports":    {groupType, sim.Values{"egress": []any{with(web, sim.Values{"protocol": "-1"})}}, "both must be 0 for protocol -1"},
		"host bits":         {ingressRuleType, sim.Values{"securityGroupId": group, "ipProtocol": "-1", "cidrIpv4": "192.0.2.1/24"}, `did you want "192.0.2.0/24"`},
		"same as inline":    {ingressRuleType, sim.Values{"securityGroupId": group, "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrIpv4": "192.0.2.0/24"}, "InvalidPermission.Duplicate"},
		"same as apart":     {groupRuleType, sim.Values{"securityGroupId": group, "type": "ingress", "protocol": "6", "fromPort": 8000.0, "toPort": 8000.0, "sourceSecurityGroupId": back}, "InvalidPermission.Duplicate"},
		"two peers":         {ingressRuleType, with(rule, sim.Values{"cidrIpv4": "192.0.2.0/24"}), "conflicts with"},
		"no peer":           {egressRuleType, with(rule, sim.Values{"referencedSecurityGroupId": nil}), "one of cidrIpv4"},
		"ports of all":      {egressRuleType, with(rule, sim.Values{"ipProtocol": "-1"}), "must not be given for ipProtocol -1"},
		"no ports":          {egressRuleType, with(rule, sim.Values{"fromPort": nil}), "needs fromPort and toPort"},
		"peer elsewhere":    {ingressRuleType, with(rule, sim.Values{"referencedSecurityGroupId": foreign}), "belong to different networks"},
		"no such list":      {egressRuleType, with(rule, sim.Values{"referencedSecurityGroupId": nil, "prefixListId": "pl-1"}), "InvalidPrefixListID.NotFound"},
		"old rule to none":  {groupRuleType, sim.Values{"securityGroupId": group, "type": "egress", "protocol": "tcp", "fromPort": 1.0, "toPort": 1.0}, "must be given"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := l.Create(c.typ, "thing", c.in)
			require.ErrorContains(t, err, c.want)
		})
	}

	l.make(egressRuleType, rule) // the other direction is no duplicate
	assert.Equal(t, "update", l.edit(groupType, group, with(in, sim.Values{"ingress": nil, "egress": []any{web}})))
	assert.Equal(t, "replace:description", l.edit(groupType, group, with(in, sim.Values{"description": "other"})))
	assert.Equal(t, "update", l.edit(ingressRuleType, ruleID, with(rule, sim.Values{"toPort": 8001.0})))
	assert.Equal(t, "none", l.edit(ingressRuleType, ruleID, with(rule, sim.Values{"ipProtocol": "TCP"})))

	require.ErrorContains(t, l.Delete(groupType, back), "DependencyViolation: resource "+back+" has a dependent object")
	require.NoError(t, l.Delete(groupType, group), "its own rules go with it")
	require.NoError(t, l.Delete(groupType, back))
	require.NoError(t, l.Delete(ingressRuleType, ruleID))
}

func TestRulesCountAgainstTheQuota(t *testing.T) {
	l := newLab(t)
	group, _ := l.make(groupType, sim.Values{"name": "full"})
	list := sim.Values{"name": "edge", "addressFamily": "IPv4", "maxEntries": 58.0}
	listID, _ := l.make(prefixListType, list)
	open := sim.Values{"securityGroupId": group, "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0}
	l.make(ingressRuleType, with(open, sim.Values{"prefixListId": listID}))
	for i := range 2 {
		l.make(ingressRuleType, with(open, sim.Values{"cidrIpv4": fmt.Sprintf("192.0.2.%d/32", i)}))
	}
	l.refuses(ingressRuleType, with(open, sim.Values{"cidrIpv4": "192.0.2.9/32"}), "RulesPerSecurityGroupLimitExceeded")
	l.make(ingressRuleType, with(open, sim.Values{"cidrIpv6": "2001:db8::/32"})) // counted apart
	_, err := l.Update(prefixListType, listID, with(list, sim.Values{"maxEntries": 59.0}))
	require.ErrorContains(t, err, "RulesPerSecurityGroupLimitExceeded")
	require.ErrorContains(t, l.Delete(prefixListType, listID), "is referenced and cannot be deleted")
}

func TestPrefixLists(t *testing.T) {
	l := newLab(t)
	one := map[string]any{"cidr": "192.0.2.0/24"}
	in := sim.Values{"name": "edge", "addressFamily": "IPv4", "maxEntries": 2.0}
	l.refuses(prefixListType, with(in, sim.Values{"name": "com.amazonaws.mine"}), "cannot start with com.amazonaws")
	l.refuses(prefixListType, with(in, sim.Values{"entries": []any{map[string]any{"cidr": "2001:db8::/32"}}}), "is not an IPv4 CIDR block")
	l.refuses(prefixListType, with(in, sim.Values{"entries": []any{one, one}}), "is given twice")
	l.refuses(prefixListType, with(in, sim.Values{"entries": []any{one}, "maxEntries": 0.0}), "between 1 and 1000")

	id, _ := l.make(prefixListType, in)
	entry, _ := l.make(prefixListEntryType, sim.Values{"prefixListId": id, "cidr": "192.0.2.0/24"})
	assert.Equal(t, id+",192.0.2.0/24", entry)
	l.refuses(prefixListEntryType, sim.Values{"prefixListId": id, "cidr": "192.0.2.0/24"}, "already holds")
	l.make(prefixListEntryType, sim.Values{"prefixListId": id, "cidr": "198.51.100.0/24"})
	l.refuses(prefixListEntryType, sim.Values{"prefixListId": id, "cidr": "203.0.113.0/24"}, "PrefixListMaxEntriesExceeded")

	out, err := l.Update(prefixListType, id, with(in, sim.Values{"tags": map[string]any{"a": "b"}}))
	require.NoError(t, err)
	assert.Len(t, out.List("entries"), 2, "an update of the list leaves entries of their own alone")
	assert.Equal(t, 3.0, out.Num("version"))
	require.NoError(t, l.Delete(prefixListEntryType, entry))
	_, out, err = l.Read(prefixListType, id)
	require.NoError(t, err)
	assert.Equal(t, []any{map[string]any{"cidr": "198.51.100.0/24", "description": ""}}, out.List("entries"))
}

func TestARuleKeepsItsKindOfPeer(t *testing.T) {
	l := newLab(t)
	group, _ := l.make(groupType, sim.Values{"name": "kinds"})
	other, _ := l.make(groupType, sim.Values{"name": "peer"})
	open := sim.Values{"securityGroupId": group, "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0}
	in := with(open, sim.Values{"cidrIpv4": "192.0.2.0/24"})
	id, _ := l.make(ingressRuleType, in)
	assert.Equal(t, "update", l.edit(ingressRuleType, id, with(in, sim.Values{"cidrIpv4": "198.51.100.0/24"})))
	assert.Equal(t, "replace:cidrIpv4", l.edit(ingressRuleType, id, with(open, sim.Values{"referencedSecurityGroupId": other})))
}
