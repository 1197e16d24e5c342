package sim

import (
	"io"
	"strconv"
)

// coerce converts between scalar kinds as the bridge to Terraform-based providers does: numbers and booleans given as
// strings, and strings given as numbers or booleans.
func coerce(k kind, v any) any {
	switch k {
	case kindString:
		switch v := v.(type) {
		case float64:
			return strconv.FormatFloat(v, 'f', -1, 64)
		case bool:
			return strconv.FormatBool(v)
		}
	case kindNumber:
		if s, ok := v.(string); ok {
			if n, err := strconv.ParseFloat(s, 64); err == nil {
				return n
			}
		}
	case kindBool:
		if s, ok := v.(string); ok {
			if b, err := strconv.ParseBool(s); err == nil {
				return b
			}
		}
	}
	return v
}

func readAll(r io.ReadCloser) (string, error) {
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(r)
	return string(b), err
}
