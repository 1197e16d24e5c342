package host

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Function is a program of this very process: what pulumi.Run would get.
type Function pulumi.RunFunc

// Run implements Program.
func (f Function) Run(ctx context.Context, req *pulumirpc.RunRequest) (err error) {
	c, err := pulumi.NewContext(ctx, pulumi.RunInfo{
		EngineAddr:       engineAddress(req),
		MonitorAddr:      req.GetMonitorAddress(),
		Config:           req.GetConfig(),
		ConfigSecretKeys: req.GetConfigSecretKeys(),
		Project:          req.GetProject(),
		RootDirectory:    req.GetInfo().GetRootDirectory(),
		Stack:            req.GetStack(),
		Parallel:         req.GetParallel(),
		DryRun:           req.GetDryRun(),
		Organization:     req.GetOrganization(),
	})
	if err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the program panicked: %v%s", r, panicked())
		}
		if closed := c.Close(); err == nil {
			err = closed
		}
	}()
	return pulumi.RunWithContext(c, pulumi.RunFunc(f))
}

// panicked names the place of the panic that is being recovered from.
func panicked() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	seen := false
	for {
		frame, more := frames.Next()
		if seen && !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf(" (at %s:%d)", frame.File, frame.Line)
		}
		seen = seen || frame.Function == "runtime.gopanic"
		if !more {
			return ""
		}
	}
}
