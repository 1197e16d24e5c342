package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// proposal is the branch of the pull request.
const proposal = "pull-request"

// repository is one on GitHub with a pull request, in a folder: "origin" is what is fetched from, "work" a clone that has the
// pull request checked out.
type repository struct {
	dir, base string   // the folder, and the branch to merge into
	changed   []string // paths
}

// proposed makes the repository from the app's folder.
func (r *release) proposed(ctx context.Context) (*repository, error) {
	files, strays, err := sourceFiles(ctx, r.app.Dir)
	if err != nil {
		return nil, err
	}
	p := &repository{dir: filepath.Join(r.dir, "repository"), base: r.app.Branch}
	work := p.path("work")
	if err := os.MkdirAll(work, 0o755); err != nil {
		return nil, err
	}
	if err := p.git(ctx, work, "init", "--quiet", "--initial-branch", p.base); err != nil {
		return nil, err
	}
	if err := p.before(ctx, r.app.Dir, files, len(strays) > 0); err != nil {
		return nil, err
	}
	if err := p.git(ctx, work, "checkout", "--quiet", "-b", proposal); err != nil {
		return nil, err
	}
	if err := p.empty(); err != nil {
		return nil, err
	}
	if _, err := copyFiles(ctx, r.app.Dir, work, files); err != nil {
		return nil, err
	}
	if err := p.commit(ctx, first(r.app.Message, "The pull request")); err != nil {
		return nil, err
	}
	if p.changed = r.app.Changed; p.changed == nil {
		p.changed = strings.Fields(git(work, "diff", "--name-only", p.base, proposal))
	}
	return p, p.publish(ctx)
}

func (p *repository) path(name string) string { return filepath.Join(p.dir, name) }

// before commits what the pull request is to be merged into: the folder's last commit if something is not committed, else
// the one before it; the folder as it is where there is none.
func (p *repository) before(ctx context.Context, app string, files []string, uncommitted bool) error {
	base := "HEAD~1"
	if uncommitted {
		base = "HEAD"
	}
	if git(app, "rev-parse", "--verify", "--quiet", base) == "" {
		if _, err := copyFiles(ctx, app, p.path("work"), files); err != nil {
			return err
		}
	} else {
		archive := exec.CommandContext(ctx, "git", "-C", app, "archive", base)
		extract := exec.CommandContext(ctx, "tar", "-x", "-C", p.path("work"))
		pipe, err := archive.StdoutPipe()
		if err != nil {
			return err
		}
		extract.Stdin = pipe
		if err := extract.Start(); err != nil {
			return err
		}
		if err := errors.Join(archive.Run(), extract.Wait()); err != nil {
			return fmt.Errorf("reading %s of %s: %w", base, app, err)
		}
	}
	return p.commit(ctx, "The base")
}

// empty removes all files but git's own.
func (p *repository) empty() error {
	entries, err := os.ReadDir(p.path("work"))
	for _, e := range entries {
		if e.Name() != ".git" {
			err = errors.Join(err, os.RemoveAll(filepath.Join(p.path("work"), e.Name())))
		}
	}
	return err
}

func (p *repository) commit(ctx context.Context, message string) error {
	work := p.path("work")
	if err := p.git(ctx, work, "add", "--all", "--force"); err != nil {
		return err
	}
	return p.git(ctx, work, "commit", "--quiet", "--allow-empty", "--no-verify", "--message", message)
}

// publish makes the origin that builds fetch from.
func (p *repository) publish(ctx context.Context) error {
	origin, work := p.path("origin"), p.path("work")
	if err := os.RemoveAll(origin); err != nil {
		return err
	}
	if err := p.git(ctx, p.dir, "clone", "--quiet", "--bare", work, origin); err != nil {
		return err
	}
	if slices.Contains(strings.Fields(git(work, "remote")), "origin") {
		return nil
	}
	return p.git(ctx, work, "remote", "add", "origin", origin)
}

// committed makes a change that is in the base and in the pull request alike.
func (p *repository) committed(ctx context.Context, change func(dir string) error) error {
	work := p.path("work")
	for _, branch := range []string{p.base, proposal} {
		if err := p.git(ctx, work, "checkout", "--quiet", branch); err != nil {
			return err
		}
		if err := change(work); err != nil {
			return err
		}
		if err := p.commit(ctx, "The stacks are in the backend"); err != nil {
			return err
		}
	}
	return p.publish(ctx)
}

// git runs git in the folder, as nobody in particular.
func (p *repository) git(ctx context.Context, dir string, args ...string) error {
	identity := []string{"-C", dir, "-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@example.com", "-c", "commit.gpgsign=false"}
	out, err := exec.CommandContext(ctx, "git", append(identity, args...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
	}
	return nil
}
