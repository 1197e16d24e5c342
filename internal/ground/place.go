package ground

import "fmt"

// ARN names a resource of a regional service in this account: ARN("ecs", "cluster/bash-dog").
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
func (p Place) ARN(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", p.Partition, service, p.Region, p.Account, resource)
}

// consoles are the hosts of the partitions' consoles.
// https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-console.html
// https://docs.amazonaws.cn/en_us/aws/latest/userguide/introduction.html
var consoles = map[string]string{
	"aws":        "console.aws.amazon.com",
	"aws-cn":     "console.amazonaws.cn",
	"aws-us-gov": "console.amazonaws-us-gov.com",
}

// Console is the address of a page of AWS's console for this region. It is empty in partitions whose console has no
// public address.
func (p Place) Console(page string) string {
	host, known := consoles[p.Partition]
	if !known {
		return ""
	}
	return fmt.Sprintf("https://%s/%s?region=%s", host, page, p.Region)
}
