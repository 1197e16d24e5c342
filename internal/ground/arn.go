package ground

import (
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// ARN is a kind of ARN. The formats are those of the services' tables of resource types:
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
type ARN struct {
	pattern *regexp.Regexp
	words   string
	hidden  bool // whoever gives the secret itself for its ARN does not find it in a log
}

// The kinds of ARN that arguments of components are.
var (
	BucketARN      = arn(`s3:::[a-z0-9.-]{3,63}`, "a bucket")
	CertificateARN = arn(`acm:[a-z0-9-]+:\d{12}:certificate/.+`, "a certificate of ACM")
	ConnectionARN  = arn(`(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection/.+`, "a connection")
	FunctionARN    = arn(`lambda:[a-z0-9-]+:\d{12}:function:.+`, "a Lambda function")
	KeyARN         = arn(`kms:[a-z0-9-]+:\d{12}:key/.+`, "a KMS key")
	SecretARN      = arn(`secretsmanager:[a-z0-9-]+:\d{12}:secret:.+`, "a secret of Secrets Manager").hide()
	TopicARN       = arn(`sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+`, "an SNS topic")
)

func arn(rest, words string) ARN {
	return ARN{pattern: regexp.MustCompile(`^arn:aws[a-z-]*:` + rest + `$`), words: "the ARN of " + words}
}

func (a ARN) hide() ARN {
	a.hidden = true
	return a
}

// Or is either kind.
func (a ARN) Or(b ARN) ARN {
	return ARN{regexp.MustCompile(a.pattern.String() + "|" + b.pattern.String()), a.words + " or " + b.words, a.hidden || b.hidden}
}

// Check reports a value that is known already, and is no such ARN. What another resource tells is not known yet.
func (a ARN) Check(p *problems.List, field string, value pulumi.StringInput) {
	switch text, plain := value.(pulumi.String); {
	case !plain || a.pattern.MatchString(string(text)):
	case a.hidden:
		p.Add(field, "this value is not valid: give %s", a.words)
	default:
		p.Matches(field, string(text), a.pattern, a.words)
	}
}
