package bluegreen

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/appautoscaling"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
)

// Names as pulumi-aws spells them are long; these are the parts of a target tracking policy.
type (
	tracking          = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs
	predefinedMeasure = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs
	customMeasure     = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationArgs
	measureTerm       = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricArgs
	measureTerms      = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricArray
	statistic         = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricMetricStatArgs
	metric            = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricMetricStatMetricArgs
	dimension         = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricMetricStatMetricDimensionArgs
	dimensions        = appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricMetricStatMetricDimensionArray
)

// addScaling keeps CPU or requests near their target; with both, the one that asks for more tasks wins.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html
func (s *Service) addScaling(ctx *pulumi.Context, name string, a *ServiceArgs) error {
	scaling := a.Pipeline.Scaling
	if scaling == nil {
		return nil
	}
	target, err := appautoscaling.NewTarget(ctx, name, &appautoscaling.TargetArgs{
		MinCapacity:       pulumi.Int(scaling.Min),
		MaxCapacity:       pulumi.Int(scaling.Max),
		ServiceNamespace:  pulumi.String("ecs"),
		ScalableDimension: pulumi.String("ecs:service:DesiredCount"),
		ResourceId:        pulumi.Sprintf("service/%s/%s", s.ClusterName, s.ServiceName),
		Tags:              ground.Tags(a.Pipeline.Tags),
	}, pulumi.Parent(s))
	if err != nil {
		return err
	}
	if scaling.CPUPercent != 0 {
		if err := s.addPolicy(ctx, name+"-cpu", target, scaling, &tracking{
			TargetValue: pulumi.Float64(scaling.CPUPercent),
			PredefinedMetricSpecification: &predefinedMeasure{
				PredefinedMetricType: pulumi.String("ECSServiceAverageCPUUtilization"),
			},
		}); err != nil {
			return err
		}
	}
	if scaling.RequestsPerTask == 0 {
		return nil
	}
	return s.addPolicy(ctx, name+"-requests", target, scaling, &tracking{
		TargetValue:                   pulumi.Float64(scaling.RequestsPerTask),
		CustomizedMetricSpecification: requestsPerTask(a.Traffic),
	})
}

func (s *Service) addPolicy(
	ctx *pulumi.Context, name string, target *appautoscaling.Target, scaling *Scaling, configuration *tracking,
) error {
	configuration.ScaleInCooldown = pulumi.Int(scaling.ScaleInCooldown)
	configuration.ScaleOutCooldown = pulumi.Int(scaling.ScaleOutCooldown)
	_, err := appautoscaling.NewPolicy(ctx, name, &appautoscaling.PolicyArgs{
		PolicyType:        pulumi.String("TargetTrackingScaling"),
		ServiceNamespace:  target.ServiceNamespace,
		ScalableDimension: target.ScalableDimension,
		ResourceId:        target.ResourceId,

		TargetTrackingScalingPolicyConfiguration: configuration,
	}, pulumi.Parent(s))
	return err
}

// requestsPerTask is the load balancer's requests over the healthy tasks of both target groups. The predefined
// ALBRequestCountPerTarget is of one target group and is not supported with blue/green deployments, which change the
// group in use. A group without targets has no data: it counts as none. A minute whose requests are not there yet stays
// without a value: were they taken for none, no minute would ever be too busy.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html
// https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking-metric-math.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
func requestsPerTask(t *Traffic) *customMeasure {
	term := func(id, name, stat string, of ...*dimension) *measureTerm {
		list := dimensions{&dimension{Name: pulumi.String("LoadBalancer"), Value: t.LoadBalancerArnSuffix}}
		for _, d := range of {
			list = append(list, d)
		}
		return &measureTerm{
			Id: pulumi.String(id), ReturnData: pulumi.Bool(false),
			MetricStat: &statistic{
				Stat: pulumi.String(stat),
				Metric: &metric{
					Namespace: pulumi.String("AWS/ApplicationELB"), MetricName: pulumi.String(name), Dimensions: list,
				},
			},
		}
	}
	group := func(suffix pulumi.StringOutput) *dimension {
		return &dimension{Name: pulumi.String("TargetGroup"), Value: suffix}
	}
	return &customMeasure{Metrics: measureTerms{
		&measureTerm{
			Id: pulumi.String("perTask"), Label: pulumi.String("Requests per task"), ReturnData: pulumi.Bool(true),
			Expression: pulumi.String("requests / SUM([FILL(blue, 0), FILL(green, 0)])"),
		},
		term("requests", "RequestCount", "Sum"),
		term("blue", "HealthyHostCount", "Maximum", group(t.BlueTargetGroupArnSuffix)),
		term("green", "HealthyHostCount", "Maximum", group(t.GreenTargetGroupArnSuffix)),
	}}
}
