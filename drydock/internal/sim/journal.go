package sim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// journal keeps a cloud as one JSON entry a line, appended and never rewritten while in use: a change costs the same
// however large the cloud is, and a process killed in the middle of a write leaves at most one torn last line.
type journal struct {
	file   *os.File
	seal   *sealer
	sealed map[string]bool // by type
}

type entry struct {
	Put    *Record    `json:"put,omitempty"`
	Remove *recordKey `json:"remove,omitempty"`
	Sealed string     `json:"sealed,omitempty"` // a Put whose record is encrypted
}

type recordKey struct{ Type, Scope, ID string }

// OpenCloud opens the cloud kept in the folder, making and seeding it where there is none. The folder must be this
// process's alone, and the providers those that serve it.
func OpenCloud(dir string, providers ...*Provider) (*Cloud, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	seal, err := openSealer(filepath.Join(dir, "key"))
	if err != nil {
		return nil, err
	}
	c := &Cloud{byType: map[string]map[string]*Record{}}
	path := filepath.Join(dir, "journal.jsonl")
	if err := replay(path, seal, c); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if c.journal, err = compact(path, &journal{seal: seal, sealed: sealed(providers)}, c); err != nil {
		return nil, err
	}
	return c, c.seedOnce(providers)
}

func (c *Cloud) seedOnce(providers []*Provider) error {
	if len(c.byType) > 0 {
		return nil
	}
	for _, p := range providers {
		if p.Seed == nil {
			continue
		}
		for _, r := range p.Seed() {
			r.Seeded = true
			if err := c.Put(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// Close ends the use of the cloud's folder.
func (c *Cloud) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.journal.file.Close()
}

func replay(path string, seal *sealer, c *Cloud) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	r := bufio.NewReader(bytes.NewReader(data))
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil // without a line's end the entry is torn: its call never answered
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("line %d is damaged: %w; remove the drydock's folder to start anew", n, err)
		}
		if err := c.apply(e, seal); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
}

func (c *Cloud) apply(e entry, seal *sealer) error {
	switch {
	case e.Remove != nil:
		delete(c.byType[e.Remove.Type], key(e.Remove.Scope, e.Remove.ID))
	case e.Sealed != "":
		text, err := seal.open(e.Sealed)
		if err != nil {
			return err
		}
		var r Record
		if err := json.Unmarshal(text, &r); err != nil {
			return err
		}
		c.put(r.revive())
	case e.Put != nil:
		c.put(e.Put.revive())
	}
	return nil
}

// compact writes the present records to a new file that takes the journal's place in one step.
func compact(path string, j *journal, c *Cloud) (*journal, error) {
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	j.file = f
	for _, r := range c.inOrder() {
		if err := j.write(entry{Put: r}); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return j, os.Rename(tmp, path)
}

func (j *journal) write(e entry) error {
	if e.Put != nil && j.sealed[e.Put.Type] {
		text, err := json.Marshal(e.Put)
		if err != nil {
			return err
		}
		e = entry{Sealed: j.seal.seal(text)}
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(line, '\n'))
	return err
}
