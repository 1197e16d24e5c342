package main

import (
	"os"
	"strconv"
)

// api answers /health and, below /api/, with what it knows of its environment.
func api(listen string) error {
	answer := `{"dog":"bash","environment":` + strconv.Quote(os.Getenv("BASH_DOG_ENVIRONMENT")) +
		`,"database":"` + isSet("DATABASE_URL") + `"}` + "\n"
	return serve("api", listen, func(r *request) response {
		switch {
		case r.path == "/health":
			return text(200, "ok\n")
		case hasPrefix(r.path, "/api/"):
			return response{status: 200, kind: "application/json", body: answer}
		}
		return text(404, "not found\n")
	})
}
