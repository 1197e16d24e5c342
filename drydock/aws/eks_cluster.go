package aws

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const eksClusterDoc = "https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html"

func eksCluster() *sim.Resource {
	return &sim.Resource{
		Type:     eksClusterType,
		AutoName: &sim.AutoName{Field: "name", Max: 100},
		Inputs: sim.Fields{
			"name":    eksClusterName(),
			"roleArn": iamRoleRef("InvalidParameterException: The provided role %s doesn't exist.").Required().Replaces(),
			"version": sim.String().Computed().Match(`1\.\d\d`, "a version of Kubernetes such as 1.34"),
			"vpcConfig": sim.Object(sim.Fields{
				"subnetIds":              sim.Set(sim.String()).Required().AtLeast(1),
				"securityGroupIds":       sim.Set(sim.String()).AtMost(5),
				"endpointPrivateAccess":  sim.Bool().Default(false),
				"endpointPublicAccess":   sim.Bool().Default(true),
				"publicAccessCidrs":      sim.Set(sim.String()).Computed(),
				"clusterSecurityGroupId": sim.String().Computed(),
				"vpcId":                  sim.String().Computed(),
			}).Required(),
			"accessConfig": sim.Object(sim.Fields{
				"authenticationMode":                      sim.String().Computed().OneOf("CONFIG_MAP", "API", "API_AND_CONFIG_MAP"),
				"bootstrapClusterCreatorAdminPermissions": sim.Bool().Default(true).Replaces(),
			}).Computed(),
			"enabledClusterLogTypes": sim.Set(sim.String().OneOf("api", "audit", "authenticator", "controllerManager", "scheduler")),
			"tags":                   sim.Tags(),
		},
		Outputs: []string{"arn", "certificateAuthority", "certificateAuthorities", "clusterId", "createdAt", "endpoint", "identities",
			"platformVersion", "status", "tagsAll"},
		Create: createCluster,
		Update: func(op *sim.Op) error { settleTags(op); return nil },
		Delete: deleteCluster,
	}
}

func createCluster(op *sim.Op) error {
	op.ID = op.In.Str("name")
	if op.Cloud.Get(op.Type, op.Record.Scope, op.ID) != nil {
		return sim.Refuse("ResourceInUseException", "Cluster already exists with name: %s (%s)", op.ID, eksClusterDoc)
	}
	if role := op.In.Str("roleArn"); !assumable(op.Cloud, role, "eks.amazonaws.com") {
		return sim.Refuse("InvalidParameterException", "Role with arn: %s, could not be assumed because it does not exist or the trusted entity is not correct", role)
	}
	if err := settleClusterNetwork(op); err != nil {
		return err
	}
	for key, value := range clusterOutputs(op, op.ID) {
		op.Out[key] = value
	}
	choose(op, "version", "1.34")
	if mode := op.In.Obj("accessConfig").Str("authenticationMode"); mode == "" {
		access := map[string]any{"bootstrapClusterCreatorAdminPermissions": true, "authenticationMode": "CONFIG_MAP"}
		op.Out["accessConfig"] = access
	}
	settleTags(op)
	return nil
}

// settleClusterNetwork: the subnets are of one VPC and at least two availability zones.
// https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
func settleClusterNetwork(op *sim.Op) error {
	config := map[string]any(op.In.Obj("vpcConfig"))
	var vpcs, zones []string
	for _, id := range op.In.Obj("vpcConfig").Strs("subnetIds") {
		subnet := op.Cloud.Get(subnetType, op.Record.Scope, id)
		if subnet == nil {
			return sim.Refuse("InvalidParameterException", "The subnet ID '%s' does not exist", id)
		}
		vpcs, zones = append(vpcs, subnet.Attr("vpcId")), append(zones, subnet.Attr("availabilityZone"))
	}
	slices.Sort(vpcs)
	slices.Sort(zones)
	if len(slices.Compact(vpcs)) > 1 {
		return sim.Refuse("InvalidParameterException", "Subnets are not in the same VPC (%s)", eksClusterDoc)
	}
	if len(slices.Compact(zones)) < 2 {
		return sim.Refuse("InvalidParameterException", "Subnets specified must be in at least two different AZs (%s)", eksClusterDoc)
	}
	settled := map[string]any{"vpcId": vpcs[0], "clusterSecurityGroupId": "sg-" + sim.Hex(17), "publicAccessCidrs": []any{"0.0.0.0/0"}}
	for key, value := range config {
		settled[key] = value
	}
	op.Out["vpcConfig"] = settled
	return nil
}

// clusterOutputs are what EKS adds to a cluster. Nothing answers at its endpoint.
func clusterOutputs(op *sim.Op, name string) map[string]any {
	id := strings.ToUpper(sim.Hex(32))
	authority := map[string]any{"data": base64.StdEncoding.EncodeToString([]byte("certificate of " + name))}
	return map[string]any{
		"arn": op.ARN("eks", "cluster/"+name), "clusterId": "", "createdAt": now(), "platformVersion": "eks.1", "status": "ACTIVE",
		"certificateAuthority": authority, "certificateAuthorities": []any{authority},
		"endpoint": "https://" + id + ".gr7." + op.Region() + ".eks." + dnsSuffix(op),
		"identities": []any{map[string]any{"oidcs": []any{map[string]any{
			"issuer": "https://oidc.eks." + op.Region() + "." + dnsSuffix(op) + "/id/" + id,
		}}}},
	}
}

// enterable tells whether the cluster exists and has access entries at all.
//
// Programs get clusters by name that others have made. So in an account and region where no program has made a cluster, one
// that is named is taken as given, with access entries enabled, and stays; where one has, a name must be a cluster's.
// https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html
func enterable(op *sim.Op, name string) error {
	made := 0
	for _, r := range op.Cloud.All(eksClusterType) {
		if r.Scope != here(op) {
			continue
		}
		if r.ID == name {
			return hasEntries(r)
		}
		if !r.Seeded {
			made++
		}
	}
	if made > 0 {
		return sim.Refuse("ResourceNotFoundException", "No cluster found for name: %s. (%s)", name, eksEntryDoc)
	}
	out := sim.Values(clusterOutputs(op, name))
	out["name"], out["version"] = name, "1.34"
	return op.Cloud.Put(&sim.Record{
		Type: eksClusterType, ID: name, Scope: here(op), Seeded: true, Outputs: out,
		Inputs: sim.Values{"name": name, "accessConfig": map[string]any{"authenticationMode": "API"}},
	})
}

func hasEntries(cluster *sim.Record) error {
	mode := cluster.Inputs.Obj("accessConfig").Str("authenticationMode")
	if mode != "API" && mode != "API_AND_CONFIG_MAP" {
		return sim.Refuse("InvalidRequestException", "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] "+
			"to perform this operation. (%s)", eksEntryDoc)
	}
	return nil
}

// deleteCluster takes the access entries along: they are part of it.
func deleteCluster(op *sim.Op) error {
	for _, typ := range []string{eksAssociationType, eksEntryType} {
		for _, r := range op.Cloud.All(typ) {
			if r.Scope == op.Record.Scope && r.Inputs.Str("clusterName") == op.ID {
				if err := op.Cloud.Remove(r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
