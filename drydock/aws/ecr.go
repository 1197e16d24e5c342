package aws

import (
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	ecrRepositoryType = "aws:ecr/repository:Repository"
	ecrNamePattern    = `(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*`
	ecrNameDoc        = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html"
)

func ecrRepository() *sim.Resource {
	return &sim.Resource{
		Type:     ecrRepositoryType,
		AutoName: &sim.AutoName{Field: "name", Max: 255, Lower: true},
		Inputs: sim.Fields{
			"name": sim.String().Required().Replaces().Between(2, 256).
				Match(ecrNamePattern, "lower-case letters and digits, joined by single . _ - and grouped by /").Doc(ecrNameDoc),
			"imageTagMutability":         sim.String().OneOf("MUTABLE", "IMMUTABLE").Default("MUTABLE").Doc(ecrNameDoc),
			"imageScanningConfiguration": sim.Object(sim.Fields{"scanOnPush": sim.Bool().Required()}).Computed(),
			"encryptionConfigurations": sim.List(sim.Object(sim.Fields{
				"encryptionType": sim.String().OneOf("AES256", "KMS", "KMS_DSSE").Default("AES256").
					Doc("https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_EncryptionConfiguration.html"),
				"kmsKey": sim.String().Computed(),
			})).AtMost(1).Replaces().Computed(),
			"forceDelete": sim.Bool(),
			"tags":        sim.Tags(),
		},
		Outputs:  []string{"arn", "registryId", "repositoryUrl", "tagsAll"},
		Validate: validateECRRepository,
		Create:   createECRRepository,
		Update:   func(op *sim.Op) error { settleTags(op); return nil },
		Delete:   deleteECRRepository,
	}
}

func validateECRRepository(c *sim.Check) {
	for i, e := range c.In.Objs("encryptionConfigurations") {
		if e.Has("kmsKey") && e.Str("encryptionType") == "AES256" {
			c.Fail(fmt.Sprintf("encryptionConfigurations[%d].kmsKey", i), "a key is used by encryptionType KMS or KMS_DSSE only")
		}
	}
}

func createECRRepository(op *sim.Op) error {
	name := op.In.Str("name")
	if op.Cloud.Get(op.Type, op.Record.Scope, name) != nil {
		return sim.Refuse("RepositoryAlreadyExistsException",
			"The repository with name '%s' already exists in the registry with id '%s'", name, op.Account())
	}
	op.ID = name
	op.Out["arn"] = op.ARN("ecr", "repository/"+name)
	op.Out["registryId"] = op.Account()
	op.Out["repositoryUrl"] = ecrRegistry(op) + "/" + name
	if !op.Out.Has("imageScanningConfiguration") {
		op.Out["imageScanningConfiguration"] = map[string]any{"scanOnPush": false}
	}
	if len(op.Out.List("encryptionConfigurations")) == 0 {
		op.Out["encryptionConfigurations"] = []any{map[string]any{"encryptionType": "AES256", "kmsKey": ""}}
	}
	settleTags(op)
	return nil
}

// ecrRegistry is the host of the account's registry: https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
func ecrRegistry(op *sim.Op) string {
	return fmt.Sprintf("%s.dkr.ecr.%s.%s", op.Account(), op.Region(), dnsSuffix(op))
}

// deleteECRRepository: a repository with images is deleted only by force.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepository.html
func deleteECRRepository(op *sim.Op) error {
	if len(op.Record.State.Obj("images")) == 0 || op.In.Bool("forceDelete") {
		return nil
	}
	return fmt.Errorf("ECR Repository (%s) not empty, consider using forceDelete: %w", op.ID,
		sim.Refuse("RepositoryNotEmptyException",
			"The repository with name '%s' in registry with id '%s' cannot be deleted because it still contains images", op.ID, op.Account()))
}

// ecrRepositoryRef is the name of a repository that must exist.
func ecrRepositoryRef() *sim.Field {
	return sim.String().Required().Replaces().Refs(ecrRepositoryType, "name",
		"RepositoryNotFoundException: The repository with name '%s' does not exist in the registry")
}

func ecrRepositoryPolicy() *sim.Resource {
	return &sim.Resource{
		Type: "aws:ecr/repositoryPolicy:RepositoryPolicy",
		Inputs: sim.Fields{
			"repository": ecrRepositoryRef(),
			"policy":     sim.JSON().Required().Check(checkResourcePolicy),
		},
		Outputs: []string{"registryId"},
		Create: func(op *sim.Op) error {
			op.ID = op.In.Str("repository")
			op.Out["registryId"] = op.Account()
			return nil
		},
	}
}

// checkResourcePolicy tells what is missing from each statement of a policy that is attached to a resource.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
func checkResourcePolicy(v any) string {
	var doc struct {
		Statement any
	}
	if err := decodeJSON(v.(string), &doc); err != nil {
		return "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided': " + err.Error()
	}
	statements, isList := doc.Statement.([]any)
	if !isList {
		statements = []any{doc.Statement}
	}
	for i, s := range statements {
		statement, ok := s.(map[string]any)
		if !ok {
			return "Invalid repository policy provided: Statement must be an object or a list of objects"
		}
		for _, either := range [][]string{{"Effect"}, {"Principal", "NotPrincipal"}, {"Action", "NotAction"}} {
			if !hasAny(statement, either) {
				return fmt.Sprintf("Invalid repository policy provided: Statement[%d] lacks %s", i, strings.Join(either, " or "))
			}
		}
	}
	return ""
}

func hasAny(m map[string]any, keys []string) bool {
	for _, k := range keys {
		if _, ok := m[k]; ok {
			return true
		}
	}
	return false
}
