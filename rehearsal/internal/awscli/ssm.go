package awscli

import (
	"crypto/sha256"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const parameterType = "aws:ssm/parameter:Parameter"

func ssmOperations() map[string]operation {
	decrypt := optional(flag, "with-decryption")
	return map[string]operation{
		"get-parameter":  {api: "GetParameter", run: (*call).getParameter, params: with(required("name"), decrypt)},
		"get-parameters": {api: "GetParameters", run: (*call).getParameters, params: with([]param{{name: "names", kind: list, required: true}}, decrypt)},
		"get-parameters-by-path": {api: "GetParametersByPath", run: (*call).getParametersByPath,
			params: with(required("path"), optional(flag, "recursive"), decrypt)},
		"put-parameter": {api: "PutParameter", run: (*call).putParameter, params: with(required("name", "value"),
			[]param{{name: "type", oneOf: []string{"String", "StringList", "SecureString"}}},
			optional(text, "key-id", "description", "tier"), optional(flag, "overwrite"))},
	}
}

type parameterValue struct {
	Name, Type, Value string
	Version           int
	LastModifiedDate  string
	ARN, DataType     string
}

// getParameter: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
func (c *call) getParameter() (any, error) {
	name := c.given.text("name")
	if err := c.ask("ssm:GetParameter", c.parameterARN(name)); err != nil {
		return nil, err
	}
	r := c.parameter(name)
	if r == nil {
		return nil, c.refuse("ParameterNotFound", "")
	}
	v, err := c.parameterValue(r)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Parameter": v}, nil
}

// getParameters tells of what does not exist in its answer.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
func (c *call) getParameters() (any, error) {
	found, missing := []parameterValue{}, []string{}
	for _, name := range c.given.texts("names") {
		if err := c.ask("ssm:GetParameters", c.parameterARN(name)); err != nil {
			return nil, err
		}
		r := c.parameter(name)
		if r == nil {
			missing = append(missing, name)
			continue
		}
		v, err := c.parameterValue(r)
		if err != nil {
			return nil, err
		}
		found = append(found, v)
	}
	return struct {
		Parameters        []parameterValue
		InvalidParameters []string
	}{found, missing}, nil
}

// getParametersByPath: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
func (c *call) getParametersByPath() (any, error) {
	root := c.given.text("path")
	if !strings.HasPrefix(root, "/") {
		return nil, c.refuse("ValidationException", "The parameter path should start with a forward slash (/), but it is %q", root)
	}
	root = strings.TrimSuffix(root, "/") + "/"
	if err := c.ask("ssm:GetParametersByPath", c.parameterARN(root)); err != nil {
		return nil, err
	}
	found := []parameterValue{}
	for _, r := range c.World.All(parameterType) {
		rest, below := strings.CutPrefix(r.Attr("name"), root)
		if !below || !c.given.flag("recursive", false) && strings.Contains(rest, "/") || c.parameter(r.Attr("name")) != r {
			continue
		}
		v, err := c.parameterValue(r)
		if err != nil {
			return nil, err
		}
		found = append(found, v)
	}
	slices.SortFunc(found, func(a, b parameterValue) int { return strings.Compare(a.Name, b.Name) })
	return map[string]any{"Parameters": found}, nil
}

// parameterARN is that of the parameter with the name, or an ARN itself. A path's leading slash is not repeated.
func (c *call) parameterARN(name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return c.arn("ssm", path.Join("parameter", name))
}

func (c *call) parameter(name string) *drydock.Record {
	return c.World.Find(parameterType, "arn", c.parameterARN(name))
}

// parameterValue is the parameter as it is answered: a SecureString stays encrypted without --with-decryption.
func (c *call) parameterValue(r *drydock.Record) (parameterValue, error) {
	v := parameterValue{Name: r.Attr("name"), Type: r.Attr("type"), Value: first(r.Attr("value"), r.Attr("insecureValue")),
		Version: max(1, int(r.Outputs.Num("version"))), LastModifiedDate: stamp(time.Now()), ARN: r.Attr("arn"), DataType: first(r.Attr("dataType"), "text")}
	if v.Type != "SecureString" {
		return v, nil
	}
	if !c.given.flag("with-decryption", false) {
		v.Value = encrypted(v.ARN)
		return v, nil
	}
	return v, c.askParameterKey("kms:Decrypt", r.Attr("keyId"), v.ARN)
}

// encrypted stands for a ciphertext, which nothing can read.
func encrypted(arn string) string { return fmt.Sprintf("AQICAH%X", sha256.Sum256([]byte(arn))) }

// askParameterKey: Encrypt for a standard parameter, GenerateDataKey for an advanced one.
// https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
func (c *call) askParameterKey(action, key, arn string) error {
	if reason, denied := c.askKey(action, key, "ssm", "PARAMETER_ARN", arn); denied {
		return c.refuse("AccessDeniedException", "%s", c.denial(action, c.customerKey(key), reason))
	}
	return nil
}

// putParameter: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
func (c *call) putParameter() (any, error) {
	name, kind, key := c.given.text("name"), c.given.text("type"), c.given.text("key-id")
	arn := c.parameterARN(name)
	if err := c.ask("ssm:PutParameter", arn); err != nil {
		return nil, err
	}
	was := c.parameter(name)
	switch {
	case was != nil && !c.given.flag("overwrite", false):
		return nil, c.refuse("ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")
	case was == nil && kind == "":
		return nil, c.refuse("ValidationException", "A parameter type is required when you create a parameter.")
	}
	if kind = first(kind, attr(was, "type")); kind == "SecureString" {
		action := map[bool]string{true: "kms:GenerateDataKey", false: "kms:Encrypt"}[c.given.text("tier") == "Advanced"]
		if err := c.askParameterKey(action, first(key, attr(was, "keyId")), arn); err != nil {
			return nil, err
		}
	}
	r := &drydock.Record{Type: parameterType, ID: name, Scope: c.caller.account() + "/" + c.region, Inputs: map[string]any{"name": name, "type": kind}}
	c.clouds.change(func(w *world.World) {
		version := 1.0
		if old := w.Find(parameterType, "arn", arn); old != nil {
			version = old.Outputs.Num("version") + 1
			w.Remove(old)
		}
		r.Outputs = map[string]any{"arn": arn, "keyId": first(key, attr(was, "keyId")), "value": c.given.text("value"), "version": version}
		w.Add(r)
	})
	return struct {
		Version int
		Tier    string
	}{int(r.Outputs.Num("version")), first(c.given.text("tier"), "Standard")}, nil
}

// attr is an attribute of a record that may not exist.
func attr(r *drydock.Record, name string) string {
	if r == nil {
		return ""
	}
	return r.Attr(name)
}
