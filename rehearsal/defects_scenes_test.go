package rehearsal

import (
	"maps"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/stacks"
)

// scene is a sound release: a deployed stack, and files that the app's folder has beside its own.
type scene struct {
	world *world.World
	files map[string]string
	app   App
}

const keyType = "aws:kms/key:Key"

// keyARN is the key of the scene "key".
const keyARN = "arn:aws:kms:us-east-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

// hookARN begins those of the scene "hooks".
const hookARN = "arn:aws:lambda:us-east-2:123456789012:function:"

// scenes are the stacks that defects are injected into, beside those of the repository.
var scenes = map[string]func(testing.TB) scene{
	"own":   repositoryFiles,
	"hooks": withHooks,
	"key":   withKey,
	"eks":   toClusters,
}

// repositoryFiles is a stack whose repository has the three files, as scaffold has written them.
func repositoryFiles(t testing.TB) scene {
	c := configOf(t, "dev")
	c.pipeline(t)["ownFiles"] = true
	dock, stack := up(t, c)
	files, err := Scaffold(t.Context(), dock, stack, "")
	require.NoError(t, err)
	return scene{world: world.Of(dock.Cloud()), files: files}
}

// withHooks calls a function at each event of a deployment.
func withHooks(t testing.TB) scene {
	c := configOf(t, "staging")
	deployment := c.pipeline(t)["deployment"].(config)
	deployment["testPort"], deployment["testCidrBlocks"] = 8443, []any{"203.0.113.0/24"}
	deployment["hooks"] = config{
		"beforeInstall": hookARN + "before-install", "afterInstall": hookARN + "after-install",
		"afterAllowTestTraffic": hookARN + "after-test", "beforeAllowTraffic": hookARN + "before-traffic",
		"afterAllowTraffic": hookARN + "after-traffic",
	}
	dock, _ := up(t, c)
	return scene{world: world.Of(dock.Cloud())}
}

// withKey encrypts the artifacts with a key that the account has, whose policy lets the account's own decide.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
func withKey(t testing.TB) scene {
	c := configOf(t, "dev")
	c.pipeline(t)["artifactKeyArn"] = keyARN
	dock := drydock.Start(t)
	require.NoError(t, dock.Cloud().Locked(func() error { return dock.Cloud().Put(accountKey()) }))
	dock.Stack("test", drydock.Program(stacks.Deploy), drydock.Project("container-pipeline"), drydock.Config(c)).Up(t)
	return scene{world: world.Of(dock.Cloud())}
}

// toClusters is the shop of the EKS stack.
func toClusters(t testing.TB) scene {
	return scene{world: hurried(t, made(t, "eks"), "60s"), app: shop}
}

var staged = struct {
	sync.Mutex
	by map[string]scene
}{by: map[string]scene{}}

// subjectOf is a copy of the scene, brought up once.
func subjectOf(t testing.TB, name string) *subject {
	t.Helper()
	if name == "deployer" {
		return &subject{TB: t, world: deployerWorld(t), dir: builtDefinition(t), files: map[string]string{}}
	}
	bring, special := scenes[name]
	if !special {
		return &subject{TB: t, world: made(t, name), dir: bashDog, files: map[string]string{}}
	}
	staged.Lock()
	defer staged.Unlock()
	if staged.by[name].world == nil {
		staged.by[name] = bring(t)
	}
	s := &subject{TB: t, world: staged.by[name].world.Clone(), dir: bashDog, files: map[string]string{}, app: staged.by[name].app, manifests: map[string]string{}}
	maps.Copy(s.files, staged.by[name].files)
	return s
}
