// Package compose makes container definitions from a compose.yaml, so that one file describes the containers on a
// developer's machine and in the pipeline.
//
// A service with a build becomes a container; one without (a database, say) stays local. What a task can have is taken
// over, what it cannot have is listed in Result.Ignored, and what would not work is an error:
//
//	build.context, build.dockerfile  Result.Build: one Dockerfile for all services, within the compose file's folder
//	build.target                     Container.Target, by default the service's name (compose: the last stage)
//	build.args                       Result.Build.Args
//	ports[].target, expose           Container.Port; the one service that publishes a port is Public
//	environment                      Container.Environment; a variable without a value is one of Container.Secrets
//	command, entrypoint              Container.Command, Container.EntryPoint
//	healthcheck                      Container.Check, which runs in the image's shell
//	depends_on                       Container.DependsOn: START, HEALTHY, SUCCESS
//	deploy.resources.limits          Container.CPU, Container.Memory
//	user, read_only, stop_grace_period
//	restart: "no"                    Container.NonEssential, also for a service that another waits to complete
//
// Names, ranges and start order are checked by bluegreen.NewContainerPipeline.
package compose

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/container-pipeline/container-pipeline/components/bluegreen"
)

// Options say what a compose file cannot. The zero value is right for a file that says it all.
type Options struct {
	// Public names the service that the load balancer reaches. Default: the one that publishes a port.
	Public string
	// Ports are the container's port by service, where a service has several or tells none. Default: the file's.
	Ports map[string]int
	// Local names services that stay local although they have a build. Default: none.
	Local []string
	// Environment has values by service and variable that differ from the file's. Default: none.
	Environment map[string]map[string]string
	// Secrets names variables that are secrets in every service that has them, whatever the file says. Default: those
	// without a value.
	Secrets []string
	// Variables are the values of ${NAME} in the file. Neither the process's environment nor a .env file is read, so
	// that the file means the same on every machine. Default: none, each ${NAME} needs a default.
	Variables map[string]string
}

// Result is what a compose file says of a task.
type Result struct {
	// Containers are sorted by name, the public one last.
	Containers []bluegreen.Container
	// Build has the Dockerfile, the context and the build arguments of all services.
	Build bluegreen.BuildOptions
	// Secrets are the names in Container.Secrets, sorted: the keys that ContainerPipelineArgs.Secrets must have.
	Secrets []string
	// Local are the services that are not part of the task, sorted: those without a build, those with profiles and
	// those of Options.Local.
	Local []string
	// Ignored are the settings that a task cannot have, as "services.api.volumes: why", sorted.
	Ignored []string
	// Rewritten are the values in which a container's name became localhost, without the values, sorted.
	Rewritten []string
}

// Load reads a compose file. All that cannot be taken over is reported in one error, each problem with file and service.
func Load(path string, opts Options) (*Result, error) {
	m, err := read(path, opts.Variables)
	if err != nil {
		return nil, err
	}
	l := &loader{file: path, options: opts, model: m, result: &Result{}}
	l.classify()
	l.checkOptions()
	l.result.Build = l.build()
	for _, s := range l.built {
		l.result.Containers = append(l.result.Containers, l.container(s))
	}
	l.choosePublic()
	l.endOneShots()
	l.collect()
	if err := errors.Join(l.problems...); err != nil {
		return nil, err
	}
	return l.result, nil
}

// loader is one run of Load.
type loader struct {
	file     string
	options  Options
	model    *model
	built    []types.ServiceConfig // sorted by name
	result   *Result
	problems []error
}

// problem reports what is wrong at a place like services.api.ports.
func (l *loader) problem(place, format string, args ...any) {
	l.problems = append(l.problems, fmt.Errorf("%s: %s: %s", l.file, place, fmt.Sprintf(format, args...)))
}

func (l *loader) ignore(place, why string) {
	l.result.Ignored = append(l.result.Ignored, place+": "+why)
}

// classify tells the services that become containers from those that stay local.
func (l *loader) classify() {
	for _, name := range slices.Sorted(maps.Keys(l.model.services)) {
		s := l.model.services[name]
		if s.Build == nil || len(s.Profiles) > 0 || slices.Contains(l.options.Local, name) {
			l.result.Local = append(l.result.Local, name)
			continue
		}
		l.built = append(l.built, s)
	}
	if len(l.built) == 0 {
		l.problem("services", "none has a build: give build.target to those that are to be released")
	}
}

