package calls

import (
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// writeLog are the calls that write a stream of a log group; a group that does not exist is created first. On a stream
// IAM compares with the stream's ARN.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
func writeLog(w *world.World, caller by, group, stream, beside string) []access.Call {
	at, _ := world.ParseARN(beside)
	arn := at.With("logs", "log-group:"+group)
	var all []access.Call
	if w.Find("aws:cloudwatch/logGroup:LogGroup", "name", group) == nil {
		all = caller.may("create the log group "+group, arn, "logs:CreateLogGroup")
	}
	return append(all, caller.may("write to the log group "+group, arn+":log-stream:"+stream, "logs:CreateLogStream", "logs:PutLogEvents")...)
}
