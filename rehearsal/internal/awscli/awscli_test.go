package awscli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"mvdan.cc/sh/v3/shell"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	account  = "123456789012"
	region   = "us-east-2"
	buildARN = "arn:aws:iam::123456789012:role/build"
	digest1  = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	digest2  = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" // of the text "test"
)

// bench is a command over a small world, whose calls it notes.
type bench struct {
	t     *testing.T
	world *world.World
	dir   string
	env   []string
	stdin string
	calls []access.Call
	deny  map[string]bool // by action
	tool  tools.Tool
}

func newBench(t *testing.T, records ...*drydock.Record) *bench {
	b := &bench{t: t, world: &world.World{}, dir: t.TempDir(), deny: map[string]bool{}}
	for _, r := range append(baseRecords(), records...) {
		b.world.Add(r)
	}
	b.tool = Tool(Services{World: b.world, Region: region, Account: account, Role: buildARN, Session: "build-1",
		Ask: b.ask, Registry: newShelf(), Password: "the-password", Objects: Folder(t.TempDir())})
	return b
}

func (b *bench) ask(_ context.Context, call access.Call) error {
	b.calls = append(b.calls, call)
	if b.deny[call.Action] {
		return fmt.Errorf("no identity-based policy allows the %s action", call.Action)
	}
	return nil
}

// asked are the actions and resources that the commands asked for since the last look.
func (b *bench) asked() []string {
	var all []string
	for _, c := range b.calls {
		all = append(all, c.Action+" "+c.Resource)
	}
	b.calls = nil
	return all
}

// run runs a command line of a shell.
func (b *bench) run(line string) (stdout, stderr string, code int) {
	b.t.Helper()
	words, err := shell.Fields(line, func(string) string { return "" })
	require.NoError(b.t, err)
	require.Equal(b.t, "aws", words[0])
	var out, errs bytes.Buffer
	code = b.tool(b.t.Context(), tools.Command{Args: words[1:], Dir: b.dir, Env: b.env, Stdin: strings.NewReader(b.stdin), Stdout: &out, Stderr: &errs})
	return out.String(), errs.String(), code
}

// must is the output of a command that must succeed.
func (b *bench) must(line string) string {
	b.t.Helper()
	stdout, stderr, code := b.run(line)
	require.Equal(b.t, 0, code, "%s\n%s", line, stderr)
	require.Empty(b.t, stderr)
	return stdout
}

func record(typ, id string, inputs, outputs map[string]any) *drydock.Record {
	return &drydock.Record{Type: typ, ID: id, Inputs: inputs, Outputs: outputs, Scope: account + "/" + region}
}

type m = map[string]any

func baseRecords() []*drydock.Record {
	ecr := func(name, mutability string) *drydock.Record {
		return record(repositoryType, name, m{"name": name, "imageTagMutability": mutability},
			m{"arn": "arn:aws:ecr:us-east-2:123456789012:repository/" + name, "name": name, "repositoryUrl": "123456789012.dkr.ecr.us-east-2.amazonaws.com/" + name})
	}
	const secret = "arn:aws:secretsmanager:us-east-2:123456789012:secret:app/token-AbCdEf"
	return []*drydock.Record{
		ecr("api", "MUTABLE"), ecr("fixed", "IMMUTABLE"), ecr("empty", "MUTABLE"),
		record("aws:iam/role:Role", "deploy", m{"name": "deploy", "maxSessionDuration": 3600.0}, m{"arn": "arn:aws:iam::123456789012:role/deploy", "uniqueId": "AROADEPLOY"}),
		record(secretType, secret, m{"name": "app/token", "description": "A token"}, m{"arn": secret, "name": "app/token"}),
		record(secretVersionType, secret+"|v1", m{"secretId": secret, "secretString": `{"TOKEN":"one"}`},
			m{"arn": secret, "versionId": "v1", "versionStages": []any{"AWSCURRENT"}}),
		record("aws:s3/bucketV2:BucketV2", "site", m{"bucket": "site"}, m{"arn": "arn:aws:s3:::site", "bucket": "site", "region": region}),
	}
}

// shelf is a registry in memory.
type shelf struct{ repositories map[string][]Image }

func newShelf() *shelf {
	pushed := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	return &shelf{map[string][]Image{
		"api": {
			{Digest: digest1, Tags: []string{"abc", "latest"}, Size: 1234, PushedAt: pushed, MediaType: "application/vnd.oci.image.manifest.v1+json", Manifest: []byte("one")},
			{Digest: digest2, Size: 99, PushedAt: pushed, MediaType: "application/vnd.oci.image.manifest.v1+json", Manifest: []byte("test")},
		},
		"fixed": {{Digest: digest1, Tags: []string{"v1"}, PushedAt: pushed, Manifest: []byte("one")}, {Digest: digest2, PushedAt: pushed, Manifest: []byte("test")}},
	}}
}

