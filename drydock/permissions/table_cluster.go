package permissions

// clusterTable is EKS.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
func clusterTable() map[string][]grant {
	cluster := named("eks", "cluster/", "clusterName")
	return map[string][]grant{
		"aws:eks/cluster:Cluster": {
			allowAll("making a cluster has no resource-level permission", "eks", "CreateCluster"),
			allow(own, "eks", "AssociateEncryptionConfig", "DeleteCluster", "DescribeCluster", "DescribeUpdate", "ListTagsForResource",
				"TagResource", "UntagResource", "UpdateClusterConfig", "UpdateClusterVersion"),
			serviceLinkedRole("eks.amazonaws.com"),
		},
		"aws:eks/nodeGroup:NodeGroup": {
			allow(cluster, "eks", "CreateNodegroup"),
			allow(own, "eks", "DeleteNodegroup", "DescribeNodegroup", "DescribeUpdate", "ListTagsForResource", "TagResource",
				"UntagResource", "UpdateNodegroupConfig", "UpdateNodegroupVersion"),
			serviceLinkedRole("eks-nodegroup.amazonaws.com"),
		},
		"aws:eks/accessEntry:AccessEntry": {
			allow(cluster, "eks", "CreateAccessEntry"),
			allow(accessEntry, "eks", "DeleteAccessEntry", "DescribeAccessEntry", "ListTagsForResource", "TagResource", "UntagResource",
				"UpdateAccessEntry"),
		},
		"aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
			allow(accessEntry, "eks", "AssociateAccessPolicy", "DisassociateAccessPolicy", "ListAssociatedAccessPolicies"),
		},
	}
}

// accessEntry is any of a cluster's: its ARN ends in an identifier.
func accessEntry(p Place, r Resource) []string {
	if name := r.text("clusterName"); name != "" {
		return []string{p.arn("eks", "access-entry/"+generalName(name)+"/*")}
	}
	return nil
}
