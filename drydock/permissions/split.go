package permissions

import (
	"fmt"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// split puts the statements, in their order, into as few managed policies as hold them. A statement that is too long
// for a policy of its own is cut into several, by its resources.
func split(statements []iam.Statement) ([]iam.Document, error) {
	var documents []iam.Document
	var current []iam.Statement
	for len(statements) > 0 {
		s := statements[0]
		if fits(append(current[:len(current):len(current)], s)) {
			current, statements = append(current, s), statements[1:]
			continue
		}
		if len(current) > 0 {
			documents, current = append(documents, numbered(current)), nil
			continue
		}
		if len(s.Resource) < 2 {
			return nil, fmt.Errorf("statement %s is too long for a policy, with one resource", s.Sid)
		}
		first, second := s, s
		first.Resource, second.Resource = s.Resource[:len(s.Resource)/2], s.Resource[len(s.Resource)/2:]
		statements = append([]iam.Statement{first, second}, statements[1:]...)
	}
	return append(documents, numbered(current)), nil
}

func fits(statements []iam.Statement) bool {
	return numbered(statements).Validate(iam.ManagedPolicy) == nil
}

// numbered gives statements of one name different ones: a Sid is unique in its policy.
func numbered(statements []iam.Statement) iam.Document {
	document := iam.Policy()
	seen := map[string]int{}
	for _, s := range statements {
		seen[s.Sid]++
		if n := seen[s.Sid]; n > 1 {
			s.Sid = fmt.Sprintf("%s%d", s.Sid, n)
		}
		document.Statements = append(document.Statements, s)
	}
	return document
}
