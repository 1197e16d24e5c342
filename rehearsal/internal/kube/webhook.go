package kube

import (
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"slices"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/access"
)

// Identity is who a bearer token is.
type Identity struct {
	// Username and Groups are as RBAC has them. The groups of the user's access entry are added.
	Username string
	Groups   []string
	// Extra goes with the user, as EKS's "arn" and "sessionName".
	Extra map[string][]string
}

// webhook answers the API server's questions: who a token is, and what EKS's access policies permit.
type webhook struct {
	options  Options
	listener net.Listener
	server   *http.Server
	token    string // the API server's own: nobody else is answered
}

func serveWebhook(authority *authority, o Options) (*webhook, error) {
	certificate, err := authority.issue()
	if err != nil {
		return nil, err
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		return nil, err
	}
	w := &webhook{options: o, listener: listener, token: rand.Text()}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /tokens", w.tokens)
	mux.HandleFunc("POST /access", w.access)
	w.server = &http.Server{Handler: mux, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = w.server.Serve(listener) }() // it ends by close
	return w, nil
}

func (w *webhook) url(path string) string { return "https://" + w.listener.Addr().String() + path }

func (w *webhook) close() error { return w.server.Close() }

// asked reads a question of the API server.
func (w *webhook) asked(rw http.ResponseWriter, r *http.Request, question any) bool {
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+w.token)) != 1 {
		http.Error(rw, "unauthorized", http.StatusUnauthorized)
		return false
	}
	if err := json.NewDecoder(r.Body).Decode(question); err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

func answer(rw http.ResponseWriter, version, kind string, status any) {
	rw.Header().Set("Content-Type", "application/json")
	// The API server that does not read the answer asks again.
	_ = json.NewEncoder(rw).Encode(map[string]any{"apiVersion": version, "kind": kind, "status": status})
}

// tokens answers a TokenReview.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication
func (w *webhook) tokens(rw http.ResponseWriter, r *http.Request) {
	var review struct {
		Spec struct {
			Token string `json:"token"`
		} `json:"spec"`
	}
	if !w.asked(rw, r, &review) {
		return
	}
	const version, kind = "authentication.k8s.io/v1", "TokenReview"
	who, err := w.options.Authenticate(review.Spec.Token)
	if err != nil {
		answer(rw, version, kind, map[string]any{"authenticated": false, "error": err.Error()})
		return
	}
	for _, b := range w.options.Bindings {
		if b.Is(who.Username) {
			who.Groups = append(who.Groups, b.Groups...)
		}
	}
	slices.Sort(who.Groups)
	answer(rw, version, kind, map[string]any{"authenticated": true, "user": map[string]any{
		"username": who.Username, "groups": slices.Compact(who.Groups), "extra": who.Extra,
	}})
}

// access answers a SubjectAccessReview. What no policy permits, another authorizer may.
// https://kubernetes.io/docs/reference/access-authn-authz/webhook/
func (w *webhook) access(rw http.ResponseWriter, r *http.Request) {
	var review struct {
		Spec struct {
			User               string `json:"user"`
			ResourceAttributes *struct {
				Namespace, Verb, Group, Resource, Subresource string
			} `json:"resourceAttributes"`
			NonResourceAttributes *struct {
				Path, Verb string
			} `json:"nonResourceAttributes"`
		} `json:"spec"`
	}
	if !w.asked(rw, r, &review) {
		return
	}
	request := access.Request{Username: review.Spec.User}
	if a := review.Spec.ResourceAttributes; a != nil {
		request.Namespace, request.Verb, request.Group, request.Resource = a.Namespace, a.Verb, a.Group, a.Resource
		if a.Subresource != "" {
			request.Resource += "/" + a.Subresource
		}
	}
	if a := review.Spec.NonResourceAttributes; a != nil {
		request.Path, request.Verb = a.Path, a.Verb
	}
	answer(rw, "authorization.k8s.io/v1", "SubjectAccessReview", map[string]any{"allowed": access.Allowed(w.options.Bindings, request)})
}
