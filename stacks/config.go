package stacks

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/components/bluegreen"
)

// namespace is the project's name in Pulumi.yaml, which begins every key of its own.
const namespace = "container-pipeline"

// Config is what a stack's file may say under "container-pipeline:".
type Config struct {
	// Pipelines by component name. Their keys are the fields of bluegreen.ContainerPipelineArgs.
	Pipelines map[string]*bluegreen.ContainerPipelineArgs
	// Zones of Cloudflare by component name, whose shared rules this stack owns. Default: none.
	Zones map[string]Zone
}

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
	config := &Config{Pipelines: map[string]*bluegreen.ContainerPipelineArgs{}, Zones: map[string]Zone{}}
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
	each(ctx, "zones", &errs, func(path string, raw any) {
		z := Zone{}
		problems := decode(path, raw, &z)
		if len(problems) == 0 && !zoneID.MatchString(z.ZoneID) {
			problems = append(problems, fmt.Errorf("%s.zoneId: %q is not valid: give the zone's 32 hexadecimal digits", path, z.ZoneID))
		}
		errs = append(errs, problems...)
		config.Zones[path[strings.LastIndex(path, ".")+1:]] = z
	})
	if len(errs) == 0 && len(config.Pipelines)+len(config.Zones) == 0 {
		errs = append(errs, fmt.Errorf("stack %q configures nothing: give %s:pipelines or %s:zones in stacks/Pulumi.%s.yaml",
			ctx.Stack(), namespace, namespace, ctx.Stack()))
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

// decode fills out from raw by the fields' pulumi tags. What does not fit is named with the key, the value and what is accepted.
func decode(path string, raw, out any) []error {
	var meta mapstructure.Metadata
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result: out, TagName: "pulumi", Metadata: &meta, DecodeHook: inputs,
		MatchName: func(key, field string) bool { return key == field },
	})
	if err != nil {
		return []error{err}
	}
	var errs []error
	for _, e := range leaves(decoder.Decode(raw)) {
		errs = append(errs, mismatch(path, e))
	}
	slices.Sort(meta.Unused)
	for _, key := range meta.Unused {
		parent := ""
		if i := strings.LastIndex(key, "."); i >= 0 {
			parent = key[:i]
		}
		errs = append(errs, fmt.Errorf("%s.%s: no such key: %s", path, key, accepted(reflect.TypeOf(out), parent)))
	}
	return errs
}

// inputs makes Pulumi inputs of plain texts.
func inputs(from, to reflect.Type, data any) (any, error) {
	if to != reflect.TypeFor[pulumi.StringInput]() {
		return data, nil
	}
	switch v := data.(type) {
	case string:
		return pulumi.String(v), nil
	case json.Number:
		return pulumi.String(v.String()), nil
	}
	return nil, errors.New("must be a text")
}

func leaves(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, leaves(e)...)
		}
		return all
	}
	var named *mapstructure.DecodeError
	if inner := errors.Unwrap(err); inner != nil && !errors.As(err, &named) {
		return leaves(inner)
	}
	return []error{err}
}

func mismatch(path string, err error) error {
	var named *mapstructure.DecodeError
	if !errors.As(err, &named) {
		return fmt.Errorf("%s: %w", path, err)
	}
	if named.Name() != "" {
		path += "." + named.Name()
	}
	var wrong *mapstructure.UnconvertibleTypeError
	if errors.As(err, &wrong) {
		// The value of a secret key must not be shown, and a map's cannot be read.
		shown := ""
		switch v := wrong.Value.(type) {
		case string, json.Number, bool:
			if !strings.Contains(strings.ToLower(path), "secret") {
				shown = fmt.Sprintf("%q ", fmt.Sprint(v))
			}
		}
		return fmt.Errorf("%s: %sis not accepted: give %s", path, shown, kindName(wrong.Expected.Type()))
	}
	return fmt.Errorf("%s: %w", path, named.Unwrap())
}

func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Map, reflect.Struct, reflect.Pointer:
		return "a map"
	}
	return "a text"
}

var index = regexp.MustCompile(`\[[^\]]*\]`)

// accepted lists the keys of the struct at the path within t.
func accepted(t reflect.Type, path string) string {
	for _, key := range strings.Split(index.ReplaceAllString(path, ""), ".") {
		t = element(t)
		if t.Kind() != reflect.Struct || key == "" {
			break
		}
		for i := range t.NumField() {
			if t.Field(i).Tag.Get("pulumi") == key {
				t = t.Field(i).Type
				break
			}
		}
	}
	if t = element(t); t.Kind() != reflect.Struct {
		return "remove it"
	}
	var keys []string
	for i := range t.NumField() {
		keys = append(keys, t.Field(i).Tag.Get("pulumi"))
	}
	slices.Sort(keys)
	return "give one of " + strings.Join(keys, ", ")
}

func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t
}

// hideSecrets marks what comes out of the configuration's secrets: they arrive in the program as plain texts.
func hideSecrets(args *bluegreen.ContainerPipelineArgs) {
	hide := func(values map[string]pulumi.StringInput) {
		for name, value := range values {
			if value != nil {
				values[name] = pulumi.ToSecret(value).(pulumi.StringOutput)
			}
		}
	}
	hide(args.Secrets)
	for _, c := range args.Containers {
		hide(c.OwnSecrets)
	}
}
