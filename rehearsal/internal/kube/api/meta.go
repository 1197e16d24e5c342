package api

import (
	"encoding/json"
	"strconv"
	"time"
)

// Meta is an object's metadata.
type Meta struct {
	Name              string            `json:"name,omitempty"`
	GenerateName      string            `json:"generateName,omitempty"`
	Namespace         string            `json:"namespace,omitempty"`
	UID               string            `json:"uid,omitempty"`
	ResourceVersion   string            `json:"resourceVersion,omitempty"`
	Generation        int64             `json:"generation,omitempty"`
	Labels            map[string]string `json:"labels,omitempty"`
	Annotations       map[string]string `json:"annotations,omitempty"`
	OwnerReferences   []Owner           `json:"ownerReferences,omitempty"`
	CreationTimestamp *time.Time        `json:"creationTimestamp,omitempty"`
	DeletionTimestamp *time.Time        `json:"deletionTimestamp,omitempty"`
}

// Owner is the object that another one belongs to.
type Owner struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	UID        string `json:"uid"`
	Controller bool   `json:"controller"`
}

// Controller is the owner that manages the object, or none.
func (m Meta) Controller() Owner {
	for _, o := range m.OwnerReferences {
		if o.Controller {
			return o
		}
	}
	return Owner{}
}

// List is the objects of a kind.
type List[T any] struct {
	Metadata Meta `json:"metadata"`
	Items    []T  `json:"items"`
}

// Number is a number or, as of ports, a name.
type Number string

// UnmarshalJSON takes both.
func (n *Number) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*n = Number(text)
		return nil
	}
	var number int
	err := json.Unmarshal(data, &number)
	*n = Number(strconv.Itoa(number))
	return err
}

// Condition is of an object's status.
type Condition struct {
	Type               string     `json:"type"`
	Status             string     `json:"status"`
	Reason             string     `json:"reason,omitempty"`
	Message            string     `json:"message,omitempty"`
	LastTransitionTime *time.Time `json:"lastTransitionTime,omitempty"`
}

// ConfigMap is a ConfigMap.
type ConfigMap struct {
	Data       map[string]string `json:"data"`
	BinaryData map[string][]byte `json:"binaryData"`
}

// Secret is a Secret.
type Secret struct {
	Data map[string][]byte `json:"data"`
}
