package codebuild

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// export reads the variables that the buildspec exports, as they are after the last phase.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.exported-variables
func (b *build) export(ctx context.Context) error {
	values, err := b.values(ctx, b.spec.Exported)
	if err != nil {
		return err
	}
	for _, name := range b.spec.Exported {
		value, set := values[name]
		if !set {
			b.result.Notes = append(b.result.Notes, fmt.Sprintf("%s: the exported variable %s was never set.", b.spec.File, name))
			continue
		}
		b.result.Exported[name] = value
	}
	return nil
}

// values asks the shell for variables; those that are not set are left out.
func (b *build) values(ctx context.Context, names []string) (map[string]string, error) {
	values := map[string]string{}
	for _, name := range names {
		file := filepath.Join(b.path("shell"), "value")
		ask := fmt.Sprintf(`if [ "${%[1]s+set}" ]; then printf '%%s' "$%[1]s" >|%[2]s; fi`, name, quoted(file))
		if err := b.quietly(ctx, ask); err != nil {
			return nil, err
		}
		text, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		values[name] = strings.TrimRight(string(text), "\n")
		if err := os.Remove(file); err != nil {
			return nil, err
		}
	}
	return values, nil
}
