package rehearsal

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// checkout is what a source action finds in its repository: a folder's files, as the head of a branch.
type checkout struct {
	dir string
	verdict.Source
	pushed bool // it is what the push brought
}

// sources resolve what each of the pipeline's repositories holds, by the name of the action that reads it. The app is what
// is pushed; where a pipeline reads several repositories, App.Sources has the others. Whatever is missing or wrong is in
// one error.
func (a *App) sources(p *world.Pipeline) (map[string]*checkout, error) {
	actions := repositoryActions(p)
	given, problems := a.assigned(actions)
	own := a.own(actions, given)
	if own != nil {
		a.Repository = first(a.Repository, repositoryOf(*own))
		a.Branch = first(a.Branch, own.Configuration["BranchName"])
	}
	problems = append(problems, isFolder("App.Dir (--app)", a.Dir))
	if a.Commit == "" {
		a.Commit, a.Message = head(a.Dir, a.Message)
	}
	pushed := &checkout{a.Dir, verdict.Source{Repository: a.Repository, Branch: a.Branch, Commit: a.Commit, Message: a.Message}, true}
	all := map[string]*checkout{}
	for _, action := range actions {
		key, named := given[action.Name]
		switch isOwn := own != nil && (action.Name == own.Name || repositoryOf(action) == repositoryOf(*own)); {
		case isOwn && named:
			problems = append(problems, fmt.Errorf("App.Sources[%q] (--source) is the app's own repository, which App.Dir (--app) stands for: leave one out", key))
		case isOwn:
			all[action.Name] = pushed
		case named:
			problems = append(problems, isFolder(fmt.Sprintf("App.Sources[%q] (--source)", key), a.Sources[key]))
			all[action.Name] = a.beside(action, a.Sources[key])
		default:
			problems = append(problems, fmt.Errorf("the pipeline %s reads the repository %s as well: give its folder in App.Sources[%[3]q], or with --source %[3]s=DIR",
				p.Name, repositoryOf(action), action.Name))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, wrong("%v", err)
	}
	return all, nil
}

// beside is a repository that the push was not to.
func (a *App) beside(action world.Action, dir string) *checkout {
	commit, message := head(dir, "")
	return &checkout{dir: dir, Source: verdict.Source{
		Repository: repositoryOf(action), Branch: action.Configuration["BranchName"], Commit: commit, Message: message,
	}}
}

// assigned are the keys of App.Sources by the actions that they mean.
func (a *App) assigned(actions []world.Action) (map[string]string, []error) {
	given := map[string]string{}
	var problems []error
	for _, key := range slices.Sorted(maps.Keys(a.Sources)) {
		at := slices.IndexFunc(actions, func(action world.Action) bool {
			return key == action.Name || slices.Contains(action.Outputs, key) || key == repositoryOf(action)
		})
		switch {
		case at < 0:
			problems = append(problems, fmt.Errorf("App.Sources[%q] (--source) is no repository of the pipeline: it reads %s", key, spelled(actions)))
		case given[actions[at].Name] != "":
			problems = append(problems, fmt.Errorf("App.Sources[%q] and App.Sources[%q] (--source) are the same repository, %s: leave one out",
				given[actions[at].Name], key, repositoryOf(actions[at])))
		default:
			given[actions[at].Name] = key
		}
	}
	return given, problems
}

func spelled(actions []world.Action) string {
	var names []string
	for _, action := range actions {
		names = append(names, fmt.Sprintf("%s (%s)", action.Name, repositoryOf(action)))
	}
	return first(strings.Join(names, ", "), "none")
}

// own is the action that reads what is pushed: the one with App.Repository, else the first that App.Sources does not name.
// It is nil where the pipeline reads no repository.
func (a *App) own(actions []world.Action, given map[string]string) *world.Action {
	at := slices.IndexFunc(actions, func(action world.Action) bool { return repositoryOf(action) == a.Repository })
	if at < 0 {
		at = slices.IndexFunc(actions, func(action world.Action) bool { return given[action.Name] == "" })
	}
	if at < 0 {
		at = 0
	}
	if len(actions) == 0 {
		return nil
	}
	return &actions[at]
}

// repositoryActions are the pipeline's sources that are repositories.
func repositoryActions(p *world.Pipeline) []world.Action {
	var all []world.Action
	for _, stage := range p.Stages {
		for _, action := range stage.Actions {
			if repositoryOf(action) != "" {
				all = append(all, action)
			}
		}
	}
	return all
}

// repositoryOf is the repository that a source action reads, "" for any other action.
func repositoryOf(a world.Action) string {
	return a.Configuration["FullRepositoryId"] + a.Configuration["RepositoryName"]
}

// head is the commit of a folder and its first line, which a message given takes the place of; both are empty without git.
func head(dir, message string) (commit, line string) {
	return git(dir, "rev-parse", "HEAD"), first(message, git(dir, "log", "-1", "--format=%s"))
}

func isFolder(what, dir string) error {
	const instead = "give the folder that stands for the repository"
	if dir == "" {
		return fmt.Errorf("%s is empty: %s", what, instead)
	}
	switch info, err := os.Stat(dir); {
	case err != nil:
		return fmt.Errorf("%s: %w: %s", what, err, instead)
	case !info.IsDir():
		return fmt.Errorf("%s %s is a file: %s", what, dir, instead)
	}
	return nil
}
