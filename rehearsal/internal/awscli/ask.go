package awscli

import (
	"fmt"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
)

// deniedCode is the error code of a denial, which is not the same in all services.
func (c *call) deniedCode() string {
	switch c.service {
	case "s3", "s3api", "sts":
		return "AccessDenied"
	}
	return "AccessDeniedException"
}

// ask asks whether the caller may do the action on the resource. A denial is the refusal of the command's operation.
func (c *call) ask(action, resource string, context ...string) error {
	return c.askFor(c.op.api, access.Call{Action: action, Resource: resource, Context: conditions(context)})
}

// conditions pairs condition keys with their values.
func conditions(pairs []string) map[string][]string {
	all := map[string][]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			all[pairs[i]] = append(all[pairs[i]], pairs[i+1])
		}
	}
	return all
}

// askFor asks for a call that the named operation makes.
func (c *call) askFor(operation string, call access.Call) error {
	reason, denied := c.decide(operation, call)
	if !denied {
		return nil
	}
	resource := call.Resource
	if c.deniedCode() == "AccessDenied" && c.service != "sts" {
		resource = `"` + resource + `"` // S3 alone quotes it
	}
	return refusal{c.deniedCode(), operation, c.denial(call.Action, resource, reason)}
}

// denial is AWS's message.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func (c *call) denial(action, resource, reason string) string {
	return fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s because %s", c.caller.arn(), action, resource, reason)
}

func (c *call) decide(operation string, call access.Call) (reason string, denied bool) {
	if c.Ask == nil {
		return "", false
	}
	call.Role = c.caller.role
	if call.Why == "" {
		call.Why = fmt.Sprintf("aws %s %s calls %s", c.service, c.op.name, operation)
	}
	if call.Doc == "" {
		call.Doc = authorizationPages[c.service]
	}
	if err := c.Ask(c.ctx, call); err != nil {
		return err.Error(), true
	}
	return "", false
}

// authorizationPages say which actions and resources each service's operations ask for.
var authorizationPages = map[string]string{
	"codepipeline":   "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodepipeline.html",
	"ecr":            "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html",
	"ecs":            "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html",
	"eks":            "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html",
	"s3":             "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html",
	"s3api":          "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html",
	"secretsmanager": "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html",
	"ssm":            "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html",
	"sts":            "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html",
}
