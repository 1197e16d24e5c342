package meta

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// exactly are statements put together: by their condition, and whether they are on everything.
type exactly map[string]iam.Statement

func (e exactly) add(actions []string, resource string, conditions iam.Conditions) {
	if len(actions) == 0 {
		return
	}
	key, _ := json.Marshal(conditions) // texts, which always can be
	at := fmt.Sprint(resource == "*", string(key))
	s := e[at]
	s.Effect, s.Condition = iam.EffectAllow, conditions
	s.Action, s.Resource = append(s.Action, actions...), append(s.Resource, resource)
	e[at] = s
}

// statements are numbered in their order.
func (e exactly) statements() []iam.Statement {
	var all []iam.Statement
	for i, at := range slices.Sorted(maps.Keys(e)) {
		s := e[at]
		s.Sid = fmt.Sprintf("Exactly%d", i+1)
		s.Action, s.Resource = withoutCovered(s.Action), withoutCovered(s.Resource)
		all = append(all, s)
	}
	return all
}

var verb = regexp.MustCompile(`^[a-z0-9-]+:(Describe|List)`)

// byVerbs are the statements with one action for all of a service that describe, or that list, where there are more. What gets
// something stays as it is: it may be a secret, a token or an object.
func (e exactly) byVerbs() exactly {
	all := exactly{}
	for at, s := range e {
		verbs := map[string][]string{}
		for _, action := range withoutCovered(s.Action) {
			verbs[verb.FindString(action)] = append(verbs[verb.FindString(action)], action)
		}
		s.Action = verbs[""]
		for verb, actions := range verbs {
			switch {
			case verb == "":
			case len(actions) > 1:
				s.Action = append(s.Action, verb+"*")
			default:
				s.Action = append(s.Action, actions...)
			}
		}
		all[at] = s
	}
	return all
}

// kindOf is the ARN up to the resource's own name: "arn:aws:ecr:us-east-2:123456789012:repository/". A bucket's has none.
func kindOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	prefix := strings.Join(parts[:5], ":") + ":"
	if parts[2] == "s3" || parts[2] == "sns" || parts[2] == "codepipeline" { // whose ARNs begin with the name
		return prefix
	}
	return prefix + kindOfResource.FindString(parts[5])
}

// kindOfResource is its type, and that of a load balancer behind it.
var kindOfResource = regexp.MustCompile(`^[^/:]+[/:]((app|net|gwy)/)?`)

func serviceOf(arn string) string {
	if parts := strings.SplitN(arn, ":", 4); len(parts) == 4 {
		return parts[2]
	}
	return ""
}

// isNamed tells an ARN with something of a name in it from those of all resources of a type.
func isNamed(arn string) bool {
	return kindOf(arn) != "" && strings.Trim(strings.TrimPrefix(arn, kindOf(arn)), "*/:") != ""
}

// partsOf are ARNs of what belongs to a resource without being managed by itself: the task sets of a service, the rules of a
// listener, the revisions of an application.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html#amazonelasticcontainerservice-resources-for-iam-policies
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html#awselasticloadbalancingv2-resources-for-iam-policies
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodedeploy.html#awscodedeploy-resources-for-iam-policies
func partsOf(arn string) []string {
	kind := kindOf(arn)
	name := strings.TrimPrefix(arn, kind)
	for whole, part := range map[string]string{"service/": "task-set/", "listener/": "listener-rule/", "application:": "application:"} {
		if prefix, found := strings.CutSuffix(kind, ":"+whole); found {
			return []string{prefix + ":" + part + name + "/*"}
		}
	}
	return nil
}

// covers tells whether a pattern that ends in * has all that another one has.
func covers(pattern, other string) bool {
	prefix, open := strings.CutSuffix(pattern, "*")
	return pattern == other || open && !strings.ContainsAny(prefix, "*?") && strings.HasPrefix(other, prefix)
}

func anyCovers(patterns []string, other string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return covers(pattern, other) })
}

// withoutCovered are the texts, sorted, without those that another one covers.
func withoutCovered(arns []string) []string {
	arns = slices.Compact(slices.Sorted(slices.Values(arns)))
	return slices.DeleteFunc(slices.Clone(arns), func(arn string) bool {
		return slices.ContainsFunc(arns, func(other string) bool { return other != arn && covers(other, arn) })
	})
}

// acrossKinds are the sorted ARNs with those of one service and name put together, whatever their kinds: the cluster, service
// and task definitions of an application. They stay as they are where no name is of several kinds.
func acrossKinds(arns []string) []string {
	kinds, members := map[string]map[string]bool{}, map[string][]string{}
	for _, arn := range arns {
		kind := kindOf(arn)
		name := strings.TrimPrefix(arn, kind)
		if end := strings.IndexAny(name, "/:*?"); end >= 0 {
			name = name[:end]
		}
		separator := kind[len(kind)-1:]
		together := strings.Join(strings.SplitN(arn, ":", 6)[:5], ":") + ":*" + separator + name + "*"
		if kinds[together] == nil {
			kinds[together] = map[string]bool{}
		}
		kinds[together][kind] = true
		members[together] = append(members[together], arn)
	}
	for _, together := range slices.Sorted(maps.Keys(kinds)) {
		if len(kinds[together]) > 1 {
			rest := slices.DeleteFunc(slices.Clone(arns), func(arn string) bool { return slices.Contains(members[together], arn) })
			return append(rest, together)
		}
	}
	return arns
}

// folded are the sorted ARNs with two of one kind put together under the words that both begin with: those two that lose the
// least.
// They stay as they are where none have anything of a name in common.
func folded(arns []string) []string {
	at, least, together := -1, 0, ""
	for i := range len(arns) - 1 {
		common := commonPrefix(arns[i], arns[i+1])
		lost := len(arns[i]) + len(arns[i+1]) - 2*len(common)
		if kindOf(arns[i]) == kindOf(arns[i+1]) && isNamed(common) && (at < 0 || lost < least) {
			at, least, together = i, lost, common+"*"
		}
	}
	if at < 0 {
		return arns
	}
	return slices.Concat(arns[:at], []string{together}, arns[at+2:])
}

// commonPrefix is what both begin with, to the end of a word.
func commonPrefix(a, b string) string {
	end := 0
	for n := 0; n < len(a) && n < len(b) && a[n] == b[n] && a[n] != '*' && a[n] != '?'; n++ {
		if strings.IndexByte("-_./:", a[n]) >= 0 {
			end = n + 1
		}
	}
	return a[:end]
}

// keepNames are services that are never given whole: who may make users or roles of any name, or read what others keep, has
// more than any stack.
var keepNames = []string{"iam", "kms", "s3", "secretsmanager", "ssm"}

// serviceWide are the ARNs with those of the service with the longest text put together as all of its account and region.
func serviceWide(arns []string) []string {
	texts := map[string]int{}
	for _, arn := range arns {
		if !slices.Contains(keepNames, serviceOf(arn)) {
			texts[serviceOf(arn)] += len(arn)
		}
	}
	if len(texts) == 0 {
		return arns
	}
	longest := slices.MaxFunc(slices.Sorted(maps.Keys(texts)), func(a, b string) int { return cmp.Compare(texts[a], texts[b]) })
	var all []string
	for _, arn := range arns {
		if serviceOf(arn) == longest {
			arn = strings.Join(strings.SplitN(arn, ":", 6)[:5], ":") + ":*"
		}
		all = append(all, arn)
	}
	return slices.Compact(slices.Sorted(slices.Values(all)))
}
