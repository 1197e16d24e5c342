package rehearsal

import (
	"strings"
	"time"
)

const (
	circumstance = "circumstances"

	traffic = "Deploy / AllowTraffic"
)

// when is a sound stack in circumstances in which its release must not go through.
func when(name, scene, at string, option Option, says ...string) defect {
	return defect{kind: circumstance, name: name, scene: scene, inject: func(*subject) {}, options: []Option{option}, at: at, says: says}
}

// pushed is a push that the pipeline does not follow.
func pushed(name, scene, at string, change func(*App), says ...string) defect {
	return injected(circumstance, name, scene, func(s *subject) { change(&s.app) }, at, says...)
}

// circumstances are not of the program, and yet a release must stop at them.
var circumstances = []defect{
	when("the connection is PENDING", "dev", "Source / Repository", PendingConnection(), "PENDING", "arn:aws:codestar-connections:", "acme/bash-dog"),
	pushed("a push to another branch", "dev", "Start / Push", func(a *App) { a.Branch = "main" }, "main", "develop"),
	injected(circumstance, "a source that follows another branch than its trigger", "dev", func(s *subject) {
		s.configure("Source", "BranchName", "develp")
		s.app.Branch = "develop"
	}, "Source / Repository", "develp", "develop"),
	pushed("a push to another repository", "dev", "Source / Repository", func(a *App) { a.Repository = "acme/bash-cat" }, "acme/bash-cat",
		"acme/bash-dog"),
	injected(circumstance, "a repository without files", "dev", func(s *subject) { s.dir = s.TempDir() }, "Source / Repository", "no files"),
	when("an alarm during the canary", "staging", traffic, Alarm("errors", 90*time.Second), "alarms have been activated", "bash-dog-errors-"),
	when("an alarm during the linear shift", "production", traffic, Alarm("latency", 10*time.Minute), "alarms have been activated",
		"bash-dog-latency-"),
	when("an alarm while blue is kept", "dev", "Deploy / Blue is kept", Alarm("unhealthy", 2*time.Minute), "alarms have been activated",
		"bash-dog-unhealthy-"),
	failed("BeforeInstall", "before-install", "Failed"),
	failed("AfterInstall", "after-install", "Failed"),
	failed("AfterAllowTestTraffic", "after-test", "Failed"),
	failed("BeforeAllowTraffic", "before-traffic", "Failed"),
	failed("AfterAllowTraffic", "after-traffic", "Failed"),
	failed("BeforeAllowTraffic", "before-traffic", "TimedOut"),
	injected(circumstance, "a hook that CodeDeploy may not call", "hooks", func(s *subject) {
		r := s.named(inlineType, "bash-dog-deploy-")
		s.set(r, "policy", replaced(s, r.Attr("policy"), "function:after-install", "function:after-installation"))
	}, "Deploy / AfterInstall", "lambda:InvokeFunction", "after-install", "bash-dog-deploy-"),
	injected(circumstance, "a hook of an event that does not exist", "hooks", func(s *subject) { s.rendered(spec, "AfterInstall", "AfterInstal") }, reading, "AfterInstal", spec+":"),
}

// failed is a hook that does not let the release go on.
func failed(event, function, result string) defect {
	how := map[string]string{"Failed": "reported Failed", "TimedOut": "did not report a status within one hour"}[result]
	name := "the hook " + event + " fails"
	if result == "TimedOut" {
		name = strings.Replace(name, "fails", "never answers", 1)
	}
	return when(name, "hooks", "Deploy / "+event, Hook(event, result), event, function, how)
}
