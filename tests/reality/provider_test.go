package reality

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// provider is one that is asked without an engine, which would stop at the first wrong resource.
type provider struct {
	pulumirpc.ResourceProviderClient
}

// connect configures the provider on the loopback port.
func connect(t *testing.T, port int, settings map[string]any) *provider {
	t.Helper()
	const limit = 1 << 28
	conn, err := grpc.NewClient(fmt.Sprintf("127.0.0.1:%d", port), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(limit)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() }) // it was only read from
	p := &provider{pulumirpc.NewResourceProviderClient(conn)}
	args := values{"version": sdkVersion}
	for key, value := range settings {
		args[strings.TrimPrefix(key, "aws:")] = fmt.Sprint(value)
	}
	urn := resource.NewURN("wrongs", "drydock", "", "pulumi:providers:aws", "default")
	checked, err := p.CheckConfig(t.Context(), &pulumirpc.CheckRequest{Urn: string(urn), News: toStruct(t, args)}, grpc.WaitForReady(true))
	require.NoError(t, err)
	require.Empty(t, checked.GetFailures())
	_, err = p.Configure(t.Context(), &pulumirpc.ConfigureRequest{
		Args: checked.GetInputs(), AcceptSecrets: true, AcceptResources: true,
	})
	require.NoError(t, err)
	return p
}

func toStruct(t *testing.T, v values) *structpb.Struct {
	t.Helper()
	s, err := plugin.MarshalProperties(resource.NewPropertyMapFromMap(v), plugin.MarshalOptions{KeepUnknowns: true})
	require.NoError(t, err)
	return s
}

// refusal asks the provider to check and to make the resource. What it makes although it should not is deleted.
func (p *provider) refusal(t *testing.T, w wrong, in values) refusal {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 4*time.Minute)
	defer cancel()
	urn := string(resource.NewURN("wrongs", "drydock", "", tokens.Type(token(w.typ)), w.name))
	seed := make([]byte, 32)
	copy(seed, w.name)
	checked, err := p.Check(ctx, &pulumirpc.CheckRequest{Urn: urn, News: toStruct(t, in), RandomSeed: seed})
	if err != nil {
		return refusal{true, steady(err.Error())}
	}
	var why []error
	for _, f := range checked.GetFailures() {
		why = append(why, errors.New(f.GetReason()))
	}
	if len(why) > 0 {
		return refusal{true, steady(errors.Join(why...).Error())}
	}
	made, err := p.Create(ctx, &pulumirpc.CreateRequest{Urn: urn, Properties: checked.GetInputs()})
	if err != nil {
		return refusal{true, steady(err.Error())}
	}
	if _, err := p.Delete(ctx, &pulumirpc.DeleteRequest{Urn: urn, Id: made.GetId(), Properties: made.GetProperties()}); err != nil {
		t.Logf("%s was accepted and cannot be deleted: %v", w.name, err)
	}
	return refusal{}
}

// askWrongs asks the provider on the port to make each wrong resource, among the fixtures of a stack.
func askWrongs(t *testing.T, port int, dock *drydock.Dock, settings map[string]any) map[string]refusal {
	stack := dock.Stack("wrongs", drydock.Program(program(func(edit) values { return nil })), drydock.Config(settings))
	t.Cleanup(func() { destroy(t, stack) })
	stack.Up(t, progress())
	known := outputs(t, stack)
	p := connect(t, port, settings)
	var (
		all   = map[string]refusal{}
		mu    sync.Mutex
		tasks sync.WaitGroup
		turns = make(chan struct{}, 24) // some refusals take a provider minutes of waiting
	)
	for _, w := range wrongs() {
		tasks.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			r := p.refusal(t, w, fill(w.in, known).(values))
			mu.Lock()
			defer mu.Unlock()
			all[w.name] = r
		})
	}
	tasks.Wait()
	return all
}

// outputs are the stack's resources' outputs with their ids, by name.
func outputs(t *testing.T, stack *drydock.Stack) map[string]values {
	text, err := stack.Export(t.Context(), true)
	require.NoError(t, err)
	var export struct {
		Deployment struct {
			Resources []struct {
				URN     resource.URN
				ID      string
				Outputs values
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &export))
	known := map[string]values{}
	for _, r := range export.Deployment.Resources {
		known[r.URN.Name()] = values{}
		maps.Copy(known[r.URN.Name()], r.Outputs)
		known[r.URN.Name()]["id"] = r.ID
	}
	return known
}

// fill puts known outputs in the place of references.
func fill(v any, known map[string]values) any {
	switch v := v.(type) {
	case values:
		out := maps.Clone(v)
		for k, e := range v {
			out[k] = fill(e, known)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = fill(e, known)
		}
		return out
	case string:
		return reference.ReplaceAllStringFunc(v, func(r string) string {
			parts := reference.FindStringSubmatch(r)
			return fmt.Sprint(known[parts[1]][parts[2]])
		})
	case int:
		return float64(v)
	}
	return v
}
