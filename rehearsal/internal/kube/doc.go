// Package kube is a Kubernetes cluster for the rehearsal of deliveries to EKS: a real API server with etcd and a real controller
// manager, on this machine's loopback interface, and the real kubectl, Kustomize and Helm.
//
// Who a bearer token is, and what an EKS access policy permits, the API server asks this process, as it asks EKS in AWS; roles
// and role bindings are its own. Not real are the scheduler, the one node, which package node stands in for, and all that acts on
// a cluster from outside, as load balancers and volumes.
package kube
