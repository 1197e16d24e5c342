package main

import (
	"errors"
	"strconv"
	"strings"
)

// parseServer reads the part of nginx's configuration language that this application needs, so that the same file works
// with the real nginx:
//
//	events {}
//	http {
//	    server {
//	        listen 80;
//	        location = /exact { return 200 "text\n"; }      # or: return 301 /elsewhere;
//	        location /prefix/ { proxy_pass http://localhost:8000; }
//	        location / { root /directory; index index.html; }
//	    }
//	}
//
// Any other directive is an error with its line.
func parseServer(file, source string) (*server, error) {
	tokens, err := tokenize(source)
	if err == nil {
		var s *server
		if s, err = (&parser{tokens: tokens}).configuration(); err == nil {
			return s, nil
		}
	}
	return nil, errors.New(file + ":" + err.Error())
}

// token is a word, or one of the punctuation { } ; where not quoted.
type token struct {
	text  string
	punct bool
	line  int
}

func (t token) is(punctuation string) bool { return t.punct && t.text == punctuation }

func (t token) wrong(why string) error { return errors.New(strconv.Itoa(t.line) + ": " + why) }

func tokenize(source string) ([]token, error) {
	var tokens []token
	line := 1
	for i := 0; i < len(source); {
		switch c := source[i]; {
		case c == '\n':
			line++
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '#':
			i += lengthUntil(source[i:], "\n")
		case strings.IndexByte("{};", c) >= 0:
			tokens = append(tokens, token{string(c), true, line})
			i++
		case c == '"' || c == '\'':
			word, size := quoted(source[i:])
			if size == 0 {
				return nil, token{line: line}.wrong("a quote is not closed")
			}
			tokens = append(tokens, token{word, false, line})
			line += strings.Count(source[i:i+size], "\n")
			i += size
		default:
			size := lengthUntil(source[i:], " \t\r\n{};")
			tokens = append(tokens, token{source[i : i+size], false, line})
			i += size
		}
	}
	return tokens, nil
}

func lengthUntil(s, end string) int {
	if i := strings.IndexAny(s, end); i >= 0 {
		return i
	}
	return len(s)
}

// quoted returns the text in quotes at the beginning of s, its escapes resolved, and its size with the quotes.
func quoted(s string) (text string, size int) {
	escapes := map[byte]string{'n': "\n", 't': "\t", 'r': "\r"}
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == s[0]:
			return text, i + 1
		case c == '\\' && i+1 < len(s):
			i++
			if plain, ok := escapes[s[i]]; ok {
				text += plain
			} else {
				text += string(s[i])
			}
		default:
			text += string(c)
		}
	}
	return "", 0
}

type parser struct {
	tokens []token
	line   int // of the last token
}

// next returns the next token; at the end, one that is no punctuation of the language.
func (p *parser) next() token {
	if len(p.tokens) == 0 {
		return token{"the end of the file", true, p.line}
	}
	t := p.tokens[0]
	p.tokens, p.line = p.tokens[1:], t.line
	return t
}

// directive returns the next directive's words and whether a block follows; no words at a closing brace.
func (p *parser) directive() (words []token, block bool, err error) {
	for {
		t := p.next()
		switch {
		case !t.punct:
			words = append(words, t)
			continue
		case len(words) == 0 && t.is("}"):
			return nil, false, nil
		case len(words) > 0 && t.is("{"):
			return words, true, nil
		case len(words) > 0 && t.is(";"):
			return words, false, nil
		}
		return nil, false, t.wrong(t.text + " is not expected here")
	}
}

// block reads directives up to the closing brace.
func (p *parser) block(take func(words []token, block bool) error) error {
	for {
		words, block, err := p.directive()
		if err != nil || words == nil {
			return err
		}
		if err := take(words, block); err != nil {
			return err
		}
	}
}

func unknown(words []token) error {
	return words[0].wrong(words[0].text + " with " + strconv.Itoa(len(words)-1) + " arguments is not understood here")
}

func (p *parser) configuration() (*server, error) {
	var s *server
	for len(p.tokens) > 0 {
		words, block, err := p.directive()
		switch {
		case err != nil:
			return nil, err
		case words == nil:
			return nil, token{line: p.line}.wrong("a closing brace too many")
		case words[0].text == "events" && block:
			err = p.block(func(words []token, _ bool) error { return unknown(words) })
		case words[0].text == "http" && block && s == nil:
			s, err = p.http()
		default:
			err = unknown(words)
		}
		if err != nil {
			return nil, err
		}
	}
	if s == nil || s.listen == "" {
		return nil, token{line: p.line}.wrong("no server that listens")
	}
	return s, nil
}

func (p *parser) http() (*server, error) {
	var s *server
	err := p.block(func(words []token, block bool) error {
		if words[0].text != "server" || !block || s != nil {
			return unknown(words)
		}
		s = &server{}
		return p.block(func(words []token, block bool) error { return p.serverDirective(s, words, block) })
	})
	return s, err
}

func (p *parser) serverDirective(s *server, words []token, block bool) error {
	switch name := words[0].text; {
	case name == "listen" && len(words) == 2 && !block:
		s.listen = words[1].text
		if !strings.Contains(s.listen, ":") {
			s.listen = ":" + s.listen
		}
		return nil
	case name == "location" && block && (len(words) == 2 || len(words) == 3 && words[1].text == "="):
		l := location{prefix: words[len(words)-1].text, exact: len(words) == 3, index: "index.html"}
		if err := p.block(l.directive); err != nil {
			return err
		}
		if err := l.complete(); err != nil {
			return words[0].wrong(err.Error())
		}
		s.locations = append(s.locations, l)
		return nil
	}
	return unknown(words)
}

func (l *location) directive(words []token, block bool) (err error) {
	if block || len(words) < 2 || len(words) > 3 || len(words) == 3 && words[0].text != "return" {
		return unknown(words)
	}
	value := words[1].text
	switch words[0].text {
	case "proxy_pass":
		l.upstream, err = parseUpstream(value)
	case "root":
		l.root = value
	case "index":
		l.index = value
	case "return":
		l.status, err = strconv.Atoi(value)
		if err == nil && reasons[l.status] == "" {
			err = errors.New("return " + value + " is not one of the few that this program answers")
		}
		if len(words) == 3 {
			l.text = words[2].text
		}
	default:
		return unknown(words)
	}
	if err != nil {
		return words[0].wrong(err.Error())
	}
	return nil
}
