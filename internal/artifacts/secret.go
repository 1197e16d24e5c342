package artifacts

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// secretARN is a secret's full ARN, which ends with a hyphen and six random characters. A partial ARN without
// them finds no secret, or, for a name that itself ends so, the wrong one.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
var secretARN = regexp.MustCompile(
	`^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$`)

// SecretReference is the valueFrom of a container's secret: one JSON key of a Secrets Manager secret, in its
// current version. The two closing colons stand for the version's stage and ID, left at their defaults.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
//
// The ARN must be the full one, with its random suffix; the key must be neither empty nor contain a colon,
// which would end it. A secret whose own name ends like a suffix, as the guide's bash-dog/ecs-envars does, passes
// without one: take ARNs from the resource, and end names otherwise.
func SecretReference(arn, key string) (string, error) {
	var problems []error
	if !secretARN.MatchString(arn) {
		problems = append(problems, fmt.Errorf(
			"secret ARN %q is not a full one: it must end with the six random characters that Secrets Manager adds, "+
				"as arn:aws:secretsmanager:us-east-2:123456789012:secret:bash-dog-AbCdEf", arn))
	}
	if err := validSecretKey(key); err != nil {
		problems = append(problems, err)
	}
	if len(problems) > 0 {
		return "", errors.Join(problems...)
	}
	return arn + ":" + key + "::", nil
}

func validSecretKey(key string) error {
	switch {
	case key == "":
		return errors.New("secret key is empty: without it the container would receive the secret's whole JSON")
	case strings.Contains(key, ":"):
		return fmt.Errorf("secret key %q contains a colon, which ends a key in a reference: rename the key", key)
	}
	return nil
}
