package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func TestSecret(t *testing.T) {
	l := newLab(t)
	in := sim.Values{"name": "bash-dog"}
	id, out := l.make(secretType, in)
	assert.Regexp(t, `^arn:aws:secretsmanager:us-east-2:123456789012:secret:bash-dog-[A-Za-z0-9]{6}$`, id)
	assert.Equal(t, id, out.Str("arn"))
	for name, c := range map[string]struct {
		in   sim.Values
		want string
	}{
		"name taken":        {in, "ResourceExistsException"},
		"name with a space": {sim.Values{"name": "bash dog"}, "letters, digits and /_+=.@-"},
		"short recovery":    {sim.Values{"recoveryWindowInDays": 6.0}, "must be 0, for no recovery, or between 7 and 30 days"},
		"unknown key":       {sim.Values{"kmsKeyId": "alias/none"}, "KMS key alias/none does not exist"},
		"replica at home":   {sim.Values{"replicas": []any{map[string]any{"region": "us-east-2"}}}, "Invalid replica region"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := l.Create(secretType, "thing", c.in)
			require.ErrorContains(t, err, c.want)
		})
	}
	assert.Equal(t, "update", l.edit(secretType, id, with(in, sim.Values{"recoveryWindowInDays": 0.0})))
	assert.Equal(t, "replace:name", l.edit(secretType, id, sim.Values{"name": "other"}))
}

func TestSecretKeepsItsNameUntilItIsGone(t *testing.T) {
	l := newLab(t)
	in := sim.Values{"name": "bash-dog"}
	id, _ := l.make(secretType, in)
	require.NoError(t, l.Delete(secretType, id))
	assert.Empty(t, l.cloud.Made())
	l.refuses(secretType, in, "a secret with this name is already scheduled for deletion")
	l.in("eu-west-1").make(secretType, in)

	require.NoError(t, l.cloud.Locked(func() error { // the day comes
		r := *l.cloud.All(deletedSecretType)[0]
		r.State = sim.Values{"deletionDate": time.Now().AddDate(0, 0, -1).Format(time.RFC3339)}
		return l.cloud.Put(&r)
	}))
	l.make(secretType, in)

	at := sim.Values{"name": "disposable", "recoveryWindowInDays": 0.0}
	id, _ = l.make(secretType, at)
	require.NoError(t, l.Delete(secretType, id))
	l.make(secretType, at)
}

func TestSecretVersion(t *testing.T) {
	l := newLab(t)
	secretARN, _ := l.make(secretType, sim.Values{"name": "bash-dog"})
	in := sim.Values{"secretId": secretARN, "secretString": `{"TOKEN":"one"}`}
	first, out := l.make(secretVersionType, in)
	assert.Equal(t, secretARN+"|"+out.Str("versionId"), first)
	assert.Equal(t, []any{"AWSCURRENT"}, out.List("versionStages"))
	second, _ := l.make(secretVersionType, with(in, sim.Values{"secretString": `{"TOKEN":"two"}`}))
	_, out, err := l.Read(secretVersionType, first)
	require.NoError(t, err)
	assert.Equal(t, []any{"AWSPREVIOUS"}, out.List("versionStages"))
	value, ok := currentSecret(l.cloud, secretARN)
	assert.True(t, ok)
	assert.Equal(t, `{"TOKEN":"two"}`, value)

	l.refuses(secretVersionType, with(in, sim.Values{"secretId": "none"}), "can't find the specified secret")
	l.refuses(secretVersionType, with(in, sim.Values{"secretString": nil}), "one of secretString, secretBinary must be given")
	l.refuses(secretVersionType, with(in, sim.Values{"secretBinary": "YQ=="}), "conflicts with")
	assert.Equal(t, "replace:secretString", l.edit(secretVersionType, second, in))
}
