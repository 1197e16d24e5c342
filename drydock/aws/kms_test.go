package aws

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func TestKeyAndAlias(t *testing.T) {
	l := newLab(t)
	id, out := l.make(keyType, sim.Values{"enableKeyRotation": true})
	assert.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, id)
	assert.Equal(t, "arn:aws:kms:us-east-2:123456789012:key/"+id, out.Str("arn"))
	assert.Contains(t, out.Str("policy"), "arn:aws:iam::123456789012:root")

	l.refuses(keyType, sim.Values{"deletionWindowInDays": 6.0}, "between 7 and 30")
	l.refuses(keyType, sim.Values{"enableKeyRotation": true, "customerMasterKeySpec": "RSA_2048"}, "only a SYMMETRIC_DEFAULT key can be rotated")
	l.refuses(keyType, sim.Values{"rotationPeriodInDays": 90.0}, "needs enableKeyRotation")
	const stuck = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:Decrypt","Resource":"*"}]}`
	l.refuses(keyType, sim.Values{"policy": stuck}, "will not allow you to update the key policy in the future")
	l.make(keyType, sim.Values{"policy": stuck, "bypassPolicyLockoutSafetyCheck": true})

	in := sim.Values{"name": "alias/artifacts", "targetKeyId": id}
	aliasID, out := l.make(aliasType, in)
	assert.Equal(t, "alias/artifacts", aliasID)
	assert.Equal(t, "arn:aws:kms:us-east-2:123456789012:key/"+id, out.Str("targetKeyArn"))
	assert.Equal(t, "none", l.edit(aliasType, aliasID, with(in, sim.Values{"targetKeyId": out.Str("targetKeyArn")})))
	l.refuses(aliasType, in, "AlreadyExistsException")
	l.refuses(aliasType, with(in, sim.Values{"name": "artifacts"}), "alias/ and letters")
	l.refuses(aliasType, with(in, sim.Values{"name": "alias/aws/mine"}), "AWS's own")
	l.refuses(aliasType, sim.Values{"name": "alias/b", "targetKeyId": "none"}, "NotFoundException: Key 'none' does not exist")
	_, out = l.make(aliasType, sim.Values{"targetKeyId": id})
	assert.Regexp(t, `^alias/thing-[0-9a-f]{7}$`, out.Str("name"))

	for _, name := range []string{id, "alias/artifacts", "arn:aws:kms:us-east-2:123456789012:alias/artifacts"} {
		assert.Equal(t, id, l.invoke("aws:kms/getKey:getKey", sim.Values{"keyId": name}).Str("id"), name)
	}
	assert.Equal(t, "AWS", l.invoke("aws:kms/getKey:getKey", sim.Values{"keyId": "alias/aws/s3"}).Str("keyManager"))
	assert.Equal(t, id, l.invoke("aws:kms/getAlias:getAlias", sim.Values{"name": "alias/artifacts"}).Str("targetKeyId"))
	_, err := l.Invoke("aws:kms/getAlias:getAlias", sim.Values{"name": "alias/none"})
	require.ErrorContains(t, err, "NotFoundException")

	assert.Equal(t, "update", l.edit(keyType, id, sim.Values{}))
	assert.Equal(t, "replace:keyUsage", l.edit(keyType, id, sim.Values{"enableKeyRotation": true, "keyUsage": "SIGN_VERIFY"}))
	require.NoError(t, l.Delete(keyType, id))
	assert.Empty(t, l.cloud.All(aliasType), "a key's aliases go with it")
}
