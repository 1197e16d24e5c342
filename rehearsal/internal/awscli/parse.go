package awscli

import (
	"regexp"
	"slices"
	"strings"
)

// globals are the options that every command has.
// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-options.html
type globals struct {
	region, output, query, profile string
}

// commandLine is a parsed one; its values are still as they were written.
type commandLine struct {
	globals
	version, help bool
	service       string
	op            *operation
	values        rawValues
}

// rawValues are the words given for each option, the operands under "", and the filters in their order.
type rawValues struct {
	of      map[string][]string
	filters []namedFilter
}

type namedFilter struct {
	include bool
	pattern string
}

// globalParams are the global options. Those that only say how to talk to AWS, or how to show it, change nothing here.
var globalParams = with(
	optional(text, "region", "output", "query", "profile", "endpoint-url", "color", "ca-bundle", "cli-binary-format",
		"cli-read-timeout", "cli-connect-timeout"),
	optional(flag, "debug", "no-cli-pager", "no-cli-auto-prompt", "cli-auto-prompt", "no-verify-ssl", "no-paginate",
		"no-sign-request", "version"),
)

// parser walks the words of a command line by the rules of Python's argparse, which the CLI is made with.
// https://docs.python.org/3/library/argparse.html
type parser struct {
	args     []string
	line     commandLine
	params   []param
	operands []string
	unknown  []string
}

func parse(args []string) (commandLine, error) {
	p := &parser{args: args, params: globalParams, line: commandLine{values: rawValues{of: map[string][]string{}}}}
	for len(p.args) > 0 {
		word := p.args[0]
		p.args = p.args[1:]
		var err error
		if isOption(word) {
			err = p.option(word)
		} else {
			err = p.operand(word)
		}
		if err != nil {
			return p.line, err
		}
	}
	return p.line, p.finish()
}

// operand takes the service, then the command, then what the command works on.
func (p *parser) operand(word string) error {
	switch {
	case word == "help" && (p.line.op == nil || p.line.op.paths[1] == 0):
		p.line.help = true
	case p.line.service == "":
		p.line.service = word
	case p.line.op == nil && !p.line.help:
		op, err := lookUp(p.line.service, word)
		if err != nil {
			return err
		}
		p.line.op, p.params = op, with(op.params, globalParams)
	default:
		p.operands = append(p.operands, word)
	}
	return nil
}

func (p *parser) option(word string) error {
	name, value, inline := strings.Cut(strings.TrimPrefix(word, "--"), "=")
	known, negated, ok := p.find(name)
	if !ok {
		p.unknown = append(p.unknown, word)
		for len(p.args) > 0 && !isOption(p.args[0]) { // its values are unknown as well
			p.unknown, p.args = append(p.unknown, p.args[0]), p.args[1:]
		}
		return nil
	}
	var words []string
	switch {
	case known.kind == flag && inline:
		return misused("argument --%s: ignored explicit argument '%s'", known.name, value)
	case known.kind == flag:
		words = []string{map[bool]string{true: "false", false: "true"}[negated]}
	case inline:
		words = []string{value}
	case known.kind == list || known.kind == objects:
		for len(p.args) > 0 && !isOption(p.args[0]) {
			words, p.args = append(words, p.args[0]), p.args[1:]
		}
	case (len(p.args) == 0 || isOption(p.args[0])) && known.bare != "":
		words = []string{known.bare}
	case len(p.args) == 0 || isOption(p.args[0]):
		return misused("argument --%s: expected one argument", known.name)
	default:
		words, p.args = p.args[:1], p.args[1:]
	}
	if known.kind == filter {
		p.line.values.filters = append(p.line.values.filters, namedFilter{known.name == "include", words[0]})
		return nil
	}
	p.line.values.of[known.name] = words
	return nil
}

// find is the option with the name, or the only one that starts with it. A flag has a negation.
func (p *parser) find(name string) (known param, negated, ok bool) {
	var starts []param
	for _, known := range p.params {
		switch {
		case known.name == name:
			return known, false, true
		case known.kind == flag && "no-"+known.name == name:
			return known, true, true
		case strings.HasPrefix(known.name, name):
			starts = append(starts, known)
		}
	}
	if len(starts) == 1 && p.line.op != nil {
		return starts[0], false, true
	}
	return param{}, false, false
}

var negativeNumber = regexp.MustCompile(`^-\d+$|^-\d*\.\d+$`)

// isOption tells an option from a value: a value may be "-" for the standard input, a negative number, or a text with a
// space, as a PEM block's "-----BEGIN CERTIFICATE-----".
func isOption(word string) bool {
	if !strings.HasPrefix(word, "-") || word == "-" || negativeNumber.MatchString(word) {
		return false
	}
	name, _, _ := strings.Cut(word, "=")
	return !strings.Contains(name, " ")
}

// finish checks the whole: what is required, what is unknown, and the global options.
func (p *parser) finish() error {
	of := p.line.values.of
	one := func(name string) string { return strings.Join(of[name], " ") }
	p.line.globals = globals{region: one("region"), output: one("output"), query: one("query"), profile: one("profile")}
	p.line.version = one("version") == "true"
	if p.line.version || p.line.help {
		return nil
	}
	if p.line.op == nil {
		if len(p.unknown) > 0 {
			return p.unknownError()
		}
		return misused("the following arguments are required: %s", map[bool]string{true: "command", false: "operation"}[p.line.service == ""])
	}
	if one("endpoint-url") != "" {
		return notSimulated("--endpoint-url", "Leave the option out: the rehearsal answers for AWS's own endpoints alone.")
	}
	var missing []string
	for _, known := range p.line.op.params {
		if _, ok := of[known.name]; known.required && !ok {
			missing = append(missing, "--"+known.name)
		}
	}
	if len(p.operands) < p.line.op.paths[0] {
		missing = append(missing, "paths")
	}
	if len(missing) > 0 {
		return misused("the following arguments are required: %s", strings.Join(missing, ", "))
	}
	if most := p.line.op.paths[1]; len(p.operands) > most {
		p.unknown = append(slices.Clone(p.operands[most:]), p.unknown...)
		p.operands = p.operands[:most]
	}
	of[""] = p.operands
	return p.unknownError()
}

func (p *parser) unknownError() error {
	if len(p.unknown) == 0 {
		return nil
	}
	message := usageText + "\nUnknown options: " + strings.Join(p.unknown, ", ")
	if p.line.op != nil {
		var names []string
		for _, known := range p.line.op.params {
			names = append(names, "--"+known.name)
		}
		if len(names) > 0 {
			message += "\nThe rehearsal simulates these options of the command: " + strings.Join(names, ", ")
		}
	}
	return failure{exitUsage, message}
}
