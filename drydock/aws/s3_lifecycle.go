package aws

import (
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
func bucketLifecycle() *sim.Resource {
	class := func() *sim.Field {
		return sim.String().Required().OneOf("GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR")
	}
	date := func() *sim.Field {
		return sim.String().Match(`\d{4}-\d\d-\d\dT00:00:00(Z|[+-]\d\d:\d\d)`, "midnight of a day, as 2030-01-31T00:00:00Z")
	}
	size := func(min float64) *sim.Field { return sim.Int().AtLeast(min).Computed() }
	rule := sim.Fields{
		"abortIncompleteMultipartUpload": sim.Object(sim.Fields{"daysAfterInitiation": sim.Int().AtLeast(1)}),
		"expiration": sim.Object(sim.Fields{
			"date": date(), "days": sim.Int().Computed().AtLeast(1), "expiredObjectDeleteMarker": sim.Bool().Computed(),
		}),
		"filter": sim.Object(sim.Fields{
			"and": sim.Object(sim.Fields{
				"objectSizeGreaterThan": size(0), "objectSizeLessThan": size(1), "prefix": sim.String().Computed(), "tags": sim.Map(sim.String()),
			}),
			"objectSizeGreaterThan": size(0), "objectSizeLessThan": size(1),
			"prefix": sim.String().Computed(),
			"tag":    sim.Object(sim.Fields{"key": sim.String().Required(), "value": sim.String().Required()}),
		}),
		"id": sim.String().Required().Between(1, 255),
		"noncurrentVersionExpiration": sim.Object(sim.Fields{
			"newerNoncurrentVersions": sim.Int().Computed().Between(1, 100), "noncurrentDays": sim.Int().Required().AtLeast(1),
		}),
		"noncurrentVersionTransitions": sim.Set(sim.Object(sim.Fields{
			"newerNoncurrentVersions": sim.Int().Computed().Between(1, 100), "noncurrentDays": sim.Int().Required().AtLeast(0), "storageClass": class(),
		})),
		"prefix": sim.String().Computed(),
		"status": sim.String().Required().OneOf("Enabled", "Disabled"),
		"transitions": sim.Set(sim.Object(sim.Fields{
			"date": date(), "days": sim.Int().Computed().AtLeast(0), "storageClass": class(),
		})),
	}
	return &sim.Resource{
		Type: bucketLifecycleType,
		Inputs: sim.Fields{
			"bucket":                             ofBucket(),
			"expectedBucketOwner":                expectedOwner().Computed(),
			"rules":                              sim.List(sim.Object(rule)).Required().Between(1, 1000),
			"transitionDefaultMinimumObjectSize": sim.String().Computed().OneOf("varies_by_storage_class", "all_storage_classes_128K"),
		},
		Validate: validateLifecycle,
		Create: func(op *sim.Op) error {
			choose(op, "transitionDefaultMinimumObjectSize", "all_storage_classes_128K")
			return settingOf(op)
		},
	}
}

var lifecycleActions = []string{
	"abortIncompleteMultipartUpload", "expiration", "noncurrentVersionExpiration", "noncurrentVersionTransitions", "transitions",
}

func validateLifecycle(c *sim.Check) {
	ids := map[string]bool{}
	for i, r := range c.In.Objs("rules") {
		path := fmt.Sprintf("rules[%d]", i)
		if id := r.Str("id"); id != "" && ids[id] {
			c.Fail(path+".id", "Rule ID must be unique: found the same ID %q for more than one rule", id)
		}
		ids[r.Str("id")] = true
		if !hasAny(r, lifecycleActions) {
			c.Fail(path, "at least one action needs to be specified in a rule: %s", strings.Join(lifecycleActions, ", "))
		}
		if r.Has("filter") && r.Has("prefix") {
			c.Fail(path+".prefix", "conflicts with filter: give the prefix in the filter")
		}
		if n := len(r.Obj("filter")); n > 1 {
			c.Fail(path+".filter", "holds %d criteria: more than one go into its \"and\"", n)
		}
		if r.Has("expiration") {
			exactlyOne(c, path+".expiration", r.Obj("expiration"), "date", "days", "expiredObjectDeleteMarker")
		}
		for _, t := range r.Objs("transitions") {
			exactlyOne(c, path+".transitions", t, "date", "days")
			coldEnough(c, path+".transitions", t, "days")
		}
		for _, t := range r.Objs("noncurrentVersionTransitions") {
			coldEnough(c, path+".noncurrentVersionTransitions", t, "noncurrentDays")
		}
	}
}

// coldEnough: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
func coldEnough(c *sim.Check, path string, t sim.Values, days string) {
	class := t.Str("storageClass")
	if (class == "STANDARD_IA" || class == "ONEZONE_IA") && t.Has(days) && !sim.IsUnknown(t[days]) && t.Num(days) < 30 {
		c.Fail(path+"."+days, "%v: must be greater than or equal to 30 for storageClass %q", t.Num(days), class)
	}
}
