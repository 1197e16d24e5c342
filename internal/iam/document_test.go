package iam_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

func TestRender(t *testing.T) {
	policy := iam.Policy(
		iam.Allow("PullImages").Actions("ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:BatchGetImage").On(repository),
		iam.Allow("PassTaskRoles").Actions("iam:PassRole").On(buildRole).
			When(iam.StringEquals, "iam:PassedToService", "ecs-tasks.amazonaws.com"),
	)
	text, err := policy.Render(iam.InlineRolePolicy)
	require.NoError(t, err)
	assert.Equal(t, `{"Version":"2012-10-17","Statement":[`+
		`{"Sid":"PullImages","Effect":"Allow","Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"],"Resource":["`+repository+`"]},`+
		`{"Sid":"PassTaskRoles","Effect":"Allow","Action":["iam:PassRole"],"Resource":["`+buildRole+`"],`+
		`"Condition":{"StringEquals":{"iam:PassedToService":["ecs-tasks.amazonaws.com"]}}}]}`, text)
}

func TestRenderTrust(t *testing.T) {
	text, err := iam.TrustService("codebuild.amazonaws.com",
		iam.If(iam.StringEquals, "aws:SourceAccount", "111122223333")).Render(iam.TrustPolicy)
	require.NoError(t, err)
	assert.Equal(t, `{"Version":"2012-10-17","Statement":[{"Sid":"AssumeRole","Effect":"Allow",`+
		`"Principal":{"Service":["codebuild.amazonaws.com"]},"Action":["sts:AssumeRole"],`+
		`"Condition":{"StringEquals":{"aws:SourceAccount":["111122223333"]}}}]}`, text)
}

func TestBuildingAStatementLeavesItsOriginalAlone(t *testing.T) {
	base := iam.Allow("Base").Actions("s3:GetObject").On(bucket).For(iam.AWS, buildRole).When(iam.StringEquals, "aws:a", "1")
	before, err := json.Marshal(base)
	require.NoError(t, err)
	_ = base.Actions("s3:PutObject").On("*").For(iam.AWS, buildSession).When(iam.StringEquals, "aws:a", "2")
	after, err := json.Marshal(base)
	require.NoError(t, err)
	assert.JSONEq(t, string(before), string(after))
}

func TestParseTakesEveryForm(t *testing.T) {
	want := iam.Policy(iam.Allow("One").For(iam.AWS, "111122223333").Actions("s3:GetObject").On(bucket+"/*").
		When(iam.Bool, "aws:SecureTransport", "true").When(iam.NumericLessThan, "s3:max-keys", "10"))
	for name, text := range map[string]string{
		"lists": `{"Version": "2012-10-17", "Statement": [{"Sid": "One", "Effect": "Allow", "Principal": {"AWS": ["111122223333"]},
			"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::releases/*"],
			"Condition": {"Bool": {"aws:SecureTransport": ["true"]}, "NumericLessThan": {"s3:max-keys": ["10"]}}}]}`,
		"single values": `{"Statement": {"Condition": {"NumericLessThan": {"s3:max-keys": 10}, "Bool": {"aws:SecureTransport": true}},
			"Resource": "arn:aws:s3:::releases/*", "Action": "s3:GetObject", "Principal": {"AWS": "111122223333"},
			"Effect": "Allow", "Sid": "One"}, "Version": "2012-10-17"}`,
	} {
		t.Run(name, func(t *testing.T) {
			document, err := iam.Parse(text)
			require.NoError(t, err)
			assert.Equal(t, want, document)
		})
	}
}

