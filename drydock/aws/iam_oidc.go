package aws

import (
	"net/url"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// iamOIDCProvider: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
func iamOIDCProvider() *sim.Resource {
	return &sim.Resource{
		Type: oidcProviderType,
		Inputs: sim.Fields{
			"clientIdLists": sim.Set(sim.String().Between(1, 255)).Required().AtMost(100),
			"tags":          sim.Tags(),
			"thumbprintLists": sim.List(sim.String().Match(`[0-9A-Fa-f]{40}`, "the 40 hexadecimal digits of a SHA-1")).
				Computed().AtMost(5),
			"url": sim.String().Required().Replaces().AtMost(255).Check(checkOIDCURL).Same(func(old, new any) bool {
				return oidcHost(old.(string)) == oidcHost(new.(string))
			}),
		},
		Outputs: []string{"arn", "tagsAll"},
		Create: func(op *sim.Op) error {
			host := oidcHost(op.In.Str("url"))
			op.ID = iamARN(op, "oidc-provider/"+host)
			if op.Cloud.Get(oidcProviderType, op.Record.Scope, op.ID) != nil {
				return sim.Refuse("EntityAlreadyExists", "Provider with url https://%s already exists.", host)
			}
			op.Out["arn"] = op.ID
			// IAM fetches the thumbprint of the issuer's certificate itself where none is given.
			if !op.In.Has("thumbprintLists") {
				op.Out["thumbprintLists"] = []any{fixedHex(op, "thumbprint "+host, 40)}
			}
			settleTags(op)
			return nil
		},
		Update: retag,
	}
}

func checkOIDCURL(v any) string {
	u, err := url.Parse(v.(string))
	switch {
	case err != nil || u.Scheme != "https" || u.Host == "":
		return "must be a URL that begins with https://"
	case u.RawQuery != "":
		return "cannot contain query parameters per the OIDC standard"
	case u.Port() != "":
		return "cannot contain a port number"
	}
	return ""
}

// oidcHost is the provider's URL without its scheme, by which IAM knows it.
func oidcHost(url string) string { return strings.TrimPrefix(url, "https://") }
