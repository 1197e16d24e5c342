package mocks

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// answers of functions, by token.
var answers = map[string]map[string]any{
	"aws:index/getPartition:getPartition": {"partition": "aws", "dnsSuffix": "amazonaws.com"},
	"aws:index/getRegion:getRegion":       {"name": "us-east-2"},
	"aws:index/getAvailabilityZones:getAvailabilityZones": {
		"names": []any{"us-east-2c", "us-east-2a", "us-east-2b"},
	},
	"aws:ec2/getVpc:getVpc":             {"id": "vpc-default"},
	"aws:ec2/getSubnets:getSubnets":     {"ids": []any{"subnet-b", "subnet-a", "subnet-c"}},
	"aws:ssm/getParameter:getParameter": {"value": "ghp_secret", "name": "/ci/token"},
	"cloudflare:index/getIpRanges:getIpRanges": {
		"ipv4CidrBlocks": []any{"173.245.48.0/20", "103.21.244.0/22"}, "ipv6CidrBlocks": []any{"2400:cb00::/32"},
	},
}

// computed are the outputs that a cloud adds to a resource, in its formats where the components read them. One that is
// called id is the resource's ID.
func computed(account, token, name string, inputs resource.PropertyMap) map[string]string {
	for _, key := range []resource.PropertyKey{"name", "repositoryName"} {
		if given, ok := inputs[key]; ok && given.IsString() {
			name = given.StringValue()
		}
	}
	arn := func(service, rest string) string { return "arn:aws:" + service + ":us-east-2:" + account + ":" + rest }
	outputs := map[string]string{"name": name, "arn": arn("mock", token[strings.LastIndex(token, ":")+1:]+"/"+name)}
	switch token {
	case "aws:cloudwatch/logGroup:LogGroup":
		outputs["arn"] = arn("logs", "log-group:"+name)
	case "aws:codebuild/project:Project":
		outputs["arn"] = arn("codebuild", "project/"+name)
	case "aws:codebuild/sourceCredential:SourceCredential":
		outputs["arn"] = arn("codebuild", "token/github")
	case "aws:codecommit/repository:Repository":
		outputs["arn"], outputs["cloneUrlHttp"] = arn("codecommit", name), "https://git-codecommit.us-east-2.amazonaws.com/v1/repos/"+name
	case "aws:codepipeline/pipeline:Pipeline":
		outputs["arn"] = arn("codepipeline", name)
	case "aws:codestarconnections/connection:Connection":
		outputs["arn"] = arn("codestar-connections", "connection/7d2469ff-514a-4e4f-9003-5ca4a43cdc41")
	case "aws:ec2/vpcEndpoint:VpcEndpoint":
		outputs["prefixListId"] = "pl-63a5400a"
	case "aws:ecr/repository:Repository":
		outputs["arn"], outputs["repositoryUrl"] = arn("ecr", "repository/"+name), account+".dkr.ecr.us-east-2.amazonaws.com/"+name
	case "aws:ecs/service:Service":
		outputs["id"] = arn("ecs", "service/"+name+"/"+name)
	case "aws:iam/policy:Policy":
		outputs["arn"] = "arn:aws:iam::" + account + ":policy/" + name
	case "aws:iam/role:Role":
		outputs["arn"] = "arn:aws:iam::" + account + ":role/" + name
	case "aws:kms/key:Key":
		outputs["keyId"] = "1234abcd-12ab-34cd-56ef-1234567890ab"
		outputs["arn"] = arn("kms", "key/"+outputs["keyId"])
	case "aws:lb/loadBalancer:LoadBalancer":
		outputs["dnsName"], outputs["arnSuffix"] = name+".us-east-2.elb.amazonaws.com", "app/"+name+"/50dc6c495c0c9188"
	case "aws:lb/targetGroup:TargetGroup":
		outputs["arnSuffix"] = "targetgroup/" + name + "/73e2d6bc24d8a067"
	case "aws:s3/bucketObjectv2:BucketObjectv2":
		outputs["versionId"] = "1"
	case "aws:s3/bucketV2:BucketV2":
		outputs["bucket"], outputs["arn"] = name+"-1a2b3c4", "arn:aws:s3:::"+name+"-1a2b3c4"
	case "aws:secretsmanager/secret:Secret":
		outputs["arn"] = arn("secretsmanager", "secret:"+name+"-AbCdEf")
	case "aws:sns/topic:Topic":
		outputs["arn"] = arn("sns", name)
	case "tls:index/privateKey:PrivateKey":
		outputs["privateKeyPem"] = "key of " + name
	case "tls:index/certRequest:CertRequest":
		outputs["certRequestPem"] = "request of " + name
	case "tls:index/selfSignedCert:SelfSignedCert", "tls:index/locallySignedCert:LocallySignedCert":
		outputs["certPem"] = "certificate of " + name
	case "cloudflare:index/originCaCertificate:OriginCaCertificate":
		outputs["certificate"], outputs["expiresOn"] = "certificate of "+name, "2041-01-01T00:00:00Z"
	}
	return outputs
}
