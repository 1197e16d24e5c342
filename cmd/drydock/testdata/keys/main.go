// Keys is a Pulumi program for the tests of the command.
package main

import (
	"github.com/pulumi/pulumi-tls/sdk/v5/go/tls"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		algorithm := config.Require(ctx, "algorithm")
		key, err := tls.NewPrivateKey(ctx, "key", &tls.PrivateKeyArgs{Algorithm: pulumi.String(algorithm)})
		if err != nil {
			return err
		}
		ctx.Export("algorithm", pulumi.String(algorithm))
		ctx.Export("pem", key.PrivateKeyPem)
		return nil
	})
}
