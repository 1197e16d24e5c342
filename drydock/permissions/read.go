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
	providers := map[string]Resource{} // by the reference to them
	for _, r := range deployment.Resources {
		outputs := map[string]any{}
		for key, value := range r.Outputs {
			outputs[key] = value
		}
		outputs["id"] = string(r.ID)
		read := Resource{Type: string(r.Type), Name: r.URN.Name(), Inputs: r.Inputs, Outputs: outputs}
		if read.Type == "pulumi:providers:aws" {
			providers[string(r.URN)+"::"+string(r.ID)] = read // a provider comes before what it manages
		} else if p, explicit := providers[r.Provider]; explicit {
			read.Role, read.Region = roleOf(p), p.text("region")
		}
		all = append(all, read)
	}
	return all, nil
}

// roleOf is the ARN of the role that a provider assumes, "" for none.
// https://www.pulumi.com/registry/packages/aws/api-docs/provider/#provideassumerole
func roleOf(provider Resource) string {
	assumes, _ := provider.Inputs["assumeRole"].(map[string]any)
	role, _ := assumes["roleArn"].(string)
	return role
}

// PlaceOf is where the deployment is: what the resources' ARNs say, of those that the deployer manages by the role, "" for
// those with its own credentials.
func PlaceOf(resources []Resource, role string) (Place, error) {
	if parts := strings.SplitN(role, ":", 6); len(parts) == 6 {
		for _, r := range resources {
			if r.Role == role {
				return Place{Partition: parts[1], Region: r.Region, Account: parts[4]}, nil
			}
		}
	}
	for _, r := range resources {
		if r.Role != "" {
			continue
		}
		parts := strings.SplitN(r.text("arn"), ":", 6)
		if len(parts) == 6 && parts[3] != "" && len(parts[4]) == 12 {
			return Place{Partition: parts[1], Region: parts[3], Account: parts[4]}, nil
		}
	}
	return Place{}, errors.New("no resource of the stack has an ARN with a region and an account")
}
