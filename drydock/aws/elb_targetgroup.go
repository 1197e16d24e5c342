package aws

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
func targetGroup() *sim.Resource {
	return &sim.Resource{
		Type:     targetGroupType,
		AutoName: &sim.AutoName{Field: "name", Max: 32},
		Inputs: sim.Fields{
			"connectionTermination":          sim.Bool().Computed(),
			"deregistrationDelay":            sim.Int().Default(300.0).Between(0, 3600),
			"healthCheck":                    healthCheck(),
			"ipAddressType":                  sim.String().Computed().Replaces().OneOf("ipv4", "ipv6"),
			"lambdaMultiValueHeadersEnabled": sim.Bool().Default(false),
			"loadBalancingAlgorithmType":     sim.String().Computed().OneOf("round_robin", "least_outstanding_requests", "weighted_random"),
			"loadBalancingAnomalyMitigation": sim.String().Computed().OneOf("on", "off"),
			"loadBalancingCrossZoneEnabled":  sim.String().Computed().OneOf("true", "false", "use_load_balancer_configuration"),
			"name":                           elbName(),
			"namePrefix":                     elbNamePrefix(6),
			"port":                           sim.Int().Replaces().Between(1, 65535),
			"preserveClientIp":               sim.String().Computed().OneOf("true", "false"),
			"protocol":                       sim.String().Replaces().OneOf("HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP"),
			"protocolVersion":                sim.String().Computed().Replaces().OneOf("HTTP1", "HTTP2", "GRPC"),
			"proxyProtocolV2":                sim.Bool().Default(false),
			"slowStart": sim.Int().Default(0.0).Check(func(v any) string {
				if n, _ := v.(float64); n != 0 && (n < 30 || n > 900) {
					return fmt.Sprintf("must be 0 or between 30 and 900 seconds, got %v", n)
				}
				return ""
			}),
			"stickiness": sim.Object(sim.Fields{
				"cookieDuration": sim.Int().Default(86400.0).Between(0, 604800),
				"cookieName":     sim.String(),
				"enabled":        sim.Bool().Default(true),
				"type":           sim.String().Required().OneOf("lb_cookie", "app_cookie", "source_ip"),
			}).Computed(),
			"tags": sim.Tags(),
			"targetGroupHealth": sim.Object(sim.Fields{
				"dnsFailover":           minimumHealthy(sim.String().Default("off").Match(`off|[1-9]\d*`, "off or a number")),
				"unhealthyStateRouting": minimumHealthy(sim.Int().Default(1.0).AtLeast(1)),
			}).Computed(),
			"targetType": sim.String().Default("instance").Replaces().OneOf("instance", "ip", "lambda", "alb"),
			"vpcId":      sim.String().Replaces().Refs(vpcType, "id", "ValidationError: The VPC ID '%s' is not found"),
		},
		Outputs: []string{
			"arn", "arnSuffix", "healthCheck", "ipAddressType", "loadBalancerArns", "loadBalancingAlgorithmType", "name", "protocolVersion",
			"stickiness", "tagsAll",
		},
		Validate: validateTargetGroup,
		Create:   createTargetGroup,
		Update: func(op *sim.Op) error {
			settleTargetGroup(op)
			return nil
		},
		Delete: func(op *sim.Op) error {
			if len(usersOfGroup(op, op.ID)) > 0 {
				return sim.Refuse("ResourceInUse", "Target group '%s' is currently in use by a listener or a rule", op.ID)
			}
			return nil
		},
		Read: func(op *sim.Op) { op.Out["loadBalancerArns"] = balancersOfGroup(op, op.ID) },
	}
}

// minimumHealthy: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health.html
func minimumHealthy(count *sim.Field) *sim.Field {
	return sim.Object(sim.Fields{
		"minimumHealthyTargetsCount":      count,
		"minimumHealthyTargetsPercentage": sim.String().Default("off").Match(`off|[1-9]\d?|100`, "off or a number from 1 to 100"),
	})
}

// healthCheck: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
func healthCheck() *sim.Field {
	return sim.Object(sim.Fields{
		"enabled":            sim.Bool().Default(true),
		"healthyThreshold":   sim.Int().Default(3.0).Between(2, 10),
		"interval":           sim.Int().Default(30.0).Between(5, 300),
		"matcher":            sim.String().Computed().Match(`\d{1,3}([-,]\d{1,3})*`, "codes such as 200, 200,301 or 200-299"),
		"path":               sim.String().Computed().Between(1, 1024).Match(`/.*`, "a path that starts with /"),
		"port":               sim.String().Default("traffic-port").Match(`traffic-port|\d{1,5}`, "traffic-port or a port from 1 to 65535"),
		"protocol":           sim.String().Default("HTTP").OneOf("HTTP", "HTTPS", "TCP"),
		"timeout":            sim.Int().Computed().Between(2, 120),
		"unhealthyThreshold": sim.Int().Default(3.0).Between(2, 10),
	}).Computed()
}

func web(protocol string) bool { return protocol == "HTTP" || protocol == "HTTPS" }

