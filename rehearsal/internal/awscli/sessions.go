package awscli

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"
)

// credentials are those of a session of a role.
type credentials struct {
	caller
	id, secret, token string
	cluster           string // that a token of Kubernetes is for
	expires           time.Time
}

// Sessions are the credentials that commands have given out.
type Sessions struct {
	mu sync.Mutex
	by map[string]credentials // by access key ID
}

// NewSessions is none yet.
func NewSessions() *Sessions { return &Sessions{by: map[string]credentials{}} }

// open makes credentials in the format of AWS: temporary keys begin with ASIA.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
func (s *Sessions) open(who caller, lasts time.Duration, cluster string) credentials {
	made := credentials{caller: who, id: "ASIA" + rand.Text()[:16], secret: rand.Text() + rand.Text()[:14], cluster: cluster,
		token: "IQoJ" + rand.Text() + rand.Text() + rand.Text(), expires: time.Now().Add(lasts)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by[made.id] = made
	return made
}

func (s *Sessions) find(id string) (credentials, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.by[id]
	return found, ok
}

// tokenPrefix begins the tokens of `aws eks get-token`.
// https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
const tokenPrefix = "k8s-aws-v1."

// Bearer is who a token of `aws eks get-token` belongs to: the ARN of the role, and the name of its session. The token must
// be for the cluster with the name, and not have expired.
func (s *Sessions) Bearer(token, cluster string) (role, session string, err error) {
	encoded, ok := strings.CutPrefix(token, tokenPrefix)
	request, err := base64.RawURLEncoding.DecodeString(encoded)
	if !ok || err != nil {
		return "", "", errors.New("the token is none of `aws eks get-token`")
	}
	signed, err := url.Parse(string(request))
	if err != nil {
		return "", "", errors.New("the token is no request to STS")
	}
	id, _, _ := strings.Cut(signed.Query().Get("X-Amz-Credential"), "/")
	found, known := s.find(id)
	switch {
	case !known || found.token != signed.Query().Get("X-Amz-Security-Token"):
		return "", "", errors.New("the token is of credentials that nobody has given out")
	case found.cluster != cluster:
		return "", "", errors.New("the token is for the cluster " + found.cluster)
	case time.Now().After(found.expires):
		return "", "", errors.New("the token has expired")
	}
	return found.role, found.session, nil
}
