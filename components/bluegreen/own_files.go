package bluegreen

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ownFileVariables are what the files of a repository that owns them have to name and that differs between environments:
// the build's environment variables, by name. A buildspec puts them in the place of placeholders as <TASK_ROLE_ARN>, so
// that one repository releases to every environment.
//
//	TASK_FAMILY                       the task definition's family
//	TASK_ROLE_ARN, EXECUTION_ROLE_ARN its roles
//	LOG_GROUP                         of the containers
//	SUBNETS, SECURITY_GROUPS          of the tasks, separated by ", "
//	ASSIGN_PUBLIC_IP                  ENABLED or DISABLED
//	SECRET_<CONTAINER>_<VARIABLE>     the valueFrom of a container's secret
func (s *Service) ownFileVariables(a *ServiceArgs) map[string]pulumi.StringInput {
	variables := map[string]pulumi.StringInput{
		"TASK_FAMILY": pulumi.String(a.Pipeline.Project), "TASK_ROLE_ARN": s.TaskRoleArn, "EXECUTION_ROLE_ARN": s.ExecutionRoleArn,
		"ASSIGN_PUBLIC_IP": pulumi.String(map[bool]string{true: "ENABLED", false: "DISABLED"}[a.Network.AssignPublicIP]),
		"LOG_GROUP":        s.LogGroupName, "SECURITY_GROUPS": a.Network.TaskSecurityGroupID,
		"SUBNETS": a.Network.TaskSubnetIDs.ApplyT(func(ids []string) string { return strings.Join(ids, ", ") }).(pulumi.StringOutput),
	}
	for _, c := range a.Pipeline.Containers {
		for _, name := range append(sortedKeys(c.OwnSecrets), c.Secrets...) {
			variables[SecretVariable(c.Name, name)] = a.Secrets.Reference(c.Name, name)
		}
	}
	return variables
}

// SecretVariable names the build's environment variable that holds the reference of a container's secret: SECRET_, the
// container and the variable, in capitals, with underscores for hyphens.
func SecretVariable(container, name string) string {
	return "SECRET_" + strings.ToUpper(strings.ReplaceAll(container+"_"+name, "-", "_"))
}
