package stacks

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/components/ekscicd"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

var (
	accountID = regexp.MustCompile(`^\d{12}$`)
	region    = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d$`)
	roleArn   = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/.+$`)
)

// unknown stands for what a component tells once it is made.
var unknown = pulumi.StringOutput{}

// validate reports all that is wrong with an operations account: how its parts belong together, and what the components
// that it would make have to say of their arguments, at the keys that these come from.
func (o *Operations) validate(name string) error {
	p := problems.List{}
	if o.Account != "" {
		p.Matches("account", o.Account, accountID, "the operations account's 12 digits")
	}
	for _, key := range sortedKeys(o.Clusters) {
		o.Clusters[key].validate(&p, "clusters."+key)
	}
	if len(o.Applications) == 0 {
		p.Add("applications", "missing: give at least one")
	}
	d := &delivery{
		Operations: o, name: name, account: orElse(o.Account, strings.Repeat("0", 12)), connectionArn: unknown, token: unknown,
		artifacts: ekscicd.ArtifactStore{BucketName: unknown, BucketArn: unknown},
	}
	p = append(p, d.validateCommon()...)
	for _, key := range sortedKeys(o.Applications) {
		p = append(p, d.validateApplication(key, o.Applications[key])...)
	}
	return errors.Join(unique(p)...)
}

func (c Cluster) validate(p *problems.List, at string) {
	p.Matches(at+".account", c.Account, accountID, "the workload account's 12 digits")
	p.Matches(at+".region", c.Region, region, "the cluster's region, such as us-east-2")
	if c.RoleArn != "" {
		p.Matches(at+".roleArn", c.RoleArn, roleArn, "the ARN of a role of the workload account")
	}
}

func (d *delivery) validateCommon() []error {
	keys := map[string]string{}
	for i, app := range sortedKeys(d.Applications) {
		keys[fmt.Sprintf("pipelines[%d]", i)] = "applications." + app
	}
	errs := renamed(d.bucket().Validate(d.name), keys)
	keys = map[string]string{"": "connection."}
	if d.Connection.Tags == nil {
		keys["tags"] = "tags"
	}
	errs = append(errs, renamed(d.connection().Validate(d.name), keys)...)
	if d.Credential != nil {
		errs = append(errs, renamed(d.Credential.Validate(), map[string]string{"": "credential."})...)
	}
	return errs
}

func (d *delivery) validateApplication(name string, app Application) []error {
	p, at := problems.List{}, "applications."+name
	if len(app.Actors) > 0 && d.Credential == nil {
		p.Add(at+".actors", "pull requests are read with credential: give it")
	}
	p = append(p, renamed(d.repository(app).Validate(name), map[string]string{
		"repositoryName": at, "pullAccounts": toldElsewhere, "tags": "tags",
	})...)
	p = append(p, renamed(d.image(app, unknown, unknown).Validate(name), map[string]string{
		"name": at, "repository": at + ".source.repository", "branch": at + ".source.branch",
		"pullRequests.actors": at + ".actors", "tags": "tags", "": at + ".",
	})...)
	p = append(p, renamed(d.manifests(name, app).Validate(name), d.manifestsKeys(at, app))...)
	known := ekscicd.Project{Name: unknown, Arn: unknown}
	var deployments []ekscicd.Deployment
	for i, to := range app.Deployments {
		p = append(p, d.validateDeployment(name, fmt.Sprintf("%s.deployments[%d]", at, i), to)...)
		deployments = append(deployments, ekscicd.Deployment{Name: to.Cluster, Project: known, Approval: to.Approval})
	}
	keys := map[string]string{"name": at, "pipelineName": at, "application": at + ".source", "tags": "tags", "": at + "."}
	for i := range deployments {
		stage := fmt.Sprintf("deployments[%d]", i)
		keys[stage+".name"] = at + "." + stage + ".cluster"
	}
	return append(p, renamed(d.pipeline(app, known, known, deployments).Validate(name), keys)...)
}

func (d *delivery) manifestsKeys(at string, app Application) map[string]string {
	keys := map[string]string{
		"name": at, "release": at, "namespace": at, "application": at + ".source.repository", "applicationBranch": at + ".source.branch",
		"environments": toldElsewhere, "pullRequests.actors": at + ".actors", "tags": "tags", "": at + ".manifests.",
	}
	for i, to := range app.Deployments {
		keys[fmt.Sprintf("environments[%q]", to.Cluster)] = fmt.Sprintf("%s.deployments[%d].path", at, i)
	}
	return keys
}

func (d *delivery) validateDeployment(app, at string, to DeploymentTo) []error {
	cluster, known := d.Clusters[to.Cluster]
	if !known {
		return []error{fmt.Errorf("%s.cluster: %q is no cluster: give one of %v", at, to.Cluster, sortedKeys(d.Clusters))}
	}
	namespace := at + ".namespace"
	if to.Namespace == "" {
		namespace = "applications." + app
	}
	stage := app + "-" + to.Cluster
	errs := renamed(d.role(app, to).Validate(stage), map[string]string{
		"cluster": "clusters." + to.Cluster + ".name", "namespaces[0]": namespace, "operationsAccount": toldElsewhere,
		"label": at + ".cluster", "tags": "tags",
	})
	target := ekscicd.Target{RoleArn: unknown, Account: cluster.Account, Region: cluster.Region, Cluster: to.Cluster, Label: stage}
	return append(errs, renamed(d.project(app, to, target).Validate(stage), map[string]string{
		"name": at + ".cluster", "manifests": at + ".cluster", "target": toldElsewhere, "namespace": namespace,
		"release": "applications." + app, "machine": toldElsewhere, "tags": "tags", "": at + ".",
	})...)
}

// toldElsewhere is for fields of which the configuration's own check, or another component's, says the same.
const toldElsewhere = ""

// renamed tells a component's problems at the keys of the configuration that its fields come from. keys are by field; the
// longest that begins the problem's field counts, and "" has what comes before any other field.
func renamed(err error, keys map[string]string) (errs []error) {
	for _, e := range each(err) {
		field, said, _ := strings.Cut(e.Error(), ": ")
		begin := ""
		for of := range keys {
			if rest, found := strings.CutPrefix(field, of); found && len(of) > len(begin) && (rest == "" || rest[0] == '.' || rest[0] == '[') {
				begin = of
			}
		}
		if key := keys[begin]; begin == "" || key != toldElsewhere {
			errs = append(errs, fmt.Errorf("%s%s: %s", key, field[len(begin):], said))
		}
	}
	return errs
}

// unique are the problems, each once: several components are given the same.
func unique(errs []error) (all []error) {
	for _, e := range errs {
		if !slices.ContainsFunc(all, func(have error) bool { return have.Error() == e.Error() }) {
			all = append(all, e)
		}
	}
	return all
}
