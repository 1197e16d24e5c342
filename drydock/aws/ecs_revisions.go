package aws

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	// ecsFamilyType counts the revisions of a task definition family; no program can make one.
	ecsFamilyType = "aws:ecs:family"
	// ecsRetiredType are deregistered (INACTIVE) revisions, which services may still run.
	ecsRetiredType = "aws:ecs:inactiveTaskDefinition"
	// ecsAbandonedType are active revisions that a program gave up without deregistering them (skipDestroy).
	ecsAbandonedType = "aws:ecs:abandonedTaskDefinition"
)

func nextRevision(cloud *sim.Cloud, scope, family string) (int, error) {
	counter := sim.Record{Type: ecsFamilyType, Scope: scope, ID: family, Seeded: true}
	last := 0.0
	if r := cloud.Get(ecsFamilyType, scope, family); r != nil {
		last = r.State.Num("revision")
	}
	counter.State = sim.Values{"revision": last + 1}
	return int(last) + 1, cloud.Put(&counter)
}

// latestRevision is the family's newest active revision, nil if none.
func latestRevision(cloud *sim.Cloud, scope, family string) *sim.Record {
	var latest *sim.Record
	for _, r := range append(cloud.All(ecsTaskDefinitionType), cloud.All(ecsAbandonedType)...) {
		if r.Scope == scope && r.Inputs.Str("family") == family &&
			(latest == nil || r.Outputs.Num("revision") > latest.Outputs.Num("revision")) {
			latest = r
		}
	}
	return latest
}

// activeTaskDefinition finds what a service names: "family", "family:revision" or an ARN, as CreateService takes it.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html#ECS-CreateService-request-taskDefinition
func activeTaskDefinition(cloud *sim.Cloud, scope, name string) (*sim.Record, error) {
	name = name[strings.LastIndex(name, "/")+1:]
	family, revision, exact := strings.Cut(name, ":")
	if !exact {
		if r := latestRevision(cloud, scope, family); r != nil {
			return r, nil
		}
		return nil, sim.Refuse("ClientException", "Unable to describe task definition: no active revision of %q.", family)
	}
	for _, typ := range []string{ecsTaskDefinitionType, ecsAbandonedType} {
		if r := revisionOf(cloud, typ, scope, family, revision); r != nil {
			return r, nil
		}
	}
	if revisionOf(cloud, ecsRetiredType, scope, family, revision) != nil {
		return nil, sim.Refuse("ClientException", "TaskDefinition is inactive: %s", name)
	}
	return nil, sim.Refuse("ClientException", "TaskDefinition not found: %s", name)
}

// runningTaskDefinition also finds a deregistered one, which a service may still run. nil if it never existed.
func runningTaskDefinition(cloud *sim.Cloud, scope, name string) *sim.Record {
	if r, err := activeTaskDefinition(cloud, scope, name); err == nil {
		return r
	}
	family, revision, _ := strings.Cut(name[strings.LastIndex(name, "/")+1:], ":")
	return revisionOf(cloud, ecsRetiredType, scope, family, revision)
}

func revisionOf(cloud *sim.Cloud, typ, scope, family, revision string) *sim.Record {
	n, err := strconv.ParseFloat(revision, 64)
	if err != nil {
		return nil
	}
	for _, r := range cloud.All(typ) {
		if r.Scope == scope && r.Inputs.Str("family") == family && r.Outputs.Num("revision") == n {
			return r
		}
	}
	return nil
}

// addRevision registers a revision that no program made: CodePipeline's or CodeDeploy's.
func addRevision(cloud *sim.Cloud, like *sim.Record, containerDefinitions string) (*sim.Record, error) {
	family := like.Inputs.Str("family")
	revision, err := nextRevision(cloud, like.Scope, family)
	if err != nil {
		return nil, err
	}
	r := &sim.Record{
		Type: ecsTaskDefinitionType, Scope: like.Scope, Seeded: true, State: sim.Values{},
		Inputs: like.Inputs.Copy(), Outputs: like.Outputs.Copy(),
	}
	r.ID = fmt.Sprintf("%s:%d", like.Outputs.Str("arnWithoutRevision"), revision)
	r.Outputs["arn"], r.Outputs["revision"] = r.ID, float64(revision)
	if containerDefinitions != "" {
		r.Inputs["containerDefinitions"], r.Outputs["containerDefinitions"] = containerDefinitions, containerDefinitions
	}
	return r, cloud.Put(r)
}
