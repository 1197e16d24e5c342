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
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// objects is the content of the buckets while a release goes on. It notes what the release's commands change, for leave
// to make it last.
type objects struct {
	awscli.Objects
	kept            awscli.Objects
	mu              sync.Mutex                 // commands run side by side
	stored, deleted map[string]map[string]bool // keys by bucket
}

// openObjects fills the buckets with what earlier releases left in the folder kept, and what the program has put.
func (r *release) openObjects(kept string) (*objects, error) {
	if err := forgetObjects(kept, r.world); err != nil {
		return nil, err
	}
	o := &objects{
		Objects: awscli.Folder(filepath.Join(r.dir, "buckets")), kept: awscli.Folder(kept),
		stored: map[string]map[string]bool{}, deleted: map[string]map[string]bool{},
	}
	for _, bucket := range r.world.Buckets() {
		list, err := o.kept.List(bucket, "")
		if err != nil {
			return nil, err
		}
		for _, earlier := range list {
			if err := copyObject(o.kept, o.Objects, bucket, earlier.Key); err != nil {
				return nil, err
			}
		}
		for _, own := range r.world.Objects(bucket) {
			if _, err := o.Objects.Put(bucket, own.Key, strings.NewReader(own.Text), awscli.Object{}); err != nil {
				return nil, err
			}
		}
	}
	return o, nil
}

// forgetObjects removes from the folder the buckets that have been destroyed since, or made anew.
func forgetObjects(dir string, w *world.World) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if b := w.Bucket(e.Name()); b != nil && len(b.State.Obj("objects")) > 0 {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func copyObject(from, to awscli.Objects, bucket, key string) error {
	body, o, err := from.Get(bucket, key)
	if err != nil {
		return err
	}
	_, err = to.Put(bucket, key, body, o)
	return errors.Join(err, body.Close())
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

// leave keeps what the commands have stored and deleted for later releases, and tells the simulated buckets.
func (o *objects) leave(cloud *drydock.Dock) error {
	return errors.Join(
		each(o.stored, func(bucket, key string) error {
			return errors.Join(copyObject(o.Objects, o.kept, bucket, key), cloud.StoreObject(bucket, key))
		}),
		each(o.deleted, func(bucket, key string) error {
			return errors.Join(o.kept.Delete(bucket, key), cloud.DeleteObject(bucket, key))
		}),
	)
}

func each(keys map[string]map[string]bool, f func(bucket, key string) error) error {
	var errs []error
	for bucket, set := range keys {
		for key := range set {
			errs = append(errs, f(bucket, key))
		}
	}
	return errors.Join(errs...)
}
