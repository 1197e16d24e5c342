package node

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// kubelet answers what the API server passes on to a node: `kubectl logs`, and nothing else.
type kubelet struct {
	node     *Node
	listener net.Listener
	server   *http.Server
}

// serveKubelet listens for the API server, which has to show its certificate.
func (n *Node) serveKubelet(config *tls.Config) (*kubelet, error) {
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		return nil, err
	}
	k := &kubelet{node: n, listener: listener}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", k.logs)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the node of a rehearsal has logs, and runs no commands in pods", http.StatusNotImplemented)
	})
	k.server = &http.Server{Handler: mux, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = k.server.Serve(listener) }() // it ends by close
	return k, nil
}

func (k *kubelet) port() int    { return k.listener.Addr().(*net.TCPAddr).Port }
func (k *kubelet) close() error { return k.server.Close() }

// logs answers with the end of a container's log. Whoever follows it gets no more than that.
func (k *kubelet) logs(w http.ResponseWriter, r *http.Request) {
	lines, ok := k.node.logs(r.PathValue("namespace"), r.PathValue("pod"), r.PathValue("container"))
	if !ok {
		http.Error(w, fmt.Sprintf("container %q in pod %q is waiting to start", r.PathValue("container"), r.PathValue("pod")), http.StatusBadRequest)
		return
	}
	if tail, err := strconv.Atoi(r.URL.Query().Get("tailLines")); err == nil && tail >= 0 && tail < len(lines) {
		lines = lines[len(lines)-tail:]
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	for _, line := range lines {
		// Who does not read on is gone.
		_, _ = fmt.Fprintln(w, strings.TrimSuffix(line, "\n"))
	}
}

// logs are a container's last lines; none is known of one that never ran.
func (n *Node) logs(namespace, name, container string) ([]string, bool) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	for _, p := range n.pods {
		if m := p.pod.Metadata; m.Namespace == namespace && m.Name == name {
			if r := n.runs[key(p.pod)]; r != nil {
				return r.log(container)
			}
		}
	}
	return nil, false
}
