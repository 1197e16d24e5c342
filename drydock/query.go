package drydock

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
)

// Outputs are the values that the program exported at its last up; none for a stack that has not been up. Secrets are
// "[secret]" unless revealed.
func (s *Stack) Outputs(revealed bool) (map[string]Output, error) {
	p, err := s.source.open(s)
	if err != nil {
		return nil, err
	}
	c, err := s.dock.state.checkpointOf(p.name(), s.name)
	if err != nil || c == nil {
		return nil, err
	}
	var crypter func() (config.Crypter, error)
	if revealed {
		crypter = s.dock.state.crypter
	}
	outputs := map[string]Output{}
	for name, sealed := range c.outputs() {
		value, secret, err := reveal(sealed, crypter)
		if err != nil {
			return nil, fmt.Errorf("output %s: %w", name, err)
		}
		outputs[name] = Output{Value: value, Secret: secret}
	}
	return outputs, nil
}

// Resource is one that is in a stack's state.
type Resource struct {
	URN, Type, Name, ID string
}

// Resources are the stack's, in the order of the state; components and providers are among them, the stack is not.
func (s *Stack) Resources() ([]Resource, error) {
	p, err := s.source.open(s)
	if err != nil {
		return nil, err
	}
	c, err := s.dock.state.checkpointOf(p.name(), s.name)
	if err != nil || c == nil {
		return nil, err
	}
	var all []Resource
	for _, r := range c.Latest.Resources {
		if r.Type != "pulumi:pulumi:Stack" && !r.Delete {
			all = append(all, Resource{URN: string(r.URN), Type: string(r.Type), Name: r.URN.Name(), ID: string(r.ID)})
		}
	}
	return all, nil
}

// Export is what `pulumi stack export` writes: the stack's deployment as JSON, secrets encrypted unless revealed.
func (s *Stack) Export(ctx context.Context, revealed bool) ([]byte, error) {
	p, err := s.source.open(s)
	if err != nil {
		return nil, err
	}
	if err := s.dock.state.ensureStack(p.name(), s.name); err != nil {
		return nil, err
	}
	e, err := s.dock.pulumi(ctx)
	if err != nil {
		return nil, err
	}
	args := []string{"stack", "export", "--stack", s.name}
	if revealed {
		args = append(args, "--show-secrets")
	}
	cmd := exec.CommandContext(ctx, e.Path, args...)
	cmd.Dir, cmd.Env = p.dir(), s.dock.environment()
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("exporting %s: %w", s.name, err), errors.New(said.String()))
	}
	return out, nil
}
