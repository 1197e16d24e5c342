package aws

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTrustStore.html
func trustStore() *sim.Resource {
	return &sim.Resource{
		Type:     trustStoreType,
		AutoName: &sim.AutoName{Field: "name", Max: 32},
		Inputs: sim.Fields{
			"caCertificatesBundleS3Bucket":        sim.String().Required(),
			"caCertificatesBundleS3Key":           sim.String().Required(),
			"caCertificatesBundleS3ObjectVersion": sim.String(),
			"name":                                elbName(),
			"namePrefix":                          elbNamePrefix(6),
			"tags":                                sim.Tags(),
		},
		Outputs:  []string{"arn", "arnSuffix", "name", "tagsAll"},
		Validate: func(c *sim.Check) { c.Exclusive("name", "namePrefix") },
		Create: func(op *sim.Op) error {
			name := elbSuffixed(op)
			if named(op, trustStoreType, "name", name) != nil {
				return sim.Refuse("DuplicateTrustStoreName", "A trust store with the same name '%s' exists", name)
			}
			op.Out["arnSuffix"] = "truststore/" + name + "/" + sim.Hex(16)
			op.ID = op.ARN("elasticloadbalancing", op.Out.Str("arnSuffix"))
			op.Out["arn"] = op.ID
			settleTags(op)
			return checkBundle(op)
		},
		Update: func(op *sim.Op) error {
			settleTags(op)
			return checkBundle(op)
		},
		Delete: func(op *sim.Op) error {
			if inUse(op, op.ID, listenerType) {
				return sim.Refuse("TrustStoreInUse", "Trust store '%s' is currently in use by a listener", op.ID)
			}
			return nil
		},
	}
}

// checkBundle: the bundle must be there, and hold PEM certificates.
func checkBundle(op *sim.Op) error {
	bucket, key := op.In.Str("caCertificatesBundleS3Bucket"), op.In.Str("caCertificatesBundleS3Key")
	o := objectAt(op.Cloud, bucket, key)
	if o == nil {
		return sim.Refuse("CaCertificatesBundleNotFound", "The specified ca certificate bundle does not exist: s3://%s/%s", bucket, key)
	}
	if text, known := objectText(o); known && !strings.Contains(text, "-----BEGIN CERTIFICATE-----") {
		return sim.Refuse("InvalidCaCertificatesBundle", "The specified ca certificate bundle is in an invalid format, or corrupt: s3://%s/%s", bucket, key)
	}
	return nil
}
