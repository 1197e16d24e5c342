package main

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

// nginx routes requests as the configuration file says.
func nginx(file string) error {
	source, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	s, err := parseServer(file, string(source))
	if err != nil {
		return err
	}
	return serve("nginx", s.listen, s.handle)
}

// server is the one server block of a configuration.
type server struct {
	listen    string
	locations []location
}

// location is how requests for a path are answered: by exactly one of upstream, status and root.
type location struct {
	prefix   string
	exact    bool
	upstream upstream
	status   int
	text     string // of a return: its body or, with 301 and 302, where to go
	root     string
	index    string
}

func (s *server) handle(r *request) response {
	l := s.find(r.path)
	switch {
	case l == nil:
		return text(404, "not found\n")
	case l.upstream != "":
		return l.upstream.pass(r)
	case l.status == 301 || l.status == 302:
		return response{status: l.status, kind: "text/plain", location: l.text}
	case l.status != 0:
		return text(l.status, l.text)
	}
	return l.file(r)
}

// find returns the exact location of the path, else the one with the longest prefix.
// https://nginx.org/en/docs/http/ngx_http_core_module.html#location
func (s *server) find(path string) *location {
	var best *location
	for i, l := range s.locations {
		if l.exact && l.prefix == path {
			return &s.locations[i]
		}
		if !l.exact && hasPrefix(path, l.prefix) && (best == nil || len(l.prefix) > len(best.prefix)) {
			best = &s.locations[i]
		}
	}
	return best
}

var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".json": "application/json",
	".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".txt": "text/plain",
}

// file answers with a file below root; DirFS refuses names that leave it, like ../secret.
func (l *location) file(r *request) response {
	if r.method != "GET" && r.method != "HEAD" {
		return text(405, "only GET and HEAD\n")
	}
	name := strings.TrimPrefix(r.path, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += l.index
	}
	content, err := fs.ReadFile(os.DirFS(l.root), path.Clean(name))
	if err != nil {
		return text(404, "not found\n")
	}
	kind := kinds[path.Ext(name)]
	if kind == "" {
		kind = "application/octet-stream"
	}
	return response{status: 200, kind: kind, body: string(content)}
}

func (l *location) complete() error {
	given := 0
	for _, is := range []bool{l.upstream != "", l.status != 0, l.root != ""} {
		if is {
			given++
		}
	}
	if given != 1 {
		return errors.New("location " + l.prefix + " needs exactly one of proxy_pass, return and root; it has " + strconv.Itoa(given))
	}
	return nil
}
