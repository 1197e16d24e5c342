package awscli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// A token of `aws eks get-token` names the session that asked for it, to the cluster that it is for.
func TestBearer(t *testing.T) {
	const role = "arn:aws:iam::222222222222:role/deployer"
	sessions := NewSessions()
	tool := Tool(Services{World: &world.World{}, Region: "us-east-2", Account: "222222222222", Role: role, Session: "build-7", Sessions: sessions})
	var out bytes.Buffer
	code := tool(t.Context(), tools.Command{Args: []string{"eks", "get-token", "--cluster-name", "staging"}, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out})
	require.Zero(t, code, out.String())
	var credential execCredential
	require.NoError(t, json.Unmarshal(out.Bytes(), &credential))
	token := credential.Status.Token

	who, session, err := sessions.Bearer(token, "staging")
	require.NoError(t, err)
	assert.Equal(t, role+" build-7", who+" "+session)

	for name, c := range map[string]struct {
		sessions       *Sessions
		token, cluster string
		want           string
	}{
		"another cluster":    {sessions, token, "production", "the token is for the cluster staging"},
		"another rehearsal":  {NewSessions(), token, "staging", "nobody has given out"},
		"no token":           {sessions, "secret", "staging", "none of `aws eks get-token`"},
		"a token cut short":  {sessions, token[:len(token)/2], "staging", "the token"},
		"bytes for a token":  {sessions, tokenPrefix + "\x00", "staging", "none of `aws eks get-token`"},
		"credentials of sts": {sessions, tokenPrefix, "staging", "nobody has given out"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := c.sessions.Bearer(c.token, c.cluster)
			assert.ErrorContains(t, err, c.want)
		})
	}
	for id, given := range sessions.by {
		given.expires = time.Now().Add(-time.Second)
		sessions.by[id] = given
	}
	_, _, err = sessions.Bearer(token, "staging")
	assert.ErrorContains(t, err, "the token has expired")
}
