package taskdef

// shape is what the API takes at one place.
type shape struct {
	kind     kind
	members  map[string]*shape // of an object with fixed members
	required []string
	of       *shape // items of a list, values of a map
	enum     []string
	low      int // of an integer, when high is not 0
	high     int
}

var (
	aString  = &shape{kind: text}
	aBoolean = &shape{kind: boolean}
	aNumber  = &shape{kind: integer}
	someText = list(aString)
	aMap     = &shape{kind: object, of: aString}
)

func list(of *shape) *shape              { return &shape{kind: array, of: of} }
func enum(values ...string) *shape       { return &shape{kind: text, enum: values} }
func between(low, high int) *shape       { return &shape{kind: integer, low: low, high: high} }
func port() *shape                       { return between(0, 65535) }
func (s *shape) need(n ...string) *shape { s.required = n; return s }

func obj(members map[string]*shape) *shape { return &shape{kind: object, members: members} }

// task is the request of RegisterTaskDefinition.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
var task = obj(map[string]*shape{
	"family":                  aString,
	"taskRoleArn":             aString,
	"executionRoleArn":        aString,
	"networkMode":             enum("bridge", "host", "awsvpc", "none"),
	"containerDefinitions":    list(container),
	"volumes":                 list(volume),
	"placementConstraints":    list(obj(map[string]*shape{"type": enum("memberOf"), "expression": aString})),
	"requiresCompatibilities": list(enum("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES")),
	"cpu":                     aString,
	"memory":                  aString,
	"tags":                    list(obj(map[string]*shape{"key": aString, "value": aString})),
	"pidMode":                 enum("host", "task"),
	"ipcMode":                 enum("host", "task", "none"),
	"proxyConfiguration": obj(map[string]*shape{
		"type": enum("APPMESH"), "containerName": aString, "properties": list(pair),
	}).need("containerName"),
	"inferenceAccelerators": list(obj(map[string]*shape{"deviceName": aString, "deviceType": aString}).need("deviceName", "deviceType")),
	// 21 to 200 GiB: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EphemeralStorage.html
	"ephemeralStorage": obj(map[string]*shape{"sizeInGiB": between(21, 200)}).need("sizeInGiB"),
	"runtimePlatform": obj(map[string]*shape{
		"cpuArchitecture": enum("X86_64", "ARM64"),
		"operatingSystemFamily": enum("LINUX", "WINDOWS_SERVER_2019_FULL", "WINDOWS_SERVER_2019_CORE", "WINDOWS_SERVER_2016_FULL",
			"WINDOWS_SERVER_2004_CORE", "WINDOWS_SERVER_2022_CORE", "WINDOWS_SERVER_2022_FULL", "WINDOWS_SERVER_2025_CORE",
			"WINDOWS_SERVER_2025_FULL", "WINDOWS_SERVER_20H2_CORE"),
	}),
	"enableFaultInjection": aBoolean,
}).need("family", "containerDefinitions")

