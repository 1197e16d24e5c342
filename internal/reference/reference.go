// Package reference writes the tables of docs/ from the Go source, so that they cannot say anything else. A struct's
// field is a row: its key (the pulumi tag), its type, and its comment, from which the default is taken.
package reference

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
)

// Package is the exported structs of a package, by name.
type Package struct {
	structs map[string]declared
}

type declared struct {
	doc    string
	fields []*ast.Field
}

// Load reads the package in the folder, without its tests.
func Load(dir string) (*Package, error) {
	p := &Package{structs: map[string]declared{}}
	files, err := fs.Glob(os.DirFS(dir), "*.go")
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), dir+"/"+name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		p.add(file)
	}
	return p, nil
}

func (p *Package) add(file *ast.File) {
	for _, decl := range file.Decls {
		general, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range general.Specs {
			named, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			if s, ok := named.Type.(*ast.StructType); ok && named.Name.IsExported() {
				p.structs[named.Name.Name] = declared{sentence(general.Doc.Text()), s.Fields.List}
			}
		}
	}
}

// Doc is the comment of a struct, in one paragraph.
func (p *Package) Doc(name string) string { return escape(p.structs[name].doc) }

// Table is a struct's fields as a Markdown table, with a link for each type that is among linked.
func (p *Package) Table(name string, linked []string) string {
	var b strings.Builder
	b.WriteString("| key | type | what it is | default |\n|---|---|---|---|\n")
	for _, f := range p.structs[name].fields {
		if len(f.Names) == 0 {
			fmt.Fprintf(&b, "| all of %s | | | |\n", kind(f.Type, linked))
			continue
		}
		key := tagged(f)
		if !f.Names[0].IsExported() {
			continue
		}
		text, otherwise := split(sentence(f.Doc.Text() + f.Comment.Text()))
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", key, kind(f.Type, linked), text, otherwise)
	}
	return b.String()
}

// Outputs is a component's outputs as a Markdown table. A field without a comment shares the one before it.
func (p *Package) Outputs(name string) string {
	var b strings.Builder
	b.WriteString("| output | Go field | what it is |\n|---|---|---|\n")
	text := ""
	for _, f := range p.structs[name].fields {
		if len(f.Names) == 0 || !f.Names[0].IsExported() {
			continue
		}
		if own := sentence(f.Doc.Text()); own != "" {
			text = escape(own)
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", tagged(f), f.Names[0].Name, text)
	}
	return b.String()
}

// Keys are the outputs of a component in one line.
func (p *Package) Keys(name string) string {
	var keys []string
	for _, f := range p.structs[name].fields {
		if len(f.Names) > 0 && f.Names[0].IsExported() {
			keys = append(keys, "`"+tagged(f)+"`")
		}
	}
	return strings.Join(keys, ", ")
}

// tagged is the field's key; a field that only Go programs give has none, and is called by its name.
func tagged(f *ast.Field) string {
	if f.Tag != nil {
		if key := reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("pulumi"); key != "" {
			return key
		}
	}
	return f.Names[0].Name
}

func kind(t ast.Expr, linked []string) string {
	text := types.ExprString(t)
	bare := strings.TrimLeft(text, "[]*")
	if slices.Contains(linked, bare) {
		list := ""
		if strings.HasPrefix(text, "[]") {
			list = "list of "
		}
		return fmt.Sprintf("%s[%s](#%s)", list, bare, strings.ToLower(bare))
	}
	return "`" + text + "`"
}

// split takes the default out of a comment: "CPU of the task. Default: 512." or "… Default: false, it is protected."
func split(comment string) (text, otherwise string) {
	text, otherwise, found := strings.Cut(comment, "Default: ")
	if !found {
		return escape(comment), "—"
	}
	value, rest, _ := strings.Cut(otherwise, ". ")
	if rest != "" {
		text += rest
	}
	return escape(strings.TrimSpace(text)), escape(strings.TrimSuffix(value, "."))
}

func sentence(comment string) string { return strings.Join(strings.Fields(comment), " ") }

// escape keeps Markdown from reading placeholders as tags, and cells from ending early.
func escape(text string) string {
	return strings.NewReplacer("<", "&lt;", ">", "&gt;", "|", `\|`, "*", `\*`).Replace(text)
}
