package calls

import (
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// buildsApart keeps builds to what is theirs: a role that makes no artifact replaces none, or what deploys to staging
// could change what production is deployed; and a bucket is for those whose definition names it, which a deployment to
// staging's does not name production's.
func buildsApart(w *world.World, p *world.Pipeline) []ban {
	var bans []ban
	if p.Bucket != "" {
		bans = append(bans,
			ban{why: "read an artifact", resource: bucketARN(p, p.Bucket) + "/" + cut(p.Name, 20) + "/Build/rEhEaRs",
				actions: []string{"s3:GetObject"}, but: []part{conducts, builds, deploys}},
			ban{why: "replace an artifact", resource: bucketARN(p, p.Bucket) + "/" + cut(p.Name, 20) + "/Build/rEhEaRs",
				actions: []string{"s3:PutObject", "s3:DeleteObject"}, except: makers(w, p)})
	}
	for _, bucket := range w.Buckets() {
		if bucket == p.Bucket {
			continue
		}
		arn, users := bucketARN(p, bucket), named(w, p, bucket)
		bans = append(bans,
			ban{why: "touch what is in the bucket " + bucket, resource: arn + "/index.html", except: users,
				actions: []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}},
			ban{why: "list the bucket " + bucket, resource: arn, actions: []string{"s3:ListBucket"}, but: []part{previews}, except: users})
	}
	return bans
}

// makers are the roles that make the pipeline's artifacts: of its actions, and of the builds with an output.
func makers(w *world.World, p *world.Pipeline) []string {
	var roles []string
	for _, a := range actionsOf(p) {
		if len(a.Outputs) == 0 {
			continue
		}
		roles = append(roles, actor(p, a))
		if project := projectOf(w, a); project != nil && a.Provider == "CodeBuild" {
			roles = append(roles, project.Inputs.Str("serviceRole"))
		}
	}
	return roles
}

// named are the roles of the actions and the build projects whose definition has the name in it: of a bucket, or the URL of
// an image repository.
func named(w *world.World, p *world.Pipeline, name string) []string {
	var roles []string
	for _, a := range actionsOf(p) {
		project := projectOf(w, a)
		if project != nil && a.Provider == "CodeBuild" && strings.Contains(fmt.Sprint(project.Inputs, a.Configuration), name) {
			roles = append(roles, project.Inputs.Str("serviceRole"))
		}
		if project == nil && strings.Contains(fmt.Sprint(a.Configuration), name) {
			roles = append(roles, actor(p, a))
		}
	}
	for _, project := range proposals(w, p) {
		if strings.Contains(fmt.Sprint(project.Inputs), name) {
			roles = append(roles, project.Inputs.Str("serviceRole"))
		}
	}
	return roles
}