// container is a ContainerDefinition.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
var container = obj(map[string]*shape{
	"name":                  aString,
	"image":                 aString,
	"repositoryCredentials": obj(map[string]*shape{"credentialsParameter": aString}).need("credentialsParameter"),
	"cpu":                   aNumber,
	"memory":                aNumber,
	"memoryReservation":     aNumber,
	"links":                 someText,
	"portMappings": list(obj(map[string]*shape{
		"containerPort": port(), "hostPort": port(), "protocol": enum("tcp", "udp"), "name": aString,
		"appProtocol": enum("http", "http2", "grpc"), "containerPortRange": aString,
	})),
	"essential": aBoolean,
	"restartPolicy": obj(map[string]*shape{
		"enabled": aBoolean, "ignoredExitCodes": list(aNumber), "restartAttemptPeriod": between(60, 1800),
	}).need("enabled"),
	"entryPoint":             someText,
	"command":                someText,
	"environment":            list(pair),
	"environmentFiles":       list(obj(map[string]*shape{"value": aString, "type": enum("s3")}).need("value", "type")),
	"mountPoints":            list(obj(map[string]*shape{"sourceVolume": aString, "containerPath": aString, "readOnly": aBoolean})),
	"volumesFrom":            list(obj(map[string]*shape{"sourceContainer": aString, "readOnly": aBoolean})),
	"linuxParameters":        linux,
	"secrets":                list(secret),
	"dependsOn":              list(obj(map[string]*shape{"containerName": aString, "condition": enum("START", "COMPLETE", "SUCCESS", "HEALTHY")}).need("containerName", "condition")),
	"startTimeout":           aNumber,
	"stopTimeout":            aNumber,
	"versionConsistency":     enum("enabled", "disabled"),
	"hostname":               aString,
	"user":                   aString,
	"workingDirectory":       aString,
	"disableNetworking":      aBoolean,
	"privileged":             aBoolean,
	"readonlyRootFilesystem": aBoolean,
	"dnsServers":             someText,
	"dnsSearchDomains":       someText,
	"extraHosts":             list(obj(map[string]*shape{"hostname": aString, "ipAddress": aString}).need("hostname", "ipAddress")),
	"dockerSecurityOptions":  someText,
	"interactive":            aBoolean,
	"pseudoTerminal":         aBoolean,
	"dockerLabels":           aMap,
	"ulimits": list(obj(map[string]*shape{
		"name": enum("core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
			"rttime", "sigpending", "stack"),
		"softLimit": aNumber, "hardLimit": aNumber,
	}).need("name", "softLimit", "hardLimit")),
	"logConfiguration": obj(map[string]*shape{
		"logDriver": enum("json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "awsfirelens"),
		"options":   aMap, "secretOptions": list(secret),
	}).need("logDriver"),
	// The ranges: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
	"healthCheck": obj(map[string]*shape{
		"command": someText, "interval": between(5, 300), "timeout": between(2, 60), "retries": between(1, 10), "startPeriod": between(0, 300),
	}).need("command"),
	"systemControls":        list(obj(map[string]*shape{"namespace": aString, "value": aString})),
	"resourceRequirements":  list(obj(map[string]*shape{"value": aString, "type": enum("GPU", "InferenceAccelerator")}).need("value", "type")),
	"firelensConfiguration": obj(map[string]*shape{"type": enum("fluentd", "fluentbit"), "options": aMap}).need("type"),
	"credentialSpecs":       someText,
}).need("name", "image")

var (
	pair   = obj(map[string]*shape{"name": aString, "value": aString})
	secret = obj(map[string]*shape{"name": aString, "valueFrom": aString}).need("name", "valueFrom")
	linux  = obj(map[string]*shape{
		"capabilities": obj(map[string]*shape{"add": someText, "drop": someText}),
		"devices": list(obj(map[string]*shape{
			"hostPath": aString, "containerPath": aString, "permissions": list(enum("read", "write", "mknod")),
		}).need("hostPath")),
		"initProcessEnabled": aBoolean, "sharedMemorySize": aNumber, "maxSwap": aNumber, "swappiness": between(0, 100),
		"tmpfs": list(obj(map[string]*shape{"containerPath": aString, "size": aNumber, "mountOptions": someText}).need("containerPath", "size")),
	})
	// volume: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html
	volume = obj(map[string]*shape{
		"name": aString, "configuredAtLaunch": aBoolean,
		"host": obj(map[string]*shape{"sourcePath": aString}),
		"dockerVolumeConfiguration": obj(map[string]*shape{
			"scope": enum("task", "shared"), "autoprovision": aBoolean, "driver": aString, "driverOpts": aMap, "labels": aMap,
		}),
		"efsVolumeConfiguration": obj(map[string]*shape{
			"fileSystemId": aString, "rootDirectory": aString, "transitEncryption": enum("ENABLED", "DISABLED"),
			"transitEncryptionPort": port(),
			"authorizationConfig":   obj(map[string]*shape{"accessPointId": aString, "iam": enum("ENABLED", "DISABLED")}),
		}).need("fileSystemId"),
		"fsxWindowsFileServerVolumeConfiguration": obj(map[string]*shape{
			"fileSystemId": aString, "rootDirectory": aString,
			"authorizationConfig": obj(map[string]*shape{"credentialsParameter": aString, "domain": aString}).need("credentialsParameter", "domain"),
		}).need("fileSystemId", "rootDirectory", "authorizationConfig"),
	})
)

// described are the fields that describe-task-definition prints beside those that can be registered.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
var described = []string{
	"taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy", "deregisteredAt",
	"deleteRequestedAt",
}
