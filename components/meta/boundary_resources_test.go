package meta

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCoarser(t *testing.T) {
	const ecs, secret = "arn:aws:ecs:us-east-2:123456789012:", "arn:aws:secretsmanager:us-east-2:123456789012:secret:"
	for name, c := range map[string]struct {
		coarser    func([]string) []string
		arns, want []string
	}{
		"kinds":           {acrossKinds, []string{ecs + "cluster/dog", ecs + "service/dog/dog", ecs + "service/cat/cat"}, []string{ecs + "service/cat/cat", ecs + "*/dog*"}},
		"one kind":        {acrossKinds, []string{secret + "a-??????", secret + "b-??????"}, []string{secret + "a-??????", secret + "b-??????"}},
		"least lost":      {folded, []string{secret + "dog/a", secret + "dog/b", secret + "dogs"}, []string{secret + "dog/*", secret + "dogs"}},
		"nothing shared":  {folded, []string{secret + "a-??????", secret + "b-??????"}, []string{secret + "a-??????", secret + "b-??????"}},
		"longest service": {serviceWide, []string{ecs + "cluster/dog", ecs + "cluster/cat", secret + "dog"}, []string{ecs + "*", secret + "dog"}},
	} {
		assert.Equal(t, c.want, c.coarser(c.arns), name)
	}
}

func TestNamed(t *testing.T) {
	for arn, want := range map[string]bool{
		"*": false, "arn:aws:ec2:us-east-2:123456789012:vpc/*": false, "arn:aws:logs:us-east-2:123456789012:log-group:*": false,
		"arn:aws:elasticloadbalancing:us-east-2:123456789012:listener/app/*/*/*": false, "arn:aws:s3:::*": false,
		"arn:aws:elasticloadbalancing:us-east-2:123456789012:listener/app/dog-*/*/*": true,
		"arn:aws:s3:::dog-*": true, "arn:aws:sns:us-east-2:123456789012:dog-*": true, "arn:aws:codepipeline:us-east-2:123456789012:dog/*": true,
		"arn:aws:logs:us-east-2:123456789012:log-group:/ecs/dog:*": true, "arn:aws:iam::123456789012:role/dog-*": true,
	} {
		assert.Equal(t, want, isNamed(arn), arn)
	}
}

func TestVerbs(t *testing.T) {
	e := exactly{}
	e.add([]string{"ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:GetIpamPool", "ec2:GetPasswordData", "kms:ListAliases"}, "*", nil)
	e.add([]string{"kms:ListKeys", "kms:ListAliases"}, "arn:aws:kms:us-east-2:123456789012:key/*", nil)
	all := e.byVerbs().statements()
	require.Len(t, all, 2)
	assert.Equal(t, []string{"kms:List*"}, all[0].Action)
	assert.Equal(t, []string{"ec2:Describe*", "ec2:GetIpamPool", "ec2:GetPasswordData", "kms:ListAliases"}, all[1].Action)
}
