package pulumi

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/awscli"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// Bootstrapped is a stack as a person has left it to the pipeline.
type Bootstrapped struct {
	Name      string
	Resources int // 0 for a new one
}

// Bootstrap does what a person has done before a pipeline can deploy the stacks: it puts them into the backend, with
// their secrets under the backend's key, and names that in the stacks' files, as `pulumi stack init` does. dir is the
// program's folder in the source. A *drydock.UsageError is about what the source lacks.
func (d *Deployer) Bootstrap(dir, backend string, stacks []string) ([]Bootstrapped, error) {
	bucket, prefix, err := d.bucket(backend)
	if err != nil {
		return nil, err
	}
	if d.provider.URL == "" {
		if d.provider, err = d.providerOf(bucket); err != nil {
			return nil, err
		}
	}
	source := d.options.Source
	if source == nil {
		source = d.dock
	}
	if err := d.store(bucket, prefix+".pulumi/meta.yaml", []byte("version: 1\n")); err != nil {
		return nil, err
	}
	var done []Bootstrapped
	for _, name := range stacks {
		sealed, err := source.Stack(name, drydock.Dir(dir)).Seal(d.provider)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(sealed.File, sealed.Config, 0o644); err != nil {
			return nil, err
		}
		if err := d.store(bucket, prefix+".pulumi/stacks/"+sealed.Project+"/"+name+".json", sealed.State); err != nil {
			return nil, err
		}
		done = append(done, Bootstrapped{name, sealed.Resources})
	}
	return done, nil
}

func (d *Deployer) store(bucket, key string, content []byte) error {
	_, err := d.options.Objects.Put(bucket, key, bytes.NewReader(content), awscli.Object{})
	return err
}

// bucket is that of a backend in S3, and the folder in it.
// https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3
func (d *Deployer) bucket(backend string) (name, prefix string, err error) {
	u, err := url.Parse(backend)
	if err != nil || u.Scheme != "s3" {
		return "", "", &drydock.UsageError{Problem: fmt.Sprintf("the backend %q is not in S3, and another is not simulated", backend)}
	}
	if d.now.Load().Bucket(u.Host) == nil {
		return "", "", &drydock.UsageError{Problem: fmt.Sprintf("the backend's bucket %s is not made by this program: whether it exists, and what is in it, is not known", u.Host)}
	}
	if prefix = strings.Trim(u.Path, "/"); prefix != "" {
		prefix += "/"
	}
	return u.Host, prefix, nil
}

// providerOf is the bucket's own key, by its alias if it has one.
func (d *Deployer) providerOf(bucket string) (p drydock.SecretsProvider, err error) {
	w := d.now.Load()
	key := w.EncryptedWith(bucket)
	arn := world.ARN{}
	if r := keyOf(w, key); r != nil {
		arn, _ = world.ParseARN(r.Attr("arn"))
		key = r.Attr("arn")
	}
	if arn.Service != "kms" {
		return p, &drydock.UsageError{Problem: fmt.Sprintf("the bucket %s of the backend has no key of KMS that the stacks' secrets could be under", bucket)}
	}
	name := key
	for _, alias := range w.Where("aws:kms/alias:Alias", "targetKeyArn", key) {
		name = alias.Attr("name")
	}
	p.URL = "awskms://" + name + "?region=" + arn.Region
	p.DataKey = make([]byte, 32)
	_, _ = rand.Read(p.DataKey) // never fails
	p.EncryptedKey = d.keys.Encrypt(key, p.DataKey)
	return p, nil
}

func keyOf(w *world.World, name string) *drydock.Record {
	for _, attribute := range []string{"arn", "keyId"} {
		if r := w.Find("aws:kms/key:Key", attribute, name); r != nil {
			return r
		}
	}
	return nil
}

// Program tells whether a folder has a Pulumi program.
func Program(dir string) error {
	_, err := os.Stat(filepath.Join(dir, "Pulumi.yaml"))
	if errors.Is(err, os.ErrNotExist) {
		return &drydock.UsageError{Problem: "the source has no Pulumi.yaml in " + dir}
	}
	return err
}
