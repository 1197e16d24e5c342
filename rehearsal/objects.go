package rehearsal

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/awscli"
)

// objects is the content of the buckets. It notes what the release's commands change.
type objects struct {
	awscli.Objects
	mu              sync.Mutex                 // commands run side by side
	stored, deleted map[string]map[string]bool // keys by bucket
}

// openObjects opens the folder with what earlier releases left, and puts in what the program has put. Buckets that were
// destroyed since, or emptied, are forgotten.
func (r *release) openObjects(dir string) (*objects, error) {
	kept := awscli.Folder(dir)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if b := r.world.Bucket(e.Name()); b == nil || len(b.State.Obj("objects")) == 0 {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return nil, err
			}
		}
	}
	for _, bucket := range r.world.Buckets() {
		for _, o := range r.world.Objects(bucket) {
			if _, err := kept.Put(bucket, o.Key, strings.NewReader(o.Text), awscli.Object{}); err != nil {
				return nil, err
			}
		}
	}
	return &objects{Objects: kept, stored: map[string]map[string]bool{}, deleted: map[string]map[string]bool{}}, nil
}

func (o *objects) Put(bucket, key string, body io.Reader, metadata awscli.Object) (awscli.Object, error) {
	stored, err := o.Objects.Put(bucket, key, body, metadata)
	if err == nil {
		o.mark(o.stored, o.deleted, bucket, key)
	}
	return stored, err
}

func (o *objects) Delete(bucket, key string) error {
	err := o.Objects.Delete(bucket, key)
	if err == nil {
		o.mark(o.deleted, o.stored, bucket, key)
	}
	return err
}

// mark notes the key in one of the two, and takes it out of the other.
func (o *objects) mark(in, out map[string]map[string]bool, bucket, key string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if in[bucket] == nil {
		in[bucket] = map[string]bool{}
	}
	in[bucket][key] = true
	delete(out[bucket], key)
}

// leave puts into the simulated buckets what the commands have stored, and takes out what they have deleted.
func (o *objects) leave(cloud *drydock.Dock) error {
	var errs []error
	for bucket, keys := range o.stored {
		for key := range keys {
			errs = append(errs, cloud.StoreObject(bucket, key))
		}
	}
	for bucket, keys := range o.deleted {
		for key := range keys {
			errs = append(errs, cloud.DeleteObject(bucket, key))
		}
	}
	return errors.Join(errs...)
}
