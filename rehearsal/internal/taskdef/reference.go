package taskdef

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// Reference is where the value of a secret variable comes from.
type Reference struct {
	Service string // "secretsmanager" or "ssm"
	// ARN is the secret's, with its random suffix but without the key, or the parameter's; empty for a parameter that is
	// given by its name.
	ARN string
	// Name is the parameter's.
	Name string
	// Key is the JSON key of a secret, Stage and Version which version of it. Empty: the whole text, AWSCURRENT.
	Key, Stage, Version string
}

var (
	parameterName = regexp.MustCompile(`^[A-Za-z0-9_.\-/]+$`)
	randomSuffix  = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)
)

// ParseReference reads the valueFrom of a secret variable. The error tells which part is wrong and how it should be.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
func ParseReference(valueFrom string) (Reference, error) {
	if !strings.HasPrefix(valueFrom, "arn:") {
		if !parameterName.MatchString(valueFrom) {
			return Reference{}, errors.New("it is neither the ARN of a secret or parameter nor the name of a parameter")
		}
		return Reference{Service: "ssm", Name: valueFrom}, nil
	}
	arn, ok := world.ParseARN(valueFrom)
	switch {
	case !ok || arn.Partition == "" || arn.Region == "" || len(arn.Account) != 12:
		return Reference{}, errors.New("the ARN is not complete: arn:partition:service:region:account:resource")
	case arn.Service == "ssm":
		return parameter(arn, valueFrom)
	case arn.Service == "secretsmanager":
		return secretOf(arn)
	}
	return Reference{}, fmt.Errorf("ECS reads secrets from secretsmanager and ssm, not from %s", arn.Service)
}

func parameter(arn world.ARN, written string) (Reference, error) {
	name, ok := strings.CutPrefix(arn.Resource, "parameter")
	if !ok || !strings.HasPrefix(name, "/") || len(name) < 2 {
		return Reference{}, errors.New("the resource must be parameter/ and the parameter's name")
	}
	return Reference{Service: "ssm", ARN: written, Name: strings.TrimPrefix(name, "/")}, nil
}

func secretOf(arn world.ARN) (Reference, error) {
	parts := strings.Split(arn.Resource, ":")
	if parts[0] != "secret" || len(parts) < 2 || parts[1] == "" {
		return Reference{}, errors.New("the resource must be secret: and the secret's name with its suffix")
	}
	if len(parts) != 2 && len(parts) != 5 {
		return Reference{}, errors.New("unexpected ARN format with parameters when trying to retrieve ASM secret: " +
			"behind the name come exactly three parts, :key:stage:version, each of which may be empty")
	}
	if !randomSuffix.MatchString(parts[1]) {
		return Reference{}, fmt.Errorf("the secret's name %q lacks the random suffix that Secrets Manager ends each ARN with, as -AbCdEf", parts[1])
	}
	r := Reference{Service: "secretsmanager", ARN: arn.With("secretsmanager", "secret:"+parts[1])}
	if len(parts) == 5 {
		r.Key, r.Stage, r.Version = parts[2], parts[3], parts[4]
	}
	if r.Stage != "" && r.Version != "" {
		return Reference{}, errors.New("a version stage and a version ID cannot be given together")
	}
	return r, nil
}
