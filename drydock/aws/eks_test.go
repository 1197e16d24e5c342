package aws

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const editPolicy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"

// deployer is a role that a cluster could admit.
func (l *lab) deployer() string {
	_, out := l.make(roleType, sim.Values{"name": "deployer", "assumeRolePolicy": trusting(`{"AWS":"arn:aws:iam::111111111111:root"}`)})
	return out.Str("arn")
}

func trusting(principal string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}]}`
}

// cluster makes one with the way of authentication, in the default VPC.
func (l *lab) cluster(mode string) {
	l.t.Helper()
	_, subnets := l.defaults()
	_, role := l.make(roleType, sim.Values{"name": "eks", "assumeRolePolicy": trusting(`{"Service":"eks.amazonaws.com"}`)})
	in := sim.Values{"name": "staging", "roleArn": role.Str("arn"), "vpcConfig": map[string]any{"subnetIds": subnets}}
	if mode != "" {
		in["accessConfig"] = map[string]any{"authenticationMode": mode}
	}
	l.make(eksClusterType, in)
}

func entry(principal string) sim.Values {
	return sim.Values{"clusterName": "staging", "principalArn": principal}
}

func inNamespaces(principal string) sim.Values {
	return sim.Values{"clusterName": "staging", "principalArn": principal, "policyArn": editPolicy,
		"accessScope": map[string]any{"type": "namespace", "namespaces": []any{"shop"}}}
}

func TestAccessEntry(t *testing.T) {
	l := newLab(t)
	role := l.deployer()
	for name, c := range map[string]struct {
		change sim.Values
		want   string
	}{
		"cluster's name": {sim.Values{"clusterName": "my cluster"}, "beginning with a letter or digit"},
		"principal":      {sim.Values{"principalArn": "deployer"}, "is an invalid ARN"},
		"session":        {sim.Values{"principalArn": "arn:aws:sts::123456789012:assumed-role/deployer/me"}, "the ARN of an IAM role or user"},
		"no such role":   {sim.Values{"principalArn": "arn:aws:iam::123456789012:role/gone"}, "InvalidParameterException: The specified principalArn is invalid"},
		"type":           {sim.Values{"type": "NODE"}, "expected one of STANDARD"},
		"groups":         {sim.Values{"kubernetesGroups": []any{"system:masters"}}, "begins with system:, which is reserved"},
		"user":           {sim.Values{"userName": "eks:me"}, "begins with eks:, which is reserved"},
		"node's groups":  {sim.Values{"type": "EC2_LINUX", "kubernetesGroups": []any{"nodes"}}, "must not be given with type EC2_LINUX"},
	} {
		t.Run(name, func(t *testing.T) {
			in := entry(role)
			for key, value := range c.change {
				in[key] = value
			}
			_, _, err := l.Create(eksEntryType, "thing", in)
			require.ErrorContains(t, err, c.want)
		})
	}
	id, out := l.make(eksEntryType, entry(role))
	assert.Equal(t, "staging:"+role, id)
	assert.Equal(t, "arn:aws:sts::123456789012:assumed-role/deployer/{{SessionName}}", out.Str("userName"))
	assert.Contains(t, out.Str("accessEntryArn"), "arn:aws:eks:us-east-2:123456789012:access-entry/staging/role/123456789012/deployer/")
	l.refuses(eksEntryType, entry(role), "ResourceInUseException")
	assert.Equal(t, "replace:clusterName", l.edit(eksEntryType, id, sim.Values{"clusterName": "production", "principalArn": role}))
	assert.Equal(t, "update", l.edit(eksEntryType, id, sim.Values{"clusterName": "staging", "principalArn": role, "kubernetesGroups": []any{"deployers"}}))
}

func TestAccessPolicyAssociation(t *testing.T) {
	l := newLab(t)
	role := l.deployer()
	l.refuses(eksAssociationType, inNamespaces(role), "ResourceNotFoundException: The specified principalArn could not be found")
	entryID, _ := l.make(eksEntryType, entry(role))
	scope := func(typ string, namespaces ...any) sim.Values {
		in := inNamespaces(role)
		in["accessScope"] = map[string]any{"type": typ, "namespaces": namespaces}
		return in
	}
	l.refuses(eksAssociationType, scope("namespace"), "required with type namespace")
	l.refuses(eksAssociationType, scope("cluster", "shop"), "must not be given with type cluster")
	l.refuses(eksAssociationType, scope("pod", "shop"), "expected one of cluster, namespace")
	noARN := inNamespaces(role)
	noARN["policyArn"] = "AmazonEKSEditPolicy"
	l.refuses(eksAssociationType, noARN, "AmazonEKSEditPolicy is an invalid ARN")
	for _, policy := range []string{"arn:aws:eks::aws:cluster-access-policy/Edit", "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"} {
		in := inNamespaces(role)
		in["policyArn"] = policy
		l.refuses(eksAssociationType, in, "The specified policyArn could not be found: "+policy)
	}
	id, _ := l.make(eksAssociationType, inNamespaces(role))
	assert.Equal(t, "staging#"+role+"#"+editPolicy, id)
	l.refuses(eksAssociationType, inNamespaces(role), "ResourceInUseException")
	assert.Equal(t, "replace:accessScope.namespaces[0]", l.edit(eksAssociationType, id, scope("namespace", "web")))
	require.NoError(t, l.Delete(eksEntryType, entryID))
	assert.Empty(t, l.cloud.All(eksAssociationType), "an entry takes its policies along")
}

func TestNodesTakeNoPolicy(t *testing.T) {
	l := newLab(t)
	role := l.deployer()
	in := entry(role)
	in["type"] = "EC2_LINUX"
	l.make(eksEntryType, in)
	l.refuses(eksAssociationType, inNamespaces(role), "an access entry of type EC2_LINUX takes no policy")
}

func TestClusterThatIsGiven(t *testing.T) {
	l := newLab(t)
	l.make(eksEntryType, entry(l.deployer()))
	given := l.cloud.Find(eksClusterType, "name", "staging")
	require.NotNil(t, given)
	assert.True(t, given.Seeded, "no program has made it")
	assert.Equal(t, "arn:aws:eks:us-east-2:123456789012:cluster/staging", given.Attr("arn"))
	assert.Contains(t, given.Attr("endpoint"), ".us-east-2.eks.amazonaws.com")
}

func TestClusterThatIsMade(t *testing.T) {
	l := newLab(t)
	l.cluster("API")
	role := l.deployer()
	other := entry(role)
	other["clusterName"] = "stagging"
	l.refuses(eksEntryType, other, "ResourceNotFoundException: No cluster found for name: stagging.")
	l.make(eksEntryType, entry(role))
	require.NoError(t, l.Delete(eksClusterType, "staging"))
	assert.Empty(t, l.cloud.All(eksEntryType), "a cluster takes its entries along")
	_, _, err := l.in("us-east-1").Create(eksEntryType, "thing", other)
	assert.NoError(t, err, "another Region has clusters of its own")
}

func TestClusterWithoutAccessEntries(t *testing.T) {
	l := newLab(t)
	l.cluster("")
	l.refuses(eksEntryType, entry(l.deployer()), "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP]")
}

func TestWrongCluster(t *testing.T) {
	l := newLab(t)
	_, subnets := l.defaults()
	_, role := l.make(roleType, sim.Values{"name": "eks", "assumeRolePolicy": trusting(`{"Service":"eks.amazonaws.com"}`)})
	in := func(role string, subnets ...any) sim.Values {
		return sim.Values{"name": "staging", "roleArn": role, "vpcConfig": map[string]any{"subnetIds": subnets}}
	}
	l.refuses(eksClusterType, in(l.deployer(), subnets...), "could not be assumed")
	l.refuses(eksClusterType, in(role.Str("arn"), subnets[0]), "at least two different AZs")
	l.refuses(eksClusterType, in(role.Str("arn"), "subnet-gone"), "The subnet ID 'subnet-gone' does not exist")
	l.make(eksClusterType, in(role.Str("arn"), subnets...))
	l.refuses(eksClusterType, in(role.Str("arn"), subnets...), "Cluster already exists with name: staging")
}
