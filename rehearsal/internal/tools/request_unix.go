//go:build unix

package tools

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools/shim"
)

// maxRequest is in bytes, and more than any system lets a process start with: Linux's limit is 6 MiB.
// https://man7.org/linux/man-pages/man2/execve.2.html
const maxRequest = 16 << 20

// decode reads what [shim.Request.Encode] gives.
func decode(from io.Reader) (shim.Request, error) {
	header := make([]byte, shim.HeaderSize)
	if _, err := io.ReadFull(from, header); err != nil {
		return shim.Request{}, err
	}
	length, args := binary.BigEndian.Uint32(header), int(binary.BigEndian.Uint32(header[4:]))
	if length > maxRequest {
		return shim.Request{}, fmt.Errorf("a request of %d bytes", length)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(from, text); err != nil {
		return shim.Request{}, err
	}
	parts := strings.Split(string(text), "\x00")
	parts = parts[:len(parts)-1] // what follows the last zero byte
	if args < 1 || len(parts) < 1+args {
		return shim.Request{}, fmt.Errorf("a request of %d parts with %d arguments", len(parts), args)
	}
	return shim.Request{Dir: parts[0], Args: parts[1 : 1+args], Env: parts[1+args:]}, nil
}
