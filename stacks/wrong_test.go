package stacks

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

// family is a kind of pipeline as a stack configures it.
type family struct {
	stack, key, name string
	wrong            []wrong
	// free are the fields that take whatever is of their type, each with the reason.
	free map[string]string
}

var families = []family{
	{stack: "dev", key: "pipelines", name: "bash-dog", wrong: wrongPipelines, free: freePipelines},
	{stack: "website", key: "staged", name: "website", wrong: wrongStaged, free: freeStaged},
	{stack: "meta", key: "meta", name: "deployer", wrong: wrongMeta, free: freeMeta},
	{stack: "eks", key: "ekscicd", name: "acme", wrong: wrongOperations, free: freeOperations},
	{stack: "edge", key: "zones", name: "example-com", wrong: wrongZones},
}

// typeOf are the arguments of the family's components.
func (f family) typeOf(t *testing.T) reflect.Type {
	t.Helper()
	config := reflect.TypeFor[Config]()
	field, found := config.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, f.key) })
	require.True(t, found, f.key)
	return field.Type.Elem().Elem()
}

func (f family) path() string { return namespace + ":" + f.key + "." + f.name }

// wrong is a configuration with values that do not belong, by their keys, and the problem that is reported of it.
type wrong struct {
	want string
	set  values
}

type values map[string]any

// Each row spoils a stack's configuration. The report names the key, the value and the fix, and nothing has been made. Each
// key that can be wrong is in a row.
func TestWrongValues(t *testing.T) {
	for _, f := range families {
		t.Run(f.key, func(t *testing.T) {
			made, err := deploy(t, f.stack, settingsOf(t, f.stack))
			require.NoError(t, err)
			require.NotZero(t, made, "the stack is right as it is")
			var spoiled []string
			for _, w := range f.wrong {
				config := settingsOf(t, f.stack)
				for path, value := range w.set {
					put(t, at(t, config, f.key)[f.name], path, value)
					spoiled = append(spoiled, general(path, f.typeOf(t)))
				}
				made, err := deploy(t, f.stack, config)
				assert.Zero(t, made, "%v", w.set)
				if assert.Error(t, err, "%v", w.set) {
					assert.Contains(t, err.Error(), f.path()+"."+w.want, "%v", w.set)
					assert.NotRegexp(t, notForPeople, err.Error())
				}
			}
			keys := leaves("", f.typeOf(t))
			for _, key := range keys {
				reason, free := f.free[key]
				assert.Equal(t, !free, slices.Contains(spoiled, key), "%s is free (%q), or a row spoils it", key, reason)
			}
			assert.Subset(t, keys, slices.Collect(maps.Keys(f.free)), "there are no such keys")
		})
	}
}

// notForPeople is what a report of a configuration says nothing of.
var notForPeople = regexp.MustCompile(`goroutine |panic|\.go:|map\[|\*bluegreen|\*ekscicd|pulumi\.String|mapstructure|hidden-value`)

// Every key of every family: something of another kind is refused by the key's name, and so is a key that there is not.
func TestWrongKinds(t *testing.T) {
	for _, f := range families {
		t.Run(f.key, func(t *testing.T) {
			for _, m := range misfits("", f.typeOf(t)) {
				var raw any = map[string]any{}
				put(t, raw, m.path, m.value)
				errs := check(f.path(), raw, f.typeOf(t))
				if assert.Len(t, errs, 1, m.path) {
					assert.Regexp(t, "^"+regexp.QuoteMeta(f.path()+"."+m.path)+": .*"+m.want, errs[0].Error())
					assert.NotRegexp(t, notForPeople, errs[0].Error())
				}
			}
		})
	}
}

// What is wrong in several families of a stack is one report, and what is right beside it is not made.
func TestAllThatIsWrongIsOneReport(t *testing.T) {
	config := map[string]any{}
	var want []string
	for _, f := range families {
		maps.Copy(config, settingsOf(t, f.stack))
		at(t, config, f.key)["worse"] = map[string]any{"nonsense": 1}
		want = append(want, namespace+":"+f.key+".worse.nonsense: no such key: give one of ")
		w := f.wrong[0]
		for path, value := range w.set {
			put(t, at(t, config, f.key)[f.name], path, value)
		}
		want = append(want, f.path()+"."+w.want)
	}
	config[namespace+":permissionsBoundary"] = "arn:aws:iam::123456789012:policy/boundary"
	want = append(want, namespace+`:permissionsBoundary: "arn:aws:iam::123456789012:policy/boundary" is not valid`)
	made, err := deploy(t, "all", config)
	assert.Zero(t, made)
	for _, w := range want {
		assert.ErrorContains(t, err, w)
	}
}

// settingsOf reads a stack's configuration.
func settingsOf(t *testing.T, stack string) map[string]any {
	t.Helper()
	text, err := os.ReadFile("Pulumi." + stack + ".yaml")
	require.NoError(t, err)
	var file struct{ Config map[string]any }
	require.NoError(t, yaml.Unmarshal(text, &file))
	return file.Config
}

