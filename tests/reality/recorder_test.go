//go:build reality

package reality

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// recorder stands between the provider and the emulator, and writes down what is called.
type recorder struct {
	mu    sync.Mutex
	calls map[string]callsOf // by the role that the provider has assumed for it
	roles map[string]string  // by the access key of the role's session
}

// record lets the provider's calls pass through a recorder for the rest of the test.
func record(t *testing.T) *recorder {
	emulator, err := url.Parse(os.Getenv("AWS_ENDPOINT_URL"))
	require.NoError(t, err)
	r := &recorder{calls: map[string]callsOf{}, roles: map[string]string{}}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(emulator)
			p.Out.Host = p.In.Host
		},
		ModifyResponse: r.session,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		r.note(request, body)
		proxy.ServeHTTP(w, request)
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	return r
}

// credential is what a signature begins with: access key, date, region, the service's signing name.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
var credential = regexp.MustCompile(`Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request`)

func (r *recorder) note(request *http.Request, body []byte) {
	signed := credential.FindStringSubmatch(request.Header.Get("Authorization"))
	if signed == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	role := r.roles[signed[1]]
	if r.calls[role] == nil {
		r.calls[role] = callsOf{}
	}
	s := signature{service: signed[3], region: signed[2], account: account}
	if role != "" {
		s.account = strings.Split(role, ":")[4]
	}
	r.calls[role].add(s.read(request, body))
}

// session keeps which role an access key is of that the emulator gives out.
func (r *recorder) session(response *http.Response) error {
	if !strings.Contains(response.Request.Header.Get("Authorization"), "/sts/aws4_request") {
		return nil
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	key, role := sessionKey.FindSubmatch(body), sessionRole.FindSubmatch(body)
	if key != nil && role != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.roles[string(key[1])] = fmt.Sprintf("arn:aws:iam::%s:role/%s", role[1], role[2])
	}
	return nil
}

var (
	sessionKey  = regexp.MustCompile(`<AccessKeyId>([^<]+)</AccessKeyId>`)
	sessionRole = regexp.MustCompile(`arn:aws:sts::(\d{12}):assumed-role/([^/<]+)/`)
)

func (c callsOf) add(operation string, more called) {
	known := c[operation]
	if known == nil {
		known = &called{}
		c[operation] = known
	}
	known.On = sorted(known.On, more.On)
	known.Made = sorted(known.Made, more.Made)
	known.Passes = sorted(known.Passes, more.Passes)
	known.Tagged = known.Tagged || more.Tagged
}

// save puts the calls of a stack's life into the recording, if there are any: the domain's stack is not AWS's.
func (r *recorder) save(t *testing.T, stack string) {
	if len(r.calls) == 0 {
		return
	}
	all, err := recordedCalls()
	require.NoError(t, err)
	all[stack] = r.calls
	text, err := json.MarshalIndent(all, "", "\t")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(callsFile, append(text, '\n'), 0o644))
}
