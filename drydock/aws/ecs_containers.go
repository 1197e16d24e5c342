package aws

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const ecsContainerDoc = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html"

// ecsContainers describes the JSON of containerDefinitions as RegisterTaskDefinition reads it.
var ecsContainers = sim.List(sim.Object(sim.Fields{
	"name": sim.String().Required().
		Match(`[0-9A-Za-z_-]{1,255}`, "1 to 255 letters, digits, hyphens and underscores").Doc(ecsContainerDoc),
	"image":                 sim.String().Required().AtLeast(1),
	"cpu":                   sim.Int().AtLeast(0),
	"memory":                sim.Int().AtLeast(6),
	"memoryReservation":     sim.Int().AtLeast(6),
	"essential":             sim.Bool(),
	"command":               sim.List(sim.String()),
	"entryPoint":            sim.List(sim.String()),
	"environment":           sim.List(sim.Object(sim.Fields{"name": sim.String().Required().AtLeast(1), "value": sim.String().Required()})),
	"environmentFiles":      sim.List(sim.Object(sim.Fields{"type": sim.String().Required().OneOf("s3"), "value": sim.String().Required()})).AtMost(10),
	"secrets":               sim.List(ecsSecret),
	"portMappings":          sim.List(ecsPortMapping).AtMost(100),
	"mountPoints":           sim.List(sim.Object(sim.Fields{"sourceVolume": sim.String().Required(), "containerPath": sim.String().Required(), "readOnly": sim.Bool()})),
	"volumesFrom":           sim.List(sim.Object(sim.Fields{"sourceContainer": sim.String().Required(), "readOnly": sim.Bool()})),
	"dependsOn":             sim.List(sim.Object(sim.Fields{"containerName": sim.String().Required(), "condition": sim.String().Required().OneOf("START", "COMPLETE", "SUCCESS", "HEALTHY")})),
	"healthCheck":           ecsHealthCheck,
	"logConfiguration":      ecsLogConfiguration,
	"linuxParameters":       ecsLinuxParameters,
	"repositoryCredentials": sim.Object(sim.Fields{"credentialsParameter": sim.String().Required()}),
	"restartPolicy": sim.Object(sim.Fields{
		"enabled": sim.Bool().Required(), "ignoredExitCodes": sim.List(sim.Int()).AtMost(50), "restartAttemptPeriod": sim.Int().Between(60, 1800),
	}),
	"firelensConfiguration":  sim.Object(sim.Fields{"type": sim.String().Required().OneOf("fluentd", "fluentbit"), "options": sim.Map(sim.String())}),
	"resourceRequirements":   sim.List(sim.Object(sim.Fields{"type": sim.String().Required().OneOf("GPU", "InferenceAccelerator"), "value": sim.String().Required()})),
	"systemControls":         sim.List(sim.Object(sim.Fields{"namespace": sim.String(), "value": sim.String()})),
	"ulimits":                sim.List(ecsUlimit),
	"credentialSpecs":        sim.List(sim.String()),
	"disableNetworking":      sim.Bool(),
	"dnsSearchDomains":       sim.List(sim.String()),
	"dnsServers":             sim.List(sim.String()),
	"dockerLabels":           sim.Map(sim.String()),
	"dockerSecurityOptions":  sim.List(sim.String()),
	"extraHosts":             sim.List(sim.Object(sim.Fields{"hostname": sim.String().Required(), "ipAddress": sim.String().Required()})),
	"hostname":               sim.String(),
	"interactive":            sim.Bool(),
	"links":                  sim.List(sim.String()),
	"privileged":             sim.Bool(),
	"pseudoTerminal":         sim.Bool(),
	"readonlyRootFilesystem": sim.Bool(),
	"startTimeout":           sim.Int().AtLeast(2),
	"stopTimeout":            sim.Int().AtLeast(0),
	"user":                   sim.String(),
	"versionConsistency":     sim.String().OneOf("enabled", "disabled"),
	"workingDirectory":       sim.String(),
})).AtLeast(1)

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
var ecsPortMapping = sim.Object(sim.Fields{
	"containerPort":      sim.Int().Between(1, 65535),
	"containerPortRange": sim.String().Match(`\d+-\d+`, "two ports joined by a hyphen"),
	"hostPort":           sim.Int().Between(0, 65535),
	"protocol":           sim.String().OneOf("tcp", "udp"),
	"name":               sim.String().Match(`[a-z0-9_][a-z0-9_-]{0,63}`, "1 to 64 lower-case letters, digits, underscores and hyphens"),
	"appProtocol":        sim.String().OneOf("http", "http2", "grpc"),
})

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
var ecsHealthCheck = sim.Object(sim.Fields{
	"command":     sim.List(sim.String()).Required().AtLeast(1),
	"interval":    sim.Int().Between(5, 300),
	"timeout":     sim.Int().Between(2, 60),
	"retries":     sim.Int().Between(1, 10),
	"startPeriod": sim.Int().Between(0, 300),
})

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html
var ecsSecret = sim.Object(sim.Fields{
	"name":      sim.String().Required().AtLeast(1),
	"valueFrom": sim.String().Required().Check(checkValueFrom),
})

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html
var ecsLogConfiguration = sim.Object(sim.Fields{
	"logDriver":     sim.String().Required().OneOf("json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "awsfirelens"),
	"options":       sim.Map(sim.String()),
	"secretOptions": sim.List(ecsSecret),
})

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html
var ecsLinuxParameters = sim.Object(sim.Fields{
	"capabilities":       sim.Object(sim.Fields{"add": sim.List(sim.String()), "drop": sim.List(sim.String())}),
	"devices":            sim.List(sim.Object(sim.Fields{"hostPath": sim.String().Required(), "containerPath": sim.String(), "permissions": sim.List(sim.String().OneOf("read", "write", "mknod"))})),
	"initProcessEnabled": sim.Bool(),
	"maxSwap":            sim.Int().AtLeast(0),
	"sharedMemorySize":   sim.Int().AtLeast(0),
	"swappiness":         sim.Int().Between(0, 100),
	"tmpfs":              sim.List(sim.Object(sim.Fields{"containerPath": sim.String().Required(), "size": sim.Int().Required().AtLeast(1), "mountOptions": sim.List(sim.String())})),
})

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html
var ecsUlimit = sim.Object(sim.Fields{
	"name": sim.String().Required().OneOf("core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc",
		"rss", "rtprio", "rttime", "sigpending", "stack"),
	"softLimit": sim.Int().Required(),
	"hardLimit": sim.Int().Required(),
})

var (
	secretARN    = regexp.MustCompile(`^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$`)
	parameterRef = regexp.MustCompile(`^(arn:[a-z-]+:ssm:[a-z0-9-]+:\d{12}:parameter/[\w./-]+|[\w./-]+)$`)
)

// checkValueFrom: a parameter's name or ARN, or a secret's ARN, with the JSON key, version stage and version id after it:
// all three or none. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
func checkValueFrom(v any) string {
	from := v.(string)
	if !strings.Contains(from, ":secretsmanager:") {
		if parameterRef.MatchString(from) {
			return ""
		}
		return fmt.Sprintf("%q: must be the ARN of a secret, or the name or ARN of a parameter", from)
	}
	// arn:aws:secretsmanager:region:account:secret:name[:key:stage:version]
	parts := strings.Split(from, ":")
	if len(parts) != 7 && len(parts) != 10 {
		return fmt.Sprintf("%q: must be <secret ARN> or <secret ARN>:<json key>:<version stage>:<version id>; leave a part empty but keep its colon", from)
	}
	if !secretARN.MatchString(strings.Join(parts[:7], ":")) {
		return fmt.Sprintf("%q: must begin with a secret's whole ARN", from)
	}
	if len(parts) == 10 && parts[8] != "" && parts[9] != "" {
		return fmt.Sprintf("%q: give a version stage or a version id, not both", from)
	}
	return ""
}
