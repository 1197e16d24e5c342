//go:build reality

package reality

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// signature is what a request's signature says of it.
type signature struct {
	service, region string // the service's signing name
	account         string // of the caller
}

// read tells the operation of a request and what it is about.
func (s signature) read(request *http.Request, body []byte) (string, called) {
	target, p := request.Header.Get("X-Amz-Target"), params{}
	_ = json.Unmarshal(body, &p.tree) // what is no JSON has no parameters there
	p.add("", p.tree)
	switch {
	case s.service == "s3":
		return s.bucketCall(request, body)
	case target != "":
		return s.call(target[strings.LastIndex(target, ".")+1:], p)
	case s.service == "eks":
		return s.clusterCall(request, p)
	case request.URL.Path != "/":
		return s.call(strings.ToUpper(request.URL.Path[1:2])+request.URL.Path[2:], p)
	}
	form, _ := url.ParseQuery(string(body)) // what is no form has no operation, and is found by that
	for key, values := range form {
		key = listIndex.ReplaceAllString(key, "")
		p.flat[key] = append(p.flat[key], values...)
	}
	return s.call(form.Get("Action"), p)
}

// listIndex is how the query protocol numbers a list's elements.
var listIndex = regexp.MustCompile(`(\.member)?\.\d+`)

// params are a request's parameters, by their paths without the indexes of lists: "pipeline.stages.name".
type params struct {
	tree any
	flat map[string][]string
}

func (p *params) add(path string, value any) {
	if p.flat == nil {
		p.flat = map[string][]string{}
	}
	switch v := value.(type) {
	case map[string]any:
		for key, e := range v {
			p.add(strings.TrimPrefix(path+"."+key, "."), e)
		}
	case []any:
		for _, e := range v {
			p.add(path, e)
		}
	case string:
		p.flat[path] = append(p.flat[path], v)
	}
}

var (
	tagged = regexp.MustCompile(`(?i)^tag(s|List|Specification)?(\.|$)`)
	roles  = regexp.MustCompile(`(?i)role(arn)?$`)
)

func (s signature) call(operation string, p params) (string, called) {
	c := called{On: s.subjects(p.flat), Made: s.made(operation, p.flat)}
	for path, values := range p.flat {
		if tagged.MatchString(path) && !strings.Contains(operation, "Tag") {
			c.Tagged = true
		}
		for _, v := range values {
			if roles.MatchString(path) && strings.Contains(v, ":role/") && s.service != "sts" {
				c.Passes = append(c.Passes, zeros(v))
			}
		}
	}
	slices.Sort(c.Passes)
	c.Passes = slices.Compact(c.Passes)
	return s.service + " " + operation, c
}

// bucketSettings are the parts of a bucket or object that S3 has requests for.
var bucketSettings = []string{
	"accelerate", "acl", "cors", "delete", "encryption", "lifecycle", "location", "logging", "object-lock", "ownershipControls",
	"policy", "publicAccessBlock", "replication", "requestPayment", "tagging", "versioning", "versions", "website",
}

// bucketCall reads a request to S3, in which the bucket is the path's first part.
func (s signature) bucketCall(request *http.Request, body []byte) (string, called) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(request.URL.Path, "/"), "/")
	operation, arn := "s3 "+request.Method+" bucket", "arn:aws:s3:::"+bucket
	if key != "" {
		operation, arn = "s3 "+request.Method+" object", arn+"/"+key
	}
	query := request.URL.Query()
	for _, setting := range bucketSettings {
		if query.Has(setting) {
			operation += " " + setting
		}
	}
	if query.Get("versionId") != "" {
		operation += " version"
	}
	tags := request.Header.Get("X-Amz-Tagging") != "" || strings.Contains(string(body), "<Tag>") && !query.Has("tagging")
	return operation, called{On: []string{zeros(arn)}, Tagged: tags}
}

// clusterCalls are the requests to EKS that the stacks lead to, by method and path.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_Operations_Amazon_Elastic_Kubernetes_Service.html
var clusterCalls = []struct {
	path       *regexp.Regexp
	operations map[string]string
	on, made   string
}{
	{regexp.MustCompile(`^/clusters/([^/]+)/access-entries$`), map[string]string{"POST": "CreateAccessEntry"}, "cluster/$1", accessEntry},
	{regexp.MustCompile(`^/clusters/([^/]+)/access-entries/[^/]+$`),
		map[string]string{"GET": "DescribeAccessEntry", "POST": "UpdateAccessEntry", "DELETE": "DeleteAccessEntry"}, accessEntry, ""},
	{regexp.MustCompile(`^/clusters/([^/]+)/access-entries/[^/]+/access-policies(/[^/]+)?$`), map[string]string{
		"GET": "ListAssociatedAccessPolicies", "POST": "AssociateAccessPolicy", "DELETE": "DisassociateAccessPolicy"}, accessEntry, ""},
	{regexp.MustCompile(`^/tags/`), map[string]string{"GET": "ListTagsForResource", "POST": "TagResource", "DELETE": "UntagResource"}, "", ""},
}

// accessEntry is one of the cluster's; the rest of its ARN is AWS's to make up.
const accessEntry = "access-entry/$1/role/" + account + "/name/00000000-0000-0000-0000-000000000000"

func (s signature) clusterCall(request *http.Request, p params) (string, called) {
	path := strings.ReplaceAll(request.URL.EscapedPath(), "/arn:aws:iam::", "/arn")
	for _, c := range clusterCalls {
		operation := c.operations[request.Method]
		found := c.path.FindStringSubmatchIndex(path)
		if operation == "" || found == nil {
			continue
		}
		name, what := s.call(operation, p)
		if c.made != "" {
			what.Made = []string{s.arn(string(c.path.ExpandString(nil, c.made, path, found)))}
		}
		what.On = []string{s.arn(string(c.path.ExpandString(nil, c.on, path, found)))}
		if c.on == "" {
			what.On = []string{zeros(strings.TrimPrefix(request.URL.Path, "/tags/"))}
		}
		return name, what
	}
	return "eks " + request.Method + " " + path, called{}
}
