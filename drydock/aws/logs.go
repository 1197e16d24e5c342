package aws

import (
	"slices"
	"strconv"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// retentions are in days; 0 keeps events for ever.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
var retentions = []int{
	0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

// logGroup: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
func logGroup() *sim.Resource {
	name := func(max float64) *sim.Field {
		return sim.String().Replaces().Computed().Between(1, max).
			Match(`[\.\-_/#A-Za-z0-9]+`, "letters, digits and any of _ - / . #").
			Doc("https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html")
	}
	return &sim.Resource{
		Type:     logGroupType,
		AutoName: &sim.AutoName{Field: "name", Max: 512},
		Inputs: sim.Fields{
			"kmsKeyId":      arnField(),
			"logGroupClass": sim.String().Replaces().Computed().OneOf("STANDARD", "INFREQUENT_ACCESS", "DELIVERY"),
			"name":          name(512),
			"namePrefix":    name(512 - uniqueSuffix),
			"retentionInDays": sim.Int().Default(float64(0)).Check(func(v any) string {
				if days := int(v.(float64)); !slices.Contains(retentions, days) {
					return strconv.Itoa(days) + " is no retention that CloudWatch Logs offers: 0 (for ever), 1, 3, 5, 7, 14, 30, 60, " +
						"90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days"
				}
				return ""
			}),
			"skipDestroy": sim.Bool().Default(false),
			"tags":        sim.Tags(),
		},
		Outputs:  []string{"arn", "tagsAll"},
		Validate: func(c *sim.Check) { c.Exclusive("name", "namePrefix") },
		Create:   createLogGroup,
		Update:   func(op *sim.Op) error { settleTags(op); return checkLogKey(op) },
	}
}

func createLogGroup(op *sim.Op) error {
	op.ID = settleName(op)
	if op.Cloud.Get(logGroupType, op.Record.Scope, op.ID) != nil {
		return sim.Refuse("ResourceAlreadyExistsException", "The specified log group already exists (%s)", op.ID)
	}
	op.Out["arn"] = op.ARN("logs", "log-group:"+op.ID)
	if !op.In.Has("logGroupClass") {
		op.Out["logGroupClass"] = "STANDARD"
	}
	settleTags(op)
	return checkLogKey(op)
}

// checkLogKey refuses a key that does not exist; CloudWatch Logs tries it before it keeps the association.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
func checkLogKey(op *sim.Op) error {
	key := op.In.Str("kmsKeyId")
	if key == "" || op.Cloud.Find("aws:kms/key:Key", "arn", key) != nil {
		return nil
	}
	return sim.Refuse("InvalidParameterException",
		"The specified KMS Key Id could not be found. Please make sure the KMS Key exists in the account and is enabled. (%s)", key)
}
