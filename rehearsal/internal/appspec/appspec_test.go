package appspec

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func read(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	return content
}

func TestReadsASpec(t *testing.T) {
	s, problems := Parse("appspec.yaml", read(t, "testdata/appspec.yaml"))
	require.Empty(t, problems)
	want := &Spec{
		File: "appspec.yaml", TaskDefinition: Placeholder, ContainerName: "nginx", ContainerPort: 80, PlatformVersion: "1.4.0",
		Network:           &Network{[]string{"subnet-1", "subnet-2"}, []string{"sg-1"}, true},
		CapacityProviders: []CapacityProvider{{"FARGATE", 1, 2}},
		Hooks: []Hook{
			{"BeforeInstall", "arn:aws:lambda:us-east-2:123456789012:function:migrate:live", 25}, {"AfterAllowTraffic", "smoke-test", 24},
		},
	}
	assert.Empty(t, cmp.Diff(want, s, cmpopts.IgnoreUnexported(Spec{})))
	assert.Equal(t, []int{9, 13, 1}, []int{s.Line("ContainerPort"), s.Line("Subnets"), s.Line("Elsewhere")})
	assert.Equal(t, "smoke-test", s.Hook("AfterAllowTraffic").Function)
	assert.Nil(t, s.Hook("AfterInstall"))
}

func TestReadsJSONWithTabs(t *testing.T) {
	s, problems := Parse("appspec.json", read(t, "testdata/appspec.json"))
	require.Empty(t, problems)
	assert.Equal(t, []any{"web", 8080, 9}, []any{s.ContainerName, s.ContainerPort, s.Line("ContainerPort")})
	assert.Nil(t, s.Network)
}

func TestRenderedFilesAreSound(t *testing.T) {
	files, err := filepath.Glob("../../../components/bluegreen/testdata/files/*/appspec.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		_, problems := Parse(file, read(t, file))
		assert.Empty(t, problems)
	}
}

