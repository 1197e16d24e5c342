package codebuild

import (
	"slices"
	"strings"
)

// setEnv changes what the next instance of the shell begins with.
func (s *shell) setEnv(name, value string) {
	s.env = slices.DeleteFunc(s.env, func(v string) bool { return strings.HasPrefix(v, name+"=") })
	s.env = append(s.env, name+"="+value)
}
