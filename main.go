// The Pulumi program: every stack is configuration in stacks/Pulumi.<stack>.yaml.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/stacks"
)

func main() {
	pulumi.Run(stacks.Deploy)
}
