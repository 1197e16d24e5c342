package bluegreen

import (
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/artifacts"
	"github.com/container-pipeline/container-pipeline/internal/ground"
)

// The bootstrap task is the smallest of Fargate, whatever the application needs: it lives until the first release.
const (
	bootstrapCPU    = "256"
	bootstrapMemory = "512"
)

// bootstrapCommand is run by a shell; the configuration comes as a variable so that nothing needs quoting.
const bootstrapCommand = `printf %s "$NGINX_CONFIGURATION" > /tmp/bootstrap.conf && exec nginx -c /tmp/bootstrap.conf`

// bootstrapContainer stands in for the public container before there is an image of it.
func bootstrapContainer(a *ContainerPipelineArgs, logGroup, region string) artifacts.ContainerDefinition {
	public := a.public()
	return artifacts.ContainerDefinition{
		Name:             public.Name,
		Image:            a.BootstrapImage,
		Essential:        true,
		PortMappings:     []artifacts.PortMapping{{ContainerPort: public.Port, Protocol: "tcp"}},
		EntryPoint:       []string{"/bin/sh", "-c"},
		Command:          []string{bootstrapCommand},
		Environment:      artifacts.Environment{"NGINX_CONFIGURATION": bootstrapConfiguration(public.Port, a.HealthCheck.Matcher)},
		LogConfiguration: artifacts.AwsLogs(logGroup, region, "bootstrap"),
	}
}

// bootstrapConfiguration answers every path with the first status that the health check accepts, 200 as a rule.
func bootstrapConfiguration(port int, matcher string) string {
	answer := matcher[:3]
	if answer == "200" {
		answer = `200 "Waiting for the first release.\n"`
	}
	return fmt.Sprintf(`daemon off;
error_log stderr;
events {}
http {
  access_log off;
  default_type text/plain;
  server {
    listen %d;
    location / { return %s; }
  }
}
`, port, answer)
}

// bootstrapRepositoryArn is the ECR repository of an image that is in one; the execution role must pull from it too.
func bootstrapRepositoryArn(image, partition string) (string, bool) {
	uri, _, _ := strings.Cut(image, "@")
	if slash, colon := strings.LastIndex(uri, "/"), strings.LastIndex(uri, ":"); colon > slash {
		uri = uri[:colon]
	}
	r, err := artifacts.ParseRepository(uri)
	if err != nil {
		return "", false
	}
	return ground.Place{Partition: partition, Region: r.Region, Account: r.Account}.ARN("ecr", "repository/"+r.Name), true
}
