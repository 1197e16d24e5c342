package bluegreen

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// AlarmsArgs describe what tells that a release is bad.
type AlarmsArgs struct {
	AlarmOptions
	// Traffic is watched. Required.
	Traffic *Traffic `pulumi:"traffic"`
	// Tags of the alarms. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Alarms watch the answers and the health of the tasks behind a load balancer, whichever target group they are in.
type Alarms struct {
	pulumi.ResourceState

	// Names of the alarms. Empty if they are disabled.
	Names pulumi.StringArrayOutput `pulumi:"names"`

	alarms []*cloudwatch.MetricAlarm
}

// NewAlarms makes the alarms.
func NewAlarms(ctx *pulumi.Context, name string, args *AlarmsArgs, opts ...pulumi.ResourceOption) (*Alarms, error) {
	a := args.withDefaults()
	if err := a.validate(args); err != nil {
		return nil, err
	}
	alarms := &Alarms{}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:Alarms", name, alarms, opts...); err != nil {
		return nil, err
	}
	if !a.Disabled {
		if err := alarms.compose(ctx, name, a); err != nil {
			return nil, err
		}
	}
	names := pulumi.StringArray{}
	for _, alarm := range alarms.alarms {
		names = append(names, alarm.Name)
	}
	alarms.Names = names.ToStringArrayOutput()
	return alarms, ctx.RegisterResourceOutputs(alarms, pulumi.Map{"names": alarms.Names})
}

func (alarms *Alarms) compose(ctx *pulumi.Context, name string, a *AlarmsArgs) error {
	if err := alarms.add(ctx, name+"-errors", a.errors()); err != nil {
		return err
	}
	if err := alarms.add(ctx, name+"-unhealthy", a.unhealthy()); err != nil {
		return err
	}
	if a.LatencySeconds == 0 {
		return nil
	}
	return alarms.add(ctx, name+"-latency", a.latency())
}

func (alarms *Alarms) add(ctx *pulumi.Context, name string, args *cloudwatch.MetricAlarmArgs) error {
	alarm, err := cloudwatch.NewMetricAlarm(ctx, name, args, pulumi.Parent(alarms))
	if err != nil {
		return err
	}
	alarms.alarms = append(alarms.alarms, alarm)
	return nil
}

// The metrics are those of https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
// Most of them have no data where there is nothing to count, which is no fault.

// errors counts over both target groups: of the dimensions, only the load balancer is given.
func (args *AlarmsArgs) errors() *cloudwatch.MetricAlarmArgs {
	alarm := args.perMinute("Answers with status 5xx", 3, 2)
	alarm.Namespace, alarm.MetricName = pulumi.String("AWS/ApplicationELB"), pulumi.String("HTTPCode_Target_5XX_Count")
	alarm.Dimensions = pulumi.StringMap{"LoadBalancer": args.Traffic.LoadBalancerArnSuffix}
	alarm.Period, alarm.Statistic = pulumi.Int(60), pulumi.String("Sum")
	alarm.Threshold = pulumi.Float64(args.ErrorsPerMinute)
	return alarm
}

// latency ignores percentiles of too few requests to tell.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
func (args *AlarmsArgs) latency() *cloudwatch.MetricAlarmArgs {
	alarm := args.perMinute("The slowest percent of answers", 3, 2)
	alarm.Namespace, alarm.MetricName = pulumi.String("AWS/ApplicationELB"), pulumi.String("TargetResponseTime")
	alarm.Dimensions = pulumi.StringMap{"LoadBalancer": args.Traffic.LoadBalancerArnSuffix}
	alarm.Period, alarm.ExtendedStatistic = pulumi.Int(60), pulumi.String("p99")
	alarm.EvaluateLowSampleCountPercentiles = pulumi.String("ignore")
	alarm.Threshold = pulumi.Float64(args.LatencySeconds)
	return alarm
}

// lateMinutes are the newest ones, whose data may not be there yet and which FILL takes for healthy: an alarm of as many
// minutes as it looks at would never go off.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
const lateMinutes = 2

// unhealthy adds up the target groups, since that metric has no sum over them. A new task may be unhealthy for as long
// as the service's grace period, and without one for the minute of its start; the alarm waits two minutes longer.
func (args *AlarmsArgs) unhealthy() *cloudwatch.MetricAlarmArgs {
	minutes := max((args.Traffic.gracePeriod+59)/60, 1) + 2
	alarm := args.perMinute("Tasks that fail their health checks", minutes+lateMinutes, minutes)
	alarm.Threshold = pulumi.Float64(1)
	alarm.MetricQueries = cloudwatch.MetricAlarmMetricQueryArray{
		&cloudwatch.MetricAlarmMetricQueryArgs{
			Id: pulumi.String("unhealthy"), Label: pulumi.String("Unhealthy tasks"), ReturnData: pulumi.Bool(true),
			Expression: pulumi.String("FILL(blue, 0) + FILL(green, 0)"),
		},
		args.unhealthyIn("blue", args.Traffic.BlueTargetGroupArnSuffix),
		args.unhealthyIn("green", args.Traffic.GreenTargetGroupArnSuffix),
	}
	return alarm
}

func (args *AlarmsArgs) unhealthyIn(id string, group pulumi.StringOutput) *cloudwatch.MetricAlarmMetricQueryArgs {
	return &cloudwatch.MetricAlarmMetricQueryArgs{
		Id: pulumi.String(id),
		Metric: &cloudwatch.MetricAlarmMetricQueryMetricArgs{
			Namespace: pulumi.String("AWS/ApplicationELB"), MetricName: pulumi.String("UnHealthyHostCount"),
			Dimensions: pulumi.StringMap{"LoadBalancer": args.Traffic.LoadBalancerArnSuffix, "TargetGroup": group},
			Period:     pulumi.Int(60), Stat: pulumi.String("Maximum"),
		},
	}
}

// perMinute is an alarm that goes off when its measure reaches the threshold in some of the last minutes.
func (args *AlarmsArgs) perMinute(description string, minutes, bad int) *cloudwatch.MetricAlarmArgs {
	return &cloudwatch.MetricAlarmArgs{
		AlarmDescription:   pulumi.String(description),
		ComparisonOperator: pulumi.String("GreaterThanOrEqualToThreshold"),
		EvaluationPeriods:  pulumi.Int(minutes),
		DatapointsToAlarm:  pulumi.Int(bad),
		TreatMissingData:   pulumi.String("notBreaching"),
		Tags:               ground.Tags(args.Tags),
	}
}

func (args *AlarmsArgs) withDefaults() *AlarmsArgs {
	a := AlarmsArgs{}
	if args != nil {
		a = *args
	}
	a.AlarmOptions = a.AlarmOptions.withDefaults()
	return &a
}

// withDefaults of alarms that are not disabled.
func (a AlarmOptions) withDefaults() AlarmOptions {
	if !a.Disabled {
		a.ErrorsPerMinute = or(a.ErrorsPerMinute, 10)
	}
	return a
}

// count of the alarms that are made.
func (a AlarmOptions) count() int {
	switch {
	case a.Disabled:
		return 0
	case a.LatencySeconds == 0:
		return 2
	}
	return 3
}

func (args *AlarmsArgs) validate(given *AlarmsArgs) error {
	p := &problems.List{}
	if args.Traffic == nil {
		p.Add("traffic", "missing: give the Traffic to watch")
	}
	if given != nil {
		args.AlarmOptions.validate(p, given.AlarmOptions)
	}
	return p.Err()
}
