// Package access decides whether an AWS call is allowed by the policies that are attached in the simulated clouds.
package access

// Call is a request to AWS that a release makes, or must not be able to make.
type Call struct {
	// Role is the ARN of the role that calls. Where a service calls by itself, it is the service's name, as
	// events.amazonaws.com.
	Role string
	// Action and Resource are IAM's, as "ecr:PutImage" and the repository's ARN; "*" for an action without a resource.
	Action, Resource string
	// ResourceAccount owns the resource. Default: the ARN's account, or the caller's.
	ResourceAccount string
	// Context is the request's condition keys that are particular to it, as iam:PassedToService.
	Context map[string][]string
	// Why is what the call is for, as "push the image of api"; Doc is the page of AWS that says it is made.
	Why, Doc string
}