func TestParseKnowsEveryone(t *testing.T) {
	document, err := iam.Parse(`{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}`)
	require.NoError(t, err)
	assert.Equal(t, iam.Deny("").ForEveryone().Actions("*").On("*"), document.Statements[0])
	text, err := document.Render(iam.BucketPolicy)
	require.NoError(t, err)
	assert.Contains(t, text, `"Principal":"*"`)
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		``:                                      "EOF",
		`{"Statement":`:                         "EOF",
		`[]`:                                    "cannot unmarshal",
		`{}`:                                    "no Statement",
		`{"Rules": []}`:                         `unknown field "Rules"`,
		`{"Statement": {"Effect": "Allow"}} {}`: "after top-level value",
		`{"Statement": {"Actions": "s3:*"}}`:    `unknown field "Actions"`,
		`{"Statement": {"Effect": "Allow", "Effect": "Deny"}}`:        `"Effect" is given twice`,
		`{"Statement": {"Principal": "arn"}}`:                         `neither "*" nor an object`,
		`{"Statement": {"Action": {"s3": "GetObject"}}}`:              "cannot unmarshal",
		`{"Statement": {"Condition": {"Bool": {"aws:a": [null]}}}}`:   "not a string, a number or a boolean",
		`{"Statement": {"Condition": {"Bool": {"aws:a": {"b": 1}}}}}`: "not a string, a number or a boolean",
	} {
		_, err := iam.Parse(text)
		assert.ErrorContains(t, err, want, text)
	}
}

