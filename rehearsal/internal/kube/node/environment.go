package node

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task/sandbox"
)

// variable is one of a container's environment.
type variable struct{ name, value string }

// lookup finds what a pod refers to.
type lookup struct{ *run }

// configMap is a ConfigMap's content; found is whether there is one.
func (l *lookup) configMap(name string) (data map[string][]byte, found bool, err error) {
	var object api.ConfigMap
	if found, err = l.get("configmaps", name, &object); !found {
		return nil, false, err
	}
	data = map[string][]byte{}
	for key, value := range object.Data {
		data[key] = []byte(value)
	}
	maps.Copy(data, object.BinaryData)
	return data, true, nil
}

// secret is a Secret's content; found is whether there is one.
func (l *lookup) secret(name string) (data map[string][]byte, found bool, err error) {
	var object api.Secret
	found, err = l.get("secrets", name, &object)
	return object.Data, found, err
}

func (l *lookup) get(kind, name string, into any) (found bool, err error) {
	err = l.node.client.Get(l.ctx, "/api/v1/namespaces/"+l.pod.Metadata.Namespace+"/"+kind+"/"+name, into)
	if api.Is(err, http.StatusNotFound) {
		return false, nil
	}
	return err == nil, err
}

// environment is a container's, in the order in which later variables replace and refer to earlier ones. Errors are in the
// kubelet's words.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables
func (l *lookup) environment(c api.Container) ([]variable, error) {
	env := []variable{{"HOSTNAME", l.pod.Metadata.Name}, {"KUBERNETES_SERVICE_HOST", "10.100.0.1"}, {"KUBERNETES_SERVICE_PORT", "443"}}
	for _, from := range c.EnvFrom {
		data, err := l.envFrom(from)
		if err != nil {
			return nil, err
		}
		for _, key := range slices.Sorted(maps.Keys(data)) {
			env = set(env, from.Prefix+key, string(data[key]))
		}
	}
	for _, v := range c.Env {
		value := expand(v.Value, env)
		if v.ValueFrom != nil {
			var present bool
			var err error
			if value, present, err = l.valueFrom(c, v.ValueFrom); err != nil {
				return nil, err
			}
			if !present {
				continue
			}
		}
		env = set(env, v.Name, value)
	}
	return env, nil
}

func set(env []variable, name, value string) []variable {
	env = slices.DeleteFunc(env, func(v variable) bool { return v.name == name })
	return append(env, variable{name, value})
}

func (l *lookup) envFrom(from api.EnvFrom) (map[string][]byte, error) {
	switch {
	case from.ConfigMapRef != nil:
		data, found, err := l.configMap(from.ConfigMapRef.Name)
		if err == nil && !found && !from.ConfigMapRef.Optional {
			err = fmt.Errorf("configmap %q not found", from.ConfigMapRef.Name)
		}
		return data, err
	case from.SecretRef != nil:
		data, found, err := l.secret(from.SecretRef.Name)
		if err == nil && !found && !from.SecretRef.Optional {
			err = fmt.Errorf("secret %q not found", from.SecretRef.Name)
		}
		return data, err
	}
	return nil, nil
}

// valueFrom is a value that comes from elsewhere; an optional one may not be present.
func (l *lookup) valueFrom(c api.Container, from *api.ValueFrom) (value string, present bool, err error) {
	switch {
	case from.ConfigMapKeyRef != nil:
		data, found, err := l.configMap(from.ConfigMapKeyRef.Name)
		return l.key("configmap", "ConfigMap", from.ConfigMapKeyRef, data, found, err)
	case from.SecretKeyRef != nil:
		data, found, err := l.secret(from.SecretKeyRef.Name)
		return l.key("secret", "Secret", from.SecretKeyRef, data, found, err)
	case from.FieldRef != nil:
		return l.field(from.FieldRef.FieldPath), true, nil
	case from.ResourceFieldRef != nil:
		kind, name, _ := strings.Cut(from.ResourceFieldRef.Resource, ".")
		amounts := c.Resources.Limits
		if kind == "requests" {
			amounts = c.Resources.Requests
		}
		return fmt.Sprint(amounts[name]), true, nil
	}
	return "", false, nil
}

func (l *lookup) key(kind, title string, ref *api.KeyRef, data map[string][]byte, found bool, err error) (string, bool, error) {
	value, ok := data[ref.Key]
	switch {
	case err != nil:
		return "", false, err
	case ok || ref.Optional:
		return string(value), ok, nil
	case !found:
		return "", false, fmt.Errorf("%s %q not found", kind, ref.Name)
	}
	return "", false, fmt.Errorf("couldn't find key %s in %s %s/%s", ref.Key, title, l.pod.Metadata.Namespace, ref.Name)
}

// field is a pod's field. The address is the one that its containers have.
// https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#available-fields
func (l *lookup) field(path string) string {
	m := l.pod.Metadata
	switch path {
	case "metadata.name":
		return m.Name
	case "metadata.namespace":
		return m.Namespace
	case "metadata.uid":
		return m.UID
	case "metadata.labels":
		return quoted(m.Labels)
	case "metadata.annotations":
		return quoted(m.Annotations)
	case "spec.nodeName":
		return nodeName
	case "spec.serviceAccountName":
		return l.pod.Spec.ServiceAccountName
	case "status.hostIP", "status.hostIPs":
		return nodeIP
	case "status.podIP", "status.podIPs":
		return sandbox.Address
	}
	for prefix, values := range map[string]map[string]string{"metadata.labels['": m.Labels, "metadata.annotations['": m.Annotations} {
		if key, ok := strings.CutPrefix(path, prefix); ok {
			return values[strings.TrimSuffix(key, "']")]
		}
	}
	return ""
}

// quoted are values as a file has them.
func quoted(values map[string]string) string {
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		lines = append(lines, fmt.Sprintf("%s=%q", key, values[key]))
	}
	return strings.Join(lines, "\n")
}

// expand puts in the values of $(NAME); $$ is a dollar, and a variable that is not there stays as it is.
// https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
func expand(text string, env []variable) string {
	var b strings.Builder
	for {
		at := strings.IndexByte(text, '$')
		if at < 0 || at == len(text)-1 {
			return b.String() + text
		}
		b.WriteString(text[:at])
		text = text[at+1:]
		if text[0] == '$' {
			b.WriteByte('$')
			text = text[1:]
			continue
		}
		name, rest, closed := strings.Cut(strings.TrimPrefix(text, "("), ")")
		i := slices.IndexFunc(env, func(v variable) bool { return v.name == name })
		if text[0] != '(' || !closed || i < 0 {
			b.WriteByte('$')
			continue
		}
		b.WriteString(env[i].value)
		text = rest
	}
}

func expandAll(texts []string, env []variable) []string {
	var all []string
	for _, t := range texts {
		all = append(all, expand(t, env))
	}
	return all
}
