package codebuild

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/spelling"
)

// looking is a command that looks whether a file is there, and says so with its exit status alone.
var looking = regexp.MustCompile(`^(?:test|\[) -[a-z] "?([^"$\s]+)"?(?: \])?$`)

// remedy is what to do about a failed command whose output ended so.
func (b *build) remedy(command, said string, code int) string {
	if file := looking.FindStringSubmatch(strings.TrimSpace(command)); file != nil && said == "" {
		folder := filepath.Join(b.sourceDir(b.primary()), filepath.Dir(file[1]))
		return spelling.File(folder, filepath.Base(file[1]), "Add "+file[1]+" to the repository: the command looks for it.")
	}
	if lacking := b.lackingSource(command); lacking != "" && said == "" {
		return lacking
	}
	// Where in our own script it was means nothing to who wrote the command.
	place := regexp.MustCompile(regexp.QuoteMeta(b.path("shell")) + `/\w+\.sh: (?:line )?(?:\d+: )?`)
	said = place.ReplaceAllString(said, "")
	switch {
	case strings.Contains(said, noDaemon):
		return "Set the project's privileged mode, without which no Docker daemon runs: the command said “" + said + "”."
	case code == 127:
		return "Install the command in the install phase, or correct its name: the shell said “" + said + "”."
	case said != "":
		return "Correct what the command said last: “" + said + "”."
	default:
		return "Run the command by hand: it printed nothing."
	}
}

var sourceDirectory = regexp.MustCompile(`CODEBUILD_SRC_DIR_(\w+)`)

// lackingSource tells of a secondary source that a command reads and the build does not have: its variable is empty.
func (b *build) lackingSource(command string) string {
	var secondary []string
	for _, s := range b.in.Sources {
		if !s.Primary {
			secondary = append(secondary, s.Name)
		}
	}
	for _, m := range sourceDirectory.FindAllStringSubmatch(command, -1) {
		if !slices.Contains(secondary, m[1]) {
			return fmt.Sprintf("Give the build a secondary source %s, without which %s is empty: it has %s.", m[1], m[0], cmp.Or(strings.Join(secondary, ", "), "none"))
		}
	}
	return ""
}