func validateTargetGroup(c *sim.Check) {
	c.Exclusive("name", "namePrefix")
	kind, protocol := c.In.Str("targetType"), c.In.Str("protocol")
	for _, k := range []string{"port", "protocol", "vpcId"} {
		if kind == "lambda" && c.In.Has(k) {
			c.Fail(k, `must not be given for targetType "lambda"`)
		}
		if kind != "lambda" && kind != "" && !c.In.Has(k) {
			c.Fail(k, "missing: needed for targetType %q", kind)
		}
	}
	if kind == "alb" && protocol != "" && protocol != "TCP" {
		c.Fail("protocol", `must be TCP for targetType "alb", not %s`, protocol)
	}
	if c.In.Has("protocolVersion") && protocol != "" && !web(protocol) {
		c.Fail("protocolVersion", "is for the protocols HTTP and HTTPS, not %s", protocol)
	}
	if h := c.In.Obj("healthCheck"); len(h) > 0 {
		validateHealthCheck(c, kind, protocol, h)
	}
	s := c.In.Obj("stickiness")
	switch kind := s.Str("type"); {
	case kind == "app_cookie" && !s.Has("cookieName"):
		c.Fail("stickiness.cookieName", `missing: needed for type "app_cookie"`)
	case kind != "" && protocol != "" && web(protocol) == (kind == "source_ip"):
		c.Fail("stickiness.type", "%q cannot be used with the protocol %s", kind, protocol)
	}
	if c.In.Num("slowStart") > 0 && c.In.Str("loadBalancingAlgorithmType") != "" && c.In.Str("loadBalancingAlgorithmType") != "round_robin" {
		c.Fail("slowStart", "needs the algorithm round_robin, not %s", c.In.Str("loadBalancingAlgorithmType"))
	}
}

func validateHealthCheck(c *sim.Check, kind, protocol string, h sim.Values) {
	const at = "healthCheck."
	if h.Str("protocol") == "TCP" {
		for _, k := range []string{"matcher", "path"} {
			if h.Has(k) {
				c.Fail(at+k, "must not be given for a health check of protocol TCP")
			}
		}
		if web(protocol) || kind == "lambda" {
			c.Fail(at+"protocol", "TCP cannot check a target group of protocol %s", protocol)
		}
	}
	if h["enabled"] == false && kind != "lambda" && kind != "" {
		c.Fail(at+"enabled", `health checks can be disabled for targetType "lambda" only`)
	}
	if p, err := strconv.Atoi(h.Str("port")); err == nil && (p < 1 || p > 65535) {
		c.Fail(at+"port", "%d: must be traffic-port or a port from 1 to 65535", p)
	}
	if timeout := healthTimeout(protocol, kind, h); timeout >= h.Num("interval") && h.Num("interval") > 0 && h["timeout"] != sim.Unknown {
		c.Fail(at+"timeout", "%v seconds: the interval of %v must be greater than the timeout", timeout, h.Num("interval"))
	}
	validateMatcher(c, protocol, h.Str("matcher"))
}

// healthTimeout is the timeout given or chosen.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
func healthTimeout(protocol, kind string, h sim.Values) float64 {
	switch {
	case h.Has("timeout"):
		return h.Num("timeout")
	case kind == "lambda":
		return 30
	case web(protocol):
		return 5
	case h.Str("protocol") == "HTTP":
		return 6
	}
	return 10
}

var codes = regexp.MustCompile(`\d+`)

// validateMatcher: HTTP codes 200 to 499 (for a network load balancer to 599), gRPC codes 0 to 99.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html
func validateMatcher(c *sim.Check, protocol, matcher string) {
	low, high := 200, 499
	if !web(protocol) {
		high = 599
	}
	if c.In.Str("protocolVersion") == "GRPC" {
		low, high = 0, 99
	}
	for _, s := range codes.FindAllString(matcher, -1) {
		if n, err := strconv.Atoi(s); err != nil || n < low || n > high {
			c.Fail("healthCheck.matcher", "%q: codes must be between %d and %d", matcher, low, high)
			return
		}
	}
}

func createTargetGroup(op *sim.Op) error {
	name := elbSuffixed(op)
	if named(op, targetGroupType, "name", name) != nil {
		return sim.Refuse("DuplicateTargetGroupName", "A target group with the same name '%s' exists, but with different settings", name)
	}
	op.Out["arnSuffix"] = "targetgroup/" + name + "/" + sim.Hex(16)
	op.ID = op.ARN("elasticloadbalancing", op.Out.Str("arnSuffix"))
	op.Out["arn"], op.Out["loadBalancerArns"] = op.ID, []any{}
	settleTargetGroup(op)
	return nil
}

// settleTargetGroup shows what the cloud chose.
func settleTargetGroup(op *sim.Op) {
	settleTags(op)
	protocol, kind := op.In.Str("protocol"), op.In.Str("targetType")
	version := ""
	if web(protocol) {
		version = "HTTP1"
	}
	choose(op, "protocolVersion", version)
	choose(op, "ipAddressType", "ipv4")
	choose(op, "loadBalancingAlgorithmType", map[bool]any{true: "round_robin", false: ""}[web(protocol)])
	choose(op, "loadBalancingAnomalyMitigation", map[bool]any{true: "off", false: ""}[web(protocol)])
	choose(op, "loadBalancingCrossZoneEnabled", "use_load_balancer_configuration")
	choose(op, "stickiness", map[string]any{
		"enabled": false, "type": map[bool]any{true: "lb_cookie", false: "source_ip"}[web(protocol)], "cookieDuration": 86400.0, "cookieName": "",
	})
	h := op.Out.Obj("healthCheck").Copy()
	for k, v := range map[string]any{
		"enabled": true, "healthyThreshold": 5.0, "unhealthyThreshold": 2.0, "interval": 30.0, "port": "traffic-port",
		"timeout": healthTimeout(protocol, kind, h), "protocol": map[bool]any{true: "HTTP", false: "TCP"}[web(protocol)],
	} {
		if !h.Has(k) {
			h[k] = v
		}
	}
	if web(h.Str("protocol")) {
		path, matcher := "/", "200"
		if op.Out.Str("protocolVersion") == "GRPC" {
			path, matcher = "/AWS.ALB/healthcheck", "12"
		}
		for k, v := range map[string]any{"path": path, "matcher": matcher} {
			if !h.Has(k) {
				h[k] = v
			}
		}
	}
	op.Out["healthCheck"] = map[string]any(h)
}
