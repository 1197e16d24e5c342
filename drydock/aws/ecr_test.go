package aws

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func TestECRRepository(t *testing.T) {
	w := newWorld(t)
	w.refuses(ecrRepositoryType, sim.Values{"name": "web"}, []refusal{
		{"upper case", sim.Values{"name": "Web"}, "lower-case letters"},
		{"double separator", sim.Values{"name": "a--b"}, "lower-case letters"},
		{"one letter", sim.Values{"name": "a"}, "between 2 and 256"},
		{"mutability", sim.Values{"imageTagMutability": "mutable"}, "expected one of MUTABLE, IMMUTABLE"},
		{"key without KMS", sim.Values{"encryptionConfigurations": []any{map[string]any{"kmsKey": "k"}}}, "encryptionType KMS"},
		{"unknown", sim.Values{"forceDestroy": true}, "unknown property"},
	})
	id, out := w.made(ecrRepositoryType, sim.Values{"name": "shop/web"})
	require.Equal(t, "arn:aws:ecr:us-east-2:123456789012:repository/shop/web", out.Str("arn"))
	require.Equal(t, "123456789012.dkr.ecr.us-east-2.amazonaws.com/shop/web", out.Str("repositoryUrl"))
	_, _, err := w.Create(ecrRepositoryType, "again", sim.Values{"name": "shop/web"})
	require.ErrorContains(t, err, "RepositoryAlreadyExistsException")
	w.edits(ecrRepositoryType, id, sim.Values{"name": "shop/web"}, []edit{
		{"nothing", nil, nil, nil},
		{"rename", sim.Values{"name": "shop/api"}, []string{"name"}, nil},
		{"immutable", sim.Values{"imageTagMutability": "IMMUTABLE"}, nil, []string{"imageTagMutability"}},
		{"scan", sim.Values{"imageScanningConfiguration": map[string]any{"scanOnPush": true}}, nil, []string{"imageScanningConfiguration"}},
		{"encryption", sim.Values{"encryptionConfigurations": []any{map[string]any{"encryptionType": "KMS"}}}, []string{"encryptionConfigurations"}, nil},
	})
	require.NoError(t, w.Delete(ecrRepositoryType, id))
}

func TestECRRepositoryIsNamedInLowerCase(t *testing.T) {
	_, out := newWorld(t).made(ecrRepositoryType, sim.Values{})
	require.Regexp(t, `^made-[0-9a-f]{7}$`, out.Str("name"))
}

const expireUntagged = `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":7},"action":{"type":"expire"}},` +
	`{"rulePriority":2,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":50},"action":{"type":"expire"}}]}`

func TestECRLifecyclePolicy(t *testing.T) {
	const typ = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
	w := newWorld(t)
	w.made(ecrRepositoryType, sim.Values{"name": "web"})
	base := sim.Values{"repository": "web", "policy": expireUntagged}
	policy := func(old, now string) sim.Values {
		return sim.Values{"policy": strings.Replace(expireUntagged, old, now, 1)}
	}
	w.refuses(typ, base, []refusal{
		{"no JSON", sim.Values{"policy": "{"}, "invalid JSON"},
		{"unknown key", policy(`"rulePriority":1,`, `"rulePriority":1,"priority":1,`), "policy.rules[0].priority: unknown property"},
		{"priority twice", policy(`"rulePriority":2`, `"rulePriority":1`), "1 is used twice"},
		{"count type", policy("imageCountMoreThan", "imageCount"), "expected one of imageCountMoreThan"},
		{"no unit", policy(`"countUnit":"days",`, ""), "required with countType sinceImagePushed"},
		{"unit of a count", policy(`"countType":"imageCountMoreThan"`, `"countUnit":"days","countType":"imageCountMoreThan"`), "goes with countType sinceImagePushed only"},
		{"tagged without tags", policy(`"untagged"`, `"tagged"`), "either tagPrefixList or tagPatternList"},
		{"any is not last", policy(`"rulePriority":2`, `"rulePriority":0.5`), "whole number"},
		{"any before another", policy(`"rulePriority":1`, `"rulePriority":3`), "highest rulePriority"},
		{"a text as number", policy(`"countNumber":7`, `"countNumber":"7"`), "must be a number"},
		{"no repository", sim.Values{"repository": "gone"}, "RepositoryNotFoundException"},
	})
	id, _ := w.made(typ, base)
	w.edits(typ, id, base, []edit{
		{"spaces", policy(`{"rules"`, `{ "rules"`), nil, nil},
		{"days", policy(`"countNumber":7`, `"countNumber":8`), []string{"policy"}, nil},
	})
}

func TestECRPullThroughCacheRule(t *testing.T) {
	const typ = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"
	w := newWorld(t)
	base := sim.Values{"ecrRepositoryPrefix": "ecr-public", "upstreamRegistryUrl": "public.ecr.aws"}
	w.refuses(typ, base, []refusal{
		{"prefix", sim.Values{"ecrRepositoryPrefix": "Docker"}, "the beginning of a repository name"},
		{"Docker Hub without credentials", sim.Values{"upstreamRegistryUrl": "registry-1.docker.io"}, "wants credentials"},
		{"another registry", sim.Values{"upstreamRegistryUrl": "docker.io"}, "UnsupportedUpstreamRegistryException"},
	})
	id, out := w.made(typ, base)
	require.Equal(t, "ecr-public", id)
	require.Equal(t, "123456789012", out.Str("registryId"))
	_, _, err := w.Create(typ, "again", base)
	require.ErrorContains(t, err, "PullThroughCacheRuleAlreadyExistsException")
}

func TestECRRepositoryPolicy(t *testing.T) {
	const typ = "aws:ecr/repositoryPolicy:RepositoryPolicy"
	w := newWorld(t)
	w.made(ecrRepositoryType, sim.Values{"name": "web"})
	base := sim.Values{"repository": "web", "policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}`}
	w.refuses(typ, base, []refusal{
		{"no principal", sim.Values{"policy": `{"Statement":[{"Effect":"Allow","Action":"ecr:*"}]}`}, "Statement[0] lacks Principal"},
		{"no statement", sim.Values{"policy": `{}`}, "Statement must be"},
	})
	w.made(typ, base)
}
