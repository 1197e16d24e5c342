package task

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task/rootfs"
)

// user is who a container's program runs as.
type user struct {
	uid, gid int
	groups   []int
	home     string
}

// lookUpUser finds "uid", "uid:gid", "name" and "name:group" in the root's /etc/passwd and /etc/group, as container engines
// do: a number needs no entry there. An empty name is root's.
func lookUpUser(root, name string) (user, error) {
	name, group, hasGroup := strings.Cut(firstOf(name, "0"), ":")
	who := user{home: "/"}
	entry := find(root, "/etc/passwd", 6, func(e []string) bool { return e[0] == name || e[2] == name })
	uid, numberErr := strconv.Atoi(name)
	switch {
	case entry != nil:
		who.uid, _ = strconv.Atoi(entry[2])
		who.gid, _ = strconv.Atoi(entry[3])
		who.home = firstOf(entry[5], "/")
		who.groups = groupsOf(root, entry[0])
	case numberErr != nil || uid < 0:
		return user{}, fmt.Errorf("unable to find user %s: no matching entries in passwd file", name)
	default:
		who.uid = uid
	}
	if !hasGroup {
		return who, nil
	}
	who.groups = nil // as the group is given
	entry = find(root, "/etc/group", 3, func(e []string) bool { return e[0] == group || e[2] == group })
	gid, numberErr := strconv.Atoi(group)
	switch {
	case entry != nil:
		who.gid, _ = strconv.Atoi(entry[2])
	case numberErr != nil || gid < 0:
		return user{}, fmt.Errorf("unable to find group %s: no matching entries in group file", group)
	default:
		who.gid = gid
	}
	return who, nil
}

// groupsOf are the groups that list the user as a member.
func groupsOf(root, name string) []int {
	var all []int
	for _, e := range table(root, "/etc/group", 4) {
		if gid, err := strconv.Atoi(e[2]); err == nil && slices.Contains(strings.Split(e[3], ","), name) {
			all = append(all, gid)
		}
	}
	return all
}

// find is the first entry that fits, or nil.
func find(root, file string, fields int, fits func([]string) bool) []string {
	for _, e := range table(root, file, fields) {
		if fits(e) {
			return e
		}
	}
	return nil
}

// table is the entries of a file of the image that have so many fields at least: none, if there is no such file.
func table(root, file string, fields int) [][]string {
	content, err := rootfs.Read(root, file)
	if err != nil {
		return nil
	}
	var all [][]string
	for line := range strings.Lines(string(content)) {
		if e := strings.Split(strings.TrimSpace(line), ":"); len(e) >= fields {
			all = append(all, e)
		}
	}
	return all
}
