package graph

import (
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFrames(t *testing.T) {
	frames := framed(pond(t))
	require.Len(t, frames, 2, "the stack's own, and the pond")
	assert.Equal(t, "Stack dev", frames[0].cards[0].title)
	assert.Equal(t, []string{"Water", "Ducks"}, []string{frames[1].cards[0].title, frames[1].cards[1].title})
	ducks := frames[1].cards[1]
	assert.Equal(t, "water", frames[1].cards[0].sub)
	assert.Equal(t, "RolePolicy", ducks.rows[1].kind)
	assert.Equal(t, "policy", ducks.rows[1].suffix)
	assert.Equal(t, 1, ducks.rows[1].depth, "below its role")
	assert.Equal(t, 1, ducks.layer, "after the water and the bread")
	assert.Len(t, ducks.needs, 2)
}

func TestSuffix(t *testing.T) {
	dog, build := &Node{Name: "dog"}, &Node{Name: "dog-build"}
	for name, want := range map[string]string{
		"dog-build-role": "role", "dog-build": "", "dog": "", "dog/KEY": "KEY", "dogma": "dogma", "cat": "cat", "dog-buildings": "buildings",
	} {
		assert.Equal(t, want, suffix(name, build, dog), name)
	}
}

// many is a stack with more components than fit beside each other, joined at random places.
func many(t *testing.T, apps, parts int) *Graph {
	t.Helper()
	var all []resource
	for a := range apps {
		app := fmt.Sprintf("app%d", a)
		all = append(all, resource{"app:index:App", app, "", nil})
		for p := range parts {
			part := fmt.Sprintf("%s-part%d", app, p)
			all = append(all, resource{"app:index:Part", part, app, nil})
			for r := range 1 + (p*7+a)%5 {
				var needs []string
				for _, back := range []int{1, 3, 4} {
					if p >= back && (p+r+back)%3 == 0 {
						needs = append(needs, fmt.Sprintf("%s-part%d-0", app, p-back))
					}
				}
				if a > 0 && p == 2 {
					needs = append(needs, "app0-part0-0")
				}
				all = append(all, resource{"aws:s3/bucket:Bucket", fmt.Sprintf("%s-%d", part, r), part, needs})
			}
		}
	}
	g, err := Parse(exportOf(all...))
	require.NoError(t, err)
	return g
}

func TestCardsDoNotOverlap(t *testing.T) {
	for name, g := range map[string]*Graph{"pond": pond(t), "one": many(t, 1, 12), "three": many(t, 3, 9), "large": many(t, 2, 40)} {
		l := arranged(g)
		var cards []*card
		for _, f := range l.frames {
			for _, c := range f.cards {
				assert.GreaterOrEqual(t, c.x, f.x, name)
				assert.GreaterOrEqual(t, c.y, f.y+frameHead-0.01, name)
				assert.LessOrEqual(t, c.x+c.w, f.x+f.w, name)
				assert.LessOrEqual(t, c.y+c.h, f.y+f.h, name)
				cards = append(cards, c)
			}
			assert.LessOrEqual(t, f.y+f.h, l.height, name)
		}
		for i, a := range cards {
			for _, b := range cards[i+1:] {
				apart := a.x+a.w <= b.x || b.x+b.w <= a.x || a.y+a.h <= b.y || b.y+b.h <= a.y
				assert.True(t, apart, "%s: %s is on %s", name, a.sub, b.sub)
			}
		}
	}
}

// An arrow that passes a column does so between its cards.
func TestArrowsPassBesideCards(t *testing.T) {
	l := arranged(many(t, 2, 12))
	passing := 0
	for _, a := range l.arrows {
		for _, p := range a.points {
			passing++
			for _, f := range l.frames {
				for _, c := range f.cards {
					on := p.x >= c.x && p.x <= c.x+c.w && p.y > c.y && p.y < c.y+c.h
					assert.False(t, on, "an arrow is on %s", c.sub)
				}
			}
		}
	}
	assert.Positive(t, passing)
}

func TestSVGIsWellFormed(t *testing.T) {
	g, err := Parse(exportOf(
		resource{"app:index:Odd", `<script>"&'`, "", nil},
		resource{"x<y:index:Z&", `a"b<c>&`, `<script>"&'`, nil},
	))
	require.NoError(t, err)
	for name, g := range map[string]*Graph{"pond": pond(t), "odd": g, "large": many(t, 2, 40)} {
		var b strings.Builder
		require.NoError(t, SVG(&b, g))
		d := xml.NewDecoder(strings.NewReader(b.String()))
		for {
			if _, err := d.Token(); err != nil {
				require.ErrorIs(t, err, io.EOF, name)
				break
			}
		}
		assert.NotContains(t, b.String(), "<script", name)
		assert.NotRegexp(t, regexp.MustCompile(`(href|src)="[^#]`), b.String(), name)
		assert.NotContains(t, b.String(), "NaN", name)
		assert.Equal(t, len(g.Resources()), strings.Count(b.String(), `<text x="13" y="4.5">`), name)
	}
}

func TestSVGSaysWhatItShows(t *testing.T) {
	var b strings.Builder
	require.NoError(t, SVG(&b, pond(t)))
	for _, want := range []string{
		`<title id="title">Stack dev of pond</title>`,
		"6 resources in 3 groups: Stack dev, Water, Ducks.",
		"<title>aws:iam/rolePolicy:RolePolicy pond-policy</title>",
		"<title>Water is used by Ducks</title>", "<title>Stack dev is used by Ducks</title>",
		`RolePolicy<tspan class="suffix" dx="6">policy</tspan>`,
		">aws 5</text>", ">tls 1</text>", "prefers-color-scheme: dark",
	} {
		assert.Contains(t, b.String(), want)
	}
}

func TestDrawingIsTheSameEachTime(t *testing.T) {
	var first string
	for range 5 {
		var b strings.Builder
		require.NoError(t, SVG(&b, many(t, 3, 9)))
		if first == "" {
			first = b.String()
		}
		assert.Equal(t, first, b.String())
	}
}
