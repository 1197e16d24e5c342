package iam

import "fmt"

// Split puts the statements, in their order, into as few documents of the kind as hold them. A statement that is too long
// for a document of its own is cut into several, by its resources; statements of one Sid are numbered.
func Split(kind Kind, statements ...Statement) ([]Document, error) {
	var documents []Document
	var current []Statement
	for len(statements) > 0 {
		s := statements[0]
		if fits(kind, append(current[:len(current):len(current)], s)) {
			current, statements = append(current, s), statements[1:]
			continue
		}
		if len(current) > 0 {
			documents, current = append(documents, numbered(current)), nil
			continue
		}
		if len(s.Resource) < 2 {
			return nil, fmt.Errorf("statement %q: %w", s.Sid, numbered([]Statement{s}).Validate(kind))
		}
		first, second := s, s
		first.Resource, second.Resource = s.Resource[:len(s.Resource)/2], s.Resource[len(s.Resource)/2:]
		statements = append([]Statement{first, second}, statements[1:]...)
	}
	if len(current) > 0 {
		documents = append(documents, numbered(current))
	}
	return documents, nil
}

func fits(kind Kind, statements []Statement) bool {
	return numbered(statements).Validate(kind) == nil
}

// numbered gives statements of one Sid different ones: a Sid is unique in its policy.
func numbered(statements []Statement) Document {
	document := Policy()
	taken := map[string]bool{}
	for _, s := range statements {
		sid := s.Sid
		for n := 2; sid != "" && taken[sid]; n++ {
			sid = fmt.Sprintf("%s%d", s.Sid, n)
		}
		taken[sid] = true
		s.Sid = sid
		document.Statements = append(document.Statements, s)
	}
	return document
}
