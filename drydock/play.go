package drydock

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/container-pipeline/container-pipeline/drydock/aws"
	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// What happens in the clouds between two ups, without Pulumi: releases, pushes, uploads. The Dock must serve.

// Cloud is what exists in the simulated clouds.
type Cloud = sim.Cloud

// Record is one thing that exists in them.
type Record = sim.Record

// Asset is a property's value that is a file (Text) or an archive (texts by name in Files).
type Asset = sim.Blob

// Rollout says what a release brings to a service; the zero value releases the containers that run already.
type Rollout = aws.Rollout

// Rolled is what a release did.
type Rolled = aws.Rolled

// Release plays a successful CodeDeploy blue/green deployment of the ECS service: a new task definition revision behind
// the other target group, the listeners' weights, the count of tasks. A refresh then finds what it would find in a real
// account. The error tells why a real deployment could not start; nothing is changed then.
func (d *Dock) Release(cluster, service string, r Rollout) (Rolled, error) {
	return aws.Deploy(d.Cloud(), cluster, service, r)
}

// PushImage puts an image into an ECR repository under the tag, as docker push does, and returns its digest. The content
// stands for the image: equal contents are one image.
func (d *Dock) PushImage(repository, tag, content string) (digest string, err error) {
	sum := sha256.Sum256([]byte(content))
	digest = "sha256:" + hex.EncodeToString(sum[:])
	return digest, aws.PushImage(d.Cloud(), repository, tag, digest)
}

// StoreObject puts an object into an S3 bucket, as a pipeline does with its artifacts.
func (d *Dock) StoreObject(bucket, key string) error {
	return aws.StoreArtifact(d.Cloud(), bucket, key)
}

// DeleteObject deletes an object that StoreObject has put. A bucket that keeps versions keeps this one's.
func (d *Dock) DeleteObject(bucket, key string) error {
	return aws.DeleteArtifact(d.Cloud(), bucket, key)
}

// Guard sets a function that sees every call to the simulated clouds that is about to count, with the record as it was
// and as it will be; its error is the call's failure. It runs while the clouds are locked, so it may look at them by what
// asks for that. nil removes it. The Dock must serve.
func (d *Dock) Guard(guard func(call Call, was, next *Record) error) { d.Cloud().Guard(guard) }