// Each row: the text that makes way, what comes instead, the line of the complaint, its words, and the fix's.
var defects = []struct {
	old, now  string
	line      int
	what, fix string
}{
	{"version: 0.0", "version: 1.0", 1, "version must be 0.0", "version: 0.0"},
	{"version: 0.0", "version: a: b", 1, "not valid YAML", "Mend the YAML"},
	{"version: 0.0", "version: '0'", 1, "version must be 0.0", "version: 0.0"},
	{"version: 0.0\n", "", 1, "lacks version", "Add version"},
	{"version: 0.0", "Version: 0.0", 1, `no key "Version"`, "case-sensitive"},
	{"version: 0.0", "version: 0.0\nos: linux", 2, `no key "os"`, "Remove it"},
	{"Resources:", "os: linux\nfiles:", 2, "one for EC2/On-Premises", "Resources"},
	{"Resources:", "resources:", 2, `no key "resources"`, "Write Resources"},
	{"Resources:", "Resource:", 2, `no key "Resource"`, "Write Resources"},
	{"  - TargetService:", "    TargetService:", 2, "list of one TargetService", "- TargetService:"},
	{"TargetService:", "TargetSevice:", 3, `no key "TargetSevice"`, "Write TargetService"},
	{"Type: AWS::ECS::Service", "Type: AWS::Lambda::Function", 4, "must be AWS::ECS::Service", "AWS::ECS::Service"},
	{"      Type: AWS::ECS::Service\n", "", 3, "TargetService lacks Type", "Add Type"},
	{"Type:", "type:", 4, `no key "type"`, "Write Type"},
	{"Properties:", "properties:", 5, `no key "properties"`, "Write Properties"},
	{"TaskDefinition: <TASK_DEFINITION>", "TaskDefinition: shop", 6, "must be <TASK_DEFINITION>", "which CodePipeline replaces"},
	{"TaskDefinition: <TASK_DEFINITION>", "TaskDefinition: <TASK_DEFINITON>", 6, "must be <TASK_DEFINITION>", "<TASK_DEFINITION>"},
	{"TaskDefinition: <TASK_DEFINITION>", "TaskDefinition: arn:aws:ecs:us-east-2:123456789012:task-definition/shop", 6, "ARN of a revision", "<TASK_DEFINITION>"},
	{"TaskDefinition: <TASK_DEFINITION>", "TaskDefinition:", 6, "lacks TaskDefinition", "Add TaskDefinition"},
	{"TaskDefinition: <TASK_DEFINITION>", "TaskDefinition: [a]", 6, "must be a text", "one value"},
	{"LoadBalancerInfo:", "LoadBalancer:", 7, `no key "LoadBalancer"`, "Remove it, or indent"},
	{"ContainerName: nginx", "containerName: nginx", 8, `no key "containerName"`, "Write ContainerName"},
	{"          ContainerName: nginx\n", "", 7, "lacks ContainerName", "Add ContainerName"},
	{"ContainerPort: 80", "ContainerPort: http", 9, "whole number from 1 to 65535", "whole number"},
	{"ContainerPort: 80", "ContainerPort: 0", 9, `not "0"`, "from 1"},
	{"          ContainerPort: 80", "        ContainerPort: 80", 9, `Properties has no key "ContainerPort"`, "indent it where it belongs"},
	{"PlatformVersion: 1.4.0", "PlatformVersion: 1.4", 10, `"1.4" is not one`, "1.4.0"},
	{"PlatformVersion: 1.4.0", "PlatformVersion: latest", 10, "is not one of Fargate's", "LATEST"},
	{"AwsvpcConfiguration:", "AwsVpcConfiguration:", 12, `no key "AwsVpcConfiguration"`, "Write AwsvpcConfiguration"},
	{"Subnets:\n              - subnet-1\n              - subnet-2", "Subnets: []", 13, "Subnets must be a list", "- subnet-"},
	{"- subnet-1", "- vpc-1", 14, `"vpc-1", which is not an ID`, "subnet-"},
	{"            Subnets:\n              - subnet-1\n              - subnet-2\n", "", 12, "lacks Subnets", "Add Subnets"},
	{"- sg-1", "- default", 17, `"default", which is not an ID`, "sg-"},
	{"AssignPublicIp: ENABLED", "AssignPublicIp: true", 18, "must be ENABLED or DISABLED", "ENABLED"},
	{"AssignPublicIp: ENABLED", "AssignPublicIP: ENABLED", 18, `no key "AssignPublicIP"`, "Write AssignPublicIp"},
	{"Base: 1", "Base: -1", 20, "Base must be a whole number", "from 0"},
	{"            CapacityProvider: FARGATE\n", "", 20, "lacks CapacityProvider", "Add CapacityProvider"},
	{"Hooks:", "hooks:", 23, `no key "hooks"`, "Write Hooks"},
	{"- AfterAllowTraffic: smoke-test", "- AfterAllowTrafic: smoke-test", 24, `no key "AfterAllowTrafic"`, "Write AfterAllowTraffic"},
	{"- AfterAllowTraffic: smoke-test", "- ValidateService: smoke-test", 24, `no key "ValidateService"`, "BeforeInstall"},
	{"AfterAllowTraffic: smoke-test", "AfterAllowTraffic: smoke test", 24, "no Lambda function", "name or the ARN"},
	{"AfterAllowTraffic: smoke-test", "AfterAllowTraffic:", 24, "no Lambda function", "name or the ARN"},
	{"AfterAllowTraffic: smoke-test", "BeforeInstall: smoke-test", 25, "has two hooks", "Keep one"},
	{"  - AfterAllowTraffic: smoke-test\n  - BeforeInstall", "  BeforeInstall", 23, "Hooks must be a list", "- BeforeInstall"},
	{"        LoadBalancerInfo:", "\t\tLoadBalancerInfo:", 7, "not valid YAML", "Indent with spaces"},
	{"ContainerName: nginx", "ContainerName nginx", 9, "not valid YAML", "Mend the YAML"},
	{"      Type: AWS::ECS::Service", "     Type: AWS::ECS::Service", 5, "not valid YAML", "Mend the YAML"},
	{"ContainerName: nginx", "ContainerName: nginx\n          ContainerName: api", 9, "twice", "Keep one"},
}

func TestDefectsAreNamed(t *testing.T) {
	base := string(read(t, "testdata/appspec.yaml"))
	for i, row := range defects {
		t.Run(fmt.Sprintf("%02d %s", i, row.now), func(t *testing.T) {
			require.Contains(t, base, row.old)
			_, problems := Parse("appspec.yaml", []byte(strings.Replace(base, row.old, row.now, 1)))
			require.NotEmpty(t, problems)
			for _, p := range problems {
				if strings.Contains(p.What, row.what) {
					assert.Equal(t, row.line, p.Line)
					assert.Contains(t, p.Fix, row.fix)
					assert.Equal(t, "appspec.yaml", p.File)
					return
				}
			}
			require.Fail(t, "no such complaint", "%v", problems)
		})
	}
}

func TestNoMap(t *testing.T) {
	for _, content := range []string{"", "# nothing", "- a", "text", "null"} {
		s, problems := Parse("appspec.yaml", []byte(content))
		assert.Nil(t, s)
		require.Len(t, problems, 1, content)
		assert.Contains(t, problems[0].What, "not a map")
	}
}

// Whatever the text, there is a spec or a problem, and each problem has a line.
func FuzzParse(f *testing.F) {
	for _, file := range []string{"testdata/appspec.yaml", "testdata/appspec.json"} {
		content, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(content)
	}
	f.Add([]byte("version: 0.0\nResources: &a [*a]\nHooks: [*a, 1]"))
	f.Fuzz(func(t *testing.T, content []byte) {
		s, problems := Parse("appspec.yaml", content)
		for _, p := range problems {
			if p.What == "" || p.Line < 1 {
				t.Errorf("%+v", p)
			}
		}
		if s == nil && len(problems) == 0 {
			t.Error("neither a spec nor a problem")
		}
	})
}
