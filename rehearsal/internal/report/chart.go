package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// chart is traffic over simulated time, in the units of the drawing.
type chart struct {
	Class                    string // "wide" or "narrow"
	Width, Height            int
	Left, Right, Top, Bottom int    // the edges of the plot
	Green                    string // the area and the line of the new version's share, as SVG paths
	Line                     string
	Shares                   []tick // along the left edge
	Times                    []tick // along the bottom
	Stages                   []band
	Events                   []event
	Summary                  string
}

type tick struct {
	At   float64
	Text string
}

// band is the time of one stage.
type band struct {
	X, W float64
	Name string
}

// event is a change, by its number in the list below the chart.
type event struct {
	X, Y   float64
	Number int
	At     time.Duration
	Share  float64
	Text   string
}

func charts(v *verdict.Verdict) []chart {
	end := ends(v)
	if still(v.Traffic) != "" || len(v.Traffic) == 0 || end <= 0 {
		return nil
	}
	return []chart{newChart(v, end, "wide", 1120, 300), newChart(v, end, "narrow", 360, 250)}
}

// still is a sentence where the share never changes, which is no picture; else "".
func still(samples []verdict.Sample) string {
	for _, s := range samples {
		if s.Green != samples[0].Green {
			return ""
		}
	}
	switch {
	case len(samples) == 0:
		return ""
	case samples[0].Green == 0:
		return "The old version answers all requests from beginning to end: no user notices."
	}
	return "The new version answers " + percent(samples[0].Green) + " of requests from beginning to end."
}

func newChart(v *verdict.Verdict, end time.Duration, class string, width, height int) chart {
	c := chart{Class: class, Width: width, Height: height, Left: 52, Right: width - 12, Top: 34, Bottom: height - 46}
	x := func(at time.Duration) float64 {
		return float64(c.Left) + float64(c.Right-c.Left)*at.Seconds()/end.Seconds()
	}
	y := func(share float64) float64 {
		return float64(c.Bottom) - float64(c.Bottom-c.Top)*min(100, max(0, share))/100
	}
	samples := slices.Clone(v.Traffic)
	slices.SortStableFunc(samples, func(a, b verdict.Sample) int { return int(a.At - b.At) })
	var line strings.Builder
	fmt.Fprintf(&line, "M%.1f %.1f", x(0), y(0))
	for i, s := range samples {
		fmt.Fprintf(&line, "H%.1fV%.1f", x(s.At), y(s.Green))
		c.Events = append(c.Events, event{x(s.At), y(s.Green), i + 1, s.At, s.Green, clean(s.Event)})
	}
	fmt.Fprintf(&line, "H%d", c.Right)
	c.Line = line.String()
	c.Green = fmt.Sprintf("%sV%dH%dZ", c.Line, c.Bottom, c.Left)
	for _, share := range []float64{0, 25, 50, 75, 100} {
		c.Shares = append(c.Shares, tick{y(share), percent(share)})
	}
	for at := time.Duration(0); at <= end; at += interval(end, (c.Right-c.Left)/80) {
		c.Times = append(c.Times, tick{x(at), duration(at)})
	}
	for _, g := range stages(v) {
		if w := x(g.end()) - x(g.start()); w > 2 {
			c.Stages = append(c.Stages, band{x(g.start()), w, named(g.name, w)})
		}
	}
	c.Summary = c.told()
	return c
}

// named is a band's name, "" where it does not fit.
func named(name string, width float64) string {
	if name = clean(name); float64(lettersWide(name))+8 > width {
		return ""
	}
	return name
}

// told is the chart in words.
func (c *chart) told() string {
	var parts []string
	for _, e := range c.Events {
		parts = append(parts, fmt.Sprintf("%s after %s: %s", percent(e.Share), duration(e.At), e.Text))
	}
	return "The new version's share of requests. " + strings.Join(parts, "; ") + "."
}

// interval is a round time, of which at most so many fit.
func interval(end time.Duration, most int) time.Duration {
	round := []time.Duration{
		time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute,
		10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	}
	for _, d := range round {
		if int(end/d) <= most {
			return d
		}
	}
	day := 24 * time.Hour
	return day * (1 + end/day/time.Duration(max(1, most)))
}
