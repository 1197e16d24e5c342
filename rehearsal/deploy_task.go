package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/codebuild"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/rollout"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/taskdef"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// green is the task that a deployment starts.
type green struct {
	calls     calls.Task
	images    map[string]v1.Image // by container
	platforms map[string]string   // as "linux/amd64", by container
	imitated  map[string]bool     // by container: its Dockerfile was not carried out
}

// prepare finds every image that the revision names. ECS would find them when it starts the task.
func (r *release) prepare(ctx context.Context, a action, group *drydock.Record, revision *revision) (*green, error) {
	g := &green{images: map[string]v1.Image{}, platforms: map[string]string{}, imitated: map[string]bool{}, calls: r.taskCalls(group, revision)}
	return g, r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Images"}, func(s *verdict.Step) error {
		var errs []error
		for i, c := range revision.task.Containers {
			line := revision.task.Line(fmt.Sprintf("containerDefinitions[%d].image", i))
			errs = append(errs, r.findImage(g, c, line))
		}
		s.Detail = fmt.Sprintf("%d found in the registry", len(g.images))
		return several(s, errs...)
	})
}

// taskCalls is what starting and running the task asks of AWS.
func (r *release) taskCalls(group *drydock.Record, revision *revision) calls.Task {
	target := group.Inputs.Obj("ecsService")
	t := calls.Task{Roles: revision.roles}
	for _, s := range r.world.Where("aws:ecs/service:Service", "name", target.Str("serviceName")) {
		t.Execute = s.Inputs.Bool("enableExecuteCommand")
		arn, _ := world.ParseARN(s.ID)
		t.Cluster = arn.With("ecs", "cluster/"+target.Str("clusterName"))
	}
	seen := map[string]bool{}
	for _, c := range revision.task.Containers {
		repository, _ := r.ourImage(c.Image)
		if record := r.world.Find(repositoryType, "name", repository); record != nil && !seen[repository] {
			seen[repository] = true
			t.Images = append(t.Images, record.Attr("arn"))
		}
		if c.Logs.Driver == "awslogs" {
			t.Logs = append(t.Logs, calls.Log{
				Group: c.Logs.Options["awslogs-group"], StreamPrefix: c.Logs.Options["awslogs-stream-prefix"], Container: c.Name,
				Create: c.Logs.Options["awslogs-create-group"] == "true",
			})
		}
		for _, secret := range c.Secrets {
			t.Secrets = append(t.Secrets, secret.ValueFrom)
		}
	}
	return t
}

// ourImage splits an image of this account's registry into its repository and its digest or tag; both are empty for an
// image of another registry.
func (r *release) ourImage(image string) (repository, reference string) {
	name, ours := strings.CutPrefix(image, r.registry.Host()+"/")
	if !ours {
		return "", ""
	}
	if repository, digest, ok := strings.Cut(name, "@"); ok {
		return repository, digest
	}
	if repository, tag, ok := strings.Cut(name, ":"); ok {
		return repository, tag
	}
	return name, "latest"
}

func (r *release) findImage(g *green, c taskdef.Container, line int) error {
	repository, reference := r.ourImage(c.Image)
	if repository == "" {
		r.note("The image %s of container %s is not of this account's registry: whether it exists is not known.", c.Image, c.Name)
		return nil
	}
	image, err := r.registry.Image(repository, reference)
	if err != nil {
		return &verdict.Problem{
			What:  fmt.Sprintf("CannotPullContainerError: failed to resolve ref %s: not found", c.Image),
			Where: "container " + c.Name, File: taskDefinitionFile, Line: line,
			Fix: "let the build push the image, and write the digest that the registry has for it",
		}
	}
	config, err := image.ConfigFile()
	if err != nil {
		return fmt.Errorf("reading the image %s: %w", c.Image, err)
	}
	g.images[c.Name], g.platforms[c.Name] = image, config.OS+"/"+config.Architecture
	g.imitated[c.Name] = config.Config.Labels["imitated"] == "true"
	return nil
}

