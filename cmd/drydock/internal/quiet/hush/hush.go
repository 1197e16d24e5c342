// Package hush is the first half of package quiet. It imports nothing but os, so that it is initialized before termenv,
// which waits for os too and comes later by path.
package hush

import "os"

// Restore undoes what this package's initialization has done.
var Restore = hush()

// hush sets CI, with which termenv takes standard output for no terminal.
// https://github.com/muesli/termenv/blob/v0.16.0/termenv.go
func hush() func() error {
	was, set := os.LookupEnv("CI")
	if was == "" {
		_ = os.Setenv("CI", "true") // it cannot fail: the name is valid
	}
	if set {
		return func() error { return os.Setenv("CI", was) }
	}
	return func() error { return os.Unsetenv("CI") }
}
