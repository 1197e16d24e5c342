package stacks

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
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
	Zones map[string]Zone
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

var zoneID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// load reads the stack's configuration, and reports all that is wrong with it at once.
func load(ctx *pulumi.Context) (*Config, error) {
	config := &Config{
		Pipelines: map[string]*bluegreen.ContainerPipelineArgs{}, Staged: map[string]*staged.PipelineArgs{},
		EKSCICD: map[string]*Operations{}, Meta: map[string]*meta.PipelineArgs{}, Zones: map[string]Zone{},
	}
	var errs []error
	each(ctx, "pipelines", &errs, func(path string, raw any) {
		args := &bluegreen.ContainerPipelineArgs{}
		if problems := decode(path, raw, args); len(problems) > 0 {
			errs = append(errs, problems...)
			return
		}
		hideSecrets(args)
		config.Pipelines[path[strings.LastIndex(path, ".")+1:]] = args
	})
	each(ctx, "staged", &errs, func(path string, raw any) {
		args := &staged.PipelineArgs{}
		errs = append(errs, decode(path, raw, args)...)
		if ctx.IsConfigSecret(namespace + ":staged") {
			hideVariables(args)
		}
		config.Staged[path[strings.LastIndex(path, ".")+1:]] = args
	})
	each(ctx, "meta", &errs, func(path string, raw any) {
		args := &meta.PipelineArgs{}
		problems := decode(path, raw, args)
		if len(problems) == 0 {
			problems = readPermissions(path, args)
		}
		errs = append(errs, problems...)
		config.Meta[path[strings.LastIndex(path, ".")+1:]] = args
	})
	each(ctx, "ekscicd", &errs, func(path string, raw any) {
		o := &Operations{}
		problems := decode(path, raw, o)
		if len(problems) == 0 {
			problems = o.validate(path)
		}
		errs = append(errs, problems...)
		config.EKSCICD[path[strings.LastIndex(path, ".")+1:]] = o
	})
	each(ctx, "zones", &errs, func(path string, raw any) {
		z := Zone{}
		problems := decode(path, raw, &z)
		if len(problems) == 0 && !zoneID.MatchString(z.ZoneID) {
			problems = append(problems, fmt.Errorf("%s.zoneId: %q is not valid: give the zone's 32 hexadecimal digits", path, z.ZoneID))
		}
		errs = append(errs, problems...)
		config.Zones[path[strings.LastIndex(path, ".")+1:]] = z
	})
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

// each calls f for every entry of the map that a configuration key holds.
func each(ctx *pulumi.Context, key string, errs *[]error, f func(path string, raw any)) {
	path := namespace + ":" + key
	text, given := ctx.GetConfig(path)
	if !given {
		return
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var entries map[string]any
	if err := decoder.Decode(&entries); err != nil || entries == nil {
		*errs = append(*errs, fmt.Errorf("%s: must be a map from names to settings, as in\n  %s:\n    my-app:\n      …", path, path))
		return
	}
	for _, name := range sortedKeys(entries) {
		f(path+"."+name, entries[name])
	}
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
