package sandbox

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

// Available tells why this machine cannot run containers, in one sentence; nil if it can. The first call tries, with a
// container whose command does not exist.
var Available = sync.OnceValue(func() error {
	root, err := os.MkdirTemp("", "sandbox-*")
	if err != nil {
		return fmt.Errorf("running containers needs a temporary directory: %w", err)
	}
	defer os.RemoveAll(root)
	s, err := New()
	if err != nil {
		return fmt.Errorf("this machine does not permit the namespaces that containers run in: %w", err)
	}
	defer s.Close()
	_, err = s.Start(Spec{Root: root, Hostname: "try", Args: []string{"/nothing"}, Dir: "/"})
	if refused := (*StartError)(nil); !errors.As(err, &refused) {
		return fmt.Errorf("this machine does not permit what containers need: %w", err)
	}
	return nil
})
