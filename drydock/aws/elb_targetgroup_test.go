package aws

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func TestTargetGroup(t *testing.T) {
	f := newFront(t)
	_, out, err := f.Read(targetGroupType, f.blue)
	require.NoError(t, err)
	assert.Regexp(t, `^arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/blue/[0-9a-f]{16}$`, f.blue)
	assert.Regexp(t, `^targetgroup/blue/`, out.Str("arnSuffix"))
	assert.Equal(t, 300.0, out.Num("deregistrationDelay"))
	assert.Equal(t, "200", out.Obj("healthCheck").Str("matcher"))
	assert.Equal(t, 5.0, out.Obj("healthCheck").Num("timeout"))

	health := func(h map[string]any) sim.Values { return sim.Values{"healthCheck": h} }
	for name, c := range map[string]struct {
		set  sim.Values
		want string
	}{
		"name taken":           {sim.Values{"name": "blue"}, "DuplicateTargetGroupName"},
		"name with a dot":      {sim.Values{"name": "a.b"}, "letters, digits and hyphens"},
		"no port":              {sim.Values{"port": nil}, `port: missing: needed for targetType "ip"`},
		"no VPC":               {sim.Values{"vpcId": "vpc-1"}, "The VPC ID 'vpc-1' is not found"},
		"port of a lambda":     {sim.Values{"targetType": "lambda"}, `must not be given for targetType "lambda"`},
		"patient":              {sim.Values{"deregistrationDelay": 3601.0}, "between 0 and 3600"},
		"barely slow":          {sim.Values{"slowStart": 29.0}, "must be 0 or between 30 and 900"},
		"interval too short":   {health(map[string]any{"interval": 4.0}), "between 5 and 300"},
		"timeout too long":     {health(map[string]any{"interval": 120.0, "timeout": 121.0}), "between 2 and 120"},
		"timeout of interval":  {health(map[string]any{"interval": 10.0, "timeout": 10.0}), "the interval of 10 must be greater than the timeout"},
		"chosen timeout":       {health(map[string]any{"interval": 5.0}), "the interval of 5 must be greater than the timeout"},
		"threshold":            {health(map[string]any{"healthyThreshold": 1.0}), "between 2 and 10"},
		"relative path":        {health(map[string]any{"path": "health"}), "a path that starts with /"},
		"code out of range":    {health(map[string]any{"matcher": "200-599"}), "codes must be between 200 and 499"},
		"TCP check":            {health(map[string]any{"protocol": "TCP"}), "TCP cannot check a target group of protocol HTTP"},
		"no check":             {health(map[string]any{"enabled": false}), `can be disabled for targetType "lambda" only`},
		"port out of range":    {health(map[string]any{"port": "70000"}), "traffic-port or a port from 1 to 65535"},
		"cookie with no name":  {sim.Values{"stickiness": map[string]any{"type": "app_cookie"}}, "cookieName: missing"},
		"stickiness of others": {sim.Values{"stickiness": map[string]any{"type": "source_ip"}}, "cannot be used with the protocol HTTP"},
		"version of TCP":       {sim.Values{"protocol": "TCP", "protocolVersion": "HTTP2"}, "is for the protocols HTTP and HTTPS"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := f.Create(targetGroupType, "thing", with(f.group, c.set))
			require.ErrorContains(t, err, c.want)
		})
	}

	in := with(f.group, sim.Values{"name": "blue"})
	assert.Equal(t, "none", f.edit(targetGroupType, f.blue, in))
	assert.Equal(t, "update", f.edit(targetGroupType, f.blue, with(in, health(map[string]any{"path": "/health"}))))
	assert.Equal(t, "replace:port", f.edit(targetGroupType, f.blue, with(in, sim.Values{"port": 8001.0})))
	assert.Equal(t, "replace:protocolVersion", f.edit(targetGroupType, f.blue, with(in, sim.Values{"protocolVersion": "HTTP2"})))
}

func TestTrustStore(t *testing.T) {
	f := newFront(t)
	f.make(bucketType, sim.Values{"bucket": "bundles"})
	f.make(objectType, sim.Values{"bucket": "bundles", "key": "ca.pem", "content": "-----BEGIN CERTIFICATE-----\n"})
	f.make(objectType, sim.Values{"bucket": "bundles", "key": "note.txt", "content": "no certificate"})
	in := sim.Values{"name": "cloudflare", "caCertificatesBundleS3Bucket": "bundles", "caCertificatesBundleS3Key": "ca.pem"}
	f.refuses(trustStoreType, with(in, sim.Values{"caCertificatesBundleS3Key": "none"}), "CaCertificatesBundleNotFound")
	f.refuses(trustStoreType, with(in, sim.Values{"caCertificatesBundleS3Key": "note.txt"}), "InvalidCaCertificatesBundle")
	id, _ := f.make(trustStoreType, in)
	listenerARN, _ := f.make(listenerType, with(f.listener, sim.Values{
		"mutualAuthentication": map[string]any{"mode": "verify", "trustStoreArn": id},
	}))
	require.ErrorContains(t, f.Delete(trustStoreType, id), "TrustStoreInUse")
	require.NoError(t, f.Delete(listenerType, listenerARN))
	require.NoError(t, f.Delete(trustStoreType, id))
}
