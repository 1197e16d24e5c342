package images

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// dockerfile is a Dockerfile as far as it can be read without building.
// https://docs.docker.com/reference/dockerfile/
type dockerfile struct {
	stages []*stage
	global scope // the ARGs before the first FROM
}

// stage begins with a FROM.
type stage struct {
	name, base string
	line       int
	steps      []instruction
}

// instruction is one line, with the lines that continue it.
type instruction struct {
	line  int
	word  string            // in capitals
	flags map[string]string // those before the arguments
	rest  string            // the arguments as they are written
}

// keywords are the instructions.
var keywords = []string{
	"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN",
	"SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}

// maxDockerfile bounds what is read into memory.
const maxDockerfile = 1 << 20

func readDockerfile(o build) (*dockerfile, error) {
	info, err := os.Stat(o.dockerfile)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxDockerfile {
		return nil, fail("ERROR: failed to solve: the Dockerfile has %d bytes: more than %d", info.Size(), maxDockerfile)
	}
	text, err := os.ReadFile(o.dockerfile)
	if err != nil {
		return nil, err
	}
	return parseDockerfile(string(text), predefined(o))
}

// predefined are the arguments of a build: those given, and the platforms'.
// https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope
func predefined(o build) scope {
	p := platformOf(o)
	own := "linux/" + runtime.GOARCH
	s := scope{
		"TARGETPLATFORM": p.String(), "TARGETOS": p.OS, "TARGETARCH": p.Architecture, "TARGETVARIANT": p.Variant,
		"BUILDPLATFORM": own, "BUILDOS": "linux", "BUILDARCH": runtime.GOARCH, "BUILDVARIANT": "", "TARGETSTAGE": o.target,
	}
	for _, arg := range o.args {
		key, value, _ := strings.Cut(arg, "=")
		s[key] = value
	}
	return s
}

// platformOf is what is built for: by default this machine's processor.
func platformOf(o build) *v1.Platform {
	if p, err := v1.ParsePlatform(o.platform); err == nil && o.platform != "" {
		return p
	}
	return &v1.Platform{OS: "linux", Architecture: runtime.GOARCH}
}

func parseDockerfile(text string, given scope) (*dockerfile, error) {
	instructions, err := split(text)
	if err != nil {
		return nil, err
	}
	f := &dockerfile{global: scope{}}
	for _, i := range instructions {
		switch {
		case i.word == "FROM":
			s, err := f.from(i, given)
			if err != nil {
				return nil, err
			}
			f.stages = append(f.stages, s)
		case len(f.stages) > 0:
			last := f.stages[len(f.stages)-1]
			last.steps = append(last.steps, i)
		case i.word == "ARG":
			f.global.declare(i.rest, given, nil)
		default:
			return nil, i.wrong("no build stage in current context")
		}
	}
	if len(f.stages) == 0 {
		return nil, fail("ERROR: failed to solve: the Dockerfile cannot be empty")
	}
	return f, nil
}

func (i instruction) wrong(format string, args ...any) error {
	return fail("ERROR: failed to solve: dockerfile parse error on line %d: %s", i.line, fmt.Sprintf(format, args...))
}

func (f *dockerfile) from(i instruction, given scope) (*stage, error) {
	values := scope{}
	for _, all := range []scope{given, f.global} {
		for key, value := range all {
			values[key] = value
		}
	}
	words := strings.Fields(i.rest)
	s := &stage{line: i.line}
	switch {
	case len(words) == 3 && strings.EqualFold(words[1], "AS"):
		s.name = strings.ToLower(words[2])
	case len(words) != 1:
		return nil, i.wrong("FROM requires either one or three arguments")
	}
	s.base = values.expand(words[0])
	if s.base == "" {
		return nil, i.wrong("base name (%s) should not be blank", words[0])
	}
	return s, nil
}

// stage is the one with a name or number among the first n; -1 when there is none.
func (f *dockerfile) stage(name string, n int) int {
	at := slices.IndexFunc(f.stages[:n], func(s *stage) bool { return s.name == strings.ToLower(name) })
	if number, err := strconv.Atoi(name); at < 0 && err == nil && number >= 0 && number < n {
		return number
	}
	return at
}

// images are those that it begins with or copies from, and that are not stages.
func (f *dockerfile) images() []string {
	var all []string
	add := func(name string, n int) {
		if name != "" && name != "scratch" && f.stage(name, n) < 0 && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	for n, s := range f.stages {
		add(s.base, n)
		for _, step := range s.steps {
			add(f.global.expand(step.flags["from"]), n)
		}
	}
	return all
}

// baseImages are a build's. Of a Dockerfile that this package cannot read, there are none: the builder tells why.
func baseImages(o build) []string {
	f, err := readDockerfile(o)
	if err != nil {
		return nil
	}
	return f.images()
}

var (
	directive = regexp.MustCompile("(?i)^#\\s*escape\\s*=\\s*([\\\\`])\\s*$")
	heredoc   = regexp.MustCompile(`<<-?\s*["']?([A-Za-z_][A-Za-z0-9_]*)["']?`)
	option    = regexp.MustCompile(`^--([a-z-]+)(?:=(\S*))?\s+`)
)

// split makes instructions of lines: comments go, continued lines and here-documents are joined.
func split(text string) ([]instruction, error) {
	lines := strings.Split(strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n"), "\n")
	escape := `\`
	if found := directive.FindStringSubmatch(lines[0]); found != nil {
		escape = found[1]
	}
	var all []instruction
	for n := 0; n < len(lines); n++ {
		line := strings.TrimSpace(lines[n])
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		start := n + 1
		for strings.HasSuffix(line, escape) && n+1 < len(lines) {
			n++
			if next := strings.TrimSpace(lines[n]); !strings.HasPrefix(next, "#") && next != "" {
				line = strings.TrimSuffix(line, escape) + " " + next
			}
		}
		i, err := instructionOf(strings.TrimSpace(strings.TrimSuffix(line, escape)), start)
		if err != nil {
			return nil, err
		}
		if i.word == "RUN" || i.word == "COPY" || i.word == "ADD" {
			n = skipDocuments(lines, n, i.rest)
		}
		all = append(all, i)
	}
	return all, nil
}

// skipDocuments is the line where the here-documents of an instruction end.
func skipDocuments(lines []string, n int, rest string) int {
	for _, found := range heredoc.FindAllStringSubmatch(rest, -1) {
		for end := n + 1; end < len(lines); end++ {
			if strings.TrimSpace(lines[end]) == found[1] {
				n = end
				break
			}
		}
	}
	return n
}

func instructionOf(line string, number int) (instruction, error) {
	word, rest, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	i := instruction{line: number, word: strings.ToUpper(word), flags: map[string]string{}, rest: strings.TrimSpace(rest)}
	if !slices.Contains(keywords, i.word) {
		return i, i.wrong("unknown instruction: %s", word)
	}
	for {
		found := option.FindStringSubmatch(i.rest)
		if found == nil {
			break
		}
		i.flags[found[1]] = found[2]
		i.rest = i.rest[len(found[0]):]
	}
	if i.rest == "" {
		return i, i.wrong("%s requires at least one argument", i.word)
	}
	return i, nil
}

// list is the argument in its JSON form; ok is false for the shell's form.
func (i instruction) list() (words []string, ok bool) {
	err := json.Unmarshal([]byte(i.rest), &words)
	return words, err == nil
}
