package aws

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func TestDeployShiftsEverythingThatCodeDeployShifts(t *testing.T) {
	w := newWorld(t)
	service := w.blueGreen()

	rolled, err := Deploy(w.cloud, "shop", "web", Rollout{DesiredCount: 3})
	require.NoError(t, err)
	arn := "arn:aws:ecs:us-east-2:123456789012:task-definition/shop:2"
	require.Equal(t, Rolled{TaskDefinition: arn, Blue: blueARN, Green: greenARN, DesiredCount: 3}, rolled)

	in, out, err := w.Read(ecsServiceType, service)
	require.NoError(t, err)
	for _, props := range []sim.Values{in, out} {
		require.Equal(t, arn, props.Str("taskDefinition"))
		require.Equal(t, 3.0, props.Num("desiredCount"))
		require.Equal(t, greenARN, props.Objs("loadBalancers")[0].Str("targetGroupArn"))
	}
	for _, l := range []string{listenerARN, testLstnrARN} {
		action := w.cloud.Find("aws:lb/listener:Listener", "arn", l).Inputs.Objs("defaultActions")[0]
		require.NotContains(t, action, "targetGroupArn", "the short form is gone")
		require.Equal(t, []any{
			map[string]any{"arn": greenARN, "weight": 100.0}, map[string]any{"arn": blueARN, "weight": 0.0},
		}, action.Obj("forward").List("targetGroups"))
	}

	back, err := Deploy(w.cloud, "shop", "web", Rollout{})
	require.NoError(t, err)
	require.Equal(t, blueARN, back.Green, "the next deployment goes back to the other group")
	require.Equal(t, 3, back.DesiredCount)
}

func TestDeployBringsNewContainers(t *testing.T) {
	w := newWorld(t)
	w.blueGreen()
	next := `[{"name":"web","image":"registry/web@` + digestA + `","portMappings":[{"containerPort":80}]}]`
	rolled, err := Deploy(w.cloud, "shop", "web", Rollout{ContainerDefinitions: next})
	require.NoError(t, err)
	require.Equal(t, next, w.inputs(ecsTaskDefinitionType, rolled.TaskDefinition).Str("containerDefinitions"))
}

func TestDeployRefuses(t *testing.T) {
	w := newWorld(t)
	w.blueGreen()
	w.made(ecsServiceType, with(webService(), sim.Values{"name": "rolling", "deploymentController": nil}))
	w.made(ecsServiceType, with(webService(), sim.Values{"name": "alone"}))
	for _, c := range []struct {
		name, service string
		rollout       Rollout
		want          string
	}{
		{"no service", "gone", Rollout{}, "ServiceNotFoundException"},
		{"another controller", "rolling", Rollout{}, "deployment controller is ECS"},
		{"no deployment group", "alone", Rollout{}, "DeploymentGroupDoesNotExistException"},
		{"containers that are none", "web", Rollout{ContainerDefinitions: `[{"nam":"web"}]`}, "unknown property"},
		{"container behind the listener is gone", "web", Rollout{ContainerDefinitions: `[{"name":"api","image":"api"}]`}, "The container web does not exist"},
		{"negative count", "web", Rollout{DesiredCount: -1}, "must not be negative"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Deploy(w.cloud, "shop", c.service, c.rollout)
			require.ErrorContains(t, err, c.want)
		})
	}
	require.Nil(t, w.cloud.Get(ecsTaskDefinitionType, testScope, "arn:aws:ecs:us-east-2:123456789012:task-definition/shop:2"),
		"a deployment that cannot start registers nothing")
}

func TestDeployedStateSurvivesAnUpdateOfSomethingElse(t *testing.T) {
	w := newWorld(t)
	id := w.blueGreen()
	_, err := Deploy(w.cloud, "shop", "web", Rollout{})
	require.NoError(t, err)

	// The engine still knows the state from before: it sends the old target group and task definition unchanged.
	before := with(webService(), sim.Values{"desiredCount": 2.0})
	s := w.cloud.Get(ecsServiceType, testScope, id)
	op := &sim.Op{
		Cloud: w.cloud, Config: sim.Values{"region": "us-east-2"}, Type: ecsServiceType, ID: id, Record: copyRecord(s),
		Old: before, In: with(before, sim.Values{"healthCheckGracePeriodSeconds": 30.0}), Out: s.Outputs.Copy(),
	}
	require.NoError(t, updateECSService(op))
	require.Equal(t, greenARN, op.In.Objs("loadBalancers")[0].Str("targetGroupArn"))
	require.Equal(t, 30.0, op.In.Num("healthCheckGracePeriodSeconds"))
}

