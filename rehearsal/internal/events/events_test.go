package events

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pushed is a push to CodeCommit, as in
// https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html#referenceUpdated
var pushed = map[string]any{
	"source": "aws.codecommit", "detail-type": "CodeCommit Repository State Change",
	"resources": []any{"arn:aws:codecommit:us-east-2:123456789012:site"},
	"detail":    map[string]any{"event": "referenceUpdated", "referenceType": "branch", "referenceName": "feature/a"},
}

func TestMatches(t *testing.T) {
	for pattern, want := range map[string]bool{
		`{"source": ["aws.codecommit"]}`:                                       true,
		`{"source": ["aws.s3", "aws.codecommit"]}`:                             true,
		`{"source": ["aws.s3"]}`:                                               false,
		`{"resources": ["arn:aws:codecommit:us-east-2:123456789012:site"]}`:    true,
		`{"resources": ["arn:aws:codecommit:us-east-2:123456789012:other"]}`:   false,
		`{"detail": {"event": ["referenceCreated", "referenceUpdated"]}}`:      true,
		`{"detail": {"event": ["referenceUpdated"], "referenceName": ["x"]}}`:  false,
		`{"detail": {"callerUserArn": ["x"]}}`:                                 false,
		`{"detail": {"callerUserArn": [{"exists": false}]}}`:                   true,
		`{"detail": {"referenceName": [{"exists": true}]}}`:                    true,
		`{"detail": {"referenceName": [{"prefix": "feature/"}]}}`:              true,
		`{"detail": {"referenceName": [{"suffix": "/b"}]}}`:                    false,
		`{"detail": {"referenceName": [{"wildcard": "f*/a"}]}}`:                true,
		`{"detail": {"referenceName": [{"wildcard": "f*"}]}}`:                  true,
		`{"detail": {"referenceName": [{"wildcard": "f"}]}}`:                   false,
		`{"detail": {"referenceName": [{"equals-ignore-case": "FEATURE/A"}]}}`: true,
		`{"detail": {"referenceName": [{"anything-but": ["main"]}]}}`:          true,
		`{"detail": {"referenceName": [{"anything-but": "feature/a"}]}}`:       false,
		`{"detail": {"referenceName": [{"anything-but": {"prefix": "fea"}}]}}`: false,
		`{"source": {"of": ["a"]}}`:                                            false,
		`{"account": {"id": ["1"]}}`:                                           false,
	} {
		t.Run(pattern, func(t *testing.T) {
			matches, err := Matches(pattern, pushed)
			require.NoError(t, err)
			assert.Equal(t, want, matches)
		})
	}
}

func TestPatternsThatCannotBeTold(t *testing.T) {
	for pattern, want := range map[string]string{
		`[]`:                                 "no JSON object",
		`{"source": "aws.codecommit"}`:       "field source is neither a list nor an object",
		`{"source": [{"cidr": "10.0.0.0"}]}`: "operator cidr",
	} {
		_, err := Matches(pattern, pushed)
		assert.ErrorContains(t, err, want)
	}
}
