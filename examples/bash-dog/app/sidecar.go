package main

import (
	"strconv"
	"time"
)

// sidecar writes a line about the api's health at once and then every 15 seconds, as a logging agent would send it with
// its LOG_TOKEN.
func sidecar(apiURL string) error {
	upstream, err := parseUpstream(apiURL)
	if err != nil {
		return err
	}
	say("sidecar: log token " + isSet("LOG_TOKEN"))
	for ; ; time.Sleep(15 * time.Second) {
		status, err := upstream.status("/health")
		if err != nil {
			say("sidecar: api unreachable: " + err.Error())
			continue
		}
		say("sidecar: api answers " + strconv.Itoa(status))
	}
}
