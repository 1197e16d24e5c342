package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/permissions"
)

// granting are the flags of one call of permissions.
type granting struct {
	account  string
	role     string
	boundary string
	output   string
}

var accountNumber = regexp.MustCompile(`^\d{12}$`)

func (a *app) permissions() *cobra.Command {
	g := &granting{}
	cmd := &cobra.Command{
		Use:   "permissions",
		Short: "Write the IAM policies with which a deployer can manage what the stack contains, and nothing else",
		Long: "Write the IAM policies with which a deployer can create, read, update, delete and tag what the stack contains, and\n" +
			"nothing else. The stack is brought up in a drydock of its own, which is thrown away, so that names and ARNs are known.\n\n" +
			"Roles may be made only with a permissions boundary. One document fills a managed policy at most (6,144\n" +
			"characters), so there may be several, one after the other. --json adds why a statement is on everything (\"*\").",
		Example: "  drydock permissions --stack production --account 111122223333 --output stacks/permissions/production.json",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.grant(cmd.Context(), g) },
	}
	flags := cmd.Flags()
	flags.StringVar(&g.account, "account", "", "the 12 digits of the account to deploy to (default: the drydock's)")
	flags.StringVar(&g.role, "role", "", "the ARN of a role that the stack assumes for another account: its permissions instead")
	flags.StringVar(&g.boundary, "boundary", "deployer"+permissions.BoundarySuffix, "the name of the policy that is the roles' boundary")
	flags.StringVarP(&g.output, "output", "o", "", "the file to write (default: stdout)")
	return cmd
}

func (a *app) grant(ctx context.Context, g *granting) error {
	if g.account != "" && !accountNumber.MatchString(g.account) {
		return &drydock.UsageError{Problem: fmt.Sprintf("--account is 12 digits, and got %q", g.account)}
	}
	if g.account != "" && g.role != "" {
		return &drydock.UsageError{Problem: "--account and --role do not go together: a role's permissions are for the account in its ARN"}
	}
	resources, err := a.contents(ctx)
	if err != nil {
		return err
	}
	place, err := permissions.PlaceOf(resources, g.role)
	if err != nil {
		return err
	}
	if g.account != "" {
		place.Account = g.account
	}
	report, err := permissions.Generate(resources, permissions.Options{
		Place:    place,
		Role:     g.role,
		Boundary: fmt.Sprintf("arn:%s:iam::%s:policy/%s", place.Partition, place.Account, g.boundary),
	})
	if err != nil {
		return err
	}
	a.warn(report)
	return g.write(a, report)
}

// contents brings the stack up in a drydock of its own.
func (a *app) contents(ctx context.Context) (resources []permissions.Resource, err error) {
	state, err := os.MkdirTemp("", "drydock-permissions-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(state)) }()
	dock, err := drydock.Open(state, drydock.Progress(a.stderr), drydock.SkipCheckpoints())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, dock.Close()) }()
	return permissions.Read(ctx, dock.Stack(a.stack, drydock.Dir(a.dir)))
}

// warn tells what the policies are not enough for.
func (a *app) warn(report *permissions.Report) {
	if len(report.Unbounded) > 0 {
		fmt.Fprintf(a.stderr, "drydock: these roles have no permissions boundary, so that a deployer with these policies cannot make them: %s\n"+
			"         set container-pipeline:permissionsBoundary to the policy's name in stacks/Pulumi.%s.yaml\n",
			strings.Join(report.Unbounded, ", "), a.stack)
	}
	for _, role := range report.Roles {
		fmt.Fprintf(a.stderr, "drydock: what is in another account is managed by a role there, which needs permissions of its own:\n"+
			"         drydock permissions --stack %s --role %s\n", a.stack, role)
	}
	if len(report.Elsewhere) > 0 {
		fmt.Fprintf(a.stderr, "drydock: not in AWS, and managed with other credentials: %s\n", strings.Join(report.Elsewhere, ", "))
	}
}

func (g *granting) write(a *app, report *permissions.Report) (err error) {
	w := a.stdout
	if g.output != "" {
		f, err := os.Create(g.output)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		w = f
	}
	if a.json {
		return writeJSON(w, report)
	}
	return writeDocuments(w, report)
}

// writeDocuments writes the policies one after the other.
func writeDocuments(w io.Writer, report *permissions.Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	for _, d := range report.Documents {
		if err := encoder.Encode(d); err != nil {
			return err
		}
	}
	return nil
}