// checkOptions finds options that are missing, and those that name nothing in the file.
func (l *loader) checkOptions() {
	for _, name := range l.model.unset {
		l.problem("${"+name+"}", "no value: give it in Options.Variables, or a default as in ${%s:-value}", name)
	}
	known := func(option, name string) {
		if !slices.ContainsFunc(l.built, func(s types.ServiceConfig) bool { return s.Name == name }) {
			l.problem("Options."+option, "%q is not a service with a build: give one of %v", name, l.names())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.options.Ports)) {
		known("Ports", name)
	}
	for _, name := range slices.Sorted(maps.Keys(l.options.Environment)) {
		known("Environment", name)
	}
	if l.options.Public != "" {
		known("Public", l.options.Public)
	}
	for _, name := range l.options.Local {
		if _, there := l.model.services[name]; !there {
			l.problem("Options.Local", "%q is not a service of the file: remove it", name)
		}
	}
	for _, variable := range l.options.Secrets {
		if !slices.ContainsFunc(l.built, func(s types.ServiceConfig) bool { _, has := s.Environment[variable]; return has }) {
			l.problem("Options.Secrets", "no service has the variable %s: add it to the service's environment", variable)
		}
	}
}

func (l *loader) names() []string {
	names := make([]string, 0, len(l.built))
	for _, s := range l.built {
		names = append(names, s.Name)
	}
	return names
}

// endOneShots lets the task go on after a container that another waits to complete.
func (l *loader) endOneShots() {
	for _, c := range l.result.Containers {
		for name, condition := range c.DependsOn {
			if condition != "SUCCESS" {
				continue
			}
			for i := range l.result.Containers {
				if l.result.Containers[i].Name == name {
					l.result.Containers[i].NonEssential = true
				}
			}
		}
	}
}

// collect brings what was found into its order.
func (l *loader) collect() {
	l.dropped()
	r := l.result
	for _, c := range r.Containers {
		r.Secrets = append(r.Secrets, c.Secrets...)
	}
	slices.Sort(r.Secrets)
	r.Secrets = slices.Compact(r.Secrets)
	slices.Sort(r.Ignored)
	slices.Sort(r.Rewritten)
	slices.SortStableFunc(r.Containers, func(a, b bluegreen.Container) int {
		switch {
		case a.Public == b.Public:
			return 0 // built is sorted by name
		case a.Public:
			return 1
		}
		return -1
	})
}

// build is what all services have in common: the pipeline builds one Dockerfile's targets.
func (l *loader) build() bluegreen.BuildOptions {
	var common bluegreen.BuildOptions
	from := map[string]string{} // the service that a build argument, or "" the Dockerfile, was taken from
	for _, s := range l.built {
		place := "services." + s.Name + ".build"
		context, dockerfile := l.dockerfile(place, s.Build)
		if first, taken := from[""]; !taken {
			common.Context, common.Dockerfile, from[""] = context, dockerfile, s.Name
		} else if common.Context != context || common.Dockerfile != dockerfile {
			l.problem(place, "%s in context %s, but services.%s is built from %s in context %s: the pipeline builds one "+
				"Dockerfile, make each a target of it", dockerfile, context, first, common.Dockerfile, common.Context)
		}
		for _, name := range slices.Sorted(maps.Keys(s.Build.Args)) {
			value := s.Build.Args[name]
			if value == nil {
				l.problem(place+".args", "%s has no value: give one, for example ${%s:-default}", name, name)
				continue
			}
			if other, taken := common.Args[name]; taken && other != *value {
				l.problem(place+".args", "%s is %q, but %q in services.%s: the pipeline gives every build the same arguments",
					name, *value, other, from[name])
				continue
			}
			if common.Args == nil {
				common.Args = map[string]string{}
			}
			common.Args[name], from[name] = *value, s.Name
		}
	}
	return common
}

// dockerfile returns context and Dockerfile within the compose file's folder, as the pipeline wants them.
func (l *loader) dockerfile(place string, b *types.BuildConfig) (context, dockerfile string) {
	context = filepath.ToSlash(filepath.Clean(or(b.Context, ".")))
	dockerfile = filepath.ToSlash(filepath.Join(context, or(b.Dockerfile, "Dockerfile")))
	if !filepath.IsLocal(context) || !filepath.IsLocal(dockerfile) || isRemote(b.Context) {
		l.problem(place, "context %q with %q is not in the compose file's folder: the pipeline builds what is in the "+
			"repository, move it there", b.Context, or(b.Dockerfile, "Dockerfile"))
	}
	if b.DockerfileInline != "" {
		l.problem(place+".dockerfile_inline", "the pipeline builds a Dockerfile of the repository: move the text to one")
	}
	return context, dockerfile
}
