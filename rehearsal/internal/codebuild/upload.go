package codebuild

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// upload gathers the artifacts. The words are CodeBuild's, as in https://github.com/aws-samples/amazon-ecs-fargate-cdk-cicd/issues/13.
func (b *build) upload(ctx context.Context) *failure {
	if b.in.Project.ArtifactsType == "NO_ARTIFACTS" {
		return nil
	}
	for i, id := range slices.Sorted(maps.Keys(b.spec.Artifacts)) {
		spec := b.spec.Artifacts[id]
		dir := filepath.Join(b.path("artifacts"), strconv.Itoa(i))
		if err := b.gather(ctx, spec, dir); err != nil {
			what := "CLIENT_ERROR: " + err.Error()
			if id != "" {
				what += " for artifact " + id
			}
			return &failure{context: what, problem: verdict.Problem{
				What: what, Where: b.where(UploadArtifacts), File: b.spec.File, Line: spec.Line,
				Fix: "Have the build make " + strings.Join(spec.Files, ", ") + ", or correct the paths: they begin at base-directory, else at the root of the source.",
			}}
		}
		b.result.Artifacts[id] = dir
	}
	return nil
}

// gather copies the files of one artifact to a folder.
func (b *build) gather(ctx context.Context, spec *ArtifactSpec, to string) error {
	patterns, err := b.expanded(ctx, slices.Concat([]string{spec.Base}, spec.Files, spec.Exclude))
	if err != nil {
		return err
	}
	files, exclude := patterns[1:1+len(spec.Files)], patterns[1+len(spec.Files):]
	bases, err := b.bases(patterns[0])
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	used := map[string]bool{}
	for _, base := range bases {
		b.out.printf("Expanding file paths for base directory %s", base)
		found, err := listFiles(ctx, base)
		if err != nil {
			return err
		}
		for _, name := range found {
			pattern := slices.IndexFunc(files, func(p string) bool { return matches(p, name) })
			if pattern < 0 || slices.ContainsFunc(exclude, func(p string) bool { return matches(p, name) }) {
				continue
			}
			for _, p := range files {
				if matches(p, name) {
					used[p] = true
				}
			}
			target := name
			if spec.Discard {
				target = filepath.Base(name)
			}
			if err := copyFile(filepath.Join(base, name), filepath.Join(to, target)); err != nil {
				return err
			}
		}
	}
	if len(used) == 0 {
		return errors.New("no matching artifact paths found")
	}
	for _, p := range files {
		if !used[p] {
			b.out.printf("Skipping invalid file path %s", p)
			b.result.Notes = append(b.result.Notes, fmt.Sprintf("%s:%d: no file matches %s: the artifact is without it.", b.spec.File, spec.Line, p))
		}
	}
	return nil
}

// expanded replaces variables, as the reference's own examples need for base-directory.
// https://docs.aws.amazon.com/codebuild/latest/userguide/sample-multi-in-out.html
func (b *build) expanded(ctx context.Context, patterns []string) ([]string, error) {
	var names []string
	for _, p := range patterns {
		os.Expand(p, func(name string) string {
			if variableName.MatchString(name) {
				names = append(names, name)
			}
			return ""
		})
	}
	values, err := b.values(ctx, names)
	if err != nil {
		return nil, err
	}
	result := make([]string, len(patterns))
	for i, p := range patterns {
		result[i] = os.Expand(p, func(name string) string { return values[name] })
	}
	return result, nil
}

// bases are the folders that a base-directory names; without one it is the source's.
func (b *build) bases(pattern string) ([]string, error) {
	root := b.sourceDir(b.primary())
	if pattern == "" {
		return []string{root}, nil
	}
	b.out.printf("Expanding base directory path: %s", pattern)
	full := pattern
	if !filepath.IsAbs(full) {
		full = filepath.Join(root, full)
	}
	found, err := filepath.Glob(full)
	if err != nil {
		return nil, fmt.Errorf("base-directory %s: %w", pattern, err)
	}
	found = slices.DeleteFunc(found, func(name string) bool {
		info, err := os.Stat(name)
		return err != nil || !info.IsDir()
	})
	if len(found) == 0 {
		return nil, fmt.Errorf("no matching base directory path found for %s", pattern)
	}
	return found, nil
}

// listFiles are the files under a folder, with slashes.
func listFiles(ctx context.Context, root string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		info, err := os.Stat(name) // of what a link leads to
		if err != nil || !info.Mode().IsRegular() {
			return nil // a folder, a socket, a link to nowhere
		}
		relative, err := filepath.Rel(root, name)
		names = append(names, filepath.ToSlash(relative))
		return err
	})
	return names, err
}

func copyFile(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, info.Mode().Perm()|0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}
