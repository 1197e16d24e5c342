package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// guarded says what still stands between the step and the loss, or that nothing does.
func guarded(s drydock.Step) string {
	was := inputs(s.Old)
	switch {
	case s.Old != nil && s.Old.Protect:
		return "it is protected, so Pulumi refuses this up until the protection is lifted"
	case was["enableDeletionProtection"] == true, was["deletionProtection"] == true, was["deletionProtectionEnabled"] == true:
		return "AWS refuses while deletion protection is on"
	}
	switch kindOf(s.Type) {
	case "aws:ecr/repository:Repository":
		return whether(was["forceDelete"] == true, "forceDelete takes the images along", "AWS refuses while there are images in it")
	case "aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2":
		return whether(was["forceDestroy"] == true, "forceDestroy empties it first", "AWS refuses while there are objects in it")
	case "aws:secretsmanager/secret:Secret":
		// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
		days, set := was["recoveryWindowInDays"].(float64)
		if set && days == 0 {
			return "without a recovery window, at once"
		}
		return fmt.Sprintf("it can be restored for %v days", whether(set, days, 30))
	case "aws:kms/key:Key":
		// https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
		days, set := was["deletionWindowInDays"].(float64)
		return fmt.Sprintf("the deletion can be cancelled for %v days", whether(set, days, 30))
	case "aws:rds/instance:Instance", "aws:rds/cluster:Cluster", "aws:docdb/cluster:Cluster", "aws:neptune/cluster:Cluster":
		return whether(was["skipFinalSnapshot"] == true, "no final snapshot is taken", "a final snapshot is taken")
	}
	return ""
}

func whether[T any](holds bool, then, otherwise T) T {
	if holds {
		return then
	}
	return otherwise
}

// Properties that guard what is in a resource.
var (
	guardsOff = []string{"forceDelete", "forceDestroy", "skipFinalSnapshot", "deleteAutomatedBackups"}
	guardsOn  = []string{"deletionProtection", "deletionProtectionEnabled", "enableDeletionProtection", "terminationProtection",
		"disableApiTermination"}
)

// unguarded finds protection that is removed from what stays, or is replaced. A guard that is turned off only with the
// resource's end is no news.
func unguarded(steps []drydock.Step) []Danger {
	var found []Danger
	for _, s := range steps {
		reasons, forces := dropped(s, steps)
		if len(reasons) == 0 {
			continue
		}
		found = append(found, Danger{
			Kind: Protection, Op: s.Op, Resource: resourceOf(s), Reason: strings.Join(reasons, "; "), Forces: forces,
			WayOut: []string{"leave " + code(forces) + asItIs(forces) + ", unless what is in the resource may be lost"},
		})
	}
	return found
}

func dropped(s drydock.Step, steps []drydock.Step) (reasons, forces []string) {
	drop := func(property, reason string) { reasons, forces = append(reasons, reason), append(forces, property) }
	if s.Op == "delete" && kindOf(s.Type) == "aws:s3/bucketVersioningV2:BucketVersioningV2" && !bucketGoes(s, steps) {
		drop("versioningConfiguration", "the bucket's versioning is suspended: what is overwritten is lost")
		return reasons, forces
	}
	if s.Old == nil || s.New == nil {
		return nil, nil
	}
	if s.Old.Protect && !s.New.Protect {
		drop("protect", "Pulumi no longer refuses to delete it")
	}
	if s.Old.RetainOnDelete && !s.New.RetainOnDelete {
		drop("retainOnDelete", "a deletion by Pulumi no longer leaves it in the cloud")
	}
	was, will := s.Old.Inputs, s.New.Inputs
	for _, name := range guardsOff {
		if was[name] != true && will[name] == true {
			drop(name, name+" is turned on: a deletion takes along what is in it")
		}
	}
	for _, name := range guardsOn {
		if was[name] == true && will[name] != true && will[name] != drydock.Unknown {
			drop(name, name+" is turned off")
		}
	}
	for _, c := range lapses {
		if c.holds(lookup(was, c.path)) && !c.holds(lookup(will, c.path)) {
			drop(c.path, c.reason)
		}
	}
	return reasons, forces
}

// bucketGoes tells whether the bucket of such a setting is deleted too.
func bucketGoes(setting drydock.Step, steps []drydock.Step) bool {
	bucket := inputs(setting.Old)["bucket"]
	return slices.ContainsFunc(steps, func(s drydock.Step) bool {
		return s.Op == "delete" && s.Old != nil && s.Old.ID == bucket && strings.HasPrefix(s.Type, "aws:s3/bucket")
	})
}

// lapses are other properties that guard while something holds of them.
var lapses = []struct {
	path   string
	holds  func(any) bool
	reason string
}{
	{"versioningConfiguration.status", is("Enabled"), "the bucket's versioning is suspended: what is overwritten is lost"},
	{"versioning.enabled", is(true), "the bucket's versioning is suspended: what is overwritten is lost"},
	{"pointInTimeRecovery.enabled", is(true), "point-in-time recovery is turned off"},
	{"backupRetentionPeriod", positive, "automated backups are turned off"},
	{"recoveryWindowInDays", notZero, "a deleted secret can no longer be restored"},
}

func is(want any) func(any) bool {
	return func(v any) bool { return v == want || v == drydock.Unknown }
}

func positive(v any) bool { return number(v) > 0 || v == drydock.Unknown }

// notZero holds of what is not set, too: the default is 30 days.
func notZero(v any) bool { return v != float64(0) }
