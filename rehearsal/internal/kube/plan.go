package kube

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// plan is how the control plane is started: with files of the cluster's directory, which is the commands' working directory.
type plan struct {
	dir       string
	tools     Toolbox
	token     string // of the cluster's own administrator
	authority *authority
	webhook   *webhook
}

// controllers are those that a delivery needs.
// https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
var controllers = []string{
	"deployment-controller", "replicaset-controller", "statefulset-controller", "daemonset-controller", "job-controller",
	"cronjob-controller", "replicationcontroller-controller", "namespace-controller", "serviceaccount-controller",
	"garbage-collector-controller", "endpoints-controller", "endpointslice-controller", "disruption-controller",
	"resourcequota-controller", "ttl-after-finished-controller", "root-ca-certificate-publisher-controller",
}

// anonymous is as EKS has it: without a token nothing is answered but how the API server is.
// https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions-standard.html#kubernetes-1-32
const anonymous = `apiVersion: apiserver.config.k8s.io/v1beta1
kind: AuthenticationConfiguration
anonymous:
  enabled: true
  conditions:
    - path: /healthz
    - path: /livez
    - path: /readyz
`

// write writes the files that the commands read.
func (p plan) write() error {
	serving, err := p.authority.issue()
	if err != nil {
		return err
	}
	certificate, key, err := pemOf(serving)
	if err != nil {
		return err
	}
	accounts, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	accountsKey, err := keyPEM(accounts)
	if err != nil {
		return err
	}
	files := map[string][]byte{
		"ca.crt": p.authority.pem, "server.crt": certificate, "server.key": key, "accounts.key": accountsKey,
		"tokens.csv":  []byte(p.token + `,rehearsal,rehearsal,"system:masters"` + "\n"),
		"anonymous":   []byte(anonymous),
		"tokens.conf": p.kubeconfig(p.webhook.url("/tokens"), p.webhook.token), "access.conf": p.kubeconfig(p.webhook.url("/access"), p.webhook.token),
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(p.dir, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// writeKubeconfig writes that of the cluster's own administrator.
func (p plan) writeKubeconfig(endpoint string) error {
	return os.WriteFile(filepath.Join(p.dir, "kubeconfig"), p.kubeconfig(endpoint, p.token), 0o600)
}

// kubeconfig is the file by which a client reaches a server. JSON is YAML.
func (p plan) kubeconfig(server, token string) []byte {
	type object = map[string]any
	text, err := json.Marshal(object{
		"apiVersion": "v1", "kind": "Config", "current-context": "rehearsal",
		"clusters": []object{{"name": "rehearsal", "cluster": object{
			"server": server, "certificate-authority-data": base64.StdEncoding.EncodeToString(p.authority.pem),
		}}},
		"users":    []object{{"name": "rehearsal", "user": object{"token": token}}},
		"contexts": []object{{"name": "rehearsal", "context": object{"cluster": "rehearsal", "user": "rehearsal"}}},
	})
	if err != nil {
		panic(err) // these values can be marshaled
	}
	return text
}

// Sockets are named relative to the working directory, as paths have a limit; etcd wants a host and a port.
const (
	clientSocket = "unix://client:1"
	peerSocket   = "unix://peer:1"
)

func (p plan) etcd() command {
	return command{"etcd", p.tools.Etcd, []string{
		"--data-dir=etcd", "--unsafe-no-fsync", "--log-level=warn",
		"--listen-client-urls=" + clientSocket, "--advertise-client-urls=" + clientSocket,
		"--listen-peer-urls=" + peerSocket, "--initial-advertise-peer-urls=" + peerSocket, "--initial-cluster=default=" + peerSocket,
	}}
}

func (p plan) apiServer(port int) command {
	return command{"kube-apiserver", p.tools.APIServer, []string{
		"--etcd-servers=" + clientSocket, "--bind-address=127.0.0.1", "--permit-port-sharing", "--advertise-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", port),
		"--tls-cert-file=server.crt", "--tls-private-key-file=server.key",
		"--token-auth-file=tokens.csv", "--authentication-config=anonymous",
		"--authentication-token-webhook-config-file=tokens.conf", "--authentication-token-webhook-version=v1",
		"--authorization-mode=RBAC,Webhook", "--authorization-webhook-config-file=access.conf", "--authorization-webhook-version=v1",
		"--service-account-issuer=https://kubernetes.default.svc", "--service-account-signing-key-file=accounts.key",
		"--service-account-key-file=accounts.key", "--service-cluster-ip-range=10.100.0.0/16",
		"--kubelet-certificate-authority=ca.crt", "--kubelet-client-certificate=server.crt", "--kubelet-client-key=server.key",
		"--kubelet-preferred-address-types=InternalIP",
		"--endpoint-reconciler-type=none", "--enable-priority-and-fairness=false", "--allow-privileged=true", "--profiling=false",
	}}
}

func (p plan) controllerManager() command {
	return command{"kube-controller-manager", p.tools.ControllerManager, []string{
		"--kubeconfig=kubeconfig", "--leader-elect=false", "--secure-port=0", "--profiling=false",
		"--controllers=" + strings.Join(controllers, ","), "--root-ca-file=ca.crt", "--service-account-private-key-file=accounts.key",
		"--kube-api-qps=500", "--kube-api-burst=1000",
	}}
}
