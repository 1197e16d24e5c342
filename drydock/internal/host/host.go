// Package host runs a Pulumi Go program for the engine. It is the small part of a language host that is left when the
// program is a function of this process or an executable: `pulumi --client=ADDRESS` attaches to it, so neither
// pulumi-language-go nor a build by it is in the way.
package host

import (
	"context"
	"fmt"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Program is what the engine runs, once for each preview and each update.
type Program interface {
	// Run runs it to its end. An error is a failure of the program that the engine reports; ErrReported is one that
	// it knows already.
	Run(ctx context.Context, req *pulumirpc.RunRequest) error
}

// Serve serves the program on a loopback port until stop is called; address is what --client takes.
func Serve(program Program) (address string, stop func(), err error) {
	cancel := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(s, &server{program: program})
			return nil
		},
	})
	if err != nil {
		return "", nil, fmt.Errorf("serving the program to the engine: %w", err)
	}
	var once sync.Once
	stop = func() { once.Do(func() { close(cancel) }) }
	return fmt.Sprintf("127.0.0.1:%d", handle.Port), stop, nil
}

type server struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	program Program
}

func (s *server) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	err := s.program.Run(ctx, req)
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case err == ErrReported: //nolint:errorlint // never wrapped
		return &pulumirpc.RunResponse{Bail: true}, nil
	default:
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
}

// GetRequiredPlugins names none: providers are attached by PULUMI_DEBUG_PROVIDERS or found on PATH.
func (s *server) GetRequiredPlugins(
	context.Context, *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	return &pulumirpc.GetRequiredPluginsResponse{}, nil
}

func (s *server) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: "1.0.0"}, nil
}

func (s *server) InstallDependencies(
	*pulumirpc.InstallDependenciesRequest, pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	return nil
}

func engineAddress(req *pulumirpc.RunRequest) string {
	if args := req.GetArgs(); len(args) > 0 {
		return args[0]
	}
	return ""
}
