package diff

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

type in = map[string]any

// step is one of a preview; nil inputs are a side that does not exist. The properties that differ are left to the inputs.
func step(op, typ, name string, old, new in, forces ...string) drydock.Step {
	s := drydock.Step{Op: op, Type: typ, Name: name, URN: "urn:pulumi:dev::p::" + typ + "::" + name, ReplaceKeys: forces}
	if old != nil {
		s.Old = &drydock.ResourceState{ID: "id-" + name, Inputs: old}
	}
	if new != nil {
		s.New = &drydock.ResourceState{Inputs: new}
	}
	return s
}

func with(s drydock.Step, change func(*drydock.Step)) drydock.Step {
	change(&s)
	return s
}

const (
	repositoryType = "aws:ecr/repository:Repository"
	bucketType     = "aws:s3/bucketV2:BucketV2"
	versioningType = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	secretType     = "aws:secretsmanager/secret:Secret"
	serviceType    = "aws:ecs/service:Service"
	listenerType   = "aws:lb/listener:Listener"
	groupType      = "aws:ec2/securityGroup:SecurityGroup"
	ruleType       = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	balancerType   = "aws:lb/loadBalancer:LoadBalancer"
)

func TestDangers(t *testing.T) {
	anywhere := in{"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrIpv4": "0.0.0.0/0"}
	for name, c := range map[string]struct {
		steps []drydock.Step
		kinds []Kind
		says  string // of the first danger
	}{
		"a tag is changed": {[]drydock.Step{step("update", repositoryType, "a", in{"tags": in{"a": "b"}}, in{"tags": in{"a": "c"}})}, nil, ""},
		"a new repository": {[]drydock.Step{step("create", repositoryType, "a", nil, in{"name": "a", "forceDelete": true})}, nil, ""},
		"a new revision of a task": {[]drydock.Step{
			step("replace", "aws:ecs/taskDefinition:TaskDefinition", "a", in{"cpu": "256"}, in{"cpu": "512"}, "cpu"),
		}, nil, ""},
		"a repository is replaced": {[]drydock.Step{step("replace", repositoryType, "a", in{"name": "a"}, in{"name": "b"}, "name")},
			[]Kind{Data}, "the repository is replaced, which loses its images; AWS refuses while there are images in it"},
		"a repository is deleted by force": {[]drydock.Step{step("delete", repositoryType, "a", in{"forceDelete": true}, nil)},
			[]Kind{Data}, "the repository is deleted, which loses its images; forceDelete takes the images along"},
		"a protected one": {[]drydock.Step{with(step("delete", repositoryType, "a", in{}, nil), func(s *drydock.Step) { s.Old.Protect = true })},
			[]Kind{Data}, "Pulumi refuses this up until the protection is lifted"},
		"a retained one": {[]drydock.Step{with(step("delete", repositoryType, "a", in{}, nil), func(s *drydock.Step) { s.Old.RetainOnDelete = true })}, nil, ""},
		"a protected one of another type": {[]drydock.Step{with(step("delete", groupType, "a", in{}, nil), func(s *drydock.Step) { s.Old.Protect = true })},
			[]Kind{Protection}, "the security group is deleted, which loses what somebody wanted to keep; it is protected"},
		"a bucket":          {[]drydock.Step{step("delete", bucketType, "a", in{"forceDestroy": true}, nil)}, []Kind{Data}, "forceDestroy empties it first"},
		"a secret":          {[]drydock.Step{step("delete", secretType, "a", in{}, nil)}, []Kind{Data}, "it can be restored for 30 days"},
		"a secret at once":  {[]drydock.Step{step("delete", secretType, "a", in{"recoveryWindowInDays": 0.0}, nil)}, []Kind{Data}, "at once"},
		"a key":             {[]drydock.Step{step("delete", "aws:kms/key:Key", "a", in{"deletionWindowInDays": 7.0}, nil)}, []Kind{Data}, "cancelled for 7 days"},
		"a database":        {[]drydock.Step{step("replace", "aws:rds/instance:Instance", "a", in{"skipFinalSnapshot": true}, in{}, "engine")}, []Kind{Data}, "no final snapshot"},
		"a table":           {[]drydock.Step{step("delete", "aws:dynamodb/table:Table", "a", in{"deletionProtectionEnabled": true}, nil)}, []Kind{Data}, "deletion protection is on"},
		"a service":         {[]drydock.Step{step("replace", serviceType, "a", in{"name": "a"}, in{"name": "b"}, "name")}, []Kind{Traffic}, "interrupts its running tasks"},
		"a balancer":        {[]drydock.Step{step("delete", "aws:alb/loadBalancer:LoadBalancer", "a", in{}, nil)}, []Kind{Traffic}, "the load balancer is deleted"},
		"a certificate":     {[]drydock.Step{step("replace", "aws:acm/certificate:Certificate", "a", in{}, in{}, "privateKey")}, []Kind{Traffic}, "TLS of every listener"},
		"a connection":      {[]drydock.Step{step("replace", "aws:codestarconnections/connection:Connection", "a", in{}, in{}, "name")}, []Kind{Releases}, "until somebody confirms"},
		"no tasks are left": {[]drydock.Step{step("update", serviceType, "a", in{"desiredCount": 2.0}, in{"desiredCount": 0.0})}, []Kind{Traffic}, "no task"},
		"another port":      {[]drydock.Step{step("update", listenerType, "a", in{"port": 443.0}, in{"port": 8443.0})}, []Kind{Traffic}, "nobody listens on port 443"},

		"force is turned on":    {[]drydock.Step{step("update", bucketType, "a", in{}, in{"forceDestroy": true})}, []Kind{Protection}, "forceDestroy is turned on"},
		"no recovery window":    {[]drydock.Step{step("update", secretType, "a", in{}, in{"recoveryWindowInDays": 0.0})}, []Kind{Protection}, "can no longer be restored"},
		"a shorter window":      {[]drydock.Step{step("update", secretType, "a", in{"recoveryWindowInDays": 30.0}, in{"recoveryWindowInDays": 7.0})}, nil, ""},
		"a balancer's guard":    {[]drydock.Step{step("update", balancerType, "a", in{"enableDeletionProtection": true}, in{"enableDeletionProtection": false})}, []Kind{Protection}, "enableDeletionProtection is turned off"},
		"backups":               {[]drydock.Step{step("update", "aws:rds/instance:Instance", "a", in{"backupRetentionPeriod": 7.0}, in{"backupRetentionPeriod": 0.0})}, []Kind{Protection}, "automated backups"},
		"versioning":            {[]drydock.Step{step("update", versioningType, "a", in{"versioningConfiguration": in{"status": "Enabled"}}, in{"versioningConfiguration": in{"status": "Suspended"}})}, []Kind{Protection}, "versioning is suspended"},
		"versioning is deleted": {[]drydock.Step{step("delete", versioningType, "v", in{"bucket": "id-b"}, nil)}, []Kind{Protection}, "versioning is suspended"},
		"with its bucket": {[]drydock.Step{
			step("delete", versioningType, "v", in{"bucket": "id-b"}, nil), step("delete", bucketType, "b", in{}, nil),
		}, []Kind{Data}, "the bucket is deleted"},

		"everybody is let in": {[]drydock.Step{step("create", ruleType, "a", nil, anywhere)}, []Kind{Opened}, "tcp 443 is opened to everybody (0.0.0.0/0)"},
		"everybody was":       {[]drydock.Step{step("delete", ruleType, "a", anywhere, nil), step("create", ruleType, "b", nil, anywhere)}, nil, ""},
		"everybody to a group's list": {[]drydock.Step{step("update", groupType, "a", in{}, in{"ingress": []any{
			in{"protocol": "tcp", "fromPort": 22.0, "toPort": 22.0, "cidrBlocks": []any{"10.0.0.0/8"}, "ipv6CidrBlocks": []any{"::/0"}},
		}})}, []Kind{Opened}, "tcp 22 is opened to everybody (::/0)"},
		"no encryption":  {[]drydock.Step{step("replace", listenerType, "a", in{"protocol": "HTTPS"}, in{"protocol": "HTTP"}, "protocol")}, []Kind{Traffic, Opened}, ""},
		"older TLS":      {[]drydock.Step{step("update", listenerType, "a", in{"sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"}, in{"sslPolicy": "ELBSecurityPolicy-2016-08"})}, []Kind{Opened}, "admits TLS 1.0, the former one nothing before TLS 1.2"},
		"newer TLS":      {[]drydock.Step{step("update", listenerType, "a", in{"sslPolicy": "ELBSecurityPolicy-2016-08"}, in{"sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"})}, nil, ""},
		"no mutual TLS":  {[]drydock.Step{step("update", listenerType, "a", in{"mutualAuthentication": in{"mode": "verify"}}, in{"mutualAuthentication": in{"mode": "off"}})}, []Kind{Opened}, "no longer verified"},
		"a public one":   {[]drydock.Step{step("replace", balancerType, "a", in{"internal": true}, in{}, "internal")}, []Kind{Traffic, Opened}, "the load balancer is replaced"},
		"public ACLs":    {[]drydock.Step{step("update", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "a", in{"blockPublicAcls": true}, in{"blockPublicAcls": false})}, []Kind{Opened}, "public ACLs"},
		"not proxied":    {[]drydock.Step{step("update", "cloudflare:index/record:Record", "a", in{"proxied": true}, in{"proxied": false})}, []Kind{Opened}, "straight to the origin"},
		"administration": {[]drydock.Step{step("create", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", nil, in{"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})}, []Kind{Widened}, "AdministratorAccess"},
	} {
		t.Run(name, func(t *testing.T) {
			var found []Kind
			v := Judge(&drydock.Result{Steps: c.steps})
			for _, d := range v.Dangers {
				found = append(found, d.Kind)
			}
			require.Equal(t, c.kinds, found, v.Dangers)
			if c.says != "" {
				assert.Contains(t, v.Dangers[0].Reason, c.says)
			}
		})
	}
}

