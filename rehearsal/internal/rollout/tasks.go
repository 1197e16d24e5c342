package rollout

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/taskdef"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// createTaskSet is the first part of Install: ECS checks the AppSpec against the task definition and the network.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateTaskSet.html
func (d *deployment) createTaskSet(context.Context) *verdict.Problem {
	at := d.now
	d.now += callDuration
	var problems []verdict.Problem
	if p := d.ask(CreateTaskSet, d.place.serviceName); p != nil {
		problems = append(problems, *p)
	}
	problems = append(append(problems, d.checkSpec()...), d.checkNetwork()...)
	problem := d.end("Green task set is created", at, "behind target group "+d.place.green.Attr("name"), problems)
	d.exists = problem == nil
	return problem
}

// checkSpec: the container and the port that the AppSpec names are in the task definition, which Fargate can run.
func (d *deployment) checkSpec() []verdict.Problem {
	spec, task := d.in.Spec, d.in.Task
	var all []verdict.Problem
	complain := func(line int, fix, what string, args ...any) {
		all = append(all, verdict.Problem{
			What: "The ECS service cannot be updated due to an unexpected error: " + fmt.Sprintf(what, args...), File: spec.File, Line: line, Fix: fix,
		})
	}
	container := task.Container(spec.ContainerName)
	if container == nil {
		names := make([]string, 0, len(task.Containers))
		for _, c := range task.Containers {
			names = append(names, c.Name)
		}
		complain(spec.Line("ContainerName"), "Name one of the containers: "+strings.Join(names, ", ")+".",
			"The container %s does not exist in the task definition.", spec.ContainerName)
	} else if !slices.ContainsFunc(container.Ports, func(p taskdef.Port) bool { return p.ContainerPort == spec.ContainerPort && p.Protocol == "tcp" }) {
		complain(spec.Line("ContainerPort"), fmt.Sprintf("Name a TCP port of portMappings of container %s in the task definition.", container.Name),
			"The container %s did not have a container port %d defined.", spec.ContainerName, spec.ContainerPort)
	}
	if d.onFargate() && !task.Fargate() {
		all = append(all, verdict.Problem{
			What: "Task definition does not support launch_type FARGATE.", File: task.File, Line: task.Line("requiresCompatibilities"),
			Fix: `Set "requiresCompatibilities": ["FARGATE"].`,
		})
	}
	if d.onFargate() && slices.Contains([]string{"1.0.0", "1.1.0", "1.2.0", "1.3.0"}, spec.PlatformVersion) && (task.Platform.Architecture == "ARM64" || task.Storage > 0) {
		complain(spec.Line("PlatformVersion"), "Write PlatformVersion: 1.4.0.", "The platform version %s has neither ARM64 nor a choice of ephemeral storage.", spec.PlatformVersion)
	}
	return all
}

// onFargate tells whether the tasks run on Fargate: by launch type, or by capacity providers of that name.
func (d *deployment) onFargate() bool {
	if len(d.in.Spec.CapacityProviders) > 0 {
		return strings.HasPrefix(d.in.Spec.CapacityProviders[0].Name, "FARGATE")
	}
	if providers := d.place.service.Inputs.Objs("capacityProviderStrategies"); len(providers) > 0 {
		return strings.HasPrefix(providers[0].Str("capacityProvider"), "FARGATE")
	}
	return d.place.service.Inputs.Str("launchType") == "FARGATE"
}

// startTasks is the second part of Install. A task that cannot start is tried again until CodeDeploy gives up.
func (d *deployment) startTasks(ctx context.Context) *verdict.Problem {
	at := d.now
	var problems []verdict.Problem
	for _, m := range []Moment{StartTasks, RunTask} {
		if p := d.ask(m, d.in.Task.Family); p != nil {
			problems = append(problems, *p)
		}
	}
	if d.onFargate() {
		problems = append(problems, d.checkReach()...)
	}
	problems = append(append(problems, d.checkImages()...), d.checkLogs()...)
	problems = append(problems, Secrets(d.in.World, d.in.Task)...)
	if len(problems) == 0 && d.in.Tasks != nil {
		running, err := d.in.Tasks(ctx)
		d.running = running
		if err != nil {
			problems = append(problems, verdict.Problem{What: "The green task does not start: " + err.Error(), Where: "task definition " + d.in.Task.Family})
		}
	}
	if len(problems) > 0 {
		d.now += healthTimeout
		return d.end("Green tasks start", at, timedOut, problems)
	}
	d.now += startDuration
	return d.end("Green tasks start", at, fmt.Sprintf("%s of %s, containers %s", count(d.tasks(), "task"), d.in.Task.Family, d.containers()), nil)
}

// timedOut is CodeDeploy's message for tasks that never become healthy.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html
const timedOut = "The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes."

// checkImages: each image is for the platform of the tasks.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html
func (d *deployment) checkImages() []verdict.Problem {
	want := "linux/amd64"
	if d.in.Task.Platform.Architecture == "ARM64" {
		want = "linux/arm64"
	}
	var all []verdict.Problem
	for _, c := range d.in.Task.Containers {
		if have := d.in.Images[c.Name]; have != "" && have != want && !strings.HasPrefix(have, want+"/") {
			all = append(all, verdict.Problem{
				What:  fmt.Sprintf("CannotPullContainerError: image Manifest does not contain descriptor matching platform '%s': the image of container %s is for %s", want, c.Name, have),
				Where: "container " + c.Name, File: d.in.Task.File, Line: d.in.Task.Line(c.Path + ".image"),
				Fix: fmt.Sprintf("Build the image for %s, or set runtimePlatform.cpuArchitecture in the task definition to the image's.", want),
			})
		}
	}
	return all
}

// checkLogs: the log groups exist, where the driver is not told to make them.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
func (d *deployment) checkLogs() []verdict.Problem {
	var all []verdict.Problem
	for _, c := range d.in.Task.Containers {
		group := c.Logs.Options["awslogs-group"]
		if c.Logs.Driver != "awslogs" || c.Logs.Options["awslogs-create-group"] == "true" || d.in.World.Find(logGroupType, "name", group) != nil {
			continue
		}
		all = append(all, verdict.Problem{
			What: "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: " +
				"ResourceNotFoundException: The specified log group does not exist: " + group,
			Where: "container " + c.Name, File: d.in.Task.File, Line: d.in.Task.Line(c.Path + ".logConfiguration.options.awslogs-group"),
			Fix: "Create the log group, or name one that exists.",
		})
	}
	return all
}

func (d *deployment) containers() string {
	var names []string
	for _, c := range d.in.Task.Containers {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// tasks is how many the task set has.
func (d *deployment) tasks() int {
	if d.in.CountTasks > 0 {
		return d.in.CountTasks
	}
	return max(1, int(d.place.service.Inputs.Num("desiredCount")))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
