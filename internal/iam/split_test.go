package iam_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

func TestSplit(t *testing.T) {
	var statements []iam.Statement
	resources := map[string]bool{}
	for i := range 3 {
		s := iam.Allow("Read").Actions("s3:GetObject")
		for j := range 80 {
			arn := fmt.Sprintf("arn:aws:s3:::a-bucket-with-a-rather-long-name-%d-%d/*", i, j)
			s, resources[arn] = s.On(arn), true
		}
		statements = append(statements, s)
	}
	documents, err := iam.Split(iam.ManagedPolicy, statements...)
	require.NoError(t, err)
	assert.Len(t, documents, 3)
	for _, d := range documents {
		assert.NoError(t, d.Validate(iam.ManagedPolicy))
		for _, s := range d.Statements {
			for _, r := range s.Resource {
				assert.True(t, resources[r], r)
				delete(resources, r)
			}
		}
	}
	assert.Empty(t, resources)
}

func TestSplitNumbersSids(t *testing.T) {
	read := iam.Allow("Read").Actions("s3:GetObject").On("*")
	two := read
	two.Sid = "Read2"
	documents, err := iam.Split(iam.ManagedPolicy, read, two, read)
	require.NoError(t, err)
	require.Len(t, documents, 1)
	assert.Equal(t, []string{"Read", "Read2", "Read3"}, []string{
		documents[0].Statements[0].Sid, documents[0].Statements[1].Sid, documents[0].Statements[2].Sid,
	})
}

func TestSplitRefusesWhatCannotBeCut(t *testing.T) {
	_, err := iam.Split(iam.ManagedPolicy, iam.Allow("Long").Actions("s3:GetObject").On("arn:aws:s3:::"+strings.Repeat("b", 7000)))
	assert.ErrorContains(t, err, `"Long"`)
	documents, err := iam.Split(iam.ManagedPolicy)
	assert.NoError(t, err)
	assert.Empty(t, documents)
}