func TestTheWorstIsFirstWhateverTheOrder(t *testing.T) {
	steps := []drydock.Step{
		step("create", bucketType, "new", nil, in{}), step("update", repositoryType, "b", in{}, in{"forceDelete": true}),
		step("delete", serviceType, "s", in{}, nil), step("update", repositoryType, "a", in{}, in{"tags": in{}}), step("delete", secretType, "x", in{}, nil),
	}
	v := Judge(&drydock.Result{Steps: steps})
	slices.Reverse(steps)
	assert.Equal(t, v, Judge(&drydock.Result{Steps: steps}))
	var order []string
	for _, c := range v.Changes {
		order = append(order, c.Op+" "+c.Name)
	}
	assert.Equal(t, []string{"delete s", "delete x", "update a", "update b", "create new"}, order)
	assert.Equal(t, []Kind{Data, Traffic, Protection}, []Kind{v.Dangers[0].Kind, v.Dangers[1].Kind, v.Dangers[2].Kind})
}

func TestProtectionOfWhatStays(t *testing.T) {
	s := step("same", repositoryType, "a", in{}, in{})
	s.Old.Protect, s.Old.RetainOnDelete = true, true
	v := Judge(&drydock.Result{Options: []drydock.Step{s}})
	require.Len(t, v.Dangers, 1)
	assert.Equal(t, Protection, v.Dangers[0].Kind)
	assert.Equal(t, []string{"protect", "retainOnDelete"}, v.Dangers[0].Forces)
	assert.Empty(t, v.Changes)
}

