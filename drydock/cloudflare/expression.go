package cloudflare

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
)

// maxExpression is in characters:
// https://developers.cloudflare.com/ruleset-engine/rules-language/expressions/#maximum-rule-expression-length
const maxExpression = 4096

// fieldKind is what a field of the rules language holds.
type fieldKind int

const (
	textField fieldKind = iota
	numberField
	boolField
	addressField
)

// ruleFields are the fields that the drydock knows: https://developers.cloudflare.com/ruleset-engine/rules-language/fields/reference/
var ruleFields = map[string]fieldKind{
	"cf.bot_management.verified_bot": boolField, "cf.client.bot": boolField, "cf.threat_score": numberField,
	"cf.tls_version": textField, "cf.zone.name": textField, "http.cookie": textField, "http.host": textField,
	"http.referer": textField, "http.request.full_uri": textField, "http.request.method": textField,
	"http.request.uri": textField, "http.request.uri.path": textField, "http.request.uri.path.extension": textField,
	"http.request.uri.query": textField, "http.request.version": textField, "http.user_agent": textField,
	"http.x_forwarded_for": textField, "ip.geoip.asnum": numberField, "ip.geoip.country": textField,
	"ip.src": addressField, "ip.src.asnum": numberField, "ip.src.continent": textField, "ip.src.country": textField,
	"raw.http.request.full_uri": textField, "raw.http.request.uri": textField, "raw.http.request.uri.path": textField,
	"raw.http.request.uri.query": textField, "ssl": boolField,
}

// ruleFunctions take a text and give one: https://developers.cloudflare.com/ruleset-engine/rules-language/functions/
var ruleFunctions = map[string]fieldKind{
	"lower": textField, "upper": textField, "url_decode": textField, "len": numberField,
	"starts_with": boolField, "ends_with": boolField,
}

var operators = map[string]string{
	"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "~": "matches",
	"eq": "eq", "ne": "ne", "lt": "lt", "le": "le", "gt": "gt", "ge": "ge",
	"contains": "contains", "matches": "matches", "in": "in", "wildcard": "wildcard", "strict": "strict",
}

var token = regexp.MustCompile(`^(?:\s+|("(?:[^"\\]|\\.)*"|r"[^"]*")|([A-Za-z_][A-Za-z0-9_.]*)|([0-9a-fA-F:.]+(?:/\d+)?)|(==|!=|<=|>=|&&|\|\||\^\^|[~!<>(){},]))`)

// checkExpression returns what is wrong with a rule's expression, "" if nothing.
// https://developers.cloudflare.com/ruleset-engine/rules-language/expressions/
func checkExpression(v any) string {
	text := v.(string)
	if len(text) > maxExpression {
		return fmt.Sprintf("the expression has %d characters, %d are allowed", len(text), maxExpression)
	}
	p := &parser{}
	for rest := text; rest != ""; {
		m := token.FindString(rest)
		if m == "" {
			return fmt.Sprintf("filter parsing error (%d): unexpected %q", len(text)-len(rest)+1, rest[:1])
		}
		if strings.TrimSpace(m) != "" {
			p.tokens = append(p.tokens, m)
		}
		rest = rest[len(m):]
	}
	if err := p.whole(); err != nil {
		return "filter parsing error: " + err.Error()
	}
	return ""
}

// parser reads the tokens of one expression.
type parser struct {
	tokens []string
	depth  int
}

func (p *parser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *parser) next() string {
	t := p.peek()
	if t != "" {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *parser) expect(want string) error {
	if got := p.next(); got != want {
		return fmt.Errorf("expected %s, got %q", want, got)
	}
	return nil
}

func (p *parser) whole() error {
	if err := p.logic(); err != nil {
		return err
	}
	if rest := p.peek(); rest != "" {
		return fmt.Errorf("unexpected %q", rest)
	}
	return nil
}

// logic is one or more terms with and, or, xor between.
func (p *parser) logic() error {
	for {
		if err := p.term(); err != nil {
			return err
		}
		switch p.peek() {
		case "and", "&&", "or", "||", "xor", "^^":
			p.next()
		default:
			return nil
		}
	}
}

const maxDepth = 50

func (p *parser) term() error {
	if p.depth++; p.depth > maxDepth {
		return fmt.Errorf("nested too deeply")
	}
	defer func() { p.depth-- }()
	switch p.peek() {
	case "not", "!":
		p.next()
		return p.term()
	case "(":
		p.next()
		if err := p.logic(); err != nil {
			return err
		}
		return p.expect(")")
	case "true", "false":
		p.next()
		return nil
	}
	return p.comparison()
}

func (p *parser) comparison() error {
	name := p.peek()
	kind, err := p.operand()
	if err != nil {
		return err
	}
	operator, ok := operators[p.peek()]
	if !ok {
		if kind == boolField {
			return nil
		}
		return fmt.Errorf("expected an operator after %s, got %q", name, p.peek())
	}
	p.next()
	if operator == "strict" {
		if err := p.expect("wildcard"); err != nil {
			return err
		}
		operator = "wildcard"
	}
	if operator == "matches" {
		return fmt.Errorf("the use of operator Matches is not allowed, a Business plan or a WAF Advanced plan is required")
	}
	if (operator == "contains" || operator == "wildcard") && kind != textField {
		return fmt.Errorf("%s: %s is for texts", name, operator)
	}
	if operator == "in" {
		return p.set(kind)
	}
	return p.literal(kind)
}

// operand is a field, or a function of fields and texts.
func (p *parser) operand() (fieldKind, error) {
	name := p.next()
	if kind, ok := ruleFields[name]; ok {
		return kind, nil
	}
	kind, ok := ruleFunctions[name]
	if !ok {
		return 0, fmt.Errorf("unknown identifier %q", name)
	}
	if err := p.expect("("); err != nil {
		return 0, err
	}
	for {
		if strings.HasPrefix(p.peek(), `"`) {
			p.next()
		} else if _, err := p.operand(); err != nil {
			return 0, err
		}
		if p.peek() != "," {
			return kind, p.expect(")")
		}
		p.next()
	}
}

// set is {"a" "b"}.
func (p *parser) set(kind fieldKind) error {
	if err := p.expect("{"); err != nil {
		return err
	}
	if p.peek() == "}" {
		return fmt.Errorf("a set has one element or more")
	}
	for p.peek() != "}" {
		if err := p.literal(kind); err != nil {
			return err
		}
	}
	p.next()
	return nil
}

var decimal = regexp.MustCompile(`^\d+$`)

func (p *parser) literal(kind fieldKind) error {
	t := p.next()
	fits := false
	switch kind {
	case textField:
		fits = strings.HasSuffix(t, `"`) && len(t) > 1
	case numberField:
		fits = decimal.MatchString(t)
	case boolField:
		fits = t == "true" || t == "false"
	case addressField:
		_, errAddress := netip.ParseAddr(t)
		_, errPrefix := netip.ParsePrefix(t)
		fits = errAddress == nil || errPrefix == nil
	}
	if !fits {
		return fmt.Errorf("expected %s, got %q", []string{"a text in double quotes", "a number", "true or false", "an IP address"}[kind], t)
	}
	return nil
}
