package rollout

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/taskdef"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

const (
	routeTableType  = "aws:ec2/routeTable:RouteTable"
	routeType       = "aws:ec2/route:Route"
	associationType = "aws:ec2/routeTableAssociation:RouteTableAssociation"
	mainType        = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
	endpointType    = "aws:ec2/vpcEndpoint:VpcEndpoint"
)

var privateImage = regexp.MustCompile(`^\d{12}\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.(amazonaws\.com|on\.aws)`)

// checkReach: each subnet has a way to what a Fargate task needs before its containers start: the images, the secrets
// and the logs. It is the internet, by a public address or NAT, or endpoints in the VPC.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
func (d *deployment) checkReach() []verdict.Problem {
	var all []verdict.Problem
	if !slices.ContainsFunc(d.place.groups, func(g string) bool {
		return slices.ContainsFunc(rules(d.in.World, g, "egress"), func(r rule) bool { return r.covers(443) })
	}) {
		all = append(all, verdict.Problem{
			What:  fmt.Sprintf("ResourceInitializationError: unable to pull secrets or registry auth: the security groups %v let nothing out on port 443", d.place.groups),
			Where: "security group " + first(d.place.groups), Fix: "Add an egress rule for TCP port 443.",
		})
	}
	for _, id := range d.place.subnets {
		subnet := d.in.World.Find(subnetType, "id", id)
		table := tableOf(d.in.World, subnet)
		way := defaultRoute(d.in.World, table)
		if way == "other" || way == "gateway" && d.place.publicIP {
			continue
		}
		lacking := d.lackingEndpoints(subnet, table)
		if len(lacking) == 0 {
			continue
		}
		reason := "it has no route to the internet"
		if way == "gateway" {
			reason = "its tasks get no public IP address, which an internet gateway needs"
		}
		all = append(all, verdict.Problem{
			What: fmt.Sprintf("ResourceInitializationError: unable to pull secrets or registry auth: from subnet %s there is no way to %s: %s",
				id, strings.Join(lacking, ", "), reason),
			Where: "subnet " + id,
			Fix:   "Assign public IP addresses in a subnet with an internet gateway, route to a NAT gateway, or add VPC endpoints for all of them.",
		})
	}
	return all
}

// tableOf is the route table of a subnet: its own, else the VPC's main one.
func tableOf(w *world.World, subnet *drydock.Record) *drydock.Record {
	if a := w.Find(associationType, "subnetId", subnet.ID); a != nil {
		return w.Find(routeTableType, "id", a.Attr("routeTableId"))
	}
	vpc := subnet.Attr("vpcId")
	if m := w.Find(mainType, "vpcId", vpc); m != nil {
		return w.Find(routeTableType, "id", m.Attr("routeTableId"))
	}
	for _, t := range w.Where(routeTableType, "vpcId", vpc) {
		if t.State.Bool("main") {
			return t
		}
	}
	return nil
}

// defaultRoute tells where the table sends what is not local: "gateway" for an internet gateway, "other" for NAT, a
// transit gateway or the like, "" for nowhere.
func defaultRoute(w *world.World, table *drydock.Record) string {
	if table == nil {
		return ""
	}
	way := func(destination, gateway string) string {
		switch {
		case destination != "0.0.0.0/0":
			return ""
		case strings.HasPrefix(gateway, "igw-"):
			return "gateway"
		}
		return "other"
	}
	for _, r := range table.Inputs.Objs("routes") {
		if found := way(r.Str("cidrBlock"), r.Str("gatewayId")); found != "" {
			return found
		}
	}
	for _, r := range w.Where(routeType, "routeTableId", table.ID) {
		if found := way(r.Inputs.Str("destinationCidrBlock"), r.Inputs.Str("gatewayId")); found != "" {
			return found
		}
	}
	return ""
}

// lackingEndpoints are the services that the task needs and the subnet's VPC has no endpoint of.
func (d *deployment) lackingEndpoints(subnet, table *drydock.Record) []string {
	var lacking []string
	for _, service := range needs(d.in.Task) {
		there := slices.ContainsFunc(d.in.World.Where(endpointType, "vpcId", subnet.Attr("vpcId")), func(e *drydock.Record) bool {
			if !strings.HasSuffix(e.Inputs.Str("serviceName"), "."+service) {
				return false
			}
			if e.Inputs.Str("vpcEndpointType") == "Interface" {
				return true // an interface in one subnet answers all of the VPC
			}
			return table != nil && (slices.Contains(e.Inputs.Strs("routeTableIds"), table.ID) || associated(d.in.World, e.ID, table.ID))
		})
		if !there {
			lacking = append(lacking, service)
		}
	}
	return lacking
}

func associated(w *world.World, endpoint, table string) bool {
	for _, a := range w.Where("aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation", "vpcEndpointId", endpoint) {
		if a.Inputs.Str("routeTableId") == table {
			return true
		}
	}
	return false
}

// needs are the services that ECS calls from the task's network before the containers start.
func needs(t *taskdef.Definition) []string {
	var all []string
	for _, c := range t.Containers {
		if privateImage.MatchString(c.Image) {
			all = append(all, "ecr.api", "ecr.dkr", "s3") // S3 has the layers
		} else {
			all = append(all, "the registry of "+c.Image)
		}
		if c.Logs.Driver == "awslogs" {
			all = append(all, "logs")
		}
		for _, s := range c.Secrets {
			if r, err := taskdef.ParseReference(s.ValueFrom); err == nil {
				all = append(all, r.Service)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