func TestExposure(t *testing.T) {
	rule := func(source string, port float64) in {
		return in{"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": port, "toPort": port, "cidrIpv4": source}
	}
	for name, c := range map[string]struct {
		steps []drydock.Step
		want  []string
	}{
		"a narrower range":    {[]drydock.Step{step("update", ruleType, "a", rule("10.0.0.0/8", 80), rule("10.1.0.0/16", 80))}, nil},
		"a wider range":       {[]drydock.Step{step("update", ruleType, "a", rule("10.1.0.0/16", 80), rule("10.0.0.0/8", 80))}, []string{"tcp 80"}},
		"another port":        {[]drydock.Step{step("update", ruleType, "a", rule("10.0.0.0/8", 80), rule("10.0.0.0/8", 81))}, []string{"tcp 81"}},
		"a group made anew":   {[]drydock.Step{step("replace", ruleType, "a", rule("10.0.0.0/8", 80), in{"securityGroupId": drydock.Unknown, "ipProtocol": "6", "fromPort": 80.0, "toPort": 80.0, "cidrIpv4": "10.0.0.0/8"}, "securityGroupId")}, nil},
		"all of a protocol":   {[]drydock.Step{step("create", ruleType, "a", nil, in{"ipProtocol": "-1", "referencedSecurityGroupId": "sg-2"})}, []string{"everything"}},
		"a source made anew":  {[]drydock.Step{step("replace", ruleType, "a", in{"securityGroupId": "sg-1", "ipProtocol": "-1", "referencedSecurityGroupId": "sg-2"}, in{"securityGroupId": "sg-1", "ipProtocol": "-1", "referencedSecurityGroupId": drydock.Unknown}, "referencedSecurityGroupId")}, nil},
		"a rule of egress":    {[]drydock.Step{step("create", "aws:ec2/securityGroupRule:SecurityGroupRule", "a", nil, in{"type": "egress", "protocol": "-1", "cidrBlocks": []any{"0.0.0.0/0"}})}, nil},
		"a range of ports":    {[]drydock.Step{step("create", "aws:ec2/securityGroupRule:SecurityGroupRule", "a", nil, in{"type": "ingress", "protocol": "tcp", "fromPort": 1.0, "toPort": 9.0, "cidrBlocks": []any{"10.0.0.0/8", "10.9.0.0/16"}})}, []string{"tcp 1-9"}},
		"a listener":          {[]drydock.Step{step("create", listenerType, "a", nil, in{"protocol": "HTTP", "port": 80.0})}, []string{"port 80, by a new listener for HTTP"}},
		"what is deleted too": {[]drydock.Step{step("delete", ruleType, "a", rule("0.0.0.0/0", 80), nil)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var found []string
			for _, e := range Judge(&drydock.Result{Steps: c.steps}).Exposure {
				found = append(found, e.What)
			}
			assert.Equal(t, c.want, found)
		})
	}
}

