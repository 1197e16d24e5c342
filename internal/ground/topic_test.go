package ground

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/problems"
)

func TestValidPeople(t *testing.T) {
	topic := pulumi.String("arn:aws:sns:us-east-2:123456789012:releases")
	for name, c := range map[string]struct {
		topicArn pulumi.StringInput
		emails   []string
		want     string
	}{
		"nobody":        {},
		"topic":         {topicArn: topic},
		"addresses":     {emails: []string{"team@example.com", "me+releases@mail.example.com"}},
		"both":          {topic, []string{"team@example.com"}, "to.emails: 1 given, but topicArn is too"},
		"no address":    {emails: []string{"team@example.com", "team"}, want: `to.emails[1]: "team" is not valid`},
		"with a name":   {emails: []string{"Team <team@example.com>"}, want: `to.emails[0]: "Team <team@example.com>" is not valid`},
		"no domain":     {emails: []string{"team@localhost"}, want: `to.emails[0]: "team@localhost" is not valid`},
		"open end":      {emails: []string{"team@example."}, want: `to.emails[0]: "team@example." is not valid`},
		"one two times": {emails: []string{"team@example.com", "team@example.com"}, want: `to.emails[1]: "team@example.com" is given twice`},
	} {
		t.Run(name, func(t *testing.T) {
			p := &problems.List{}
			ValidPeople(p, "to.", c.topicArn, c.emails)
			if c.want == "" {
				assert.NoError(t, p.Err())
			} else {
				assert.ErrorContains(t, p.Err(), c.want)
			}
		})
	}
}
