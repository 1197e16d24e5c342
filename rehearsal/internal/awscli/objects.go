package awscli

import (
	"crypto/md5" // ETags are MD5
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Objects is what is in the buckets. It knows nothing of which buckets exist. A key that does not exist is fs.ErrNotExist.
type Objects interface {
	// Get opens an object; the caller closes it.
	Get(bucket, key string) (io.ReadCloser, Object, error)
	// Put stores an object with the metadata, and fills in its key, size, ETag and time.
	Put(bucket, key string, body io.Reader, metadata Object) (Object, error)
	// Delete removes an object; one that does not exist is no error, as in S3.
	Delete(bucket, key string) error
	// List are the objects whose keys begin with the prefix, sorted by key.
	List(bucket, prefix string) ([]Object, error)
}

// Object describes an object.
type Object struct {
	Key      string
	Size     int64 // bytes
	ETag     string
	Modified time.Time
	// The headers that it is served with.
	ContentType, CacheControl, ContentEncoding, ContentDisposition string
	Metadata                                                       map[string]string
}

// Folder keeps objects in a directory: a directory for each bucket, and in it for each object a file of its content and
// one of its description, both named by the hash of the key, since a key may be what no file name can.
func Folder(dir string) Objects { return folder(dir) }

type folder string

func (f folder) file(bucket, key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(string(f), bucket, hex.EncodeToString(sum[:]))
}

const description = ".json"

func (f folder) Get(bucket, key string) (io.ReadCloser, Object, error) {
	o, err := describedIn(f.file(bucket, key) + description)
	if err != nil {
		return nil, Object{}, err
	}
	content, err := os.Open(f.file(bucket, key))
	return content, o, err
}

func describedIn(file string) (o Object, err error) {
	encoded, err := os.ReadFile(file)
	if err != nil {
		return Object{}, err
	}
	return o, json.Unmarshal(encoded, &o)
}

// Put replaces whole files: one that is being read stays as it was.
func (f folder) Put(bucket, key string, body io.Reader, o Object) (Object, error) {
	name := f.file(bucket, key)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return Object{}, err
	}
	sum := md5.New()
	size := int64(0)
	err := replace(name, func(w io.Writer) (err error) {
		size, err = io.Copy(io.MultiWriter(w, sum), body)
		return err
	})
	if err != nil {
		return Object{}, err
	}
	o.Key, o.Size, o.Modified = key, size, time.Now().UTC().Truncate(time.Second) // S3 keeps whole seconds
	o.ETag = `"` + hex.EncodeToString(sum.Sum(nil)) + `"`
	return o, replace(name+description, func(w io.Writer) error { return json.NewEncoder(w).Encode(o) })
}

// replace writes a file beside the name and then gives it the name.
func replace(name string, write func(io.Writer) error) error {
	temporary, err := os.CreateTemp(filepath.Dir(name), "put-")
	if err != nil {
		return err
	}
	err = errors.Join(write(temporary), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	return nil
}

func (f folder) Delete(bucket, key string) error {
	name := f.file(bucket, key)
	for _, file := range []string{name + description, name} {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (f folder) List(bucket, prefix string) ([]Object, error) {
	files, err := filepath.Glob(filepath.Join(escapeGlob(string(f)), bucket, "*"+description))
	if err != nil {
		return nil, err
	}
	var found []Object
	for _, file := range files {
		o, err := describedIn(file)
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(o.Key, prefix) {
			found = append(found, o)
		}
	}
	slices.SortFunc(found, func(a, b Object) int { return strings.Compare(a.Key, b.Key) })
	return found, nil
}

func escapeGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(dir)
}
