package awscli

import (
	"fmt"
	"strings"
	"time"
)

func s3Operations() map[string]operation {
	shown := optional(flag, "dryrun", "quiet", "only-show-errors", "no-progress")
	filters := optional(filter, "include", "exclude")
	put := with(optional(text, "acl", "content-type", "cache-control", "content-encoding", "content-disposition", "sse-kms-key-id", "storage-class",
		"metadata-directive"), []param{{name: "sse", bare: "AES256"}}, optional(object, "metadata"), optional(flag, "guess-mime-type", "follow-symlinks"))
	transfer := with(shown, filters, put)
	both := [2]int{2, 2}
	return map[string]operation{
		"cp":   {api: "CopyObject", paths: both, run: (*call).copyOrMove, params: with(transfer, optional(flag, "recursive"))},
		"mv":   {api: "CopyObject", paths: both, run: (*call).copyOrMove, params: with(transfer, optional(flag, "recursive"))},
		"sync": {api: "ListObjectsV2", paths: both, run: (*call).syncAll, params: with(transfer, optional(flag, "delete", "size-only", "exact-timestamps"))},
		"rm":   {api: "DeleteObject", paths: [2]int{1, 1}, run: (*call).removeAll, params: with(shown, filters, optional(flag, "recursive"))},
		"ls": {api: "ListObjectsV2", paths: [2]int{0, 1}, run: (*call).listAll,
			params: optional(flag, "recursive", "human-readable", "summarize")},
	}
}

// location is a place in a bucket, or on disk.
type location struct {
	bucket string // "" for a local one
	key    string // of the object, or the beginning of keys; a local path as it was written
}

const s3Scheme = "s3://"

func locationOf(word string) location {
	rest, ok := strings.CutPrefix(word, s3Scheme)
	if !ok {
		return location{key: word}
	}
	bucket, key, _ := strings.Cut(rest, "/")
	return location{bucket, key}
}

func (l location) remote() bool { return l.bucket != "" }

func (l location) String() string {
	if l.remote() {
		return s3Scheme + l.bucket + "/" + l.key
	}
	return l.key
}

// listAll is `s3 ls`: https://docs.aws.amazon.com/cli/latest/reference/s3/ls.html
func (c *call) listAll() (any, error) {
	if c.given.flag("human-readable", false) || c.given.flag("summarize", false) {
		return nil, notSimulated("aws s3 ls --human-readable|--summarize", "Leave the option out.")
	}
	if len(c.given.paths) == 0 || c.given.paths[0] == s3Scheme {
		return nil, c.listBuckets()
	}
	at := locationOf(c.given.paths[0])
	if !at.remote() { // the scheme may be left out
		at = locationOf(s3Scheme + c.given.paths[0])
	}
	delimiter := "/"
	if c.given.flag("recursive", false) {
		delimiter = ""
	}
	found, err := c.listObjects(at.bucket, at.key, delimiter)
	if err != nil {
		return nil, err
	}
	folder := at.key[:strings.LastIndex(at.key, "/")+1]
	shown, prefixes, lines := map[string]bool{}, []string{}, []string{}
	for _, o := range found {
		if delimiter == "" {
			lines = append(lines, listed(o, o.Key))
			continue
		}
		name, _, deeper := strings.Cut(strings.TrimPrefix(o.Key, folder), "/")
		switch {
		case !deeper:
			lines = append(lines, listed(o, name))
		case !shown[name]:
			shown[name] = true
			prefixes = append(prefixes, fmt.Sprintf("%30s %s/", "PRE", name))
		}
	}
	lines = append(prefixes, lines...)
	if len(lines) == 0 && at.key != "" { // nothing has the prefix; an empty bucket is no error
		return nil, failure{code: exitTransfer}
	}
	for _, l := range lines {
		if _, err := fmt.Fprintln(c.Stdout, l); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

const listedTime = "2006-01-02 15:04:05"

func listed(o Object, name string) string {
	return fmt.Sprintf("%-19s %10d %s", o.Modified.UTC().Format(listedTime), o.Size, name)
}

// listBuckets has no time of creation to tell, and tells the present.
func (c *call) listBuckets() error {
	if err := c.ask("s3:ListAllMyBuckets", "*"); err != nil {
		return err
	}
	for _, b := range c.World.All("aws:s3/bucketV2:BucketV2") {
		if _, err := fmt.Fprintf(c.Stdout, "%s %s\n", time.Now().UTC().Format(listedTime), b.Attr("bucket")); err != nil {
			return err
		}
	}
	return nil
}
