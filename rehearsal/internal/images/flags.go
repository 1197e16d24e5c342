package images

import (
	"fmt"
	"io"

	"github.com/spf13/pflag"
)

// flags is a command's flag set, whose errors are docker's.
func flags(command string) *pflag.FlagSet {
	set := pflag.NewFlagSet(command, pflag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	return set
}

func read(set *pflag.FlagSet, args []string, least, most int) error {
	if err := set.Parse(args); err != nil {
		return usage("%s\nSee 'docker %s --help'.", err, set.Name())
	}
	if n := set.NArg(); n < least || n > most {
		return usage("docker: '%s' takes %s, and got %d\nSee 'docker %[1]s --help'.", set.Name(), count(least, most), n)
	}
	return nil
}

func count(least, most int) string {
	switch {
	case least == most:
		return fmt.Sprintf("%d argument(s)", least)
	case most > 1000:
		return fmt.Sprintf("at least %d argument(s)", least)
	}
	return fmt.Sprintf("%d to %d arguments", least, most)
}

const anyNumber = 1 << 20
