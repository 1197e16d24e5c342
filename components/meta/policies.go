package meta

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// maxPolicies is how many managed policies a role takes.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entities
const maxPolicies = 10

// parsePolicies reads texts of JSON documents, one or more each, and gives their statements.
func parsePolicies(texts []string) ([]iam.Statement, error) {
	var statements []iam.Statement
	var problems []error
	for i, text := range texts {
		decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
		for n := 0; ; n++ {
			var document iam.Document
			err := decoder.Decode(&document)
			if errors.Is(err, io.EOF) {
				break
			}
			if err == nil {
				err = document.Validate(iam.ManagedPolicy)
			}
			if err != nil {
				problems = append(problems, fmt.Errorf("text %d, document %d: %w", i+1, n+1, err))
				break
			}
			statements = append(statements, document.Statements...)
		}
	}
	documents, err := iam.Split(iam.ManagedPolicy, statements...)
	if err == nil && len(documents) > maxPolicies {
		err = fmt.Errorf("they fill %d policies, and a role takes %d: give the stacks to more than one pipeline", len(documents), maxPolicies)
	}
	return statements, errors.Join(append(problems, err)...)
}

// foreign reports resources of another account: the policies were written for that one.
func foreign(here ground.Place, statements []iam.Statement) error {
	for _, s := range statements {
		for _, resource := range s.Resource {
			parts := strings.SplitN(resource, ":", 6)
			if len(parts) == 6 && parts[4] != "" && parts[4] != here.Account {
				return fmt.Errorf("permissions: %q is of the account %s, and this is %s: write them with `drydock permissions --account %s`",
					resource, parts[4], here.Account, here.Account)
			}
		}
	}
	return nil
}

// reading are the statements with those of their actions that only read. What reads a secret is not among them: a preview
// needs no secret but those in its state.
func reading(statements []iam.Statement) []iam.Statement {
	var all []iam.Statement
	for _, s := range statements {
		s.Action = slices.DeleteFunc(slices.Clone(s.Action), func(action string) bool { return !reads(action) })
		if s.Effect == iam.EffectAllow && len(s.Action) > 0 {
			all = append(all, s)
		}
	}
	return all
}

var secretReads = []string{"secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameters", "s3:GetObject", "s3:GetObjectVersion"}

func reads(action string) bool {
	_, name, _ := strings.Cut(action, ":")
	if slices.Contains(secretReads, action) || strings.Contains(action, "*") {
		return false
	}
	return slices.ContainsFunc([]string{"BatchGet", "Describe", "Get", "List"}, func(verb string) bool { return strings.HasPrefix(name, verb) })
}
