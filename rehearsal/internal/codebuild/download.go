package codebuild

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/spelling"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// defaultFile is the buildspec of a project that names none.
const defaultFile = "buildspec.yml"

// download copies the sources, reads the buildspec, and resolves the variables: CodeBuild does all that in this phase.
func (b *build) download(ctx context.Context) *failure {
	for _, s := range b.in.Sources {
		if err := copySource(ctx, s, b.sourceDir(s)); err != nil {
			return b.refused("CLIENT_ERROR: "+err.Error(), "Give a source that can be read.")
		}
	}
	b.out.printf("CODEBUILD_SRC_DIR=%s", b.sourceDir(b.primary()))
	file, text, f := b.readBuildSpec()
	if f != nil {
		return f
	}
	var problems []verdict.Problem
	b.spec, problems = Parse(file, text)
	b.result.Notes = append(b.result.Notes, b.spec.Notes...)
	if len(problems) > 0 {
		b.result.Problems = problems
		return &failure{context: problems[0].What, problem: problems[0]}
	}
	b.out.printf("Processing environment variables")
	f, b.broken = b.prepare(ctx)
	if b.broken != nil {
		return b.refused(b.broken.Error(), "Mend what the error names on this machine.")
	}
	return f
}

func (b *build) refused(what, fix string) *failure {
	return &failure{context: what, problem: verdict.Problem{What: b.out.clean(what), Where: b.where(DownloadSource), File: b.spec.File, Fix: fix}}
}

// copySource copies a source, so that no build changes the user's files.
func copySource(ctx context.Context, s Source, to string) error {
	info, err := os.Stat(s.Dir)
	if err != nil || !info.IsDir() {
		return fmt.Errorf("source %s: %q is not a folder", s.Name, s.Dir)
	}
	err = filepath.WalkDir(s.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(s.Dir, path)
		if err != nil {
			return err
		}
		return copyEntry(path, filepath.Join(to, name), entry)
	})
	if err != nil {
		return fmt.Errorf("source %s: %w", s.Name, err)
	}
	return nil
}

// copyEntry copies what an archive of a source has. os.CopyFS refuses names that are not UTF-8, which git and archives take.
func copyEntry(from, to string, entry fs.DirEntry) error {
	switch {
	case entry.IsDir():
		return os.MkdirAll(to, 0o755)
	case entry.Type()&fs.ModeSymlink != 0:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	case !entry.Type().IsRegular():
		return nil
	}
	info, err := entry.Info()
	if err != nil {
		return err
	}
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, info.Mode().Perm()|0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}

// readBuildSpec finds the buildspec: in the project itself, or in the primary source.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec-ref-name-storage
func (b *build) readBuildSpec() (file string, text []byte, f *failure) {
	given := b.in.Project.BuildSpec
	switch {
	case given == "":
		given = defaultFile
	case strings.Contains(given, "\n"), strings.HasPrefix(given, "{"):
		return "buildspec of project " + b.in.Project.Name, []byte(given), nil
	case strings.HasPrefix(given, "arn:"):
		return "", nil, b.refused("CLIENT_ERROR: a buildspec in S3 is not simulated: "+given, "Put the buildspec into the project or the repository.")
	case !filepath.IsLocal(given):
		return "", nil, b.refused("YAML_FILE_ERROR: YAML file does not exist: "+given, "Write the path from the root of the repository.")
	}
	text, err := os.ReadFile(filepath.Join(b.sourceDir(b.primary()), given))
	if err == nil {
		return given, text, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", nil, b.refused("YAML_FILE_ERROR: "+err.Error(), "Make it a file that can be read.")
	}
	// The words are CodeBuild's, as in https://github.com/meanjs/mean/issues/1865.
	f = b.refused("YAML_FILE_ERROR: YAML file does not exist", b.absent(given))
	f.problem.File = given
	return "", nil, f
}

// absent says what to do about a buildspec that is not there.
func (b *build) absent(given string) string {
	folder := filepath.Join(b.sourceDir(b.primary()), filepath.Dir(given))
	return spelling.File(folder, filepath.Base(given), fmt.Sprintf("Add %s to the repository, or name the buildspec in the project.", given))
}
