package pulumi

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// releasePath is where Pulumi's releases are. https://www.pulumi.com/docs/iac/download-install/
var releasePath = regexp.MustCompile(`^/releases/sdk/pulumi-v(\d+\.\d+\.\d+)-linux-(x64|arm64)\.tar\.gz$`)

// notThere is curl's exit code for an answer that is an error, with -f. https://curl.se/docs/manpage.html
const notThere = 22

// curl gives the archive of a release of Pulumi's, whose pulumi is this rehearsal's engine. What is elsewhere is for this
// machine's own curl.
func (r *runner) curl(ctx context.Context, c tools.Command) int {
	at := slices.IndexFunc(c.Args, func(arg string) bool {
		u, err := url.Parse(arg)
		return err == nil && u.Host == "get.pulumi.com"
	})
	if at < 0 {
		return r.machines(ctx, "curl", c)
	}
	u, _ := url.Parse(c.Args[at]) // as above
	found := releasePath.FindStringSubmatch(u.Path)
	if found == nil || u.Scheme != "https" {
		_, _ = fmt.Fprintf(c.Stderr, "curl: (22) The requested URL returned error: 403\n"+
			"There is no release at %s: its archives are https://get.pulumi.com/releases/sdk/pulumi-v<version>-linux-<x64 or arm64>.tar.gz\n", u)
		return notThere
	}
	if engine := r.Engine(); engine != found[1] {
		r.Note("The build installs Pulumi %s; the rehearsal runs the engine %s in its place.", found[1], first(engine, "of this machine"))
	}
	archive, err := r.archive(c)
	if err != nil {
		return failed(c, err)
	}
	if file := outputFile(c.Args); file != "" {
		err = os.WriteFile(inDir(c.Dir, file), archive, 0o644)
	} else {
		_, err = c.Stdout.Write(archive)
	}
	if err != nil {
		return failed(c, err)
	}
	return 0
}

// outputFile is where curl's options say that the answer goes, "" for its standard output.
func outputFile(args []string) string {
	for i, arg := range args {
		value := ""
		if i+1 < len(args) {
			value = args[i+1]
		}
		short := strings.HasPrefix(arg, "-") && !strings.HasPrefix(arg, "--")
		switch {
		case arg == "--output", short && strings.HasSuffix(arg, "o"):
			return value
		case strings.HasPrefix(arg, "--output="):
			return strings.TrimPrefix(arg, "--output=")
		case arg == "--remote-name", short && strings.HasSuffix(arg, "O"):
			return filepath.Base(args[len(args)-1])
		}
	}
	return ""
}

// archive is a release's: a folder pulumi with the commands.
func (r *runner) archive(c tools.Command) ([]byte, error) {
	command, err := lookFor(engineTool, c.Env)
	if err != nil {
		return nil, err
	}
	script := fmt.Sprintf("#!/bin/sh\nexec '%s' \"$@\"\n", strings.ReplaceAll(command, "'", `'\''`))
	var out bytes.Buffer
	packed := gzip.NewWriter(&out)
	archive := tar.NewWriter(packed)
	if err := archive.WriteHeader(&tar.Header{Name: "pulumi/pulumi", Mode: 0o755, Size: int64(len(script))}); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(archive, script); err != nil {
		return nil, err
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	err = packed.Close()
	return out.Bytes(), err
}

// lookFor finds a command on the PATH of an environment.
func lookFor(command string, env []string) (string, error) {
	for _, v := range env {
		path, ok := strings.CutPrefix(v, "PATH=")
		if !ok {
			continue
		}
		for _, folder := range filepath.SplitList(path) {
			file := filepath.Join(folder, command)
			if info, err := os.Stat(file); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
				return file, nil
			}
		}
	}
	return "", fmt.Errorf("%s: not found", command)
}

// sha256sum takes the rehearsal's archive for the release that is pinned, whose content is not here; other files are
// summed by this machine's own.
func (r *runner) sha256sum(ctx context.Context, c tools.Command) int {
	if !slices.ContainsFunc(c.Args, func(arg string) bool { return arg == "-c" || arg == "--check" }) {
		return r.machines(ctx, "sha256sum", c)
	}
	list, err := io.ReadAll(c.Stdin)
	if err != nil {
		return failed(c, err)
	}
	ours, err := r.archive(c)
	if err != nil {
		return failed(c, err)
	}
	var told bytes.Buffer
	lines := bufio.NewScanner(bytes.NewReader(list))
	for lines.Scan() {
		sum, file, ok := strings.Cut(lines.Text(), "  ")
		content, err := os.ReadFile(inDir(c.Dir, file))
		if ok && err == nil && bytes.Equal(content, ours) && checksum.MatchString(sum) {
			r.Note("The SHA-256 that %s is pinned to is not checked: the rehearsal does not have the release.", filepath.Base(file))
			own := sha256.Sum256(content)
			sum = hex.EncodeToString(own[:])
		}
		fmt.Fprintf(&told, "%s  %s\n", sum, file)
	}
	c.Stdin = &told
	return r.machines(ctx, "sha256sum", c)
}

var checksum = regexp.MustCompile(`^[0-9a-f]{64}$`)

// machines runs this machine's own command.
func (r *runner) machines(ctx context.Context, name string, c tools.Command) int {
	env := slices.Clone(c.Env)
	own, err := lookFor(name, env)
	for i, v := range env { // the first folder has the rehearsal's
		if path, ok := strings.CutPrefix(v, "PATH="); ok && err == nil {
			_, rest, _ := strings.Cut(path, filepath.Dir(own)+string(os.PathListSeparator))
			env[i] = "PATH=" + rest
		}
	}
	if own, err = lookFor(name, env); err != nil {
		failed(c, err)
		return notFound
	}
	cmd := exec.CommandContext(ctx, own, c.Args...)
	cmd.Env = env
	return execute(cmd, c)
}

func inDir(dir, file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
