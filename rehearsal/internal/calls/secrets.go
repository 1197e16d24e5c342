package calls

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// readSecret is the call for a secret by its reference: an ARN or a name, and behind it what is read of it, as
// <arn>:KEY:STAGE:VERSION.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
func readSecret(w *world.World, caller by, reference, beside string) []access.Call {
	arn, record := secretOf(w, reference, beside)
	all := caller.may("read the secret "+arn[strings.LastIndex(arn, ":")+1:], arn, "secretsmanager:GetSecretValue")
	if record == nil {
		return all
	}
	key := customerKey(w, record.Attr("kmsKeyId"), arn)
	// https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
	return append(all, throughService(caller, "secretsmanager", regionOf(arn), "decrypt the secret", key, "SecretARN", arn, "kms:Decrypt")...)
}

// secretOf is the ARN of a secret and its record, which is nil for one that is not in the world. IAM compares with the
// full ARN, which ends in six random characters.
func secretOf(w *world.World, reference, beside string) (string, *drydock.Record) {
	parts := strings.Split(reference, ":")
	if parts[0] != "arn" || len(parts) < 7 {
		if r := w.Find("aws:secretsmanager/secret:Secret", "name", parts[0]); r != nil {
			return r.Attr("arn"), r
		}
		at, _ := world.ParseARN(beside)
		return at.With("secretsmanager", "secret:"+parts[0]+"-rEhEaR"), nil
	}
	arn := strings.Join(parts[:7], ":")
	for _, r := range w.All("aws:secretsmanager/secret:Secret") {
		if full := r.Attr("arn"); full == arn || strings.HasPrefix(full, arn+"-") && len(full) == len(arn)+len("-rEhEaR") {
			return full, r
		}
	}
	return arn, nil
}

// readParameter is the call for a parameter by its name or ARN.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html
func readParameter(w *world.World, caller by, reference, beside string) []access.Call {
	name, arn := reference, reference
	if parsed, ok := world.ParseARN(reference); ok {
		name = strings.TrimPrefix(parsed.Resource, "parameter")
	} else {
		at, _ := world.ParseARN(beside)
		arn = at.With("ssm", "parameter/"+strings.TrimPrefix(reference, "/"))
	}
	all := caller.may("read the parameter "+name, arn, "ssm:GetParameters")
	for _, spelled := range []string{name, strings.TrimPrefix(name, "/")} {
		if r := w.Find("aws:ssm/parameter:Parameter", "name", spelled); r != nil && r.Attr("type") == "SecureString" {
			key := customerKey(w, r.Attr("keyId"), arn)
			// https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
			return append(all, throughService(caller, "ssm", regionOf(arn), "decrypt the parameter", key, "PARAMETER_ARN", arn, "kms:Decrypt")...)
		}
	}
	return all
}
