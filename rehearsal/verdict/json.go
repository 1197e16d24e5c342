package verdict

import (
	"encoding/json"
	"time"
)

// seconds is a duration as JSON has it: a number of seconds, with fractions.
type seconds time.Duration

func (s seconds) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(s).Seconds())
}

// MarshalJSON writes the durations in seconds, and whether the release passed.
func (v Verdict) MarshalJSON() ([]byte, error) {
	type plain Verdict
	return json.Marshal(struct {
		Passed bool `json:"passed"`
		plain
		Wall   seconds `json:"wall"`
		Images seconds `json:"images"`
	}{v.Passed(), plain(v), seconds(v.Wall), seconds(v.Images)})
}

// MarshalJSON writes the durations in seconds.
func (s Step) MarshalJSON() ([]byte, error) {
	type plain Step
	return json.Marshal(struct {
		At   seconds `json:"at"`
		Took seconds `json:"took"`
		plain
	}{seconds(s.At), seconds(s.Took), plain(s)})
}

// MarshalJSON writes the time in seconds.
func (s Sample) MarshalJSON() ([]byte, error) {
	type plain Sample
	return json.Marshal(struct {
		At seconds `json:"at"`
		plain
	}{seconds(s.At), plain(s)})
}
