package aws

import (
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const eksAssociationDoc = "https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateAccessPolicy.html"

// eksPolicies are EKS's access policies for people, deployments and nodes.
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
var eksPolicies = []string{
	"AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSClusterAdminPolicy", "AmazonEKSEditPolicy", "AmazonEKSSecretReaderPolicy",
	"AmazonEKSViewPolicy", "AmazonEKSAutoNodePolicy",
}

func eksAccessPolicyAssociation() *sim.Resource {
	return &sim.Resource{
		Type: eksAssociationType,
		Inputs: sim.Fields{
			"clusterName":  eksClusterName(),
			"principalArn": eksPrincipal(),
			"policyArn":    arnField().Required().Replaces().Doc(eksAssociationDoc),
			"accessScope": sim.Object(sim.Fields{
				"type":       sim.String().Required().OneOf("cluster", "namespace"),
				"namespaces": sim.Set(sim.String().Between(1, 63)),
			}).Required().Replaces().Doc("https://docs.aws.amazon.com/eks/latest/APIReference/API_AccessScope.html"),
		},
		Outputs:  []string{"associatedAt", "modifiedAt"},
		Validate: validateAccessPolicyAssociation,
		Create:   createAccessPolicyAssociation,
	}
}

func validateAccessPolicyAssociation(c *sim.Check) {
	scope := c.In.Obj("accessScope")
	given := len(scope.List("namespaces")) > 0 || sim.IsUnknown(scope["namespaces"])
	switch typ := scope.Str("type"); {
	case typ == "namespace" && !given:
		c.Fail("accessScope.namespaces", "InvalidParameterException: required with type namespace (%s)", eksAssociationDoc)
	case typ == "cluster" && given:
		c.Fail("accessScope.namespaces", "InvalidParameterException: must not be given with type cluster (%s)", eksAssociationDoc)
	}
}

func createAccessPolicyAssociation(op *sim.Op) error {
	cluster, principal, policy := op.In.Str("clusterName"), op.In.Str("principalArn"), op.In.Str("policyArn")
	if err := enterable(op, cluster); err != nil {
		return err
	}
	entry := op.Cloud.Get(eksEntryType, op.Record.Scope, cluster+":"+principal)
	if entry == nil {
		return sim.Refuse("ResourceNotFoundException", "The specified principalArn could not be found. "+
			"You can view your available access entries with 'list-access-entries'. (%s)", eksAssociationDoc)
	}
	name, own := strings.CutPrefix(policy, "arn:"+op.Partition()+":eks::aws:cluster-access-policy/")
	if !own || !slices.Contains(eksPolicies, name) {
		return sim.Refuse("ResourceNotFoundException", "The specified policyArn could not be found: %s. "+
			"You can view your available policies with 'list-access-policies'. (%s)", policy, eksAssociationDoc)
	}
	// Nodes of type EC2 take AmazonEKSAutoNodePolicy: https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html
	if typ := entry.Inputs.Str("type"); typ != "STANDARD" && typ != "EC2" {
		return sim.Refuse("InvalidRequestException", "an access entry of type %s takes no policy (%s)", typ, eksAssociationDoc)
	}
	op.ID = cluster + "#" + principal + "#" + policy
	if op.Cloud.Get(op.Type, op.Record.Scope, op.ID) != nil {
		return sim.Refuse("ResourceInUseException", "%s is associated with %s already (%s)", name, principal, eksAssociationDoc)
	}
	op.Out["associatedAt"], op.Out["modifiedAt"] = now(), now()
	return nil
}
