package awscli

import "github.com/container-pipeline/container-pipeline/drydock"

const pipelineType = "aws:codepipeline/pipeline:Pipeline"

func codepipelineOperations() map[string]operation {
	return map[string]operation{
		"start-pipeline-execution": {api: "StartPipelineExecution", run: (*call).startPipelineExecution, params: required("name")},
		"get-pipeline-state":       {api: "GetPipelineState", run: (*call).getPipelineState, params: required("name")},
	}
}

// pipeline asks for the action on the pipeline that --name names.
func (c *call) pipeline(action string) (*drydock.Record, error) {
	name := c.given.text("name")
	arn := c.arn("codepipeline", name)
	if err := c.ask(action, arn); err != nil {
		return nil, err
	}
	if r := c.World.Find(pipelineType, "arn", arn); r != nil {
		return r, nil
	}
	return nil, c.refuse("PipelineNotFoundException", "Account '%s' does not have a pipeline with name '%s'", c.caller.account(), name)
}

// startPipelineExecution: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_StartPipelineExecution.html
func (c *call) startPipelineExecution() (any, error) {
	r, err := c.pipeline("codepipeline:StartPipelineExecution")
	if err != nil {
		return nil, err
	}
	if c.Start == nil {
		return nil, notSimulated("aws codepipeline start-pipeline-execution", "It is allowed; a rehearsal of that pipeline is one of its own.")
	}
	id, err := c.Start(c.ctx, r.Attr("name"))
	return map[string]string{"pipelineExecutionId": id}, err
}

type stageState struct {
	Name    string          `json:"stageName"`
	Inbound map[string]bool `json:"inboundTransitionState"`
}

// getPipelineState tells of the stages alone: within a build, no stage has a result yet.
// https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetPipelineState.html
func (c *call) getPipelineState() (any, error) {
	r, err := c.pipeline("codepipeline:GetPipelineState")
	if err != nil {
		return nil, err
	}
	states := []stageState{}
	for _, s := range r.Inputs.Objs("stages") {
		states = append(states, stageState{s.Str("name"), map[string]bool{"enabled": true}})
	}
	return struct {
		Name   string       `json:"pipelineName"`
		Stages []stageState `json:"stageStates"`
	}{r.Attr("name"), states}, nil
}
