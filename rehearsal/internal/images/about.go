package images

import (
	"context"
	"fmt"
	"runtime"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// dockerVersion is what the command says it is: that of the newest CodeBuild images is unknown here.
const dockerVersion = "28.2.2"

func (d *daemon) version(_ context.Context, c tools.Command) error {
	set := flags("version")
	format := set.StringP("format", "f", "", "")
	if err := read(set, c.Args, 0, 0); err != nil {
		return err
	}
	part := map[string]string{"Version": dockerVersion, "ApiVersion": "1.50", "APIVersion": "1.50", "Os": "linux", "Arch": runtime.GOARCH}
	if *format != "" {
		return render(c.Stdout, *format, map[string]any{"Client": part, "Server": part})
	}
	fmt.Fprintf(c.Stdout, "Client:\n Version: %s\nServer: a rehearsal's\n Builder: %s\n", dockerVersion, d.builder.Name)
	return nil
}

func (d *daemon) info(_ context.Context, c tools.Command) error {
	set := flags("info")
	format := set.StringP("format", "f", "", "")
	if err := read(set, c.Args, 0, 0); err != nil {
		return err
	}
	value := map[string]any{"ServerVersion": dockerVersion, "OSType": "linux", "Architecture": runtime.GOARCH, "Driver": d.builder.Name}
	if *format == "" {
		*format = " Server Version: {{.ServerVersion}}\n Storage Driver: {{.Driver}}\n OSType: {{.OSType}}\n Architecture: {{.Architecture}}"
	}
	return render(c.Stdout, *format, value)
}
