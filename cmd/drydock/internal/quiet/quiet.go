// Package quiet keeps the command from asking the terminal for its colours. The Pulumi SDK imports Bubble Tea, whose
// initialization asks in every program, whatever it is for: the question and the answer appear in recordings, a terminal
// that does not answer delays the command by five seconds, and one that answers late types it at the next prompt.
// https://github.com/charmbracelet/bubbletea/blob/v1.3.10/tea_init.go
//
// Import it for its effect: package hush makes standard output look like no terminal, and this package, which waits for
// Bubble Tea, puts things right. That is the order of Go's specification: of the packages whose imports are
// initialized, the first by path is next. https://go.dev/ref/spec#Program_initialization
package quiet

import (
	_ "github.com/charmbracelet/bubbletea" // which asks

	"github.com/container-pipeline/container-pipeline/cmd/drydock/internal/quiet/hush"
)

func init() { _ = hush.Restore() } // it cannot fail: CI is a valid name
