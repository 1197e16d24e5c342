// Command bash-dog is the application of the guide in one small static program, so that its three images build from
// scratch: without a base image and without network.
//
//	bash-dog api                 answers on port 8000
//	bash-dog sidecar             watches the api and writes a log
//	bash-dog nginx [nginx.conf]  routes port 80 by a subset of nginx's configuration
//
// Only packages that keep it small are imported: net/http alone would make it almost three times as large.
package main

import (
	"errors"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// Process 1 of a container gets no default action for a signal that it does not ask for.
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	failed := make(chan error, 1)
	go func() { failed <- run(os.Args[1:]) }()
	select {
	case <-stop:
	case err := <-failed:
		say("bash-dog: " + err.Error())
		os.Exit(1)
	}
}

// run plays a role until it fails.
func run(args []string) error {
	role := ""
	if len(args) > 0 {
		role = args[0]
	}
	switch {
	case role == "api" && len(args) == 1:
		return api(setting("LISTEN", ":8000"))
	case role == "sidecar" && len(args) == 1:
		return sidecar(setting("API_URL", "http://localhost:8000"))
	case role == "nginx" && len(args) <= 2:
		return nginx(append(args, "/etc/nginx/nginx.conf")[1])
	}
	return errors.New("usage: bash-dog api | sidecar | nginx [nginx.conf]")
}

func setting(variable, otherwise string) string {
	if value := os.Getenv(variable); value != "" {
		return value
	}
	return otherwise
}

// isSet tells whether a secret is there; its value is nobody's business.
func isSet(variable string) string {
	if os.Getenv(variable) == "" {
		return "not set"
	}
	return "set"
}

func say(line string) { os.Stdout.WriteString(line + "\n") }
