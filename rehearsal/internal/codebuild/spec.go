package codebuild

// Spec is a build specification.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
type Spec struct {
	// File is what messages call it.
	File string
	// Version is "0.1" or "0.2".
	Version string
	// Shell is env.shell, empty for sh.
	Shell string
	// Variables are in the file's order.
	Variables []Variable
	// Exported are names of variables.
	Exported []string
	Phases   map[string]*PhaseSpec // by CodeBuild's name, as "PRE_BUILD"
	// Artifacts are by identifier, "" for the primary one; empty without any.
	Artifacts map[string]*ArtifactSpec
	// Notes are what CodeBuild passes over in silence, and what this package does not simulate.
	Notes []string
}

// PhaseSpec is one phase's part of it.
type PhaseSpec struct {
	Commands, Finally []Command
	OnFailure         OnFailure
	Line              int
}

// Command is a command, and the line on which it begins.
type Command struct {
	Text string
	Line int
}

// OnFailure is what follows a failed phase.
type OnFailure string

const (
	ByPhase  OnFailure = "" // the phases' transitions
	Abort    OnFailure = "ABORT"
	Continue OnFailure = "CONTINUE"
	Retry    OnFailure = "RETRY"
)

// ArtifactSpec is what one output artifact is made of.
type ArtifactSpec struct {
	Files, Exclude []string
	Base           string // pattern of folders
	Discard        bool   // the files' folders
	Line           int
}

// phaseKeys are the phases' names in a buildspec, in their order.
var phaseKeys = []struct{ key, name string }{
	{"install", Install}, {"pre_build", PreBuild}, {"build", Build}, {"post_build", PostBuild},
}
