package permissions

// balancingTable are load balancers.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
func balancingTable() map[string][]grant {
	const reason = "what describes load balancers has no resource-level permission"
	read := func(actions ...string) grant {
		return allowAll(reason, "elasticloadbalancing", append(actions, "DescribeTags")...)
	}
	listener := []grant{
		allow(at("loadBalancerArn"), "elasticloadbalancing", "CreateListener"),
		allow(own, "elasticloadbalancing", "AddTags", "CreateListener", "DeleteListener", "ModifyListener", "ModifyListenerAttributes", "RemoveTags"),
		read("DescribeListeners", "DescribeListenerAttributes"),
	}
	certificate := []grant{
		allow(at("listenerArn"), "elasticloadbalancing", "AddListenerCertificates", "RemoveListenerCertificates"),
		read("DescribeListenerCertificates"),
	}
	return map[string][]grant{
		"aws:lb/loadBalancer:LoadBalancer": {
			allow(own, "elasticloadbalancing", "AddTags", "CreateLoadBalancer", "DeleteLoadBalancer", "ModifyLoadBalancerAttributes",
				"RemoveTags", "SetIpAddressType", "SetSecurityGroups", "SetSubnets"),
			read("DescribeCapacityReservation", "DescribeLoadBalancers", "DescribeLoadBalancerAttributes"),
			// The balancer's place is looked up with the caller's permissions.
			// https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-permissions.html
			allowAll(describeNetwork, "ec2", "DescribeAccountAttributes", "DescribeInternetGateways", "DescribeNetworkInterfaces",
				"DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs"),
			allow(kinds("ec2", "vpc/*"), "ec2", "GetSecurityGroupsForVpc"),
			serviceLinkedRole("elasticloadbalancing.amazonaws.com"),
		},
		"aws:lb/targetGroup:TargetGroup": {
			allow(own, "elasticloadbalancing", "AddTags", "CreateTargetGroup", "DeleteTargetGroup", "ModifyTargetGroup",
				"ModifyTargetGroupAttributes", "RemoveTags"),
			read("DescribeTargetGroups", "DescribeTargetGroupAttributes"),
		},
		"aws:lb/listener:Listener":                        listener,
		"aws:alb/listener:Listener":                       listener,
		"aws:lb/listenerCertificate:ListenerCertificate":  certificate,
		"aws:alb/listenerCertificate:ListenerCertificate": certificate,
		"aws:lb/listenerRule:ListenerRule": {
			allow(at("listenerArn"), "elasticloadbalancing", "CreateRule"),
			allow(own, "elasticloadbalancing", "AddTags", "CreateRule", "DeleteRule", "ModifyRule", "RemoveTags", "SetRulePriorities"),
			read("DescribeRules"),
		},
		"aws:lb/trustStore:TrustStore": {
			allow(own, "elasticloadbalancing", "AddTags", "CreateTrustStore", "DeleteTrustStore", "ModifyTrustStore", "RemoveTags"),
			read("DescribeTrustStores", "DescribeTrustStoreAssociations"),
			allow(bundle, "s3", "GetObject", "GetObjectVersion"),
		},
	}
}

// bundle is the object that a trust store's certificates are read from, with the caller's permissions.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html
func bundle(p Place, r Resource) []string {
	return object(p, Resource{Inputs: map[string]any{
		"bucket": r.text("caCertificatesBundleS3Bucket"), "key": r.text("caCertificatesBundleS3Key"),
	}})
}
