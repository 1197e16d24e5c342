package verdict

import (
	"encoding/json"
	"math"
	"time"
)

// In JSON, durations are numbers of seconds with fractions, since nanoseconds are Go's own idea of time. The types below
// shadow the fields of that name.

type seconds time.Duration

func (s seconds) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(s).Seconds())
}

func (s *seconds) UnmarshalJSON(data []byte) error {
	var n float64
	if err := json.Unmarshal(data, &n); err != nil {
		return err
	}
	*s = seconds(math.Round(n * float64(time.Second)))
	return nil
}

type (
	plainVerdict Verdict
	plainStep    Step
	plainSample  Sample

	verdictJSON struct {
		Passed bool `json:"passed"`
		*plainVerdict
		Wall   *seconds `json:"wall"`
		Images *seconds `json:"images"`
	}
	stepJSON struct {
		At   *seconds `json:"at"`
		Took *seconds `json:"took"`
		*plainStep
	}
	sampleJSON struct {
		At *seconds `json:"at"`
		*plainSample
	}
)

func (v *Verdict) json() verdictJSON {
	return verdictJSON{v.Passed(), (*plainVerdict)(v), (*seconds)(&v.Wall), (*seconds)(&v.Images)}
}

func (s *Step) json() stepJSON {
	return stepJSON{(*seconds)(&s.At), (*seconds)(&s.Took), (*plainStep)(s)}
}

func (s *Sample) json() sampleJSON { return sampleJSON{(*seconds)(&s.At), (*plainSample)(s)} }

// MarshalJSON writes the durations in seconds, and whether the release passed.
func (v Verdict) MarshalJSON() ([]byte, error) { return json.Marshal(v.json()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Verdict) UnmarshalJSON(data []byte) error {
	j := v.json()
	return json.Unmarshal(data, &j)
}

// MarshalJSON writes the durations in seconds.
func (s Step) MarshalJSON() ([]byte, error) { return json.Marshal(s.json()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Step) UnmarshalJSON(data []byte) error {
	j := s.json()
	return json.Unmarshal(data, &j)
}

// MarshalJSON writes the time in seconds.
func (s Sample) MarshalJSON() ([]byte, error) { return json.Marshal(s.json()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Sample) UnmarshalJSON(data []byte) error {
	j := s.json()
	return json.Unmarshal(data, &j)
}