func TestValidate(t *testing.T) {
	good := iam.Allow("A").Actions("s3:GetObject").On("*")
	attached := good.For(iam.AWS, buildRole)
	trust := iam.Allow("A").Actions("sts:AssumeRole").For(iam.Service, "ecs.amazonaws.com")
	for name, c := range map[string]struct {
		kind      iam.Kind
		statement iam.Statement
		want      string // empty for valid
	}{
		"identity":                  {iam.ManagedPolicy, good, ""},
		"resource":                  {iam.ResourcePolicy, attached, ""},
		"trust":                     {iam.TrustPolicy, trust, ""},
		"repository":                {iam.RepositoryPolicy, iam.Allow("new pull").Actions("ecr:BatchGetImage").For(iam.AWS, buildRole), ""},
		"spaces in a Sid of IAM":    {iam.InlineRolePolicy, iam.Allow("pull images").Actions("ecr:*").On("*"), `Sid "pull images": use the letters`},
		"spaces in a trusting Sid":  {iam.TrustPolicy, iam.Allow("let in").Actions("sts:AssumeRole").For(iam.Service, "ecs.amazonaws.com"), `Sid "let in"`},
		"spaces in a bucket's Sid":  {iam.BucketPolicy, iam.Allow("let in").Actions("s3:*").On(bucket).For(iam.AWS, "*"), ""},
		"effect":                    {iam.ManagedPolicy, iam.Statement{Effect: "allow", Action: []string{"*"}, Resource: []string{"*"}}, `Effect "allow" is neither Allow nor Deny`},
		"no action":                 {iam.ManagedPolicy, iam.Allow("A").On("*"), "exactly one of Action and NotAction"},
		"both actions":              {iam.ManagedPolicy, iam.Statement{Effect: "Allow", Action: []string{"s3:*"}, NotAction: []string{"s3:*"}, Resource: []string{"*"}}, "exactly one of Action and NotAction"},
		"action without service":    {iam.ManagedPolicy, iam.Allow("A").Actions("GetObject").On("*"), `action "GetObject" is not of the form`},
		"wildcard service":          {iam.ManagedPolicy, iam.Allow("A").Actions("s*:GetObject").On("*"), `action "s*:GetObject"`},
		"no resource":               {iam.ManagedPolicy, iam.Allow("A").Actions("s3:GetObject"), "exactly one of Resource and NotResource"},
		"resource that is no ARN":   {iam.ManagedPolicy, iam.Allow("A").Actions("s3:GetObject").On("releases/*"), `resource "releases/*" is neither an ARN`},
		"resource of any service":   {iam.ManagedPolicy, iam.Allow("A").Actions("s3:GetObject").On("arn:aws:*:::releases"), `resource "arn:aws:*:::releases"`},
		"resource beyond Latin-1":   {iam.ManagedPolicy, iam.Allow("A").Actions("s3:GetObject").On("arn:aws:s3:::releases/犬"), "no policy can contain"},
		"resource of a trust":       {iam.TrustPolicy, trust.On("*"), "a trust policy names none"},
		"principal of an identity":  {iam.InlineRolePolicy, attached, "an identity-based policy has none"},
		"resource for nobody":       {iam.BucketPolicy, good, "Principal is missing"},
		"principals both ways":      {iam.BucketPolicy, iam.Statement{Effect: "Deny", Action: []string{"s3:*"}, Resource: []string{"*"}, Principal: iam.Principals{"*": {"*"}}, NotPrincipal: iam.Principals{"*": {"*"}}}, "give one of them"},
		"partial principal":         {iam.BucketPolicy, good.For(iam.AWS, "arn:aws:iam::111122223333:role/b*"), "neither an account"},
		"service in short":          {iam.TrustPolicy, iam.Allow("A").Actions("sts:AssumeRole").For(iam.Service, "ecs"), "write it as ecs-tasks.amazonaws.com"},
		"kind of principal":         {iam.BucketPolicy, good.For("Role", "build"), `"Role" is no kind of principal`},
		"principal without anyone":  {iam.BucketPolicy, good.For(iam.AWS), "has no identifier"},
		"everyone but for a part":   {iam.BucketPolicy, good.For(iam.Everyone, "role"), "everyone is *"},
		"federation with nobody":    {iam.TrustPolicy, iam.Allow("A").Actions("sts:AssumeRoleWithWebIdentity").For(iam.Federated, ""), "principal Federated is empty"},
		"value beyond Latin-1":      {iam.ManagedPolicy, good.When(iam.StringEquals, "aws:a", "犬"), `value "犬" has a character`},
		"everyone and someone":      {iam.BucketPolicy, good.ForEveryone().For(iam.AWS, buildRole), `"*" stands alone`},
		"unknown operator":          {iam.ManagedPolicy, good.When("Equals", "aws:a", "1"), `unknown condition operator "Equals"`},
		"key without service":       {iam.ManagedPolicy, good.When(iam.StringEquals, "SourceIp", "1"), `condition key "SourceIp"`},
		"condition without a value": {iam.ManagedPolicy, good.When(iam.StringEquals, "aws:a"), "has no value"},
	} {
		t.Run(name, func(t *testing.T) {
			err := iam.Policy(c.statement).Validate(c.kind)
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestValidateReportsEverythingAtOnce(t *testing.T) {
	_, err := iam.Document{
		Version: "2025-01-01", ID: "mine",
		Statements: []iam.Statement{
			iam.Allow("Twice").Actions("GetObject").On("*"),
			iam.Allow("Twice").Actions("s3:*").On("mine"),
			{Effect: "Maybe"},
		},
	}.Render(iam.ManagedPolicy)
	for _, want := range []string{
		"managed policy: ", `Version "2025-01-01"`, `Id "mine"`, `Sid "Twice" is given twice`,
		`statement "Twice": action "GetObject"`, `resource "mine"`, `statement #3: Effect "Maybe"`, "Action: ", "Resource: ",
	} {
		assert.ErrorContains(t, err, want)
	}
	assert.ErrorContains(t, iam.Policy().Validate(iam.ManagedPolicy), "Statement is empty")
}

func TestSizeIsCountedWithoutWhiteSpace(t *testing.T) {
	sized := func(length int) iam.Document {
		return iam.Policy(iam.Allow("A").Actions("s3:GetObject").On("arn:aws:s3:::" + strings.Repeat("b", length)))
	}
	text, err := sized(1).Render(iam.ManagedPolicy)
	require.NoError(t, err)
	fits := 6144 - len(text) + 1
	assert.NoError(t, sized(fits).Validate(iam.ManagedPolicy))
	assert.ErrorContains(t, sized(fits+1).Validate(iam.ManagedPolicy), "6145 characters without white space, 6144 are allowed")
	assert.NoError(t, sized(fits+1).Validate(iam.InlineRolePolicy))

	spaced := iam.Policy(iam.Allow("A").Actions("s3:GetObject").On("arn:aws:s3:::" + strings.Repeat("b", fits) + "  "))
	assert.NoError(t, spaced.Validate(iam.ManagedPolicy))

	assert.NoError(t, iam.CheckRole(sized(4900), sized(4900)))
	assert.ErrorContains(t, iam.CheckRole(sized(5100), sized(5100)), "2 inline policies have")
}

// TestRoundTrip: what is rendered is read back as the same document, and renders as the same text.
func TestRoundTrip(t *testing.T) {
	word := rapid.StringMatching(`[a-z]{1,8}`)
	list := func(form string) *rapid.Generator[[]string] {
		return rapid.SliceOfN(rapid.StringMatching(form), 1, 4)
	}
	rapid.Check(t, func(t *rapid.T) {
		statement := rapid.SampledFrom([]func(string) iam.Statement{iam.Allow, iam.Deny}).Draw(t, "effect")("S").
			Actions(list(`s3:[A-Za-z*?]{1,9}`).Draw(t, "actions")...).
			On(list(`arn:aws:s3:::[ -~¡-ÿ]{1,20}`).Draw(t, "resources")...).
			For(iam.AWS, list(`[0-9]{12}`).Draw(t, "principals")...)
		for operator := range rapid.MapOfN(rapid.SampledFrom([]iam.Operator{
			iam.StringLike, iam.Bool, iam.ForAnyValue(iam.ArnLike), iam.Null,
		}), rapid.Bool(), 0, 3).Draw(t, "operators") {
			statement = statement.When(operator, "aws:"+word.Draw(t, "key"), list(`[ -~]{0,12}`).Draw(t, "values")...)
		}
		text, err := iam.Policy(statement).Render(iam.ResourcePolicy)
		require.NoError(t, err)
		document, err := iam.Parse(text)
		require.NoError(t, err)
		again, err := document.Render(iam.ResourcePolicy)
		require.NoError(t, err)
		assert.Equal(t, text, again)
		assert.Subset(t, statement.Action, document.Statements[0].Action)
		assert.ElementsMatch(t, keys(statement.Condition), keys(document.Statements[0].Condition))
	})
}

func keys(conditions iam.Conditions) []string {
	var list []string
	for operator, keys := range conditions {
		for key := range keys {
			list = append(list, string(operator)+" "+key)
		}
	}
	return list
}

// TestADenialIsNeverOutvoted: whatever else allows, a denial that applies decides.
func TestADenialIsNeverOutvoted(t *testing.T) {
	policyType := rapid.SampledFrom([]iam.PolicyType{iam.IdentityBased, iam.ResourceBased, iam.Gatekeeper, iam.Boundary})
	rapid.Check(t, func(t *rapid.T) {
		policies := []iam.Attached{{
			Name: "denying", Type: policyType.Draw(t, "type"),
			Document: iam.Policy(iam.Deny("No").ForEveryone().Actions("s3:*").On("*")),
		}}
		for range rapid.IntRange(0, 4).Draw(t, "allowing") {
			allowing := iam.Attached{Name: "allowing", Type: policyType.Draw(t, "type"),
				Document: iam.Policy(iam.Allow("Yes").ForEveryone().Actions("*").On("*"))}
			at := rapid.IntRange(0, len(policies)).Draw(t, "at")
			policies = append(policies[:at:at], append([]iam.Attached{allowing}, policies[at:]...)...)
		}
		decision, err := iam.Evaluate(get(bucket+"/a"), policies...)
		require.NoError(t, err)
		assert.Equal(t, "No", decision.Sid)
		assert.False(t, decision.Allowed)
	})
}