// deploy runs the program of a stack with the configuration in clouds that accept all, and tells how much it made.
func deploy(t *testing.T, stack string, config map[string]any) (made int, err error) {
	t.Helper()
	given := map[string]string{}
	for key, value := range config {
		text, isText := value.(string)
		if !isText {
			data, err := json.Marshal(value)
			require.NoError(t, err)
			text = string(data)
		}
		given[key] = text
	}
	cloud := &mocks.Cloud{Stack: stack}
	err = pulumi.RunErr(Deploy, pulumi.WithMocks(namespace, stack, cloud), func(info *pulumi.RunInfo) { info.Config = given })
	return len(cloud.Resources), err
}

// at is the map that a key of the project holds.
func at(t *testing.T, config map[string]any, key string) map[string]any {
	t.Helper()
	entries, isMap := config[namespace+":"+key].(map[string]any)
	require.True(t, isMap, key)
	return entries
}

// put writes the value at a path such as "containers[0].name", and makes what is not there on the way.
func put(t *testing.T, in any, path string, value any) {
	t.Helper()
	begin, rest, nested := strings.Cut(path, ".")
	key, index, listed := strings.Cut(strings.TrimSuffix(begin, "]"), "[")
	here, isMap := in.(map[string]any)
	require.True(t, isMap, path)
	switch {
	case !listed && !nested:
		here[key] = value
	case !listed:
		inner, isMap := here[key].(map[string]any)
		if !isMap {
			inner = map[string]any{}
			here[key] = inner
		}
		put(t, inner, rest, value)
	default:
		i, err := strconv.Atoi(index)
		require.NoError(t, err, path)
		list, _ := here[key].([]any)
		for len(list) <= i {
			list = append(list, map[string]any{})
		}
		here[key] = list
		if !nested {
			list[i] = value
			return
		}
		inner, isMap := list[i].(map[string]any)
		if !isMap {
			inner = map[string]any{}
			list[i] = inner
		}
		put(t, inner, rest, value)
	}
}

// leaves are the keys of a type that hold values: "containers[].port", "secrets{}".
func leaves(path string, t reflect.Type) (all []string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if field := t.Field(i); field.IsExported() {
				all = append(all, leaves(strings.TrimPrefix(path+"."+field.Tag.Get("pulumi"), "."), field.Type)...)
			}
		}
	case reflect.Map:
		return leaves(path+"{}", t.Elem())
	case reflect.Slice:
		return leaves(path+"[]", t.Elem())
	default:
		return []string{path}
	}
	return all
}

var index = regexp.MustCompile(`\[\d+\]`)

// general is the leaf that a path leads to: "containers[0].port" is "containers[].port".
func general(path string, t reflect.Type) string {
	segments := strings.Split(index.ReplaceAllString(path, ".[]"), ".")
	all := ""
	for _, segment := range segments {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch t.Kind() {
		case reflect.Map:
			all, t = all+"{}", t.Elem()
		case reflect.Slice:
			all, t = all+"[]", t.Elem()
		case reflect.Struct:
			field, found := fieldOf(t, segment)
			if !found {
				return path
			}
			all, t = strings.TrimPrefix(all+"."+segment, "."), field.Type
		}
	}
	// A whole list or map stands for what is in it.
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		all, t = all+map[reflect.Kind]string{reflect.Slice: "[]", reflect.Map: "{}"}[t.Kind()], t.Elem()
	}
	return all
}

type misfitting struct {
	path  string
	value any
	want  string
}

// misfits are values of another kind for every key of a type.
func misfits(path string, t reflect.Type) (all []misfitting) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	add := func(value any, want string) { all = append(all, misfitting{path, value, want}) }
	number := json.Number("1.5")
	switch t.Kind() {
	case reflect.Struct:
		if path != "" {
			add("text", "give a map with ")
			add([]any{}, "a list is not accepted: give a map with ")
		}
		all = append(all, misfitting{strings.TrimPrefix(path+".noSuchKey", "."), 1, "no such key: give one of "})
		for i := range t.NumField() {
			if field := t.Field(i); field.IsExported() {
				all = append(all, misfits(strings.TrimPrefix(path+"."+field.Tag.Get("pulumi"), "."), field.Type)...)
			}
		}
	case reflect.Map:
		add([]any{}, "give a map from names to values")
		all = append(all, misfits(path+".name", t.Elem())...)
	case reflect.Slice:
		add(map[string]any{}, "give a list")
		all = append(all, misfits(path+"[0]", t.Elem())...)
	case reflect.Bool:
		add("yes", "give true or false")
		add(number, "give true or false")
	case reflect.Int:
		add("many", "give a whole number")
		add(number, "give a whole number")
		add(true, "give a whole number")
	case reflect.Float64:
		add("many", "give a number")
	default:
		add(true, "give a text")
		add([]any{"hidden-value"}, "a list is not accepted: give a text")
		add(map[string]any{"hidden-value": 1}, "a map is not accepted: give a text")
	}
	return all
}

func v(path string, value any, more ...any) values {
	all := values{path: value}
	for i := 0; i < len(more); i += 2 {
		all[fmt.Sprint(more[i])] = more[i+1]
	}
	return all
}

func long(n int) string { return strings.Repeat("x", n) }
