package awscli

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// caller is a session of a role.
type caller struct {
	role, session string // the role's ARN, the session's name
}

// arn is the caller as AWS names it in messages.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
func (c caller) arn() string {
	role, _ := world.ParseARN(c.role)
	role.Region = ""
	return role.With("sts", "assumed-role/"+roleName(c.role)+"/"+c.session)
}

// account owns the role.
func (c caller) account() string {
	role, _ := world.ParseARN(c.role)
	return role.Account
}

// roleName is a role's name without its path.
func roleName(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// callerOf is who the command's credentials belong to. Without any in its environment, it has those of the build's role,
// which CodeBuild serves at the container's own address.
// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html
func (c *call) callerOf() (caller, error) {
	id, secret, token := c.env("AWS_ACCESS_KEY_ID"), c.env("AWS_SECRET_ACCESS_KEY"), c.env("AWS_SESSION_TOKEN")
	if id == "" {
		if secret != "" {
			return caller{}, failure{exitConfiguration, "Partial credentials found in env, missing: AWS_ACCESS_KEY_ID"}
		}
		return caller{c.Role, c.Session}, nil
	}
	if secret == "" {
		return caller{}, failure{exitConfiguration, "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY"}
	}
	found, ok := c.Sessions.find(id)
	switch {
	case !ok || found.token != token:
		return caller{}, c.refuse("UnrecognizedClientException", "The security token included in the request is invalid. "+
			"(The rehearsal knows the build's own role, and the credentials that `aws sts assume-role` gave in this build.)")
	case found.secret != secret:
		return caller{}, c.refuse("InvalidSignatureException",
			"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.")
	case time.Now().After(found.expires):
		return caller{}, c.refuse("ExpiredTokenException", "The security token included in the request is expired")
	}
	return found.caller, nil
}

// arn is a resource's in the command's region, and in the caller's partition and account.
func (c *call) arn(service, resource string) string {
	return c.arnIn(c.caller.account(), service, resource)
}

func (c *call) arnIn(account, service, resource string) string {
	return world.ARN{Partition: c.partition(), Region: c.region, Account: account}.With(service, resource)
}

// partition is that of the command's region.
// https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
func (c *call) partition() string {
	switch {
	case strings.HasPrefix(c.region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(c.region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// domain is that of the partition's service endpoints.
func (c *call) domain() string {
	if c.partition() == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// roleID is a role's unique ID: the world's, or one that is always the same for the ARN.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
func (c *call) roleID(arn string) string {
	if role := c.World.Find(roleType, "arn", arn); role != nil && role.Outputs.Str("uniqueId") != "" {
		return role.Outputs.Str("uniqueId")
	}
	return fmt.Sprintf("AROA%X", sha256.Sum256([]byte(arn)))[:21]
}
