package drydock

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
)

// Unknown is what an input is, in a preview, that follows from something which does not exist yet.
const Unknown = plugin.UnknownStringValue

// HiddenSecret is what stands in a ResourceState for every secret, whatever its value.
const HiddenSecret = "[secret]"

// ResourceState is a resource before or after a step.
type ResourceState struct {
	// ID is the cloud's, "" for a component and for what does not exist yet.
	ID string
	// Parent is the URN of the component that the resource belongs to, "" for the stack's own.
	Parent string
	// Protect and RetainOnDelete are the resource's options.
	Protect, RetainOnDelete bool
	// Inputs are plain JSON values by property: secrets are HiddenSecret, and in a preview some are Unknown. An asset or
	// archive is a map whose "hash" tells its content, and "text" is that of an asset, where it is known.
	Inputs map[string]any
}

// stateOf takes the engine's word; it is nil where the engine has none. The engine has taken the secrets out already.
func stateOf(m *apitype.StepEventStateMetadata) *ResourceState {
	if m == nil {
		return nil
	}
	inputs, _, _ := reveal(m.Inputs, nil) // fails only when it opens a secret, which it does not without a key
	s := &ResourceState{ID: m.ID, Parent: m.Parent, Protect: m.Protect, RetainOnDelete: m.RetainOnDelete}
	s.Inputs, _ = inputs.(map[string]any)
	return s
}

// readable puts the texts of assets into the steps' inputs. The engine's events leave them out.
func (r *Result) readable(text func(hash string) (string, bool)) {
	for _, s := range r.Steps {
		for _, side := range []*ResourceState{s.Old, s.New} {
			if side != nil {
				fillTexts(side.Inputs, text)
			}
		}
	}
}

func fillTexts(v any, text func(hash string) (string, bool)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			fillTexts(e, text)
		}
	case map[string]any:
		if v[sig.Key] == sig.AssetSig {
			delete(v, "text") // the engine's word that there is one
			hash, _ := v["hash"].(string)
			if content, ok := text(hash); ok {
				v["text"] = content
			}
			return
		}
		for _, e := range v {
			fillTexts(e, text)
		}
	}
}

// optionsChange tells that a resource stays, but not the options that guard it.
func optionsChange(m *apitype.StepEventMetadata) bool {
	return m.Old != nil && m.New != nil &&
		(m.Old.Protect != m.New.Protect || m.Old.RetainOnDelete != m.New.RetainOnDelete)
}
