// Package api speaks with a Kubernetes API server in JSON: the few verbs and fields that a rehearsal needs. The whole client
// library would be this project's largest dependency.
package api

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Client sends requests as one user.
type Client struct {
	endpoint, token string
	http            *http.Client
}

// New makes a client of the API server at the endpoint, as "https://127.0.0.1:6443", whose certificate the authority has
// signed, for the user of the bearer token; "" is nobody.
func New(endpoint, token string, authority *x509.CertPool) *Client {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authority}, ForceAttemptHTTP2: true}
	return &Client{endpoint: endpoint, token: token, http: &http.Client{Transport: transport}}
}

// Close ends the client's connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// StatusError is the API server's answer to a request that failed.
type StatusError struct {
	Code    int    `json:"code"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

func (e *StatusError) Error() string { return e.Message }

// Is tells whether an error is a status with the code, as http.StatusNotFound.
func Is(err error, code int) bool {
	status := (*StatusError)(nil)
	return errors.As(err, &status) && status.Code == code
}

// Get reads the object at the path, as "/api/v1/namespaces/shop/pods/api", unless into is nil.
func (c *Client) Get(ctx context.Context, path string, into any) error {
	return c.do(ctx, http.MethodGet, path, "", nil, into)
}

// Create posts an object to the path of its kind, and reads what became of it, unless into is nil.
func (c *Client) Create(ctx context.Context, path string, object, into any) error {
	return c.do(ctx, http.MethodPost, path, "application/json", object, into)
}

// Patch merges the fields into the object at the path; lists are replaced.
func (c *Client) Patch(ctx context.Context, path string, fields any) error {
	return c.do(ctx, http.MethodPatch, path, "application/merge-patch+json", fields, nil)
}

// Delete deletes the object at the path with the options, as {"gracePeriodSeconds": 0}.
func (c *Client) Delete(ctx context.Context, path string, options any) error {
	return c.do(ctx, http.MethodDelete, path, "application/json", options, nil)
}

func (c *Client) do(ctx context.Context, method, path, contentType string, body, into any) error {
	response, err := c.send(ctx, method, path, contentType, body)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || into == nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// send returns the response of a request that succeeded.
func (c *Client) send(ctx context.Context, method, path, contentType string, body any) (*http.Response, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, c.endpoint+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	request.Header.Set("Accept", "application/json")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= http.StatusBadRequest {
		defer response.Body.Close()
		return nil, statusOf(response)
	}
	return response, nil
}

func statusOf(response *http.Response) error {
	status := &StatusError{}
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if json.Unmarshal(data, status) != nil || status.Code == 0 { // as of /readyz
		status = &StatusError{Code: response.StatusCode, Message: string(bytes.TrimSpace(data))}
	}
	return status
}

// retry is the pause before a watch that broke off begins anew.
const retry = 100 * time.Millisecond

// Watch calls for each object of the path's kind, as "/api/v1/pods", whenever it comes, changes (gone is false) or goes, until
// the context is done. An object may come more than once without a change.
func Watch[T any](ctx context.Context, c *Client, path string, changed func(object T, gone bool)) {
	for ctx.Err() == nil {
		// Whatever ends a watch, and it may be time alone, the next one begins with all objects.
		_ = watch(ctx, c, path, changed)
		select {
		case <-ctx.Done():
		case <-time.After(retry):
		}
	}
}

func watch[T any](ctx context.Context, c *Client, path string, changed func(object T, gone bool)) error {
	var list List[T]
	if err := c.Get(ctx, path, &list); err != nil {
		return err
	}
	for _, item := range list.Items {
		changed(item, false)
	}
	response, err := c.send(ctx, http.MethodGet, path+"?watch=1&resourceVersion="+list.Metadata.ResourceVersion, "", nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	for events := json.NewDecoder(response.Body); ; {
		var event struct {
			Type   string          `json:"type"`
			Object json.RawMessage `json:"object"`
		}
		if err := events.Decode(&event); err != nil {
			return err
		}
		var object T
		if event.Type == "ERROR" {
			return fmt.Errorf("watch %s: %s", path, event.Object)
		}
		if err := json.Unmarshal(event.Object, &object); err != nil {
			return err
		}
		changed(object, event.Type == "DELETED")
	}
}