func (s *shelf) Images(repository string) ([]Image, error) { return s.repositories[repository], nil }

func (s *shelf) Tag(repository, reference, tag string) error {
	for i, image := range s.repositories[repository] {
		s.repositories[repository][i].Tags = slices.DeleteFunc(slices.Clone(image.Tags), func(t string) bool { return t == tag })
		if image.Digest == reference {
			s.repositories[repository][i].Tags = append(s.repositories[repository][i].Tags, tag)
		}
	}
	return nil
}

func (s *shelf) Delete(repository, reference string) error {
	for i, image := range s.repositories[repository] {
		if image.Digest == reference {
			s.repositories[repository] = slices.Delete(s.repositories[repository], i, i+1)
			return nil
		}
		if at := slices.Index(image.Tags, reference); at >= 0 {
			s.repositories[repository][i].Tags = slices.Delete(slices.Clone(image.Tags), at, at+1)
			return nil
		}
	}
	return errors.Join(fs.ErrNotExist, fmt.Errorf("%s", reference))
}

func TestCommandLine(t *testing.T) {
	const identity = "arn:aws:sts::123456789012:assumed-role/build/build-1"
	tests := map[string]struct {
		line, stdout, stderr string // stderr: a part
		code                 int
	}{
		"version":                  {line: "aws --version", stdout: version + "\n"},
		"global options anywhere":  {line: "aws --no-cli-pager sts --region us-west-2 get-caller-identity --output text --query Arn", stdout: identity + "\n"},
		"abbreviated option":       {line: "aws sts get-caller-identity --out text --q Account", stdout: account + "\n"},
		"option with =":            {line: "aws sts get-caller-identity --query=Account --output=text", stdout: account + "\n"},
		"no command":               {line: "aws", code: 252, stderr: "aws: error: the following arguments are required: command"},
		"no operation":             {line: "aws ecr", code: 252, stderr: "the following arguments are required: operation"},
		"unknown service":          {line: "aws ec2 describe-instances", code: 252, stderr: "The rehearsal does not simulate `aws ec2 describe-instances`"},
		"unknown operation":        {line: "aws ecr wait x", code: 252, stderr: "The rehearsal does not simulate `aws ecr wait`"},
		"unknown option":           {line: "aws ecr list-images --repository-name api --foo bar", code: 252, stderr: "Unknown options: --foo, bar\n"},
		"surplus word":             {line: "aws ecr list-images api --repository-name api", code: 252, stderr: "Unknown options: api"},
		"required option":          {line: "aws ecr describe-images", code: 252, stderr: "aws: error: the following arguments are required: --repository-name\n"},
		"option without a value":   {line: "aws ecr describe-images --repository-name --output text", code: 252, stderr: "argument --repository-name: expected one argument"},
		"output that is none":      {line: "aws sts get-caller-identity --output xml", code: 252, stderr: "argument --output: Invalid choice"},
		"table":                    {line: "aws sts get-caller-identity --output table", code: 252, stderr: "does not simulate `--output table`"},
		"query that is none":       {line: "aws sts get-caller-identity --query '[['", code: 252, stderr: "Bad value for --query [["},
		"profile":                  {line: "aws sts get-caller-identity --profile dev", code: 255, stderr: "The config profile (dev) could not be found"},
		"endpoint":                 {line: "aws sts get-caller-identity --endpoint-url http://x", code: 252, stderr: "does not simulate `--endpoint-url`"},
		"unknown member":           {line: "aws ecr describe-images --repository-name api --image-ids tag=x", code: 252, stderr: `Unknown parameter in imageIds[0]: "tag", must be one of: imageDigest, imageTag`},
		"file that does not exist": {line: "aws secretsmanager get-secret-value --secret-id file://nope", code: 252, stderr: "Error parsing parameter '--secret-id': Unable to load paramfile file://nope: [Errno 2] No such file or directory: 'nope'"},
		"number that is none":      {line: "aws sts assume-role --role-arn x --role-session-name yy --duration-seconds soon", code: 252, stderr: "argument --duration-seconds: invalid int value: 'soon'"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := newBench(t).run(tt.line)
			assert.Equal(t, tt.code, code)
			assert.Equal(t, tt.stdout, stdout)
			if tt.stderr == "" {
				assert.Empty(t, stderr)
			}
			assert.Contains(t, stderr, tt.stderr)
		})
	}
}
