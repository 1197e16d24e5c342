package kube

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
)

// seed makes what exists in the cluster already.
func (c *Cluster) seed(ctx context.Context) error {
	for _, name := range c.options.Namespaces {
		namespace := map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}}
		err := c.client.Create(ctx, "/api/v1/namespaces", namespace, nil)
		if err != nil && !api.Is(err, http.StatusConflict) { // Kubernetes' own exist
			return err
		}
	}
	for _, name := range append([]string{"default"}, c.options.Namespaces...) {
		// Without it pods are refused.
		if err := c.exists(ctx, "/api/v1/namespaces/"+name+"/serviceaccounts/default"); err != nil {
			return err
		}
	}
	return nil
}

// exists waits for what a controller makes.
func (c *Cluster) exists(ctx context.Context, path string) error {
	for {
		err := c.client.Get(ctx, path, nil)
		if err == nil {
			return nil
		}
		if dead := c.group.dead(); dead != nil {
			return dead
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-time.After(pollPause):
		}
	}
}
