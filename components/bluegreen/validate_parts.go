package bluegreen

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// given reports a missing input and says what it is.
func (p *problems) given(field string, value pulumi.StringInput, want string) {
	if value == nil {
		p.add(field, "missing: give %s", want)
	}
}
