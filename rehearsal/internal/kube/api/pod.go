package api

import "time"

// Pod is a pod, as far as a rehearsal's node heeds it.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
type Pod struct {
	Metadata Meta      `json:"metadata"`
	Spec     PodSpec   `json:"spec"`
	Status   PodStatus `json:"status"`
}

// PodSpec is what a pod is to be.
type PodSpec struct {
	NodeName                      string            `json:"nodeName"`
	RestartPolicy                 string            `json:"restartPolicy"`
	HostNetwork                   bool              `json:"hostNetwork"`
	ServiceAccountName            string            `json:"serviceAccountName"`
	TerminationGracePeriodSeconds int               `json:"terminationGracePeriodSeconds"`
	NodeSelector                  map[string]string `json:"nodeSelector"`
	SecurityContext               SecurityContext   `json:"securityContext"`
	InitContainers                []Container       `json:"initContainers"`
	Containers                    []Container       `json:"containers"`
	Volumes                       []Volume          `json:"volumes"`
	ReadinessGates                []struct {
		ConditionType string `json:"conditionType"`
	} `json:"readinessGates"`
}

// SecurityContext is a pod's or a container's.
type SecurityContext struct {
	RunAsUser              *int64 `json:"runAsUser"`
	RunAsGroup             *int64 `json:"runAsGroup"`
	RunAsNonRoot           *bool  `json:"runAsNonRoot"`
	Privileged             *bool  `json:"privileged"`
	ReadOnlyRootFilesystem *bool  `json:"readOnlyRootFilesystem"`
}

// Container is a container of a pod.
type Container struct {
	Name            string          `json:"name"`
	Image           string          `json:"image"`
	Command         []string        `json:"command"`
	Args            []string        `json:"args"`
	WorkingDir      string          `json:"workingDir"`
	Env             []EnvVar        `json:"env"`
	EnvFrom         []EnvFrom       `json:"envFrom"`
	Ports           []Port          `json:"ports"`
	VolumeMounts    []VolumeMount   `json:"volumeMounts"`
	RestartPolicy   string          `json:"restartPolicy"` // Always for an init container that stays
	SecurityContext SecurityContext `json:"securityContext"`
	ReadinessProbe  *Probe          `json:"readinessProbe"`
	LivenessProbe   *Probe          `json:"livenessProbe"`
	StartupProbe    *Probe          `json:"startupProbe"`
	Resources       struct {
		Limits   map[string]any `json:"limits"`
		Requests map[string]any `json:"requests"`
	} `json:"resources"`
}

// Port is one that a container says it listens on.
type Port struct {
	Name          string `json:"name"`
	ContainerPort int    `json:"containerPort"`
	HostPort      int    `json:"hostPort"`
}

// EnvVar is an environment variable.
type EnvVar struct {
	Name      string     `json:"name"`
	Value     string     `json:"value"`
	ValueFrom *ValueFrom `json:"valueFrom"`
}

// ValueFrom is where a variable's value comes from: one of them.
type ValueFrom struct {
	ConfigMapKeyRef  *KeyRef `json:"configMapKeyRef"`
	SecretKeyRef     *KeyRef `json:"secretKeyRef"`
	FieldRef         *Field  `json:"fieldRef"`
	ResourceFieldRef *struct {
		ContainerName string `json:"containerName"`
		Resource      string `json:"resource"`
	} `json:"resourceFieldRef"`
}

// Field is a field of the pod.
type Field struct {
	FieldPath string `json:"fieldPath"`
}

// KeyRef is a key of a ConfigMap or Secret.
type KeyRef struct {
	Name     string `json:"name"`
	Key      string `json:"key"`
	Optional bool   `json:"optional"`
}

// EnvFrom makes variables of all keys of a ConfigMap or Secret.
type EnvFrom struct {
	Prefix       string  `json:"prefix"`
	ConfigMapRef *Source `json:"configMapRef"`
	SecretRef    *Source `json:"secretRef"`
}

// Source is a ConfigMap or Secret, or some of its keys.
type Source struct {
	Name        string `json:"name"`
	SecretName  string `json:"secretName"` // a volume's, instead of Name
	Optional    bool   `json:"optional"`
	DefaultMode *int   `json:"defaultMode"`
	Items       []struct {
		Key  string `json:"key"`
		Path string `json:"path"`
		Mode *int   `json:"mode"`
	} `json:"items"`
}