func TestRenames(t *testing.T) {
	inside := func(s drydock.Step, parent string) drydock.Step {
		for _, side := range []*drydock.ResourceState{s.Old, s.New} {
			if side != nil {
				side.Parent = parent
			}
		}
		return s
	}
	const component = "shop:index:Shop"
	urn := func(name string) string { return "urn:pulumi:dev::p::" + component + "::" + name }
	for name, c := range map[string]struct {
		steps []drydock.Step
		want  string
	}{
		"another name": {[]drydock.Step{
			step("create", bucketType, "unlike", nil, in{"bucket": "x"}), step("create", bucketType, "objects", nil, in{"bucket": "shop"}),
			step("delete", bucketType, "things", in{"bucket": "shop"}, nil),
		}, "if the bucket `objects` is `things` renamed, give it `pulumi.Aliases([]pulumi.Alias{{Name: pulumi.String(\"things\")}})`"},
		"the component's": {[]drydock.Step{
			step("create", component, "new", nil, in{}), inside(step("create", bucketType, "new-b", nil, in{}), urn("new")),
			inside(step("delete", bucketType, "old-b", in{}, nil), urn("old")), step("delete", component, "old", in{}, nil),
		}, "if the shop `new` is `old` renamed, give it `pulumi.Aliases([]pulumi.Alias{{Name: pulumi.String(\"old\")}})`, and all that is in it stays"},
		"into a component": {[]drydock.Step{
			inside(step("create", bucketType, "b", nil, in{}), urn("new")), step("delete", bucketType, "b", in{}, nil),
		}, "if the bucket `b` is `b` renamed, give it `pulumi.Aliases([]pulumi.Alias{{NoParent: pulumi.Bool(true)}})`"},
		"out of a component": {[]drydock.Step{
			step("create", bucketType, "b", nil, in{}), inside(step("delete", bucketType, "b", in{}, nil), urn("old")),
		}, "if the bucket `b` is `b` renamed, give it `pulumi.Aliases([]pulumi.Alias{{ParentURN: pulumi.URN(\"" + urn("old") + "\")}})`"},
		"nothing alike": {[]drydock.Step{step("delete", bucketType, "b", in{}, nil), step("create", repositoryType, "b", nil, in{})},
			"keep the old one: `pulumi.RetainOnDelete(true)` in an up before this one"},
	} {
		t.Run(name, func(t *testing.T) {
			v := Judge(&drydock.Result{Steps: c.steps})
			require.Len(t, v.Dangers, 1)
			assert.Equal(t, c.want, v.Dangers[0].WayOut[0])
		})
	}
}
