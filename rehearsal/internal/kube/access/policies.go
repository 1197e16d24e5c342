package access

import (
	"slices"
	"strings"
)

// policies are what each access policy permits, by its name.
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
var policies = map[string][]Rule{
	"AmazonEKSClusterAdminPolicy": {{Groups: words("*"), Resources: words("*"), Verbs: words("*")}, {Paths: words("*"), Verbs: words("*")}},
	"AmazonEKSAdminViewPolicy":    {{Groups: words("*"), Resources: words("*"), Verbs: words(read)}},
	"AmazonEKSAdminPolicy": slices.Concat(view, edit, []Rule{
		rule("authorization.k8s.io", "localsubjectaccessreviews", "create"),
		rule("rbac.authorization.k8s.io", "rolebindings roles", write+" "+read),
	}),
	"AmazonEKSEditPolicy":         slices.Concat(view, edit),
	"AmazonEKSViewPolicy":         view,
	"AmazonEKSSecretReaderPolicy": {rule("", "secrets", read)},
}

const (
	read  = "get list watch"
	write = "create delete deletecollection patch update"
)

// view is what AmazonEKSViewPolicy permits, and all that contain it.
var view = []Rule{
	rule("apps", "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets "+
		"replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status", read),
	rule("autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status", read),
	rule("batch", "cronjobs cronjobs/status jobs jobs/status", read),
	rule("discovery.k8s.io", "endpointslices", read),
	rule("extensions", "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status "+
		"networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale", read),
	rule("networking.k8s.io", "ingresses ingresses/status networkpolicies", read),
	rule("policy", "poddisruptionbudgets poddisruptionbudgets/status", read),
	rule("", "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers "+
		"replicationcontrollers/scale serviceaccounts services services/status", read),
	rule("", "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas "+
		"resourcequotas/status", read),
	rule("", "namespaces", read),
}

// edit is what AmazonEKSEditPolicy permits beyond view, and AmazonEKSAdminPolicy as well.
var edit = []Rule{
	rule("apps", "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets "+
		"statefulsets/scale", write),
	rule("autoscaling", "horizontalpodautoscalers", write),
	rule("batch", "cronjobs jobs", write),
	rule("extensions", "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets "+
		"replicasets/scale replicationcontrollers/scale", write),
	rule("networking.k8s.io", "ingresses networkpolicies", write),
	rule("policy", "poddisruptionbudgets", write),
	rule("", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy", read),
	rule("", "serviceaccounts", "impersonate"),
	rule("", "pods pods/attach pods/exec pods/portforward pods/proxy", write),
	rule("", "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts "+
		"services services/proxy", write),
}

// rule takes resources and verbs as words.
func rule(group, resources, verbs string) Rule {
	return Rule{Groups: []string{group}, Resources: words(resources), Verbs: words(verbs)}
}

func words(text string) []string { return strings.Fields(text) }
