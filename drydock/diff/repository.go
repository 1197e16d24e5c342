package diff

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/internal/process"
)

// repository is the git repository that the program is in. It is only read: neither its working tree nor its index nor
// anything else in it changes, and no hook of its runs.
type repository struct{ root string }

func usage(format string, args ...any) error {
	return &drydock.UsageError{Problem: fmt.Sprintf(format, args...)}
}

// openRepository finds the repository of the folder, and the folder's path within it.
func openRepository(ctx context.Context, dir string) (r *repository, within string, err error) {
	if _, err := exec.LookPath("git"); err != nil {
		return nil, "", errors.New("no git command is on PATH; install it from https://git-scm.com")
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, "", usage("there is no folder %s", dir)
	}
	out, err := (&repository{dir}).git(ctx, nil, "rev-parse", "--show-toplevel", "--show-prefix")
	if ctx.Err() != nil {
		return nil, "", err
	}
	if err != nil {
		return nil, "", usage("%s is in no git repository with a working tree: %v", dir, err)
	}
	root, within, _ := strings.Cut(out, "\n")
	return &repository{root}, filepath.Clean(filepath.FromSlash(within)), nil
}

// key is of a few letters, another one for each repository on this machine.
func (r *repository) key() string {
	sum := sha256.Sum256([]byte(r.root))
	return hex.EncodeToString(sum[:6])
}

// git runs the command in the repository and returns what it writes.
func (r *repository) git(ctx context.Context, env []string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = r.root
	// Large files stay the pointers that they are in the commit, and git writes no index to save time.
	// https://git-scm.com/docs/git#Documentation/git.txt-codeGITOPTIONALLOCKScode
	cmd.Env = append(append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "GIT_LFS_SKIP_SMUDGE=1"), env...)
	process.Apart(cmd)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, bytes.TrimSpace(said.Bytes()))
	}
	return strings.TrimSpace(string(out)), nil
}

// resolve finds the commit that the reference names.
func (r *repository) resolve(ctx context.Context, ref string) (hash string, err error) {
	hash, err = r.git(ctx, nil, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if ctx.Err() != nil {
		return "", err
	}
	if err != nil || ref == "" {
		return "", usage("%q is no commit of %s; a shallow clone has only some of them: `git fetch --unshallow`, "+
			"or `fetch-depth: 0` with actions/checkout", ref, r.root)
	}
	return hash, nil
}

// mergeBase is the commit that the two have in common.
func (r *repository) mergeBase(ctx context.Context, a, b string) (hash string, err error) {
	hash, err = r.git(ctx, nil, "merge-base", a, b)
	if err != nil && ctx.Err() == nil {
		return "", usage("%s and %s have no commit in common, as far as this clone knows: %v", a, b, err)
	}
	return hash, err
}

func (r *repository) dirty(ctx context.Context) (bool, error) {
	out, err := r.git(ctx, nil, "status", "--porcelain")
	return out != "", err
}

// export writes the commit's files into the folder by an index of its own. A worktree of git's would do too, but runs
// the repository's hooks, and leaves its traces in it when this process is killed; an archive leaves out what
// .gitattributes says. https://git-scm.com/docs/git-checkout-index
func (r *repository) export(ctx context.Context, commit, dir string) error {
	env := []string{"GIT_INDEX_FILE=" + dir + ".index"}
	if _, err := r.git(ctx, env, "read-tree", commit); err != nil {
		return err
	}
	_, err := r.git(ctx, env, "checkout-index", "--all", "--prefix="+filepath.ToSlash(dir)+"/")
	return err
}

// unexported tells what of the commit's content is not in its files.
func (r *repository) unexported(ctx context.Context, commit string) ([]string, error) {
	var notes []string
	tree, err := r.git(ctx, nil, "ls-tree", "-r", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(tree) {
		if entry, path, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); strings.HasPrefix(entry, "160000 ") {
			notes = append(notes, fmt.Sprintf("the submodule %s is left empty", path))
		}
	}
	// grep fails where it finds nothing.
	files, err := r.git(ctx, nil, "grep", "-l", "filter=lfs", commit, "--", "*.gitattributes")
	if ctx.Err() != nil {
		return nil, err
	}
	if files != "" {
		notes = append(notes, "files in Git LFS are left the pointers that they are in the commit")
	}
	return notes, nil
}
