package permissions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// Read brings the stack up in its drydock and gives what is there then, so that names and ARNs are known. The drydock is
// best a new one: what an older version has left in it is not in the program.
func Read(ctx context.Context, stack *drydock.Stack) ([]Resource, error) {
	if _, err := stack.Run(ctx, drydock.Up); err != nil {
		return nil, err
	}
	text, err := stack.Export(ctx, false)
	if err != nil {
		return nil, err
	}
	return parse(text)
}

// parse takes the resources from what `pulumi stack export` writes.
func parse(export []byte) ([]Resource, error) {
	var written apitype.UntypedDeployment
	if err := json.Unmarshal(export, &written); err != nil {
		return nil, fmt.Errorf("reading the stack's state: %w", err)
	}
	var deployment apitype.DeploymentV3
	if err := json.Unmarshal(written.Deployment, &deployment); err != nil {
		return nil, fmt.Errorf("reading the stack's state: %w", err)
	}
	var all []Resource
	for _, r := range deployment.Resources {
		outputs := map[string]any{}
		for key, value := range r.Outputs {
			outputs[key] = value
		}
		outputs["id"] = string(r.ID)
		all = append(all, Resource{Type: string(r.Type), Name: r.URN.Name(), Inputs: r.Inputs, Outputs: outputs})
	}
	return all, nil
}

// PlaceOf is where the resources are: what their ARNs say.
func PlaceOf(resources []Resource) (Place, error) {
	for _, r := range resources {
		parts := strings.SplitN(r.text("arn"), ":", 6)
		if len(parts) == 6 && parts[3] != "" && len(parts[4]) == 12 {
			return Place{Partition: parts[1], Region: parts[3], Account: parts[4]}, nil
		}
	}
	return Place{}, errors.New("no resource of the stack has an ARN with a region and an account")
}
