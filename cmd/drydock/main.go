// Drydock runs a Pulumi Go program with the real Pulumi engine against simulated clouds: no account, no credentials,
// no network.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	_ "github.com/container-pipeline/container-pipeline/cmd/drydock/internal/quiet"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
