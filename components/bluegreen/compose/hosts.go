package compose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// localhost returns the value as it must be within a task, whose containers share one network: the names of siblings,
// which only compose resolves, become localhost. A local service's name is a problem, because nothing is there.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
func (l *loader) localhost(place, variable, value string) string {
	for _, name := range l.result.Local {
		for _, host := range hostNames(l.model.services[name]) {
			if _, found := replaceHost(variable, value, host); found {
				l.problem(place, "it names %s as a host, which stays local: give the deployed value in Options.Environment, or make "+
					"it a secret (without a value in the file, or in Options.Secrets)", name)
				return value
			}
		}
	}
	for _, s := range l.built {
		for _, host := range hostNames(s) {
			rewritten, found := replaceHost(variable, value, host)
			if !found {
				continue
			}
			value = rewritten
			note := fmt.Sprintf("%s: %s is localhost within the task", place, host)
			if !slices.Contains(l.result.Rewritten, note) {
				l.result.Rewritten = append(l.result.Rewritten, note)
			}
		}
	}
	return value
}

// hostNames are those by which compose may reach the service.
// https://docs.docker.com/reference/compose-file/services/#aliases
func hostNames(s types.ServiceConfig) []string {
	names := []string{s.Name}
	if s.ContainerName != "" {
		names = append(names, s.ContainerName)
	}
	if s.Hostname != "" {
		names = append(names, s.Hostname)
	}
	for _, network := range s.Networks {
		if network != nil {
			names = append(names, network.Aliases...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// replaceHost puts localhost where the value has the name as a host: of a URL, as host:port at a word's beginning, or
// alone in a variable that is called so, as in API_HOST=api.
func replaceHost(variable, value, name string) (string, bool) {
	upper := strings.ToUpper(variable)
	if value == name && (strings.HasSuffix(upper, "HOST") || strings.HasSuffix(upper, "HOSTNAME")) {
		return "localhost", true
	}
	host := regexp.QuoteMeta(name)
	pattern := regexp.MustCompile(`(://(?:[^/@\s]*@)?|^|[\s,=@'"])` + host + `(:\d+)|(://(?:[^/@\s]*@)?)` + host + `([/?#,\s'"]|$)`)
	replaced := pattern.ReplaceAllString(value, "${1}${3}localhost${2}${4}")
	return replaced, replaced != value
}
