package kube

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/node"
)

// Binding is an access policy that is associated with an access entry.
type Binding = access.Binding

// ErrUnknownImage is Options.Pull's error for an image of which nothing is known, as of a public registry: its pods are taken
// as ready, and a note says so.
var ErrUnknownImage = node.ErrUnknownImage

// Options are what a cluster is started with.
type Options struct {
	// Name of the cluster, for messages.
	Name string
	// Namespaces that exist already, besides Kubernetes' own.
	Namespaces []string
	// Dir is an existing directory, where the cluster's files are until Close.
	Dir string
	// Authenticate tells who a bearer token is. An error is answered by 401, without its text.
	Authenticate func(token string) (Identity, error)
	// Bindings are EKS's access entries and their policies, one each.
	Bindings []Binding
	// Pull is what a node gets from the registry. An error is the node's ErrImagePull, with its text.
	Pull func(ctx context.Context, image string) (v1.Image, error)
	// WithoutTasks takes pods as ready, instead of running them.
	WithoutTasks bool
	// Log takes what the cluster has to say, line by line. Default: nobody is told.
	Log io.Writer
}

// Cluster is a started cluster.
type Cluster struct {
	options  Options
	dir      string
	endpoint string
	ca       []byte
	group    group
	webhook  *webhook
	client   *api.Client
	node     *node.Node

	unwatch func() bool
	once    sync.Once
	closed  error
}

// Start starts a cluster and waits until it is ready. Close has to be called; the cluster is killed when ctx is done.
func Start(ctx context.Context, tools Toolbox, o Options) (*Cluster, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	dir, err := os.MkdirTemp(o.Dir, "cluster-*")
	if err != nil {
		return nil, fmt.Errorf("Dir: %w", err)
	}
	c := &Cluster{options: o, dir: dir}
	if err := c.start(ctx, tools); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, errors.Join(fmt.Errorf("starting cluster %s: %w", o.Name, err), c.close())
	}
	c.unwatch = context.AfterFunc(ctx, func() { _ = c.close() }) // Close tells of its error
	return c, nil
}

func (o Options) validate() error {
	var errs []error
	if o.Dir == "" {
		errs = append(errs, errors.New("Dir is empty: name a directory for the cluster's files"))
	}
	if o.Authenticate == nil {
		errs = append(errs, errors.New("Authenticate is nil: say who bearer tokens are"))
	}
	if o.Pull == nil {
		errs = append(errs, errors.New("Pull is nil: say what a node gets from the registry"))
	}
	for i, b := range o.Bindings {
		if b.Policy != "" && !access.Known(b.Policy) {
			errs = append(errs, fmt.Errorf("Bindings[%d].Policy %q: what it permits is not known; use one of EKS's for people and pipelines, "+
				"as AmazonEKSEditPolicy", i, b.Policy))
		}
	}
	return errors.Join(errs...)
}

// startPatience is how long a start may take: it takes seconds, but of a machine that has nothing else to do.
const startPatience = 3 * time.Minute

// pollPause is the pause between two looks at what is to come.
const pollPause = 50 * time.Millisecond

func (c *Cluster) start(ctx context.Context, tools Toolbox) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startPatience, fmt.Errorf("it is not ready after %s", startPatience))
	defer cancel()
	authority, err := newAuthority()
	if err != nil {
		return err
	}
	c.ca = authority.pem
	token := rand.Text()
	if c.webhook, err = serveWebhook(authority, c.options); err != nil {
		return err
	}
	p := plan{dir: c.dir, tools: tools, token: token, authority: authority, webhook: c.webhook}
	if err := p.write(); err != nil {
		return err
	}
	if err := c.control(ctx, p); err != nil {
		return err
	}
	kubelet, err := authority.issue()
	if err != nil {
		return err
	}
	c.node, err = node.Start(c.client, node.Options{
		Dir: c.dir, Pull: c.options.Pull, WithoutTasks: c.options.WithoutTasks, Log: c.options.Log,
		TLS: &tls.Config{Certificates: []tls.Certificate{kubelet}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: authority.pool()},
	})
	return err
}

// control starts the control plane and makes what exists already.
func (c *Cluster) control(ctx context.Context, p plan) error {
	if err := c.group.start(c.dir, p.etcd()); err != nil {
		return err
	}
	port, err := c.group.port()
	if err != nil {
		return err
	}
	c.endpoint = fmt.Sprintf("https://127.0.0.1:%d", port)
	c.client = api.New(c.endpoint, p.token, p.authority.pool())
	if err := c.group.start(c.dir, p.apiServer(port)); err != nil {
		return err
	}
	if err := p.writeKubeconfig(c.endpoint); err != nil {
		return err
	}
	if err := c.exists(ctx, "/readyz"); err != nil {
		return err
	}
	if err := c.group.start(c.dir, p.controllerManager()); err != nil {
		return err
	}
	return c.seed(ctx)
}

// Endpoint is the API server's URL.
func (c *Cluster) Endpoint() string { return c.endpoint }

// CA is the certificate authority that signed the API server's certificate, as PEM.
func (c *Cluster) CA() []byte { return c.ca }

// Notes are what was taken for granted, and what differs from a cluster in AWS.
func (c *Cluster) Notes() []string { return c.node.Notes() }

// Troubles are what has kept pods from being ready since the start, also those that are gone, as "Deployment shop/api: container
// api ended with exit code 1: …": a release that was taken back leaves no other trace.
func (c *Cluster) Troubles() []string { return c.node.Troubles() }

// Close ends the cluster and removes all that it has left. It may be called more than once.
func (c *Cluster) Close() error {
	c.unwatch()
	return c.close()
}

func (c *Cluster) close() error {
	c.once.Do(func() {
		var errs []error
		if c.node != nil {
			errs = append(errs, c.node.Close())
		}
		errs = append(errs, c.group.close())
		if c.client != nil {
			c.client.Close()
		}
		if c.webhook != nil {
			errs = append(errs, c.webhook.close())
		}
		c.closed = errors.Join(append(errs, os.RemoveAll(c.dir))...)
	})
	return c.closed
}
