package tests

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// usage is what a command and the processes that it starts have used.
type usage struct {
	elapsed time.Duration
	// largest is the largest resident set of one process, together the largest sum at one moment, both in KiB and both
	// 0 where there is no /proc. The sum counts pages that processes share for each of them.
	largest, together int
}

// watch runs the command and looks at its processes many times a second.
func watch(cmd *exec.Cmd) (used usage, output []byte, err error) {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return used, nil, err
	}
	ended := make(chan struct{})
	seen := make(chan usage)
	go func() { seen <- sample(cmd.Process.Pid, ended) }()
	err = cmd.Wait()
	elapsed := time.Since(began)
	close(ended)
	used = <-seen
	used.elapsed = elapsed
	return used, out.Bytes(), err
}

func sample(pid int, ended <-chan struct{}) (used usage) {
	for {
		sum := 0
		for _, kib := range residents(pid) {
			used.largest = max(used.largest, kib)
			sum += kib
		}
		used.together = max(used.together, sum)
		select {
		case <-ended:
			return used
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// residents are the resident sets of the process and its descendants, in KiB.
// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
func residents(pid int) []int {
	type process struct{ pid, parent, kib int }
	var all []process
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is a good one
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// The command's name stands in parentheses and may have spaces in it.
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		parent, _ := strconv.Atoi(fields[1])
		pages, _ := strconv.Atoi(fields[21])
		all = append(all, process{id, parent, pages * os.Getpagesize() / 1024})
	}
	family := map[int]bool{pid: true}
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if family[p.parent] && !family[p.pid] {
				family[p.pid], grown = true, true
			}
		}
	}
	var kib []int
	for _, p := range all {
		if family[p.pid] {
			kib = append(kib, p.kib)
		}
	}
	return kib
}
