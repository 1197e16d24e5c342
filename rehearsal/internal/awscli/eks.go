package awscli

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock"
)

const (
	clusterType = "aws:eks/cluster:Cluster"
	// credentialAPI is the version of Kubernetes' exec credentials that the CLI speaks.
	// https://kubernetes.io/docs/reference/config-api/client-authentication.v1beta1/
	credentialAPI = "client.authentication.k8s.io/v1beta1"
)

func eksOperations() map[string]operation {
	return map[string]operation{
		"describe-cluster": {api: "DescribeCluster", run: (*call).describeCluster, params: required("name")},
		"update-kubeconfig": {api: "DescribeCluster", run: (*call).updateKubeconfig,
			params: with(required("name"), optional(text, "alias", "role-arn", "user-alias"), optional(localFile, "kubeconfig"))},
		"get-token": {api: "AssumeRole", run: (*call).getToken, params: with(required("cluster-name"), optional(text, "role-arn"))},
	}
}

// kubernetesCluster asks for eks:DescribeCluster on the cluster that --name names.
func (c *call) kubernetesCluster() (*drydock.Record, error) {
	name := c.given.text("name")
	arn := c.arn("eks", "cluster/"+name)
	if err := c.ask("eks:DescribeCluster", arn); err != nil {
		return nil, err
	}
	if r := c.World.Find(clusterType, "arn", arn); r != nil {
		return r, nil
	}
	return nil, c.refuse("ResourceNotFoundException", "No cluster found for name: %s.", name)
}

type certificateAuthority struct {
	Data string `json:"data"`
}

type clusterDescription struct {
	Name      string               `json:"name"`
	ARN       string               `json:"arn"`
	Version   string               `json:"version,omitempty"`
	Endpoint  string               `json:"endpoint"`
	Role      string               `json:"roleArn"`
	Status    string               `json:"status"`
	Authority certificateAuthority `json:"certificateAuthority"`
}

// Endpoint is where a cluster's API server answers.
type Endpoint struct {
	URL string
	// CA are the certificates of who has signed the server's, as PEM.
	CA []byte
}

// described has the cluster start answering, if it can.
func (c *call) described(r *drydock.Record) (clusterDescription, error) {
	d := clusterDescription{r.Attr("name"), r.Attr("arn"), r.Attr("version"), r.Attr("endpoint"), r.Attr("roleArn"),
		first(r.Attr("status"), "ACTIVE"), certificateAuthority{r.Outputs.Obj("certificateAuthority").Str("data")}}
	if c.Cluster == nil {
		return d, nil
	}
	live, err := c.Cluster(c.ctx, d.ARN)
	d.Endpoint, d.Authority.Data = live.URL, base64.StdEncoding.EncodeToString(live.CA)
	return d, err
}

// describeCluster: https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html
func (c *call) describeCluster() (any, error) {
	r, err := c.kubernetesCluster()
	if err != nil {
		return nil, err
	}
	cluster, err := c.described(r)
	return map[string]any{"cluster": cluster}, err
}

// updateKubeconfig: https://docs.aws.amazon.com/cli/latest/reference/eks/update-kubeconfig.html
func (c *call) updateKubeconfig() (any, error) {
	r, err := c.kubernetesCluster()
	if err != nil {
		return nil, err
	}
	cluster, err := c.described(r)
	if err != nil {
		return nil, err
	}
	args := []string{"--region", c.region, "eks", "get-token", "--cluster-name", cluster.Name, "--output", "json"}
	if role := c.given.text("role-arn"); role != "" {
		args = append(args, "--role-arn", role)
	}
	file := c.kubeconfig()
	config, err := readKubeconfig(file)
	if err != nil {
		return nil, err
	}
	user, context := first(c.given.text("user-alias"), cluster.ARN), first(c.given.text("alias"), cluster.ARN)
	config.set("clusters", cluster.ARN, "cluster", map[string]any{"certificate-authority-data": cluster.Authority.Data, "server": cluster.Endpoint})
	config.set("users", user, "user", map[string]any{"exec": map[string]any{"apiVersion": credentialAPI, "command": "aws", "args": args}})
	updated := config.set("contexts", context, "context", map[string]any{"cluster": cluster.ARN, "user": user})
	config["current-context"] = context
	if err := config.write(file); err != nil {
		return nil, err
	}
	done := map[bool]string{true: "Updated context %s in %s\n", false: "Added new context %s to %s\n"}[updated]
	_, err = fmt.Fprintf(c.Stdout, done, context, file)
	return nil, err
}

type execCredential struct {
	Kind       string           `json:"kind"`
	APIVersion string           `json:"apiVersion"`
	Spec       struct{}         `json:"spec"`
	Status     credentialStatus `json:"status"`
}

type credentialStatus struct {
	Expires string `json:"expirationTimestamp"`
	Token   string `json:"token"`
}

// getToken makes a token in the CLI's form, a presigned request for the caller's identity, without calling AWS unless it
// is to take a role first. The signature is none: the access key in it tells who the caller is.
// https://docs.aws.amazon.com/cli/latest/reference/eks/get-token.html
func (c *call) getToken() (any, error) {
	who := c.caller
	if role := c.given.text("role-arn"); role != "" {
		if err := c.askRole(role, "EKSGetTokenAuth", ""); err != nil {
			return nil, err
		}
		who = caller{role, "EKSGetTokenAuth"}
	}
	signed := c.Sessions.open(who, 15*time.Minute, c.given.text("cluster-name"))
	now := time.Now().UTC()
	request := url.URL{Scheme: "https", Host: "sts." + c.region + "." + c.domain(), Path: "/", RawQuery: url.Values{
		"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}, "X-Amz-Algorithm": {"AWS4-HMAC-SHA256"},
		"X-Amz-Credential": {signed.id + now.Format("/20060102/") + c.region + "/sts/aws4_request"},
		"X-Amz-Date":       {now.Format("20060102T150405Z")}, "X-Amz-Expires": {"60"}, "X-Amz-SignedHeaders": {"host;x-k8s-aws-id"},
		"X-Amz-Security-Token": {signed.token}, "X-Amz-Signature": {"simulated"},
	}.Encode()}
	return execCredential{Kind: "ExecCredential", APIVersion: credentialAPI, Status: credentialStatus{
		now.Add(14 * time.Minute).Format(time.RFC3339), tokenPrefix + base64.RawURLEncoding.EncodeToString([]byte(request.String()))}}, nil
}
