package aws

import (
	"fmt"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const codecommitType = "aws:codecommit/repository:Repository"

func codecommitRepository() *sim.Resource {
	const doc = "https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateRepository.html"
	return &sim.Resource{
		Type: codecommitType,
		Inputs: sim.Fields{
			"repositoryName": sim.String().Required().Match(`[\w.-]{1,100}`, "1 to 100 letters, digits and . _ -").Doc(doc).
				Check(func(v any) string {
					if name := v.(string); len(name) > 4 && name[len(name)-4:] == ".git" {
						return "InvalidRepositoryNameException: must not end in .git"
					}
					return ""
				}),
			"description":   sim.String().AtMost(1000),
			"defaultBranch": sim.String(),
			"kmsKeyId":      sim.String().Computed(),
			"tags":          sim.Tags(),
		},
		Outputs: []string{"arn", "cloneUrlHttp", "cloneUrlSsh", "repositoryId", "tagsAll"},
		Create: func(op *sim.Op) error {
			op.Out["repositoryId"] = uuid()
			return settleCodecommit(op)
		},
		// Real repositories are renamed in place, and the id, which is the name, moves along; the drydock's id cannot.
		Update: func(op *sim.Op) error {
			if op.In.Str("repositoryName") != op.Old.Str("repositoryName") {
				return fmt.Errorf("the drydock cannot rename a CodeCommit repository (%s to %s): replace it", op.Old.Str("repositoryName"), op.In.Str("repositoryName"))
			}
			return settleCodecommit(op)
		},
	}
}

func settleCodecommit(op *sim.Op) error {
	name := op.In.Str("repositoryName")
	if op.ID == "" && op.Cloud.Get(codecommitType, op.Record.Scope, name) != nil {
		return sim.Refuse("RepositoryNameExistsException", "Repository named %s already exists", name)
	}
	op.ID = name
	op.Out["arn"] = op.ARN("codecommit", name)
	op.Out["cloneUrlHttp"] = fmt.Sprintf("https://git-codecommit.%s.amazonaws.com/v1/repos/%s", op.Region(), name)
	op.Out["cloneUrlSsh"] = fmt.Sprintf("ssh://git-codecommit.%s.amazonaws.com/v1/repos/%s", op.Region(), name)
	if !op.Out.Has("kmsKeyId") {
		op.Out["kmsKeyId"] = op.ARN("kms", "key/"+uuid())
	}
	settleTags(op)
	return nil
}
