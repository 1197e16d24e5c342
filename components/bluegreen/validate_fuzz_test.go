package bluegreen

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// FuzzArgs finds no panic, and no second opinion: what is valid stays valid with its defaults written out.
func FuzzArgs(f *testing.F) {
	f.Add("bash-dog", "api", "nginx", 8000, 80, "http://api:8000", "acme/dog", "dog.example.com", "example.com", 512, 1024, "10.0.0.0/16", "nat", "canary", 10, 5)
	f.Add("", "", "", 0, 0, "", "", "", "", 0, 0, "", "", "", 0, 0)
	f.Fuzz(func(t *testing.T, project, one, two string, port, publicPort int, value, repository, host, zone string,
		cpu, memory int, cidr, mode, kind string, percent, minutes int,
	) {
		args := &ContainerPipelineArgs{
			Project: project, CPU: cpu, Memory: memory,
			Containers: []Container{
				{Name: one, Port: port, Environment: map[string]string{one: value, "HOST": two}, DependsOn: map[string]string{two: kind}},
				{Name: two, Port: publicPort, Public: true, DependsOn: map[string]string{one: "START"}},
			},
			Source:     Source{Repository: repository, Branch: value, FilePaths: []string{value}},
			Edge:       Edge{Host: host, Zone: zone, ZoneID: pulumi.String(value)},
			Network:    NetworkOptions{Mode: mode, CidrBlock: cidr},
			Deployment: DeploymentOptions{Shift: &TrafficShift{kind, percent, minutes}, TestPort: port, TestCidrBlocks: []string{cidr}},
			Build:      BuildOptions{Dockerfile: value, Context: host},
			Tags:       map[string]string{value: host},
		}
		resolved, err := resolve(project, args)
		if err != nil {
			return
		}
		if _, err := resolve(project, resolved); err != nil {
			t.Errorf("valid arguments with their defaults written out are refused: %v", err)
		}
	})
}
