package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// printer writes what people read; the first error stays.
type printer struct {
	w     io.Writer
	color bool
	err   error
}

// newPrinter colors on a terminal only, and not where https://no-color.org asks for none.
func newPrinter(w io.Writer) *printer {
	f, ok := w.(*os.File)
	return &printer{w: w, color: ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""}
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *printer) heading(text string) {
	if p.color {
		text = "\033[1m" + text + "\033[0m"
	}
	p.line("%s", text)
}

// table writes rows of two columns, the first as wide as its widest.
func (p *printer) table(rows [][2]string) {
	width := 0
	for _, r := range rows {
		width = max(width, len(r[0]))
	}
	for _, r := range rows {
		p.line("  %-*s  %s", width, r[0], strings.ReplaceAll(r[1], "\n", "\n  "+strings.Repeat(" ", width+2)))
	}
}

func (p *printer) outputs(outputs map[string]drydock.Output) {
	if len(outputs) == 0 {
		return
	}
	p.heading("Outputs")
	var rows [][2]string
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		rows = flatten(rows, name, outputs[name].Value)
	}
	p.table(rows)
}

// flatten adds a row for each simple value within v, named by the path that leads to it.
func flatten(rows [][2]string, path string, v any) [][2]string {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			rows = flatten(rows, path+"."+key, v[key])
		}
	case []any:
		for i, e := range v {
			rows = flatten(rows, fmt.Sprintf("%s[%d]", path, i), e)
		}
	case nil:
		rows = append(rows, [2]string{path, "null"})
	default:
		rows = append(rows, [2]string{path, strings.TrimSpace(fmt.Sprint(v))})
	}
	return rows
}

// made tells what is there now, by provider and service.
func (p *printer) made(r *drydock.Result, resources []drydock.Resource) {
	by := map[string]map[string]int{}
	count := 0
	for _, res := range resources {
		provider, kind := split(res.Type)
		if res.ID == "" || provider == "pulumi" {
			continue // components and providers are nothing in a cloud
		}
		if by[provider] == nil {
			by[provider] = map[string]int{}
		}
		by[provider][kind]++
		count++
	}
	if r.Unchanged() {
		p.heading(fmt.Sprintf("Nothing to change: %s as the program says", plural(count, "resource is", "resources are")))
		return
	}
	p.heading(fmt.Sprintf("Now in the simulated clouds: %s", plural(count, "resource", "resources")))
	var rows [][2]string
	for _, provider := range slices.Sorted(maps.Keys(by)) {
		var kinds []string
		for _, kind := range slices.Sorted(maps.Keys(by[provider])) {
			kinds = append(kinds, fmt.Sprintf("%s %d", kind, by[provider][kind]))
		}
		rows = append(rows, [2]string{provider, strings.Join(kinds, ", ")})
	}
	p.table(rows)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// split takes "aws:iam/role:Role" apart into provider and service, and "tls:index/privateKey:PrivateKey", which has no
// service, into provider and type.
func split(typ string) (provider, kind string) {
	parts := strings.Split(typ, ":")
	if len(parts) != 3 {
		return typ, typ
	}
	module, _, _ := strings.Cut(parts[1], "/")
	if module == "index" || module == "" {
		return parts[0], parts[2]
	}
	return parts[0], module
}

func (p *printer) next(stack string) {
	s := ""
	if stack != "dev" {
		s = " -s " + stack
	}
	p.heading("Next")
	me := command()
	p.table([][2]string{
		{me + " rehearse" + s + " --app DIR", "release an app through it, as AWS would"},
		{me + " graph" + s + " -o graph.svg", "draw it"},
		{me + " preview" + s, "what a change of the program or its configuration would do"},
		{me + " env", "use this drydock with a plain pulumi"},
		{me + " destroy" + s, "take everything down again"},
		{"pulumi up -s " + stack, "the same in the real clouds, with their credentials"},
	})
}

// command is how this program can be called again: by its name where it is installed, else by the go command.
func command() string {
	if _, err := exec.LookPath("drydock"); err == nil {
		return "drydock"
	}
	if _, err := os.Stat("cmd/drydock/main.go"); err == nil {
		return "go run ./cmd/drydock"
	}
	return "go run github.com/container-pipeline/container-pipeline/cmd/drydock"
}
