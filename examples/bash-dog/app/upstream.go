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

// upstream is the host:port of a server that requests are passed to.
type upstream string

func parseUpstream(url string) (upstream, error) {
	host, ok := strings.CutPrefix(url, "http://")
	if !ok || host == "" || strings.ContainsAny(host, "/?#@ ") {
		return "", errors.New(strconv.Quote(url) + " is not of the form http://host:port")
	}
	if !strings.Contains(host, ":") {
		host += ":80"
	}
	return upstream(host), nil
}

func (u upstream) dial() (net.Conn, error) {
	conn, err := net.DialTimeout("tcp", string(u), 5*time.Second)
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(time.Now().Add(patience))
}

// status asks for the path and returns the answer's status.
func (u upstream) status(path string) (int, error) {
	conn, err := u.dial()
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: "+string(u)+"\r\nConnection: close\r\n\r\n"); err != nil {
		return 0, err
	}
	line, err := readLine(bufio.NewReader(conn))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(rest, " ")
	return strconv.Atoi(code)
}

// pass sends the request on and copies the answer to the client as it comes.
func (u upstream) pass(r *request) response {
	if field(r.header, "Transfer-Encoding") != "" {
		return text(411, "send a Content-Length\n")
	}
	conn, err := u.dial()
	if err != nil {
		return text(502, "upstream unreachable\n")
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, r.forward()); err != nil {
		return text(502, "upstream closed the connection\n")
	}
	if _, err := io.CopyN(conn, r.body, r.length); err != nil {
		return text(502, "upstream took only a part of the request\n")
	}
	sent, err := io.Copy(r.client, conn)
	if sent == 0 {
		return text(502, "upstream did not answer\n")
	}
	if err != nil {
		return response{} // the client has a part of the answer: nothing can be added
	}
	say("nginx: " + r.method + " " + strconv.Quote(r.path) + " passed to " + string(u))
	return response{}
}

// forward is the head of the request as the upstream gets it: one request a connection, and who asked.
func (r *request) forward() string {
	head := r.method + " " + r.target + " HTTP/1.1\r\n"
	for _, line := range r.header {
		name, _, _ := strings.Cut(line, ":")
		switch strings.ToLower(name) {
		case "connection", "keep-alive", "upgrade", "expect":
		default:
			head += line + "\r\n"
		}
	}
	client, _, _ := net.SplitHostPort(r.client.RemoteAddr().String())
	return head + "X-Forwarded-For: " + client + "\r\nConnection: close\r\n\r\n"
}
