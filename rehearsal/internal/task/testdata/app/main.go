// Command app is what the tests' containers run: each argument is a step.
package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	for _, step := range os.Args[1:] {
		verb, value, _ := strings.Cut(step, "=")
		if err := steps[verb](value); err != nil {
			fmt.Fprintln(os.Stderr, "app:", err)
			os.Exit(1)
		}
	}
}

var steps = map[string]func(string) error{
	"serve":   serve,
	"say":     func(text string) error { return say("%s", text) },
	"who":     who,
	"env":     func(name string) error { return say("%s=%s", name, os.Getenv(name)) },
	"expect":  expect,
	"read":    read,
	"write":   func(file string) error { return os.WriteFile(file, []byte("written\n"), 0o644) },
	"refused": refused,
	"stat":    func(file string) error { _, err := os.Stat(file); return err },
	"exit":    func(code string) error { n, err := strconv.Atoi(code); os.Exit(n); return err },
	"get":     get,
	"await":   await,
	"wait":    wait,
	"hang":    hang,
}

func say(format string, args ...any) error {
	_, err := fmt.Printf(format+"\n", args...)
	return err
}

func serve(address string) error {
	say("listening on %s", address)
	return http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s from %s", r.URL.Path, r.UserAgent())
	}))
}

func who(string) error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	groups, err := os.Getgroups()
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	return say("pid %d uid %d gid %d groups %v in %s at %s", os.Getpid(), os.Getuid(), os.Getgid(), groups, dir, host)
}

// expect succeeds if the variable has the value.
func expect(variable string) error {
	name, value, _ := strings.Cut(variable, "=")
	if got := os.Getenv(name); got != value {
		return fmt.Errorf("%s is %q, not %q", name, got, value)
	}
	return nil
}

func read(file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return say("%s: %s", file, content)
}

func get(url string) error {
	res, err := http.Get(url)
	if err != nil {
		return err
	}
	return say("%s answers %d", url, res.StatusCode)
}

// await asks for a URL until it is answered.
func await(url string) error {
	for {
		if get(url) == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// wait waits for a signal that asks it to end.
func wait(string) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGQUIT)
	say("waiting")
	return say("told to stop by %s", <-stop)
}

// refused succeeds if the file cannot be written to.
func refused(file string) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err == nil {
		return fmt.Errorf("%s can be written to: %w", file, f.Close())
	}
	return nil
}

// hang ends for nothing but SIGKILL.
func hang(string) error {
	signal.Ignore(syscall.SIGTERM)
	say("hanging")
	time.Sleep(time.Hour)
	return nil
}
