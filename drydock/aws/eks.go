package aws

import (
	"fmt"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	eksClusterType     = "aws:eks/cluster:Cluster"
	eksEntryType       = "aws:eks/accessEntry:AccessEntry"
	eksAssociationType = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
	eksEntryDoc        = "https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html"
)

// kubernetes are EKS's clusters and who may enter them.
func kubernetes() ([]*sim.Resource, []*sim.Function) {
	return []*sim.Resource{eksCluster(), eksAccessEntry(), eksAccessPolicyAssociation()}, nil
}

// eksClusterName is an input that names a cluster.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
func eksClusterName() *sim.Field {
	return sim.String().Required().Replaces().Between(1, 100).
		Match(`[0-9A-Za-z][A-Za-z0-9_-]*`, "letters, digits, hyphens and underscores, beginning with a letter or digit").Doc(eksClusterDoc)
}

// eksPrincipal is an input that takes the ARN of a role or a user.
func eksPrincipal() *sim.Field {
	return arnField().Required().Replaces().Match(`arn:[a-z-]+:iam::\d{12}:(role|user)/.+`, "the ARN of an IAM role or user").Doc(eksEntryDoc)
}

func eksAccessEntry() *sim.Resource {
	return &sim.Resource{
		Type: eksEntryType,
		Inputs: sim.Fields{
			"clusterName":      eksClusterName(),
			"principalArn":     eksPrincipal(),
			"kubernetesGroups": sim.Set(sim.String()).Computed(),
			"type": sim.String().Replaces().Default("STANDARD").
				OneOf("STANDARD", "EC2", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX").Doc(eksEntryDoc),
			"userName": sim.String().Computed(),
			"tags":     sim.Tags(),
		},
		Outputs:  []string{"accessEntryArn", "createdAt", "modifiedAt", "tagsAll"},
		Validate: validateAccessEntry,
		Create:   createAccessEntry,
		Update: func(op *sim.Op) error {
			op.Out["modifiedAt"] = now()
			settleTags(op)
			return nil
		},
		Delete: deleteAccessEntry,
	}
}

// validateAccessEntry: nodes' entries name neither groups nor user, and Kubernetes keeps names that begin with system:.
// https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
func validateAccessEntry(c *sim.Check) {
	typ := c.In.Str("type")
	for _, key := range []string{"kubernetesGroups", "userName"} {
		if typ != "STANDARD" && typ != "" && c.In.Has(key) {
			c.Fail(key, "InvalidParameterException: must not be given with type %s (%s)", typ, eksEntryDoc)
		}
	}
	for _, group := range c.In.Strs("kubernetesGroups") {
		if strings.HasPrefix(group, "system:") {
			c.Fail("kubernetesGroups", "InvalidParameterException: the group name %q begins with system:, which is reserved (%s)", group, eksEntryDoc)
		}
	}
	for _, reserved := range []string{"system:", "eks:", "aws:", "amazon:", "iam:"} {
		if user := c.In.Str("userName"); strings.HasPrefix(user, reserved) {
			c.Fail("userName", "InvalidParameterException: the username %q begins with %s, which is reserved (%s)", user, reserved, eksEntryDoc)
		}
	}
}

func createAccessEntry(op *sim.Op) error {
	cluster, principal := op.In.Str("clusterName"), op.In.Str("principalArn")
	if err := enterable(op, cluster); err != nil {
		return err
	}
	// Users are not simulated, and taken as given.
	if strings.Contains(principal, ":role/") && op.Cloud.Find(roleType, "arn", principal) == nil {
		return sim.Refuse("InvalidParameterException", "The specified principalArn is invalid: invalid principal. (%s)", eksEntryDoc)
	}
	op.ID = cluster + ":" + principal
	if op.Cloud.Get(op.Type, op.Record.Scope, op.ID) != nil {
		return sim.Refuse("ResourceInUseException", "The specified access entry resource is already in use on this cluster. (%s)", eksEntryDoc)
	}
	kind, name, _ := strings.Cut(arnPart(principal, 5), "/")
	op.Out["accessEntryArn"] = op.ARN("eks", fmt.Sprintf("access-entry/%s/%s/%s/%s/%s", cluster, kind, arnPart(principal, 4), name, uuid()))
	op.Out["createdAt"], op.Out["modifiedAt"] = now(), now()
	if !op.Out.Has("kubernetesGroups") {
		op.Out["kubernetesGroups"] = []any{}
	}
	if !op.Out.Has("userName") {
		op.Out["userName"] = entryUser(principal, kind, name)
	}
	settleTags(op)
	return nil
}

// entryUser is who a principal is to Kubernetes where the entry does not say.
// https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
func entryUser(principal, kind, name string) string {
	if kind != "role" {
		return principal
	}
	session := strings.Replace(principal, ":iam:", ":sts:", 1)
	return strings.TrimSuffix(session, "role/"+name) + "assumed-role/" + name[strings.LastIndex(name, "/")+1:] + "/{{SessionName}}"
}

// deleteAccessEntry takes the entry's policies along.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteAccessEntry.html
func deleteAccessEntry(op *sim.Op) error {
	for _, a := range op.Cloud.All(eksAssociationType) {
		if a.Scope == op.Record.Scope && associated(a) == op.ID {
			if err := op.Cloud.Remove(a); err != nil {
				return err
			}
		}
	}
	return nil
}

// associated is the ID of an association's entry.
func associated(association *sim.Record) string {
	return association.Inputs.Str("clusterName") + ":" + association.Inputs.Str("principalArn")
}

// now is a time as the provider writes it.
func now() string { return time.Now().UTC().Format(time.RFC3339) }
