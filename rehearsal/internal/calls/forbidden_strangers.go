package calls

import (
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// intruder is the ARN of a role of another account, which is taken to be allowed everything there.
func intruder(p *world.Pipeline) string {
	arn, _ := world.ParseARN(p.ARN)
	return "arn:" + arn.Partition + ":iam::" + stranger + ":role/intruder"
}

// intrusions are another account's role at what has a policy of its own, and CloudWatch at the topics on behalf of another
// account.
func intrusions(w *world.World, p *world.Pipeline) []access.Call {
	caller := by{intruder(p), leastPrivilegeDoc}
	var all []access.Call
	if p.Bucket != "" {
		all = atBucket(caller, bucketARN(p, p.Bucket), accountOf(p.ARN))
	}
	for _, r := range w.All("aws:ecr/repository:Repository") {
		all = append(all, caller.may("pull or push another account's image", r.Attr("arn"), "ecr:BatchGetImage", "ecr:PutImage")...)
	}
	for _, r := range w.All("aws:secretsmanager/secret:Secret") {
		all = append(all, caller.may("read another account's secret", r.Attr("arn"), "secretsmanager:GetSecretValue")...)
	}
	for _, r := range w.All("aws:kms/key:Key") {
		all = append(all, caller.may("use another account's key", r.Attr("arn"), "kms:Decrypt")...)
	}
	for _, topic := range topicsOf(w, p) {
		all = append(all, atTopic(p, caller, topic)...)
	}
	return all
}

// topicsOf are those that are told of the release: others are none of its business.
func topicsOf(w *world.World, p *world.Pipeline) []string {
	told := map[string]bool{}
	for _, c := range Notify(w) {
		told[c.Resource] = c.Action == "sns:Publish"
	}
	for _, stage := range p.Stages {
		for _, a := range stage.Actions {
			told[a.Configuration["NotificationArn"]] = true
		}
	}
	var topics []string
	for _, r := range w.All("aws:sns/topic:Topic") {
		if told[r.Attr("arn")] {
			topics = append(topics, r.Attr("arn"))
		}
	}
	return topics
}

// atBucket names the bucket's account, which its ARN does not tell.
func atBucket(caller by, bucket, account string) []access.Call {
	all := caller.may("use another account's artifacts", bucket+"/Source", "s3:GetObject", "s3:PutObject")
	all = append(all, caller.may("list another account's artifacts", bucket, "s3:ListBucket")...)
	for i := range all {
		all[i].ResourceAccount = account
	}
	return all
}

// atTopic leaves EventBridge out, which does not say for which account it publishes.
func atTopic(p *world.Pipeline, caller by, topic string) []access.Call {
	all := caller.may("tell another account's subscribers", topic, "sns:Publish")
	arn, _ := world.ParseARN(p.ARN)
	arn.Account = stranger
	deputy := by{"cloudwatch.amazonaws.com", deputyDoc}.may("tell the subscribers for another account", topic, "sns:Publish")
	return append(all, from(deputy, arn.With("cloudwatch", "alarm:intruder"))...)
}
