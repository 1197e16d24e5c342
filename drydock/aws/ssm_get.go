package aws

import "github.com/container-pipeline/container-pipeline/drydock/internal/sim"

// ssmGetParameter reads a parameter that exists in the drydock. The value of a SecureString is read decrypted unless the
// program says otherwise.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
func ssmGetParameter() *sim.Function {
	return &sim.Function{
		Token: "aws:ssm/getParameter:getParameter",
		Args:  sim.Fields{"name": sim.String().Required(), "withDecryption": sim.Bool()},
		Call: func(op *sim.Op) error {
			name := op.In.Str("name")
			r := named(op, parameterType, "name", name)
			if r == nil {
				return sim.Refuse("ParameterNotFound", "couldn't find resource: no parameter %s in this account and region", name)
			}
			for _, key := range []string{"arn", "name", "type", "value", "insecureValue", "version"} {
				op.Out[key] = r.Outputs[key]
			}
			op.Out["id"] = name
			encrypted := r.Outputs.Str("type") == "SecureString"
			if encrypted && op.In.Has("withDecryption") && !op.In.Bool("withDecryption") {
				op.Out["value"] = "AQICAH" + sim.Alnum(64)
			}
			return nil
		},
	}
}
