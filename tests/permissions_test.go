package tests

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/permissions"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// The permissions that the meta pipeline is given are those of what its stacks contain today.
func TestPermissionsAreThoseOfTheStacks(t *testing.T) {
	for _, name := range []string{"dev", "meta"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resources, err := permissions.Read(t.Context(), repository(drydock.Start(t), name, settingsOf(t, name)))
			require.NoError(t, err)
			place, err := permissions.PlaceOf(resources, "")
			require.NoError(t, err)
			report, err := permissions.Generate(resources, permissions.Options{
				Place: place, Boundary: "arn:aws:iam::" + place.Account + ":policy/deployer" + permissions.BoundarySuffix,
			})
			require.NoError(t, err)
			var text strings.Builder
			encoder := json.NewEncoder(&text)
			encoder.SetIndent("", "  ")
			for _, d := range report.Documents {
				assert.NoError(t, d.Validate(iam.ManagedPolicy))
				require.NoError(t, encoder.Encode(d))
			}
			written, err := os.ReadFile("../stacks/permissions/" + name + ".json")
			require.NoError(t, err)
			assert.Equal(t, string(written), text.String(),
				"run go run ./cmd/drydock permissions --stack %s --output stacks/permissions/%s.json", name, name)
		})
	}
}
