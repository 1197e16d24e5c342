package stacks

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/components/bluegreen"
	"github.com/container-pipeline/container-pipeline/components/meta"
	"github.com/container-pipeline/container-pipeline/components/staged"
)

// namespace is the project's name in Pulumi.yaml, which begins every key of its own.
const namespace = "container-pipeline"

// Config is what a stack's file may say under "container-pipeline:".
type Config struct {
	// Pipelines by component name. Their keys are the fields of bluegreen.ContainerPipelineArgs.
	Pipelines map[string]*bluegreen.ContainerPipelineArgs
	// Staged pipelines by component name. Their keys are the fields of staged.PipelineArgs.
	Staged map[string]*staged.PipelineArgs
	// EKSCICD are operations accounts by name, with the applications that they deliver to EKS clusters.
	EKSCICD map[string]*Operations
	// Meta are pipelines that deploy stacks, by component name. Their keys are the fields of meta.PipelineArgs; an entry of
	// permissions may be the name of a stack, whose policies are in stacks/permissions.
	Meta map[string]*meta.PipelineArgs
	// PermissionsBoundary names the policy that is the boundary of every role of the stack. Default: none.
	PermissionsBoundary string
	// Zones of Cloudflare by component name, whose shared rules this stack owns. Default: none.
	Zones map[string]*Zone
}

// keys are those of the configuration, as strangers tells of them.
var keys = []string{"ekscicd", "meta", "permissionsBoundary", "pipelines", "staged", "zones"}

// Zone is a Cloudflare zone whose rules several pipelines share.
type Zone struct {
	// ZoneID is the zone's 32 hexadecimal digits.
	ZoneID string `pulumi:"zoneId"`
	// StrictHosts are the hosts of the pipelines in the zone, in whichever stack they are.
	StrictHosts []string `pulumi:"strictHosts"`
}

func (z *Zone) rules() *bluegreen.ZoneRulesArgs {
	return &bluegreen.ZoneRulesArgs{ZoneID: pulumi.String(z.ZoneID), StrictHosts: z.StrictHosts}
}

// load reads the stack's configuration, and reports all that is wrong with it at once: nothing is made unless all of it can.
func load(ctx *pulumi.Context) (*Config, error) {
	config := &Config{}
	var errs []error
	config.Zones = read(ctx, "zones", &errs, func(_ string, z *Zone) error { return z.rules().Validate() })
	config.Pipelines = read(ctx, "pipelines", &errs, func(name string, args *bluegreen.ContainerPipelineArgs) error {
		hideSecrets(args)
		return args.Validate(name)
	})
	config.Staged = read(ctx, "staged", &errs, func(name string, args *staged.PipelineArgs) error {
		if ctx.IsConfigSecret(namespace + ":staged") {
			hideVariables(args)
		}
		return args.Validate(name)
	})
	config.Meta = read(ctx, "meta", &errs, func(name string, args *meta.PipelineArgs) error {
		if err := readPermissions(args); err != nil {
			return err
		}
		return args.Validate(name, ctx.Stack())
	})
	config.EKSCICD = read(ctx, "ekscicd", &errs, func(name string, o *Operations) error { return o.validate(name) })
	if config.PermissionsBoundary, _ = ctx.GetConfig(namespace + ":permissionsBoundary"); config.PermissionsBoundary != "" &&
		!policyName.MatchString(config.PermissionsBoundary) {
		errs = append(errs, fmt.Errorf("%s:permissionsBoundary: %q is not valid: give the name of a policy, without arn:",
			namespace, config.PermissionsBoundary))
	}
	errs = append(errs, strangers(os.Getenv(pulumi.EnvConfig))...)
	if len(errs) == 0 && len(config.Pipelines)+len(config.Staged)+len(config.EKSCICD)+len(config.Meta)+len(config.Zones) == 0 {
		errs = append(errs, fmt.Errorf("stack %q configures nothing: give one of %s below %s: in stacks/Pulumi.%s.yaml",
			ctx.Stack(), strings.Join(keys, ", "), namespace, ctx.Stack()))
	}
	return config, errors.Join(errs...)
}

// read decodes every entry of the map that a configuration key holds, by its name, and validates those that it could decode.
func read[Args any](ctx *pulumi.Context, key string, errs *[]error, validate func(name string, args *Args) error) map[string]*Args {
	path := namespace + ":" + key
	text, given := ctx.GetConfig(path)
	if !given {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var entries map[string]any
	if err := decoder.Decode(&entries); err != nil || entries == nil {
		*errs = append(*errs, fmt.Errorf("%s: must be a map from names to settings, as in\n  %s:\n    my-app:\n      …", path, path))
		return nil
	}
	all := map[string]*Args{}
	for _, name := range sortedKeys(entries) {
		args := new(Args)
		problems := decode(path+"."+name, entries[name], args)
		if len(problems) == 0 {
			problems = explain(key, name, validate(name, args))
		}
		*errs = append(*errs, problems...)
		all[name] = args
	}
	return all
}

// decode fills out from raw by the fields' pulumi tags, once all of raw is known to fit.
func decode(path string, raw, out any) []error {
	if errs := check(path, raw, reflect.TypeOf(out)); len(errs) > 0 {
		return errs
	}
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result: out, TagName: "pulumi", DecodeHook: inputs,
		MatchName: func(key, field string) bool { return key == field },
	})
	if err == nil {
		err = decoder.Decode(raw)
	}
	if err != nil {
		return []error{fmt.Errorf("%s: %w", path, err)}
	}
	return nil
}

// inputs makes Pulumi inputs of plain texts.
func inputs(from, to reflect.Type, data any) (any, error) {
	if to != reflect.TypeFor[pulumi.StringInput]() || data == nil {
		return data, nil
	}
	return pulumi.String(fmt.Sprint(data)), nil // a text or a number: check has seen it
}

// hideSecrets marks what comes out of the configuration's secrets: they arrive in the program as plain texts.
func hideSecrets(args *bluegreen.ContainerPipelineArgs) {
	hide(args.Secrets)
	for _, c := range args.Containers {
		hide(c.OwnSecrets)
	}
}
