package drydock

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// foresee previews the destruction of a stack that has protected resources. The engine deletes up to the first of them
// when it is not asked to preview; a plain `pulumi destroy` previews, and so refuses with nothing done.
// https://www.pulumi.com/docs/iac/concepts/resources/options/protect/
func (s *Stack) foresee(ctx context.Context, p *project, args []string, events string, set runSettings) error {
	c, err := s.dock.state.checkpointOf(p.name(), s.name)
	if err != nil || c == nil {
		return err
	}
	if !slices.ContainsFunc(c.Latest.Resources, func(r apitype.ResourceV3) bool { return r.Protect }) {
		return nil
	}
	var said bytes.Buffer
	quiet := runSettings{stdout: &said, stderr: &said}
	failed := s.pulumi(ctx, p, append([]string{"destroy", "--preview-only"}, args...), quiet)
	if failed == nil {
		if err := os.Remove(events); !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	if _, err := io.Copy(set.stdout, &said); err != nil {
		return errors.Join(failed, err)
	}
	return failed
}
