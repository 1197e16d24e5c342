package awscli

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// entry is a file or an object that a command works on.
type entry struct {
	at       location
	name     string // below the source's or destination's root
	size     int64
	modified time.Time
}

// transfer is one file's or object's way.
type transfer struct {
	kind     string // upload, download, copy, move or delete
	from, to location
	size     int64
}

// transfers runs each, goes on after a failed one, and tells of each in a line as the CLI does.
func (c *call) transfers(all []transfer) error {
	failed := false
	for _, t := range all {
		if c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		way := c.shown(t.from)
		if t.kind != "delete" {
			way += " to " + c.shown(t.to)
		}
		if c.given.flag("dryrun", false) {
			c.say("(dryrun) %s: %s", t.kind, way)
			continue
		}
		if err := c.transfer(t); err != nil {
			failed = true
			_ = c.failed(fmt.Sprintf("%s failed: %s %s", t.kind, way, err))
			continue
		}
		c.say("%s: %s", t.kind, way)
	}
	if failed {
		return failure{code: exitTransfer}
	}
	return nil
}

// failed tells of a failure, without the empty line that the CLI's other errors have, and is the exit code for it.
func (c *call) failed(line string) error {
	if !c.given.flag("quiet", false) {
		_, _ = fmt.Fprintln(c.Stderr, line)
	}
	return failure{code: exitTransfer}
}

func (c *call) say(format string, args ...any) {
	if !c.given.flag("quiet", false) && !c.given.flag("only-show-errors", false) {
		_, _ = fmt.Fprintf(c.Stdout, format+"\n", args...)
	}
}

// shown is a location in the CLI's words: a local file relative to the working directory.
func (c *call) shown(l location) string {
	if l.remote() || l.key == "-" {
		return l.String()
	}
	dir, err := filepath.Rel(c.Dir, filepath.Dir(c.abs(l.key)))
	if err != nil {
		return l.key
	}
	return dir + string(filepath.Separator) + filepath.Base(l.key)
}

func (c *call) transfer(t transfer) (err error) {
	switch {
	case t.kind == "delete" && t.from.remote():
		return c.deleteObject(t.from.bucket, t.from.key)
	case t.kind == "delete":
		return os.Remove(c.abs(t.from.key))
	case !t.from.remote():
		err = c.uploadFile(t)
	case !t.to.remote():
		err = c.download(t)
	default:
		err = c.copyObject(t)
	}
	if err == nil && t.kind == "move" {
		return c.transfer(transfer{kind: "delete", from: t.from})
	}
	return err
}

func (c *call) uploadFile(t transfer) error {
	file, err := os.Open(c.abs(t.from.key))
	if err != nil {
		return err
	}
	_, err = c.putObject(t.to.bucket, t.to.key, file, c.upload(t))
	return errors.Join(err, file.Close())
}

// upload is how the options say that an object is put.
func (c *call) upload(t transfer) upload {
	u := upload{operation: "PutObject", size: t.size, acl: c.given.text("acl"), key: c.given.text("sse-kms-key-id"), sse: c.given.text("sse"),
		metadata: Object{ContentType: c.given.text("content-type"), CacheControl: c.given.text("cache-control"),
			ContentEncoding: c.given.text("content-encoding"), ContentDisposition: c.given.text("content-disposition"), Metadata: c.metadata()}}
	if t.size >= multipartThreshold {
		u.operation = "CreateMultipartUpload"
	}
	if u.metadata.ContentType == "" && c.given.flag("guess-mime-type", true) && !t.from.remote() {
		u.metadata.ContentType, _, _ = strings.Cut(mime.TypeByExtension(path.Ext(t.from.key)), ";")
	}
	return u
}

func (c *call) metadata() map[string]string {
	given, _ := c.given.values["metadata"].(map[string]any)
	if len(given) == 0 {
		return nil
	}
	all := map[string]string{}
	for name, v := range given {
		all[name] = fmt.Sprint(v)
	}
	return all
}

// download gives the file the object's time, which a later sync compares.
func (c *call) download(t transfer) error {
	body, o, err := c.getObject(t.from.bucket, t.from.key)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	name := c.abs(t.to.key)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := replace(name, func(w io.Writer) error { _, err := io.Copy(w, body); return err }); err != nil {
		return err
	}
	if err := os.Chmod(name, 0o644); err != nil {
		return err
	}
	return os.Chtimes(name, o.Modified, o.Modified)
}

// copyObject keeps the source's headers unless options say others.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
func (c *call) copyObject(t transfer) error {
	body, o, err := c.getObject(t.from.bucket, t.from.key)
	if err != nil {
		return renamed(err, "CopyObject")
	}
	u := c.upload(t)
	u.operation = "CopyObject"
	if c.given.text("metadata-directive") != "REPLACE" {
		u.metadata = Object{ContentType: first(u.metadata.ContentType, o.ContentType), CacheControl: first(u.metadata.CacheControl, o.CacheControl),
			ContentEncoding:    first(u.metadata.ContentEncoding, o.ContentEncoding),
			ContentDisposition: first(u.metadata.ContentDisposition, o.ContentDisposition), Metadata: o.Metadata}
	}
	_, err = c.putObject(t.to.bucket, t.to.key, body, u)
	return errors.Join(err, body.Close())
}

// renamed is a refusal as that of another operation, whose part the refused one is.
func renamed(err error, operation string) error {
	var r refusal
	if errors.As(err, &r) {
		r.operation = operation
		return r
	}
	return err
}

// fatal is an error before the first transfer.
func (c *call) fatal(err error) error {
	var f failure
	if errors.As(err, &f) && f.code != exitService {
		return err
	}
	return c.failed("fatal error: " + err.Error())
}
