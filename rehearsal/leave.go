package rehearsal

import (
	"errors"
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/aws"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// leave puts into the simulated clouds what the release would have left in AWS: images, artifacts, what its commands have
// put into buckets, the new revision behind the other target group.
func (r *release) leave(cloud *drydock.Dock) error {
	if err := errors.Join(r.leaveImages(cloud), r.leaveArtifacts(cloud), r.objects.leave(cloud)); err != nil {
		return err
	}
	if d := r.deployed; d != nil {
		_, err := cloud.Release(d.cluster, d.service, drydock.Rollout{ContainerDefinitions: d.containers})
		if err != nil {
			return r.contradicted(err)
		}
	}
	return nil
}

// contradicted: the deployment went through in the rehearsal, and the simulated ECS refuses it.
func (r *release) contradicted(err error) error {
	p := &verdict.Problem{What: err.Error(), Where: "the drydock's ECS", Fix: "tell the project: rehearsal and drydock contradict each other"}
	r.emit(verdict.Step{Stage: "Afterwards", Name: "The clouds", At: r.clock, Result: verdict.Failed, Problem: p})
	return nil
}

func (r *release) leaveImages(cloud *drydock.Dock) error {
	var errs []error
	for _, record := range r.world.All(repositoryType) {
		name := record.Inputs.Str("name")
		for digest, tags := range r.registry.Tags(name) {
			for _, tag := range tags {
				errs = append(errs, aws.PushImage(cloud.Cloud(), name, tag, digest))
			}
		}
	}
	return errors.Join(errs...)
}

// leaveArtifacts: CodePipeline keeps each artifact in the store under the first characters of the pipeline's and the
// artifact's names, and some of its own.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/welcome-introducing-artifacts.html
func (r *release) leaveArtifacts(cloud *drydock.Dock) error {
	var errs []error
	for name := range r.artifacts {
		key := fmt.Sprintf("%.20s/%.10s/%.7s", r.pipeline.Name, name, strings.ReplaceAll(r.execution, "-", ""))
		errs = append(errs, cloud.StoreObject(r.pipeline.Bucket, key))
	}
	return errors.Join(errs...)
}
