package ground

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Place is where resources are being made.
type Place struct {
	Partition string // "aws", "aws-cn", "aws-us-gov"
	Region    string // "us-east-2"
	Account   string // 12 digits
	DNSSuffix string // "amazonaws.com"
}

// Here asks the provider; pass pulumi.Parent so that a provider given to the component is the one that is asked.
func Here(ctx *pulumi.Context, opts ...pulumi.InvokeOption) (Place, error) {
	partition, err := aws.GetPartition(ctx, nil, opts...)
	if err != nil {
		return Place{}, err
	}
	region, err := aws.GetRegion(ctx, nil, opts...)
	if err != nil {
		return Place{}, err
	}
	caller, err := aws.GetCallerIdentity(ctx, nil, opts...)
	if err != nil {
		return Place{}, err
	}
	return Place{partition.Partition, region.Name, caller.AccountId, partition.DnsSuffix}, nil
}
