package sandbox

import (
	"bufio"
	"fmt"
	"os"
	"syscall"
)

// ids are the users and groups of a sandbox: root's has those of the machine, everyone else's only theirs, as root.
type ids struct {
	users, groups []syscall.SysProcIDMap
	one           bool
}

func mapIDs() (ids, error) {
	if os.Geteuid() != 0 {
		return ids{
			users:  []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
			groups: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
			one:    true,
		}, nil
	}
	users, err := sameIDs("/proc/self/uid_map")
	if err != nil {
		return ids{}, err
	}
	groups, err := sameIDs("/proc/self/gid_map")
	return ids{users: users, groups: groups}, err
}

// sameIDs maps every id that this user namespace has to itself.
func sameIDs(file string) ([]syscall.SysProcIDMap, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []syscall.SysProcIDMap
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var first, outside, size int
		if _, err := fmt.Sscan(lines.Text(), &first, &outside, &size); err != nil {
			return nil, fmt.Errorf("%s: line %q: %w", file, lines.Text(), err)
		}
		all = append(all, syscall.SysProcIDMap{ContainerID: first, HostID: first, Size: size})
	}
	return all, lines.Err()
}
