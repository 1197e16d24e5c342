package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/stats"
)

// server answers the engine for one provider. The engine opens a connection for each provider instance of a program,
// so the instance's configuration is kept by connection.
type server struct {
	plugin.UnimplementedProvider

	provider  *Provider
	cloud     *Cloud
	resources map[string]*Resource
	functions map[string]*Function
}

// Serve serves the provider on a loopback port until stop is called.
func Serve(p *Provider, cloud *Cloud) (port int, stop func(), err error) {
	s := &server{provider: p, cloud: cloud, resources: map[string]*Resource{}, functions: map[string]*Function{}}
	for _, r := range p.Resources {
		s.resources[r.Type] = r
	}
	for _, f := range p.Functions {
		s.functions[f.Token] = f
	}
	cancel := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(g *grpc.Server) error {
			pulumirpc.RegisterResourceProviderServer(g, plugin.NewProviderServer(s))
			return nil
		},
		Options: []grpc.ServerOption{grpc.StatsHandler(connections{})},
	})
	if err != nil {
		return 0, nil, err
	}
	var once sync.Once
	return handle.Port, func() {
		once.Do(func() {
			close(cancel)
			go func() {
				for range handle.Done { //nolint:revive // drained so that the server's goroutine ends
				}
			}()
		})
	}, nil
}

type connKey struct{}

// conn is what is known of one provider instance.
type conn struct {
	mu     sync.Mutex
	config Values
}

// connections gives each gRPC connection a conn in its context.
type connections struct{}

func (connections) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context {
	return context.WithValue(ctx, connKey{}, &conn{})
}
func (connections) HandleConn(context.Context, stats.ConnStats) {}
func (connections) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context {
	return ctx
}
func (connections) HandleRPC(context.Context, stats.RPCStats) {}

func configOf(ctx context.Context) Values {
	c, _ := ctx.Value(connKey{}).(*conn)
	if c == nil {
		return Values{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.config
}

func (s *server) Pkg() tokens.Package { return tokens.Package(s.provider.Name) }

func (s *server) Close() error { return nil }

func (s *server) SignalCancellation(context.Context) error { return nil }

func (s *server) Attach(string) error { return nil }

func (s *server) GetPluginInfo(context.Context) (plugin.PluginInfo, error) {
	v, err := semver.Parse(s.provider.Version)
	return plugin.PluginInfo{Version: &v}, err
}

// Handshake says that secrets come as plain values: the engine marks the outputs that carry them again.
func (s *server) Handshake(context.Context, plugin.ProviderHandshakeRequest) (*plugin.ProviderHandshakeResponse, error) {
	return &plugin.ProviderHandshakeResponse{SupportsAutonamingConfiguration: true}, nil
}

func (s *server) CheckConfig(_ context.Context, req plugin.CheckConfigRequest) (plugin.CheckConfigResponse, error) {
	values, err := configValues(s.provider.Config, req.News)
	if err != nil {
		return plugin.CheckConfigResponse{}, err
	}
	c := &Check{In: values}
	c.fields("", s.provider.Config, values)
	return plugin.CheckConfigResponse{Properties: req.News, Failures: failures(c.Problems)}, nil
}

func (s *server) DiffConfig(_ context.Context, req plugin.DiffConfigRequest) (plugin.DiffConfigResponse, error) {
	old, err := configValues(s.provider.Config, req.OldInputs)
	if err != nil {
		return plugin.DiffResult{}, err
	}
	now, err := configValues(s.provider.Config, req.NewInputs)
	if err != nil {
		return plugin.DiffResult{}, err
	}
	r := &Resource{Inputs: s.provider.Config}
	return diffResult(r.Diff(old, now), false), nil
}

func (s *server) Configure(ctx context.Context, req plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	values, err := configValues(s.provider.Config, req.Inputs)
	if err != nil {
		return plugin.ConfigureResponse{}, err
	}
	c, _ := ctx.Value(connKey{}).(*conn)
	if c == nil {
		return plugin.ConfigureResponse{}, errors.New("the drydock's providers are reached by gRPC only")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	(&Check{In: values}).fields("", s.provider.Config, values)
	c.config = values
	return plugin.ConfigureResponse{}, nil
}

func (s *server) find(t tokens.Type) (*Resource, error) {
	if r, ok := s.resources[string(t)]; ok {
		return r, nil
	}
	return nil, fmt.Errorf("the drydock does not simulate %s", t)
}

func (s *server) Invoke(ctx context.Context, req plugin.InvokeRequest) (plugin.InvokeResponse, error) {
	f, ok := s.functions[string(req.Tok)]
	if !ok {
		return plugin.InvokeResponse{}, fmt.Errorf("the drydock does not simulate the function %s", req.Tok)
	}
	in, err := fromProperties(req.Args)
	if err != nil {
		return plugin.InvokeResponse{}, err
	}
	c := &Check{In: in}
	c.fields("", f.Args, in)
	if len(c.Problems) > 0 {
		return plugin.InvokeResponse{Failures: failures(c.Problems)}, nil
	}
	op := &Op{Cloud: s.cloud, Config: configOf(ctx), Type: f.Token, In: in, Out: in.Copy()}
	err = s.locked(Call{f.Token, "invoke", ""}, func() error {
		if err := s.cloud.admit(Call{f.Token, "invoke", ""}, nil, nil); err != nil {
			return err
		}
		return f.Call(op)
	})
	if err != nil {
		return plugin.InvokeResponse{}, fmt.Errorf("invoking %s: %w", f.Token, err)
	}
	return plugin.InvokeResponse{Properties: toProperties(op.Out)}, nil
}

func (s *server) locked(call Call, f func() error) error {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	if s.cloud.hook != nil {
		if err := s.cloud.hook(call); err != nil {
			return err
		}
	}
	return f()
}

// configValues reads a provider's configuration, in which the engine gives everything but texts as JSON.
func configValues(fields Fields, m resource.PropertyMap) (Values, error) {
	values, err := fromProperties(m)
	if err != nil {
		return nil, err
	}
	delete(values, "version")
	for k, v := range values {
		f, known := fields[k]
		s, isText := v.(string)
		if !known || !isText || f.kind == kindString {
			continue
		}
		var parsed any
		if json.Unmarshal([]byte(s), &parsed) == nil {
			values[k] = parsed
		}
	}
	return values, nil
}
