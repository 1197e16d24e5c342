package api

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func serve(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	c := New(server.URL, "secret", pool)
	t.Cleanup(c.Close)
	return c
}

func TestRequests(t *testing.T) {
	var said []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		said = append(said, fmt.Sprint(r.Method, " ", r.URL.Path, " ", r.Header.Get("Authorization"), " ", r.Header.Get("Content-Type"), " ", string(body)))
		fmt.Fprint(w, `{"metadata": {"name": "made"}}`)
	})
	var got Pod
	require.NoError(t, c.Get(t.Context(), "/a", &got))
	assert.Equal(t, "made", got.Metadata.Name)
	require.NoError(t, c.Create(t.Context(), "/b", map[string]int{"x": 1}, nil))
	require.NoError(t, c.Patch(t.Context(), "/c", map[string]int{"x": 2}))
	require.NoError(t, c.Delete(t.Context(), "/d", nil))
	assert.Equal(t, []string{
		"GET /a Bearer secret  ", `POST /b Bearer secret application/json {"x":1}`,
		`PATCH /c Bearer secret application/merge-patch+json {"x":2}`, "DELETE /d Bearer secret application/json ",
	}, said)
}

func TestErrors(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" {
			http.Error(w, "[-]etcd failed", http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"kind": "Status", "code": 404, "reason": "NotFound", "message": "pods \"api\" not found"}`)
	})
	err := c.Get(t.Context(), "/api/v1/pods/api", nil)
	assert.EqualError(t, err, `pods "api" not found`)
	assert.True(t, Is(fmt.Errorf("wrapped: %w", err), http.StatusNotFound))
	assert.False(t, Is(err, http.StatusConflict))
	assert.False(t, Is(nil, http.StatusNotFound))
	assert.EqualError(t, c.Get(t.Context(), "/readyz", nil), "[-]etcd failed")
}

// A watch that breaks off, or is too old, begins anew with all objects.
func TestWatch(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lists := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		send := func(event, name string) {
			text, _ := json.Marshal(map[string]any{"type": event, "object": Pod{Metadata: Meta{Name: name}}})
			fmt.Fprintln(w, string(text))
		}
		switch {
		case r.URL.Query().Get("watch") == "":
			lists++
			fmt.Fprintf(w, `{"metadata": {"resourceVersion": "%d"}, "items": [{"metadata": {"name": "listed%d"}}]}`, lists, lists)
		case r.URL.Query().Get("resourceVersion") == "1":
			send("ADDED", "added")
			send("DELETED", "deleted")
			fmt.Fprintln(w, `{"type": "ERROR", "object": {"code": 410}}`)
			send("ADDED", "never heard")
		default:
			send("MODIFIED", "last")
		}
	})
	var heard []string
	Watch(ctx, c, "/api/v1/pods", func(p Pod, gone bool) {
		heard = append(heard, fmt.Sprint(p.Metadata.Name, " ", gone))
		if p.Metadata.Name == "last" {
			cancel()
		}
	})
	assert.Equal(t, []string{"listed1 false", "added false", "deleted true", "listed2 false", "last false"}, heard)
}

func TestNumber(t *testing.T) {
	var ports struct{ A, B Number }
	require.NoError(t, json.Unmarshal([]byte(`{"a": 80, "b": "http"}`), &ports))
	assert.Equal(t, Number("80"), ports.A)
	assert.Equal(t, Number("http"), ports.B)
	require.Error(t, json.Unmarshal([]byte(`{"a": true}`), &ports))
}
