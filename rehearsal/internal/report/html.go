package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

var (
	//go:embed page
	pageFiles embed.FS
	//go:embed page/page.css
	pageCSS string
	//go:embed page/page.js
	pageJS string
)

var pageTemplate = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"css":      func() template.CSS { return template.CSS(pageCSS) },
	"js":       func() template.JS { return template.JS(pageJS) },
	"clean":    clean,
	"duration": duration,
	"percent":  percent,
	"short":    short,
	"mark":     mark,
	"word":     func(r verdict.Result) string { return strings.ToLower(word(r)) },
	"place":    func(p verdict.Problem) string { return place(&p) },
}).ParseFS(pageFiles, "page/*.html", "page/*.svg"))

// HTML writes the verdict as one page that needs nothing else: no script, style, font or picture from elsewhere.
func HTML(w io.Writer, v *verdict.Verdict) error {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, newPage(v)); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// page is what the template shows.
type page struct {
	*verdict.Verdict
	Passed   bool
	Headline string
	Sources  []string
	Located  string
	Problems []problem
	Figures  []figure

	Pipelines []pipelineDrawing
	Charts    []chart
	Still     string // what is said of traffic that does not change
	Stages    []stageView

	Required, Refused decisions
	Notes             []string
	Spent             string
}

// problem is a defect, and the step that it ends.
type problem struct {
	verdict.Problem
	Step   string
	Anchor int
}

// figure is a number that people ask for first.
type figure struct{ Value, What string }

type stageView struct {
	Name   string
	Result verdict.Result
	Took   time.Duration
	Steps  []stepView
}

// stepView is a step, and its place on the release's time axis, as percentages.
type stepView struct {
	*verdict.Step
	Anchor     int
	Problems   []verdict.Problem
	Start, Len float64
	Log        string
}

// decisions are calls, those first that are not as they must be.
type decisions struct {
	ID, Title, About string
	Wanted           bool
	Open             bool // shown at once: what is as it must be can be long
	Calls            []verdict.Call
}

func newPage(v *verdict.Verdict) *page {
	p := &page{
		Verdict: v, Passed: v.Passed(), Headline: headline(v), Sources: sources(v), Located: strings.TrimPrefix(located(v), " · "),
		Pipelines: pipelineDrawings(v), Charts: charts(v), Still: still(v.Traffic), Spent: spent(v),
	}
	for i := range v.Steps {
		for _, d := range defects(&v.Steps[i]) {
			p.Problems = append(p.Problems, problem{d, path(&v.Steps[i]), i + 1})
		}
	}
	total := ends(v)
	for _, g := range stages(v) {
		p.Stages = append(p.Stages, newStageView(g, total))
	}
	sum := tallied(v)
	p.Required = newDecisions("calls", "Calls that the release makes", sum.required(), true, v.Calls)
	p.Refused = newDecisions("forbidden", "Calls that must not be possible", sum.forbidden(), false, v.Forbidden)
	p.Figures = figures(v, sum)
	for _, n := range v.Notes {
		p.Notes = append(p.Notes, clean(n))
	}
	return p
}

func headline(v *verdict.Verdict) string {
	what := strings.Replace(subject(v), "the", "This", 1)
	switch {
	case v.Passed():
		return what + " goes through"
	case rolledBack(v.Traffic):
		return what + " would be rolled back"
	}
	return what + " would fail"
}

// rolledBack tells whether the new version had requests, and has none in the end.
func rolledBack(samples []verdict.Sample) bool {
	return still(samples) == "" && len(samples) > 0 && samples[len(samples)-1].Green == 0
}

func figures(v *verdict.Verdict, sum tally) []figure {
	what := "of simulated time, from the push to the end"
	if s := v.FailedStep(); s != nil {
		what = "of simulated time until " + path(s) + " fails"
		return append([]figure{{duration(s.At + s.Took), what}}, counted(sum)...)
	}
	return append([]figure{{duration(ends(v)), what}}, counted(sum)...)
}

func counted(sum tally) []figure {
	return []figure{
		{fmt.Sprintf("%d of %d", sum.allowed, sum.allowed+sum.denied), "calls to AWS allowed that the release makes"},
		{fmt.Sprintf("%d of %d", sum.refused, sum.refused+sum.possible), "calls denied that must not be possible"},
	}
}

func newStageView(g group, total time.Duration) stageView {
	view := stageView{Name: clean(g.name), Result: g.result(), Took: g.end() - g.start()}
	for _, n := range g.steps {
		s := stepView{Step: n.step, Anchor: n.at + 1, Problems: defects(n.step), Log: clean(strings.Join(n.step.Log, "\n"))}
		if total > 0 && n.step.Result != verdict.Skipped {
			s.Start = 100 * n.step.At.Seconds() / total.Seconds()
			s.Len = max(0.6, 100*n.step.Took.Seconds()/total.Seconds())
			s.Start = min(s.Start, 100-s.Len)
		}
		view.Steps = append(view.Steps, s)
	}
	return view
}

func newDecisions(id, title, about string, wanted bool, calls []verdict.Call) decisions {
	calls = slices.Clone(calls)
	slices.SortStableFunc(calls, func(a, b verdict.Call) int {
		switch {
		case a.Allowed == b.Allowed:
			return 0
		case a.Allowed != wanted:
			return -1
		}
		return 1
	})
	wrong := len(calls) > 0 && calls[0].Allowed != wanted
	return decisions{ID: id, Title: title, About: about, Wanted: wanted, Open: wanted || wrong, Calls: calls}
}
