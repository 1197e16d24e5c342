package main

import (
	"os"
	"testing"
)

// asCommand makes this binary the command itself: a test that sends signals needs a process of its own for it.
const asCommand = "DRYDOCK_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}