// VolumeMount is where a container has a volume.
type VolumeMount struct {
	Name      string `json:"name"`
	MountPath string `json:"mountPath"`
	SubPath   string `json:"subPath"`
	ReadOnly  bool   `json:"readOnly"`
}

// Probe asks a container how it is.
// https://kubernetes.io/docs/concepts/workloads/pods/probes/
type Probe struct {
	HTTPGet *struct {
		Path   string `json:"path"`
		Port   Number `json:"port"`
		Scheme string `json:"scheme"`
	} `json:"httpGet"`
	TCPSocket *struct {
		Port Number `json:"port"`
	} `json:"tcpSocket"`
	GRPC *struct {
		Port Number `json:"port"`
	} `json:"grpc"`
	Exec *struct {
		Command []string `json:"command"`
	} `json:"exec"`
	InitialDelaySeconds int `json:"initialDelaySeconds"`
	PeriodSeconds       int `json:"periodSeconds"`
	TimeoutSeconds      int `json:"timeoutSeconds"`
	FailureThreshold    int `json:"failureThreshold"`
	SuccessThreshold    int `json:"successThreshold"`
}

// PodStatus is how a pod is.
type PodStatus struct {
	Phase                 string            `json:"phase,omitempty"`
	Reason                string            `json:"reason,omitempty"`
	Message               string            `json:"message,omitempty"`
	HostIP                string            `json:"hostIP,omitempty"`
	PodIP                 string            `json:"podIP,omitempty"`
	StartTime             *time.Time        `json:"startTime,omitempty"`
	Conditions            []Condition       `json:"conditions,omitempty"`
	InitContainerStatuses []ContainerStatus `json:"initContainerStatuses,omitempty"`
	ContainerStatuses     []ContainerStatus `json:"containerStatuses,omitempty"`
}

// ContainerStatus is how a container is.
type ContainerStatus struct {
	Name         string         `json:"name"`
	Image        string         `json:"image"`
	ImageID      string         `json:"imageID"`
	ContainerID  string         `json:"containerID,omitempty"`
	Ready        bool           `json:"ready"`
	Started      bool           `json:"started"`
	RestartCount int            `json:"restartCount"`
	State        ContainerState `json:"state"`
	LastState    ContainerState `json:"lastState"`
}

// ContainerState is one of them.
type ContainerState struct {
	Waiting    *Waiting    `json:"waiting,omitempty"`
	Running    *Started    `json:"running,omitempty"`
	Terminated *Terminated `json:"terminated,omitempty"`
}

// Waiting is why a container does not run.
type Waiting struct {
	Reason  string `json:"reason"`
	Message string `json:"message,omitempty"`
}

// Started is since when a container runs.
type Started struct {
	StartedAt *time.Time `json:"startedAt,omitempty"`
}

// Terminated is how a container ended.
type Terminated struct {
	ExitCode   int        `json:"exitCode"`
	Reason     string     `json:"reason"`
	Message    string     `json:"message,omitempty"`
	StartedAt  *time.Time `json:"startedAt,omitempty"`
	FinishedAt *time.Time `json:"finishedAt,omitempty"`
}

// Volume is a volume of a pod: one of them.
type Volume struct {
	Name                  string     `json:"name"`
	ConfigMap             *Source    `json:"configMap"`
	Secret                *Source    `json:"secret"`
	EmptyDir              *struct{}  `json:"emptyDir"`
	HostPath              *struct{}  `json:"hostPath"`
	Projected             *Projected `json:"projected"`
	DownwardAPI           *Downward  `json:"downwardAPI"`
	PersistentVolumeClaim *struct {
		ClaimName string `json:"claimName"`
	} `json:"persistentVolumeClaim"`
}

// Projected is a volume of several sources: one of them each.
type Projected struct {
	Sources []struct {
		ConfigMap           *Source   `json:"configMap"`
		Secret              *Source   `json:"secret"`
		DownwardAPI         *Downward `json:"downwardAPI"`
		ServiceAccountToken *struct {
			Path              string `json:"path"`
			Audience          string `json:"audience"`
			ExpirationSeconds int    `json:"expirationSeconds"`
		} `json:"serviceAccountToken"`
	} `json:"sources"`
	DefaultMode *int `json:"defaultMode"`
}

// Downward is files of the pod's fields.
type Downward struct {
	Items []struct {
		Path     string `json:"path"`
		FieldRef *Field `json:"fieldRef"`
	} `json:"items"`
}
