// Package stacks turns a stack's configuration into components. An environment is one file, Pulumi.<stack>.yaml; docs/
// lists its keys, and a key that is not known is refused.
package stacks

import (
	"errors"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/components/bluegreen"
	"github.com/container-pipeline/container-pipeline/components/staged"
)

// Deploy is the program of every stack.
func Deploy(ctx *pulumi.Context) error {
	config, err := load(ctx)
	if err != nil {
		return err
	}
	if err := bound(ctx, config.PermissionsBoundary); err != nil {
		return err
	}
	for _, name := range sortedKeys(config.Zones) {
		if err := zone(ctx, name, config.Zones[name]); err != nil {
			return err
		}
	}
	for _, name := range sortedKeys(config.Pipelines) {
		if err := pipeline(ctx, name, config.Pipelines[name]); err != nil {
			return err
		}
	}
	for _, name := range sortedKeys(config.Staged) {
		if err := stagedPipeline(ctx, name, config.Staged[name]); err != nil {
			return err
		}
	}
	for _, name := range sortedKeys(config.Meta) {
		if err := metaPipeline(ctx, name, config.Meta[name]); err != nil {
			return err
		}
	}
	for _, name := range sortedKeys(config.EKSCICD) {
		if err := operations(ctx, name, config.EKSCICD[name]); err != nil {
			return err
		}
	}
	return nil
}

func zone(ctx *pulumi.Context, name string, z *Zone) error {
	if _, err := bluegreen.NewZoneRules(ctx, name, z.rules()); err != nil {
		return explained("zones", name, err)
	}
	ctx.Export(name, pulumi.Map{"strictHosts": pulumi.ToStringArray(z.StrictHosts)})
	return nil
}

func pipeline(ctx *pulumi.Context, name string, args *bluegreen.ContainerPipelineArgs) error {
	p, err := bluegreen.NewContainerPipeline(ctx, name, args)
	if err != nil {
		return explained("pipelines", name, err)
	}
	ctx.Export(name, pulumi.Map{
		"url":                 p.URL,
		"pipeline":            p.PipelineName,
		"connectionSetupUrl":  p.ConnectionSetupURL,
		"repositoryUrls":      p.RepositoryURLs,
		"secretArns":          p.SecretArns,
		"taskRole":            p.TaskRoleName,
		"taskSecurityGroupId": p.TaskSecurityGroupID,
		"vpcId":               p.VpcID,
		"loadBalancer":        p.LoadBalancerDNSName,
		"listenerArn":         p.ListenerArn,
		"cluster":             p.ClusterName,
		"service":             p.ServiceName,
		"deploymentGroup":     p.DeploymentGroupName,
	})
	return nil
}

func stagedPipeline(ctx *pulumi.Context, name string, args *staged.PipelineArgs) error {
	p, err := staged.NewPipeline(ctx, name, args)
	if err != nil {
		return explained("staged", name, err)
	}
	ctx.Export(name, pulumi.Map{
		"pipeline":           p.PipelineName,
		"connectionSetupUrl": p.ConnectionSetupURL,
		"repositoryCloneUrl": p.RepositoryCloneURL,
		"projects":           p.ProjectNames,
		"roles":              p.RoleNames,
		"roleArns":           p.RoleArns,
		"siteBuckets":        p.SiteBucketNames,
		"approvalTopicArn":   p.ApprovalTopicArn,
	})
	return nil
}

// explain puts the configuration key before each problem that a component reports.
func explain(key, name string, err error) (errs []error) {
	for _, e := range each(err) {
		errs = append(errs, fmt.Errorf("%s:%s.%s.%w", namespace, key, name, e))
	}
	return errs
}

func explained(key, name string, err error) error { return errors.Join(explain(key, name, err)...) }

// each of the problems that are joined in an error, none for none.
func each(err error) (all []error) {
	joined, many := err.(interface{ Unwrap() []error })
	switch {
	case err == nil:
		return nil
	case !many:
		return []error{err}
	}
	for _, e := range joined.Unwrap() {
		all = append(all, each(e)...)
	}
	return all
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
