package awscli

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// writeText prints a value in the form `--output text`: a structure's simple values in one line with tabs, sorted by
// their keys, then its lists and structures, each line led by the key in capitals; None for null.
// https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-output-format.html#text-output
func writeText(w io.Writer, v any) error {
	var b strings.Builder
	textOf(&b, v, "", nil)
	_, err := io.WriteString(w, b.String())
	return err
}

// textOf prints a value. The label leads its lines; the columns, if not nil, are those of all structures of its list, so
// that each has a cell for every one.
func textOf(b *strings.Builder, v any, label string, columns []string) {
	switch v := v.(type) {
	case map[string]any:
		textOfStructure(b, v, label, columns)
	case []any:
		textOfList(b, v, label)
	default:
		fmt.Fprintln(b, cell(v))
	}
}

func textOfStructure(b *strings.Builder, m map[string]any, label string, columns []string) {
	inList := columns != nil
	if !inList {
		for _, key := range sortedKeys(m) {
			if isSimple(m[key]) {
				columns = append(columns, key)
			}
		}
	}
	var cells []string
	taken := map[string]bool{}
	for _, key := range columns {
		taken[key] = true
		v, ok := m[key]
		if !ok {
			cells = append(cells, "")
			continue
		}
		cells = append(cells, cell(v))
	}
	if len(cells) > 0 {
		if label != "" {
			cells = append([]string{strings.ToUpper(label)}, cells...)
		}
		fmt.Fprintln(b, strings.Join(cells, "\t"))
	}
	for _, key := range sortedKeys(m) {
		if !taken[key] {
			textOf(b, m[key], key, nil)
		}
	}
}

func textOfList(b *strings.Builder, l []any, label string) {
	var simple, nested []any
	columns, structures := map[string]bool{}, false
	for _, v := range l {
		if isSimple(v) {
			simple = append(simple, v)
		} else {
			nested = append(nested, v)
		}
		m, ok := v.(map[string]any)
		structures = structures || ok
		for key, value := range m {
			if isSimple(value) {
				columns[key] = true
			}
		}
	}
	if structures {
		shared := append([]string{}, sortedKeys(columns)...) // not nil: no columns is not the same as any
		for _, v := range l {
			textOf(b, v, label, shared)
		}
		return
	}
	textOfRow(b, simple, label)
	for _, v := range nested {
		textOf(b, v, label, nil)
	}
}

// textOfRow prints simple values: in one line, or with a label one a line.
func textOfRow(b *strings.Builder, values []any, label string) {
	if len(values) == 0 {
		return
	}
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = cell(v)
		if label != "" {
			cells[i] = strings.ToUpper(label) + "\t" + cells[i]
		}
	}
	fmt.Fprintln(b, strings.Join(cells, map[bool]string{true: "\t", false: "\n"}[label == ""]))
}

func isSimple(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

// cell is a simple value as Python prints it.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return map[bool]string{true: "True", false: "False"}[v]
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}
