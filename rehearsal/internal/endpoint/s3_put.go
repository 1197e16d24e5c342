package endpoint

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/awscli"
)

// put: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
func (q request) put() error {
	if err := q.askS3("s3:PutObject", q.key, nil); err != nil {
		return err
	}
	if err := q.askKey("kms:GenerateDataKey"); err != nil {
		return err
	}
	metadata := map[string]string{}
	for name, values := range q.Header {
		if own, ok := strings.CutPrefix(name, "X-Amz-Meta-"); ok && len(values) > 0 {
			metadata[strings.ToLower(own)] = values[0]
		}
	}
	body := io.Reader(q.Body)
	if strings.Contains(q.Header.Get("Content-Encoding"), "aws-chunked") || strings.HasPrefix(q.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		body = &chunks{from: bufio.NewReader(q.Body)}
	}
	o, err := q.Objects.Put(q.bucket.Attr("bucket"), q.key, body, awscli.Object{ContentType: q.Header.Get("Content-Type"), Metadata: metadata})
	if err != nil {
		return err
	}
	q.w.Header().Set("ETag", o.ETag)
	return nil
}

// copy: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
func (q request) copy() error {
	source, err := url.PathUnescape(strings.TrimPrefix(q.Header.Get("X-Amz-Copy-Source"), "/"))
	if err != nil {
		return refusal{http.StatusBadRequest, "InvalidArgument", "The copy source is not a path: " + err.Error()}
	}
	name, key, _ := strings.Cut(source, "/")
	from := q
	if from.bucket = q.World().Bucket(name); from.bucket == nil {
		return refusal{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist"}
	}
	if err := from.askS3("s3:GetObject", key, nil); err != nil {
		return err
	}
	if err := q.askS3("s3:PutObject", q.key, nil); err != nil {
		return err
	}
	if err := q.askKey("kms:Decrypt", "kms:GenerateDataKey"); err != nil {
		return err
	}
	content, o, err := q.content(name, key)
	if errors.Is(err, fs.ErrNotExist) {
		return refusal{http.StatusNotFound, "NoSuchKey", "The specified key does not exist."}
	}
	if err != nil {
		return err
	}
	if o, err = q.Objects.Put(q.bucket.Attr("bucket"), q.key, bytes.NewReader(content), o); err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "application/xml")
	writeXML(q.w, struct {
		XMLName            xml.Name `xml:"CopyObjectResult"`
		ETag, LastModified string
	}{ETag: o.ETag, LastModified: o.Modified.Format(time.RFC3339)})
	return nil
}

// remove: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
func (q request) remove() error {
	if err := q.askS3("s3:DeleteObject", q.key, nil); err != nil {
		return err
	}
	if err := q.Objects.Delete(q.bucket.Attr("bucket"), q.key); err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

// chunks is the content of a body that comes in signed chunks, each after a line of its length in hexadecimal digits.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
type chunks struct {
	from *bufio.Reader
	left int64
	over bool
}

func (c *chunks) Read(p []byte) (int, error) {
	for c.left == 0 && !c.over {
		line, err := c.from.ReadString('\n')
		if err != nil {
			return 0, errors.Join(io.ErrUnexpectedEOF, err)
		}
		length, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		if length == "" {
			continue // the end of the chunk before
		}
		if c.left, err = strconv.ParseInt(length, 16, 64); err != nil {
			return 0, err
		}
		c.over = c.left == 0 // trailing headers follow
	}
	if c.over {
		return 0, io.EOF
	}
	n, err := c.from.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}
