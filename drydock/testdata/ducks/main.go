// Ducks is a Pulumi program for the drydock's own tests.
package main

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		c := config.New(ctx, "")
		switch c.Get("mood") {
		case "panic":
			var nothing map[string]int
			nothing["egg"] = 1
		case "refuse":
			return errors.New("ducks:mood: the ducks do not want to")
		}
		fmt.Println("the pond is open")
		props := pulumi.Map{"name": pulumi.String("donald"), "color": pulumi.String(c.Require("color"))}
		var duck pulumi.CustomResourceState
		if err := ctx.RegisterResource("pond:index:Duck", "donald", props, &duck, pulumi.Version("1.0.0")); err != nil {
			return err
		}
		ctx.Export("color", pulumi.String(c.Get("color")))
		ctx.Export("paint", c.GetSecret("paint"))
		return nil
	})
}