func TestAutoScalingBoundsTheDeployedCount(t *testing.T) {
	w := newWorld(t)
	w.blueGreen()
	w.made(scalableTargetType, sim.Values{
		"serviceNamespace": "ecs", "scalableDimension": "ecs:service:DesiredCount", "resourceId": "service/shop/web",
		"minCapacity": 1.0, "maxCapacity": 4.0,
	})
	rolled, err := Deploy(w.cloud, "shop", "web", Rollout{DesiredCount: 9})
	require.NoError(t, err)
	require.Equal(t, 4, rolled.DesiredCount)
}

func TestPushImage(t *testing.T) {
	w := newWorld(t)
	id, _ := w.made(ecrRepositoryType, sim.Values{"name": "shop/web"})
	require.NoError(t, PushImage(w.cloud, "shop/web", "latest", digestA))
	require.NoError(t, PushImage(w.cloud, "shop/web", "latest", digestB))
	images := w.cloud.Get(ecrRepositoryType, testScope, id).State.Obj("images")
	require.Empty(t, imageTags(images[digestA]), "the tag moved")
	require.Equal(t, []string{"latest"}, imageTags(images[digestB]))

	require.ErrorContains(t, w.Delete(ecrRepositoryType, id), "RepositoryNotEmptyException")
	_, err := w.Update(ecrRepositoryType, id, sim.Values{"name": "shop/web", "forceDelete": true})
	require.NoError(t, err)
	require.NoError(t, w.Delete(ecrRepositoryType, id))

	require.ErrorContains(t, PushImage(w.cloud, "shop/web", "latest", digestA), "RepositoryNotFoundException")
	require.ErrorContains(t, PushImage(w.cloud, "shop/web", "bad tag", digestA), "no image tag")
	require.ErrorContains(t, PushImage(w.cloud, "shop/web", "latest", "abc"), "no image digest")
}

func TestImmutableTagsStay(t *testing.T) {
	w := newWorld(t)
	w.made(ecrRepositoryType, sim.Values{"name": "web", "imageTagMutability": "IMMUTABLE"})
	require.NoError(t, PushImage(w.cloud, "web", "v1", digestA))
	require.NoError(t, PushImage(w.cloud, "web", "v1", digestA), "the same image again is no change")
	require.ErrorContains(t, PushImage(w.cloud, "web", "v1", digestB), "ImageTagAlreadyExistsException")
}

func TestStoreArtifact(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, StoreArtifact(w.cloud, "artifacts", "shop/Build/abc"))
	require.NoError(t, StoreArtifact(w.cloud, "artifacts", "shop/Source/def"))
	require.Len(t, w.cloud.Find(bucketType, "id", "artifacts").State.Obj("objects"), 2)
	require.ErrorContains(t, StoreArtifact(w.cloud, "elsewhere", "x"), "NoSuchBucket")
	require.ErrorContains(t, StoreArtifact(w.cloud, "artifacts", ""), "1 to 1024 bytes")
}

func TestDeleteArtifact(t *testing.T) {
	w := newWorld(t)
	kept := func() sim.Values { return w.cloud.Find(bucketType, "id", "artifacts").State.Obj("objects") }
	require.NoError(t, StoreArtifact(w.cloud, "artifacts", "index.html"))
	require.NoError(t, DeleteArtifact(w.cloud, "artifacts", "404.html"), "as in S3")
	require.Len(t, kept(), 1)
	require.NoError(t, DeleteArtifact(w.cloud, "artifacts", "index.html"))
	require.Empty(t, kept())
	require.ErrorContains(t, DeleteArtifact(w.cloud, "elsewhere", "x"), "NoSuchBucket")

	w.exists(bucketVersioningType, "123456789012", "artifacts", sim.Values{
		"bucket": "artifacts", "versioningConfiguration": map[string]any{"status": "Enabled"},
	})
	require.NoError(t, StoreArtifact(w.cloud, "artifacts", "index.html"))
	require.NoError(t, DeleteArtifact(w.cloud, "artifacts", "index.html"))
	require.Len(t, kept(), 1, "its versions stay")
}
