package task

import (
	"fmt"
	"strings"
	"time"
)

// Pauses between health checks: eager until the first that passes, then the interval. The defaults are ECS's.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
const (
	eager           = time.Second
	defaultInterval = 30 * time.Second
	defaultTimeout  = 5 * time.Second
	defaultRetries  = 3
)

// watch runs the container's health check until the container ends.
func (m *member) watch() {
	if !m.HealthCheck.enabled() {
		return
	}
	interval, retries := orDefault(m.HealthCheck.Interval, defaultInterval), m.HealthCheck.Retries
	if retries == 0 {
		retries = defaultRetries
	}
	counts := time.Now().Add(m.HealthCheck.StartPeriod + interval) // from when on a failure counts
	failures, pause := 0, min(eager, interval)
	for {
		passed, why := m.check()
		switch now := time.Now(); {
		case closed(m.ended):
			return
		case passed:
			failures, pause, counts = 0, interval, now
			m.setHealth(HealthHealthy, m.healthy, "")
		case !now.Before(counts):
			failures, counts = failures+1, now.Add(interval)
		}
		m.note(why)
		if failures >= retries {
			m.setHealth(HealthUnhealthy, m.unhealthy, why)
		}
		select {
		case <-m.ended:
			return
		case <-time.After(pause):
		}
	}
}

// check runs the health check's command once, and tells in a line why it failed.
func (m *member) check() (passed bool, why string) {
	spec := m.spec
	spec.Args = m.HealthCheck.Command[1:]
	if m.HealthCheck.Command[0] == "CMD-SHELL" {
		spec.Args = append([]string{"/bin/sh", "-c"}, spec.Args...)
	}
	timeout := orDefault(m.HealthCheck.Timeout, defaultTimeout)
	result, err := m.process.Run(spec, timeout)
	switch {
	case err != nil:
		return false, err.Error()
	case result.TimedOut:
		return false, fmt.Sprintf("no result within %s", timeout)
	case result.Code != 0:
		return false, strings.TrimSpace(fmt.Sprintf("exit code %d %s", result.Code, strings.Join(strings.Fields(result.Output), " ")))
	}
	return true, ""
}

// note keeps why the last check failed, for one that has not failed often enough to count.
func (m *member) note(why string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.sick = why
}

// setHealth notes a result and why, and that there was one of its kind.
func (m *member) setHealth(h Health, first chan struct{}, why string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.state.Health, m.sick = h, why
	if !closed(first) {
		close(first)
	}
}
