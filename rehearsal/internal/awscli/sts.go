package awscli

import (
	"regexp"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const roleType = "aws:iam/role:Role"

func stsOperations() map[string]operation {
	return map[string]operation{
		"get-caller-identity": {api: "GetCallerIdentity", run: (*call).getCallerIdentity},
		"assume-role": {api: "AssumeRole", run: (*call).assumeRole, params: with(
			required("role-arn", "role-session-name"), optional(number, "duration-seconds"),
			optional(text, "external-id", "policy"))},
	}
}

// getCallerIdentity needs no permission.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func (c *call) getCallerIdentity() (any, error) {
	return struct{ UserId, Account, Arn string }{c.roleID(c.caller.role) + ":" + c.caller.session, c.caller.account(), c.caller.arn()}, nil
}

var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

type stsCredentials struct{ AccessKeyId, SecretAccessKey, SessionToken, Expiration string }

type assumedRole struct{ AssumedRoleId, Arn string }

// assumeRole: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func (c *call) assumeRole() (any, error) {
	arn, session, lasts := c.given.text("role-arn"), c.given.text("role-session-name"), c.given.number("duration-seconds", 3600)
	if c.given.has("policy") {
		return nil, notSimulated("aws sts assume-role --policy", "Leave the session policy out: the rehearsal checks the role's own policies alone.")
	}
	if parsed, ok := world.ParseARN(arn); !ok || !strings.HasPrefix(parsed.Resource, "role/") {
		return nil, c.refuse("ValidationError", "%s is invalid", arn)
	}
	if !sessionName.MatchString(session) {
		return nil, c.refuse("ValidationError", "1 validation error detected: Value '%s' at 'roleSessionName' failed to satisfy constraint: "+
			"Member must satisfy regular expression pattern: [\\w+=,.@-]*", session)
	}
	if err := c.askRole(arn, session, c.given.text("external-id")); err != nil {
		return nil, err
	}
	most := c.World.Find(roleType, "arn", arn).Inputs.Num("maxSessionDuration")
	if err := c.checkDuration(lasts, int(most)); err != nil {
		return nil, err
	}
	given := c.Sessions.open(caller{arn, session}, time.Duration(lasts)*time.Second, "")
	return struct {
		Credentials     stsCredentials
		AssumedRoleUser assumedRole
	}{
		stsCredentials{given.id, given.secret, given.token, stamp(given.expires)},
		assumedRole{c.roleID(arn) + ":" + session, given.arn()},
	}, nil
}

// askRole asks whether the caller may take the role, which must exist.
func (c *call) askRole(arn, session, externalID string) error {
	err := c.askFor("AssumeRole", access.Call{Action: "sts:AssumeRole", Resource: arn,
		Context: conditions([]string{"sts:RoleSessionName", session, "sts:ExternalId", externalID}), Doc: authorizationPages["sts"]})
	if err == nil && c.World.Find(roleType, "arn", arn) == nil { // AWS does not tell whether a role exists
		err = c.refuse("AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on resource: %s", c.caller.arn(), arn)
	}
	return err
}

// checkDuration: the build's own credentials are those of a role, so this is role chaining, which ends after an hour.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
func (c *call) checkDuration(seconds, most int) error {
	switch {
	case seconds < 900:
		return c.refuse("ValidationError", "1 validation error detected: Value '%d' at 'durationSeconds' failed to satisfy constraint: "+
			"Member must have value greater than or equal to 900", seconds)
	case most > 0 && seconds > most:
		return c.refuse("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	case seconds > 3600:
		return c.refuse("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	return nil
}

// stamp is a time as the CLI prints it, in UTC as in a build.
// https://docs.aws.amazon.com/cli/latest/userguide/cliv2-migration-changes.html#cliv2-migration-timestamp
func stamp(t time.Time) string {
	return t.UTC().Truncate(time.Second).Format("2006-01-02T15:04:05+00:00")
}
