// Command replaces writes ../replaces.txt: for each of Pulumi's types on standard input, one a line, the properties of
// which a change replaces the resource, as the schemas of the Terraform provider have them. A condition that a provider's
// code adds to its schema is not among them.
//
// It compiles as the main package of a provider that is bridged from github.com/upbound/terraform-provider-aws (which
// exports HashiCorp's provider), in the place of that one's main function: "resources" below is its
// map[string]*tfbridge.ResourceInfo, whose tokens and overrides of names are Pulumi's.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-provider-aws/xpprovider"
	pftfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	framework, sdk, err := xpprovider.GetProvider(ctx)
	if err != nil {
		return err
	}
	all := pftfbridge.MuxShimWithPF(ctx, shimv2.NewProvider(sdk), framework).ResourcesMap()
	names, infos := map[string]string{}, resources(sdk)
	for name, info := range infos {
		names[string(info.Tok)] = name
	}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		name, ok := names[in.Text()]
		if !ok {
			return fmt.Errorf("%s is not mapped", in.Text())
		}
		s := all.Get(name).Schema()
		found := forced("", s, infos[name].Fields)
		for _, p := range replacedStrings(ctx, framework, name) {
			found = append(found, tfbridge.TerraformToPulumiNameV2(p, s, infos[name].Fields))
		}
		slices.Sort(found)
		fmt.Println(strings.Join(append([]string{in.Text()}, found...), " "))
	}
	return in.Err()
}

// forced are the inputs whose schema says ForceNew, with those in blocks.
func forced(path string, m shim.SchemaMap, infos map[string]*tfbridge.SchemaInfo) (found []string) {
	m.Range(func(name string, s shim.Schema) bool {
		at := strings.TrimPrefix(path+"."+tfbridge.TerraformToPulumiNameV2(name, m, infos), ".")
		if s.ForceNew() {
			found = append(found, at)
		}
		if block, ok := s.Elem().(shim.Resource); ok {
			var inner map[string]*tfbridge.SchemaInfo
			if info := infos[name]; info != nil && info.Elem != nil {
				inner = info.Elem.Fields
			}
			found = append(found, forced(at, block.Schema(), inner)...)
		}
		return true
	})
	return found
}

// replacedStrings are the texts at the top of a resource of the plugin framework that have RequiresReplace.
func replacedStrings(ctx context.Context, p provider.Provider, name string) (found []string) {
	want := stringplanmodifier.RequiresReplace().Description(ctx)
	for _, make := range p.Resources(ctx) {
		r := make()
		var is resource.MetadataResponse
		if r.Metadata(ctx, resource.MetadataRequest{ProviderTypeName: "aws"}, &is); is.TypeName != name {
			continue
		}
		var s resource.SchemaResponse
		r.Schema(ctx, resource.SchemaRequest{}, &s)
		for attribute, a := range s.Schema.Attributes {
			text, ok := a.(interface{ StringPlanModifiers() []planmodifier.String })
			if ok && slices.ContainsFunc(text.StringPlanModifiers(), func(m planmodifier.String) bool { return m.Description(ctx) == want }) {
				found = append(found, attribute)
			}
		}
	}
	return found
}
