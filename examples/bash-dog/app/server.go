package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// patience is how long a connection may take for a request and its answer.
const patience = 30 * time.Second

// request is one HTTP/1.x request; a connection carries one.
type request struct {
	method string
	target string // as sent: "/api/dogs?tail=yes"
	path   string // the target without its query
	header []string
	length int64 // of the body, by Content-Length
	body   io.Reader
	client net.Conn
}

// response is what a handler answers. One that has answered by itself, as a proxy does, returns the zero value.
type response struct {
	status   int
	kind     string // Content-Type
	location string // of a redirect
	body     string
}

func text(status int, body string) response {
	return response{status: status, kind: "text/plain", body: body}
}

// serve answers on the address until that fails, and says where it listens; port 0 picks a free one.
func serve(role, address string, handle func(*request) response) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	say(role + ": listening on " + listener.Addr().String())
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go answer(role, conn, handle)
	}
}

func answer(role string, conn net.Conn, handle func(*request) response) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	r, err := readRequest(conn)
	if err == io.EOF {
		return // a health check that only connects
	}
	if err != nil {
		r, handle = &request{}, func(*request) response { return text(400, err.Error()+"\n") }
	}
	res := handle(r)
	if res.status == 0 {
		return
	}
	say(role + ": " + r.method + " " + strconv.Quote(r.path) + " " + strconv.Itoa(res.status))
	io.WriteString(conn, res.render(r.method == "HEAD"))
	linger(conn)
}

// linger reads what the client still sends: closing on unread bytes resets the connection, and the answer is lost.
func linger(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
	conn.SetReadDeadline(time.Now().Add(2 * time.Second))
	io.Copy(io.Discard, conn)
}

var reasons = map[int]string{
	200: "OK", 301: "Moved Permanently", 302: "Found", 400: "Bad Request", 404: "Not Found",
	405: "Method Not Allowed", 411: "Length Required", 502: "Bad Gateway",
}

func (r response) render(headOnly bool) string {
	head := "HTTP/1.1 " + strconv.Itoa(r.status) + " " + reasons[r.status] + "\r\n" +
		"Content-Type: " + r.kind + "\r\nContent-Length: " + strconv.Itoa(len(r.body)) + "\r\nConnection: close\r\n"
	if r.location != "" {
		head += "Location: " + r.location + "\r\n"
	}
	if headOnly {
		return head + "\r\n"
	}
	return head + "\r\n" + r.body
}

func readRequest(conn net.Conn) (*request, error) {
	in := bufio.NewReaderSize(conn, 16<<10)
	line, err := readLine(in)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(line, " ")
	if len(parts) != 3 || !hasPrefix(parts[1], "/") || !hasPrefix(parts[2], "HTTP/1.") {
		return nil, errors.New("not an HTTP/1 request")
	}
	r := &request{method: parts[0], target: parts[1], client: conn}
	r.path, _, _ = strings.Cut(r.target, "?")
	for len(r.header) < 100 {
		if line, err = readLine(in); err != nil {
			return nil, err
		}
		if line == "" {
			return r, r.takeBody(in)
		}
		r.header = append(r.header, line)
	}
	return nil, errors.New("more than 100 header lines")
}

func (r *request) takeBody(in io.Reader) error {
	if size := field(r.header, "Content-Length"); size != "" {
		length, err := strconv.ParseInt(size, 10, 64)
		if err != nil || length < 0 {
			return errors.New("Content-Length is no size")
		}
		r.length = length
	}
	r.body = io.LimitReader(in, r.length)
	return nil
}

// readLine returns a line of at most 16 KiB, without its end.
func readLine(in *bufio.Reader) (string, error) {
	line, err := in.ReadSlice('\n')
	return strings.TrimRight(string(line), "\r\n"), err
}

// field is the value of the first header line with the name.
func field(header []string, name string) string {
	for _, line := range header {
		if key, value, _ := strings.Cut(line, ":"); strings.EqualFold(key, name) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func hasPrefix(s, prefix string) bool { return strings.HasPrefix(s, prefix) }
