package shim

// Request is what the client tells of itself. Its file descriptors 0, 1 and 2 come before it.
type Request struct {
	Args []string // with the tool's name
	Dir  string
	Env  []string
}

// HeaderSize is the length in bytes of what an encoded request begins with.
const HeaderSize = 8

// Encode gives the request as it travels: the length of what follows the header and the number of arguments, in four
// bytes each, the highest first; then the folder, the arguments and the environment, a zero byte after each: no string
// that a process is started with has one.
func (r Request) Encode() []byte {
	text := make([]byte, HeaderSize)
	for _, list := range [][]string{{r.Dir}, r.Args, r.Env} {
		for _, s := range list {
			text = append(append(text, s...), 0)
		}
	}
	put(text, len(text)-HeaderSize)
	put(text[HeaderSize/2:], len(r.Args))
	return text
}

func put(to []byte, n int) {
	to[0], to[1], to[2], to[3] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
}
