package compose_test

import (
	"fmt"

	"github.com/container-pipeline/container-pipeline/components/bluegreen/compose"
)

func Example() {
	app, err := compose.Load("../../../examples/bash-dog/compose.yaml", compose.Options{
		Ports:       map[string]int{"api": 8000},
		Environment: map[string]map[string]string{"api": {"BASH_DOG_ENVIRONMENT": "production"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range app.Containers {
		fmt.Println(c.Name, c.Port, c.Public, c.Environment, c.Secrets)
	}
	fmt.Println("secrets to set:", app.Secrets)
	fmt.Println("local:", app.Local)
	fmt.Println("ignored:", app.Ignored)
	// Output:
	// api 8000 false map[BASH_DOG_ENVIRONMENT:production] [DATABASE_URL]
	// sidecar 0 false map[API_URL:http://localhost:8000] [LOG_TOKEN]
	// nginx 80 true map[] []
	// secrets to set: [DATABASE_URL LOG_TOKEN]
	// local: [db]
	// ignored: [services.api.depends_on.db: it stays local volumes: a task keeps no files; use S3, EFS or a database]
}
