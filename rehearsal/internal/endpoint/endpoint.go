// Package endpoint answers programs that bring an AWS SDK of their own, as Pulumi's engine does for its backend: S3's and
// KMS's own protocols on a loopback port, over what exists in the simulated clouds. The SDKs find it by AWS_ENDPOINT_URL_S3
// and AWS_ENDPOINT_URL_KMS (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html). Every operation asks
// for the IAM actions that AWS would ask for; an operation that it does not know is NotImplemented, never a success.
package endpoint

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/awscli"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// Options are what the endpoint answers from.
type Options struct {
	// World gives what exists, at each request.
	World func() *world.World
	// Objects is what is in the buckets, Keys what KMS encrypts with.
	Objects awscli.Objects
	Keys    *Keys
	// Role is the ARN of who calls, Session the name of its session.
	Role, Session string
	// Region and Account, 12 digits, are where the caller is.
	Region, Account string
	// Ask tells whether a call is allowed; the text of its error is the reason as AWS words it. Nil: all is allowed.
	Ask func(context.Context, access.Call) error
}

// Serve answers on a loopback port until stop is called.
func Serve(o Options) (url string, stop func() error, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: handler{o}, ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() error {
		err := server.Close()
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	}, nil
}

type handler struct{ Options }

// ServeHTTP tells the two services apart: KMS's requests name their operation in a header.
// https://docs.aws.amazon.com/kms/latest/APIReference/CommonParameters.html
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		h.kms(w, r, target)
		return
	}
	h.s3(w, r)
}

// ask asks for the call; the error is a refusal.
func (h handler) ask(r *http.Request, call access.Call) error {
	if h.Ask == nil {
		return nil
	}
	call.Role = h.Role
	err := h.Ask(r.Context(), call)
	if err == nil {
		return nil
	}
	return refusal{http.StatusForbidden, "AccessDenied", h.denial(call, err)}
}

// denial is AWS's own sentence.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func (h handler) denial(call access.Call, reason error) string {
	arn, _ := world.ParseARN(h.Role)
	arn.Region = ""
	who := arn.With("sts", "assumed-role/"+nameOf(h.Role)+"/"+h.Session)
	return "User: " + who + " is not authorized to perform: " + call.Action + " on resource: \"" + call.Resource + "\" because " + reason.Error()
}

// refusal is an answer that is an error.
type refusal struct {
	status     int
	code, text string
}

func (r refusal) Error() string { return r.code + ": " + r.text }

// refused is the error as a refusal; another is of this machine.
func refused(err error) refusal {
	var r refusal
	if errors.As(err, &r) {
		return r
	}
	return refusal{http.StatusInternalServerError, "InternalError", err.Error()}
}
