package pulumi

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/endpoint"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// Build is one build that runs Pulumi.
type Build struct {
	// Role is the ARN of the build's role, Session the name of its session.
	Role, Session string
	// Region and Account, 12 digits, are where it runs.
	Region, Account string
	// World is the one that the build's other commands see. It is brought to what the engine leaves.
	World *world.World
	// Ask decides a call of the role's in the world as it is. The text of its error is the reason as AWS words it.
	Ask func(w *world.World, call access.Call) error
	// Deployed is told of each run of the engine: its arguments, at least one, and what it has changed.
	Deployed func(args []string, changes []Change)
	// Note is told of what cannot be done here as in AWS.
	Note func(format string, args ...any)
}

// Tools are the commands that a build finds: curl gives Pulumi's release, which sha256sum knows, go is this machine's. stop
// ends what they need.
func (d *Deployer) Tools(b Build) (commands map[string]tools.Tool, stop func() error, err error) {
	url, stop, err := endpoint.Serve(endpoint.Options{
		World: d.now.Load, Objects: d.options.Objects, Keys: d.keys, Role: b.Role, Session: b.Session, Region: b.Region, Account: b.Account,
		Ask: func(_ context.Context, call access.Call) error { return b.Ask(d.now.Load(), call) },
	})
	if err != nil {
		return nil, nil, err
	}
	r := &runner{Deployer: d, Build: b, url: url}
	return map[string]tools.Tool{
		"curl": r.curl, "sha256sum": r.sha256sum, "go": r.golangTool, engineTool: r.pulumi,
	}, stop, nil
}

// engineTool is what the pulumi of the release that curl gives calls. It is not called pulumi, so that a build has to
// install that, as in AWS.
const engineTool = "rehearsal-pulumi"

type runner struct {
	*Deployer
	Build
	url string // of the endpoint
}

// pulumi runs the engine, one at a time.
func (r *runner) pulumi(ctx context.Context, c tools.Command) int {
	if slices.ContainsFunc(c.Env, func(v string) bool { return strings.HasPrefix(v, "PULUMI_DEBUG_PROVIDERS=") }) {
		return r.apart(ctx, c)
	}
	r.run.Lock()
	defer r.run.Unlock()
	if err := r.put(r.Build.World); err != nil {
		return failed(c, err)
	}
	r.changes = nil
	g := &guard{runner: r, world: r.now.Load(), env: c.Env}
	r.dock.Guard(g.admit)
	cmd := exec.CommandContext(ctx, r.engine.Path, c.Args...)
	cmd.Env = r.environment(c.Env)
	code := execute(cmd, c)
	r.dock.Guard(nil)
	_ = r.dock.Cloud().Locked(func() error { // the function has no error
		r.now.Store(world.Held(r.dock.Cloud()))
		return nil
	})
	r.Build.World.Become(r.Snapshot())
	if r.Deployed != nil && len(c.Args) > 0 {
		r.Deployed(c.Args, slices.Clone(r.changes))
	}
	return code
}

// apart runs the engine for a command that brings its own clouds, as a drydock of the build's.
func (r *runner) apart(ctx context.Context, c tools.Command) int {
	cmd := exec.CommandContext(ctx, r.engine.Path, c.Args...)
	cmd.Env = r.withGo(ownHome(slices.Clone(c.Env)))
	return execute(cmd, c)
}

// environment points the engine at the simulated clouds, as their credentials and endpoints would at real ones.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
func (r *runner) environment(of []string) []string {
	env := slices.DeleteFunc(slices.Clone(of), func(v string) bool {
		return strings.HasPrefix(v, "AWS_ENDPOINT_URL") || strings.HasPrefix(v, "PULUMI_DEBUG_PROVIDERS=")
	})
	var providers []string
	for name, port := range r.dock.Ports() {
		providers = append(providers, fmt.Sprintf("%s:%d", name, port))
	}
	slices.Sort(providers)
	env = r.withGo(ownHome(env))
	return append(env,
		"AWS_ENDPOINT_URL_S3="+r.url, "AWS_ENDPOINT_URL_KMS="+r.url, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ACCESS_KEY_ID=ASIAREHEARSAL0000000", "AWS_SECRET_ACCESS_KEY=rehearsal", "AWS_SESSION_TOKEN=rehearsal",
		"PULUMI_DEBUG_PROVIDERS="+strings.Join(providers, ","), "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
	)
}

// ownHome keeps the engine to the build's home. It asks the system's users for its own, not HOME, and a login of the build
// would otherwise be one of the person who rehearses.
// https://www.pulumi.com/docs/iac/cli/environment-variables/
func ownHome(env []string) []string {
	own := ""
	for _, v := range env {
		if home, ok := strings.CutPrefix(v, "HOME="); ok {
			own = "PULUMI_HOME=" + filepath.Join(home, ".pulumi")
		}
		if strings.HasPrefix(v, "PULUMI_HOME=") {
			return env
		}
	}
	return append(env, own)
}

// withGo is the environment with this machine's Go, its modules and its cache.
func (d *Deployer) withGo(env []string) []string {
	for i, v := range env {
		if path, ok := strings.CutPrefix(v, "PATH="); ok {
			env[i] = "PATH=" + d.path + string(os.PathListSeparator) + path
		}
	}
	return append(env, d.golang...)
}

func failed(c tools.Command, err error) int {
	_, _ = fmt.Fprintf(c.Stderr, "%v\n", err)
	return 1
}
