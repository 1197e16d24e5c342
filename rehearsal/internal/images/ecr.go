package images

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
)

// route is a path of the distribution API.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints
var route = regexp.MustCompile(`^/v2/(.+?)/(?:(blobs)/(uploads)/?([^/]*)|(blobs|manifests)/([^/]+)|(tags)/list)$`)

// request is one of a client, in the API's terms.
type request struct {
	*http.Request
	repository string
	kind       string // "uploads", "blobs", "manifests", "tags"
	name       string // the upload's id, the digest or the tag
}

// refusal is an answer that is an error.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
type refusal struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (e *refusal) Error() string { return e.Message }

func (r *Registry) serve(w http.ResponseWriter, plain *http.Request) {
	user := r.user(plain)
	if user == "" {
		// What ECR answers; clients print "no basic auth credentials" when they have none to send.
		w.Header().Set("WWW-Authenticate", fmt.Sprintf("Basic realm=%q,service=%q", "https://"+r.host+"/", "ecr.amazonaws.com"))
		http.Error(w, "Not Authorized", http.StatusUnauthorized)
		return
	}
	if plain.URL.Path == "/v2/" || plain.URL.Path == "/v2" {
		r.inner.ServeHTTP(w, plain)
		return
	}
	if err := r.answer(w, plain, user == r.own.Username); err != nil {
		refuse(w, plain, err)
	}
}

func (r *Registry) answer(w http.ResponseWriter, plain *http.Request, own bool) error {
	at := route.FindStringSubmatch(plain.URL.Path)
	if at == nil {
		return &refusal{http.StatusNotFound, "UNSUPPORTED", "ECR has no " + plain.URL.Path}
	}
	req := request{Request: plain, repository: at[1], kind: at[3] + at[5] + at[7], name: at[4] + at[6]}
	needed := actions(req)
	if needed == nil {
		return &refusal{http.StatusMethodNotAllowed, "UNSUPPORTED", "The operation is unsupported."}
	}
	s, ok := r.stores[req.repository]
	if !ok || req.repository == cacheRepository && !own {
		return r.unknown(req.repository)
	}
	for _, action := range needed {
		if own {
			break
		}
		if err := r.ask(action, req.repository); err != nil {
			return &refusal{http.StatusForbidden, "DENIED", err.Error()}
		}
	}
	return s.answer(w, req)
}

// actions are the IAM actions that a request takes: none is asked for what ECR does not serve.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
func actions(r request) []string {
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case r.kind == "manifests" && read:
		return []string{"ecr:BatchGetImage"}
	case r.kind == "manifests" && r.Method == http.MethodPut:
		return []string{"ecr:PutImage"}
	case r.kind == "tags" && read:
		return []string{"ecr:ListImages"}
	case r.kind == "blobs" && r.Method == http.MethodHead:
		return []string{"ecr:BatchCheckLayerAvailability"}
	case r.kind == "blobs" && read:
		return []string{"ecr:GetDownloadUrlForLayer"}
	case r.kind == "uploads" && r.Method == http.MethodPost:
		return []string{"ecr:InitiateLayerUpload"}
	case r.kind == "uploads" && r.Method == http.MethodPatch:
		return []string{"ecr:UploadLayerPart"}
	case r.kind == "uploads" && r.Method == http.MethodPut && r.ContentLength != 0:
		return []string{"ecr:UploadLayerPart", "ecr:CompleteLayerUpload"}
	case r.kind == "uploads" && r.Method == http.MethodPut:
		return []string{"ecr:CompleteLayerUpload"}
	}
	return nil
}

// user is the request's, "" when it has not logged in.
func (r *Registry) user(req *http.Request) string {
	user, password, _ := req.BasicAuth()
	for _, known := range []authn.Basic{{Username: "AWS", Password: r.password}, r.own} {
		if user == known.Username && subtle.ConstantTimeCompare([]byte(password), []byte(known.Password)) == 1 {
			return user
		}
	}
	return ""
}

// unknown is RepositoryNotFoundException, as the registry says it.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors-docker.html
func (r *Registry) unknown(repository string) *refusal {
	return &refusal{http.StatusNotFound, "NAME_UNKNOWN", fmt.Sprintf(
		"The repository with name '%s' does not exist in the registry with id '%s'", repository, r.account())}
}

// headDenied carries the reason of a denial where there is no body: the answer to HEAD.
const headDenied = "X-Rehearsal-Denied"

func refuse(w http.ResponseWriter, req *http.Request, err error) {
	var why *refusal
	if !errors.As(err, &why) {
		why = &refusal{http.StatusInternalServerError, "UNKNOWN", err.Error()}
	}
	if req.Method == http.MethodHead && why.Status == http.StatusForbidden {
		w.Header().Set(headDenied, strings.Join(strings.Fields(why.Message), " "))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(why.Status)
	_ = json.NewEncoder(w).Encode(map[string][]*refusal{"errors": {why}}) // the client has gone
}