// starter starts the green task for real, or is nil where that cannot be; a note says why.
func (r *release) starter(g *green, d *taskdef.Definition) func(context.Context) (rollout.Running, error) {
	why := r.cannotRun(g, d)
	if why != "" {
		r.note("The released containers are not run: %s.", why)
		return nil
	}
	return func(ctx context.Context) (rollout.Running, error) {
		t, err := r.taskOf(ctx, g, d)
		if err != nil {
			return nil, err
		}
		running, err := task.Start(ctx, t)
		if err != nil {
			return nil, err
		}
		for _, note := range running.Notes() {
			r.note("%s", note)
		}
		return running, nil
	}
}

func (r *release) cannotRun(g *green, d *taskdef.Definition) string {
	if !r.settings.tasks {
		return "so it was asked for"
	}
	for _, c := range d.Containers {
		switch platform := g.platforms[c.Name]; {
		case platform == "":
			return fmt.Sprintf("the image of %s is of another registry", c.Name)
		case platform != "linux/"+runtime.GOARCH:
			return fmt.Sprintf("the image of %s is made for %s, and this machine is %s/%s", c.Name, platform, runtime.GOOS, runtime.GOARCH)
		case g.imitated[c.Name]:
			return fmt.Sprintf("the image of %s is put together without running its Dockerfile", c.Name)
		}
	}
	if err := task.Available(); err != nil {
		return err.Error()
	}
	return ""
}

func (r *release) taskOf(ctx context.Context, g *green, d *taskdef.Definition) (task.Task, error) {
	t := task.Task{Scratch: r.dir}
	for _, c := range d.Containers {
		env, err := r.environment(ctx, c)
		if err != nil {
			return task.Task{}, err
		}
		container := task.Container{
			Name: c.Name, Image: g.images[c.Name], EntryPoint: c.EntryPoint, Command: c.Command, Env: env,
			WorkingDir: c.WorkingDirectory, User: c.User, Essential: c.Essential, ReadonlyRootFilesystem: c.ReadonlyRootFilesystem,
			StartTimeout: seconds(c.StartTimeout), StopTimeout: seconds(c.StopTimeout), Memory: c.Memory,
		}
		for _, p := range c.Ports {
			container.Ports = append(container.Ports, p.ContainerPort)
		}
		for _, dependency := range c.DependsOn {
			container.DependsOn = append(container.DependsOn, task.Dependency{Container: dependency.Container, Condition: task.Condition(dependency.Condition)})
		}
		if h := c.HealthCheck; h != nil {
			container.HealthCheck = &task.HealthCheck{
				Command: h.Command, Interval: seconds(h.Interval), Timeout: seconds(h.Timeout), Retries: h.Retries, StartPeriod: seconds(h.StartPeriod),
			}
		}
		t.Containers = append(t.Containers, container)
	}
	return t, nil
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// environment is the container's, with its secrets' values.
func (r *release) environment(ctx context.Context, c taskdef.Container) ([]string, error) {
	var env []string
	for _, v := range c.Environment {
		env = append(env, v.Name+"="+v.Value)
	}
	var errs []error
	for _, secret := range c.Secrets {
		value, err := r.secretValue(ctx, secret.ValueFrom)
		errs = append(errs, err)
		env = append(env, secret.Name+"="+value)
	}
	return env, errors.Join(errs...)
}

// secretValue is what ECS puts into a variable: a secret's JSON key, or a parameter's value.
func (r *release) secretValue(ctx context.Context, valueFrom string) (string, error) {
	reference, err := taskdef.ParseReference(valueFrom)
	if err != nil {
		return "", err
	}
	if reference.Service == "ssm" {
		return r.value(ctx, codebuild.ParameterStore, first(reference.Name, reference.ARN))
	}
	text, err := r.value(ctx, codebuild.SecretsManager, reference.ARN)
	if err != nil || reference.Key == "" {
		return text, err
	}
	return jsonKey(text, reference.Key)
}
