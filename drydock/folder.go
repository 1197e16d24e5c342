package drydock

import "context"

// Folder is the Pulumi Go program of a folder, a Source that is built once for any number of stacks and drydocks.
type Folder struct {
	project *project
	built   string // the executable
}

// OpenFolder looks at the program in the folder or in one above it. A *UsageError tells that there is none.
func OpenFolder(dir string) (*Folder, error) {
	p, err := folder(dir).project()
	if err != nil {
		return nil, err
	}
	return &Folder{project: p}, nil
}

// Project is the name in the program's Pulumi.yaml.
func (f *Folder) Project() string { return f.project.name() }

// Dir is the folder of its Pulumi.yaml.
func (f *Folder) Dir() string { return f.project.dir() }

// Stacks are the names of those that have a configuration file, sorted.
func (f *Folder) Stacks() ([]string, error) { return f.project.stacks() }

// Build builds the program into the file, for all operations that follow. A program that does not compile is a
// *BuildError.
func (f *Folder) Build(ctx context.Context, file string) error {
	p := *f.project
	p.builtAs = file
	if err := p.build(ctx); err != nil {
		return err
	}
	f.built = file
	return nil
}

func (f *Folder) open(s *Stack) (*project, error) {
	if f.built == "" {
		return folder(f.Dir()).open(s)
	}
	p := *f.project
	p.builtAs, p.upToDate = f.built, true
	return &p, p.knows(s)
}
