package rehearsal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/awscli"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/codebuild"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// resolve gives the value of a build's environment variable that lives in Parameter Store or Secrets Manager. The call
// has been decided at the build's start.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.secrets-manager
func (r *release) resolve(ctx context.Context, kind codebuild.Kind, reference string) (string, error) {
	if kind != codebuild.SecretsManager {
		return r.value(ctx, kind, reference)
	}
	id, key, _, _, err := codebuild.SecretParts(reference)
	if err != nil {
		return "", err
	}
	if r.elsewhere(id) {
		r.note("The secret %s is not made by this program: whether it exists, and what is in it, is not known.", id)
		return "rehearsal", nil
	}
	text, err := r.value(ctx, kind, id)
	if err != nil || key == "" {
		return text, err
	}
	return jsonKey(text, key)
}

func jsonKey(text, key string) (string, error) {
	var values map[string]any
	if err := json.Unmarshal([]byte(text), &values); err != nil {
		return "", errors.New("the secret is no JSON object")
	}
	value, ok := values[key]
	if !ok {
		return "", fmt.Errorf("retrieved secret from Secrets Manager did not contain json key %s", key)
	}
	if s, ok := value.(string); ok {
		return s, nil
	}
	encoded, err := json.Marshal(value)
	return string(encoded), err
}

// value reads a parameter or a whole secret. Who may read it has been decided.
func (r *release) value(ctx context.Context, kind codebuild.Kind, name string) (string, error) {
	services := r.services(&caller{release: r})
	services.Ask = nil
	args := []string{"ssm", "get-parameter", "--with-decryption", "--name", name, "--query", "Parameter.Value"}
	if kind == codebuild.SecretsManager {
		args = []string{"secretsmanager", "get-secret-value", "--secret-id", name, "--query", "SecretString"}
	}
	var out, said bytes.Buffer
	code := awscli.Tool(services)(ctx, tools.Command{
		Args: append(args, "--output", "text"), Dir: r.dir, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &said,
	})
	if code != 0 {
		return "", errors.New(strings.TrimSpace(said.String()))
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

// elsewhere tells that a secret, given by its ARN, is nothing that the clouds here have: someone has made it by hand. The
// ARN of one that they have, but for the six characters that AWS adds to its name, is a mistake.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#secret-name
func (r *release) elsewhere(arn string) bool {
	parsed, ok := world.ParseARN(arn)
	name, _ := strings.CutPrefix(parsed.Resource, "secret:")
	if !ok || len(name) < len("-a1b2c3") {
		return false
	}
	return r.world.Find("aws:secretsmanager/secret:Secret", "name", name[:len(name)-len("-a1b2c3")]) == nil
}
