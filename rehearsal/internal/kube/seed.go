package kube

import (
	"context"
	"net/http"

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
	return nil
}
