package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/graph"
)

// graphFormats are the ways to draw a graph, by their names on the command line.
var graphFormats = map[string]func(io.Writer, *graph.Graph) error{"svg": graph.SVG, "mermaid": graph.Mermaid}

func (a *app) graph() *cobra.Command {
	var format, output string
	cmd := &cobra.Command{
		Use:   "graph",
		Short: "Draw what the stack has deployed, as SVG or Mermaid",
		Long: "Draw what the stack has deployed: components as groups, and an arrow from what is there first\n" +
			"to what uses it. SVG is a picture of its own; Mermaid is text that GitHub draws within Markdown.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			draw := graphFormats[format]
			switch {
			case draw == nil:
				return &drydock.UsageError{Problem: fmt.Sprintf("--format is svg or mermaid, and got %q", format)}
			case a.json:
				return &drydock.UsageError{Problem: "a graph is svg or mermaid: `drydock export` writes the stack as JSON"}
			}
			var drawing bytes.Buffer
			if err := a.draw(cmd.Context(), &drawing, draw); err != nil {
				return err
			}
			if output != "" {
				return os.WriteFile(output, drawing.Bytes(), 0o644)
			}
			_, err := a.stdout.Write(drawing.Bytes())
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "svg", "svg or mermaid")
	cmd.Flags().StringVarP(&output, "output", "o", "", "the file to write (default: stdout)")
	return cmd
}

func (a *app) draw(ctx context.Context, w io.Writer, draw func(io.Writer, *graph.Graph) error) (err error) {
	dock, stack, err := a.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dock.Close()) }()
	g, err := graph.Read(ctx, stack)
	if err != nil {
		return err
	}
	return draw(w, g)
}
