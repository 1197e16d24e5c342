package rehearsal

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// TestSources: which folder stands for which repository is settled, or refused in one error, before anything is released.
func TestSources(t *testing.T) {
	p, err := made(t, "eks").Pipeline("shop")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		app  App
		want map[string]string // the folder of each action; nil for an error
		says []string
	}{
		"by the action":     {app: shop, want: map[string]string{"Application": bashDog, "Manifests": shopManifests}},
		"by the repository": {App{Dir: bashDog, Sources: map[string]string{"acme/shop-manifests": shopManifests}}, map[string]string{"Application": bashDog, "Manifests": shopManifests}, nil},
		"a push to the other repository": {App{Dir: shopManifests, Repository: "acme/shop-manifests", Sources: map[string]string{"Application": bashDog}},
			map[string]string{"Application": bashDog, "Manifests": shopManifests}, nil},
		"what is not named is what is pushed": {App{Dir: shopManifests, Sources: map[string]string{"Application": bashDog}},
			map[string]string{"Application": bashDog, "Manifests": shopManifests}, nil},
		"one is missing": {app: App{Dir: bashDog}, says: []string{
			`the pipeline shop reads the repository acme/shop-manifests as well: give its folder in App.Sources["Manifests"], or with --source Manifests=DIR`}},
		"no such source": {app: App{Dir: bashDog, Sources: map[string]string{"Manifest": shopManifests}}, says: []string{
			`App.Sources["Manifest"] (--source) is no repository of the pipeline: it reads Application (acme/shop), Manifests (acme/shop-manifests)`,
			"reads the repository acme/shop-manifests as well"}},
		"the app's own": {app: App{Dir: bashDog, Repository: "acme/shop", Sources: map[string]string{"Application": bashDog, "Manifests": shopManifests}},
			says: []string{`App.Sources["Application"] (--source) is the app's own repository`}},
		"one twice": {app: App{Dir: bashDog, Sources: map[string]string{"Manifests": shopManifests, "acme/shop-manifests": bashDog}},
			says: []string{`App.Sources["Manifests"] and App.Sources["acme/shop-manifests"] (--source) are the same repository`}},
		"folders that are none": {app: App{Dir: "nowhere", Sources: map[string]string{"Manifests": "doc.go"}},
			says: []string{"App.Dir (--app): stat nowhere", `App.Sources["Manifests"] (--source) doc.go is a file`}},
		"a folder without a name": {app: App{Dir: bashDog, Sources: map[string]string{"Manifests": ""}},
			says: []string{`App.Sources["Manifests"] (--source) is empty`}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.app.sources(p)
			if c.want == nil {
				var usage *drydock.UsageError
				require.ErrorAs(t, err, &usage)
				for _, text := range c.says {
					assert.ErrorContains(t, err, text)
				}
				return
			}
			require.NoError(t, err)
			folders := map[string]string{}
			for action, from := range got {
				folders[action] = from.dir
				assert.Equal(t, from.dir == c.app.Dir, from.pushed)
			}
			assert.Equal(t, c.want, folders)
		})
	}
}
