package pulumi

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What a build logs in to must not become the login of the person who rehearses.
func TestTheEngineIsAtHomeInTheBuild(t *testing.T) {
	require.Contains(t, ownHome([]string{"HOME=/tmp/build/home"}), "PULUMI_HOME=/tmp/build/home/.pulumi")
	require.Equal(t, []string{"HOME=/tmp/build/home", "PULUMI_HOME=/elsewhere"}, ownHome([]string{"HOME=/tmp/build/home", "PULUMI_HOME=/elsewhere"}))
}
