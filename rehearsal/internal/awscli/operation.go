package awscli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// version is what `aws --version` prints: scripts look for "aws-cli/2".
const version = "aws-cli/2.27.50 Python/3.13.4 Linux/6.1 exe/x86_64 (simulated by the rehearsal)"

// operation is a command: what it takes and what it does.
type operation struct {
	name string // of the command
	// api is the operation of AWS that errors name.
	api    string
	params []param
	// paths is how many operands it takes at least and at most, as `s3 cp FROM TO`.
	paths [2]int
	// run does it. The answer, if not nil, is printed in the form that the command line asks for: a struct with json tags.
	run func(*call) (any, error)
}

// kind is the type of a parameter's value.
type kind int

const (
	text      kind = iota
	number         // a whole number
	flag           // --x, or --no-x
	list           // texts: --x a b c
	object         // a structure: --x a=1,b=2
	objects        // structures: --x a=1 a=2
	localFile      // a name
	filter         // --include, --exclude: their order among each other counts
)

// param is an option of a command.
type param struct {
	name     string // without the dashes
	kind     kind
	required bool
	// members are those that a structure may have; empty: any.
	members []string
	// oneOf are the possible values; empty: any.
	oneOf []string
	// bare is the value of the option without one; empty: it must have one.
	bare string
}

func required(names ...string) []param {
	var all []param
	for _, n := range names {
		all = append(all, param{name: n, required: true})
	}
	return all
}

func optional(k kind, names ...string) []param {
	var all []param
	for _, n := range names {
		all = append(all, param{name: n, kind: k})
	}
	return all
}

func with(groups ...[]param) []param { return slices.Concat(groups...) }

// services are the simulated commands by service and name.
func services() map[string]map[string]operation {
	return map[string]map[string]operation{
		"codepipeline":   codepipelineOperations(),
		"ecr":            ecrOperations(),
		"ecs":            ecsOperations(),
		"eks":            eksOperations(),
		"s3":             s3Operations(),
		"s3api":          s3apiOperations(),
		"secretsmanager": secretsOperations(),
		"ssm":            ssmOperations(),
		"sts":            stsOperations(),
	}
}

// help is what `aws help` and `aws SERVICE help` print: what the rehearsal simulates.
func help(service string) string {
	var b strings.Builder
	b.WriteString("The rehearsal simulates these commands of the AWS CLI:\n\n")
	all := services()
	for _, s := range slices.Sorted(maps.Keys(all)) {
		if service == "" || service == s {
			fmt.Fprintf(&b, "  aws %s %s\n", s, strings.Join(slices.Sorted(maps.Keys(all[s])), "|"))
		}
	}
	return b.String()
}

// lookUp finds the operation of a service's command.
func lookUp(service, command string) (*operation, error) {
	const rest = "A release that needs it cannot be rehearsed: guard the command, or leave it to the account. "
	commands, ok := services()[service]
	if !ok {
		return nil, notSimulated("aws "+service+" "+command, rest+"Of services it knows "+
			strings.Join(slices.Sorted(maps.Keys(services())), ", ")+".")
	}
	op, ok := commands[command]
	if !ok {
		return nil, notSimulated("aws "+service+" "+command, rest+"Of "+service+" it knows "+
			strings.Join(slices.Sorted(maps.Keys(commands)), ", ")+".")
	}
	op.name = command
	return &op, nil
}
