package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/archive"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
)

// Values are a resource's properties as plain Go values: string, float64, bool, []any, map[string]any, *Blob for
// assets and archives, and Unknown for what is not known during a preview.
type Values map[string]any

type unknown struct{}

func (unknown) String() string { return "(known after apply)" }

// Unknown stands for a value that a preview cannot know yet.
var Unknown any = unknown{}

// IsUnknown tells whether v is, or contains, an unknown value.
func IsUnknown(v any) bool {
	switch v := v.(type) {
	case unknown:
		return true
	case []any:
		for _, e := range v {
			if IsUnknown(e) {
				return true
			}
		}
	case map[string]any:
		for _, e := range v {
			if IsUnknown(e) {
				return true
			}
		}
	}
	return false
}

// Blob is an asset (one text) or an archive (texts by file name). Two blobs with the same hash are the same.
type Blob struct {
	Hash  string            `json:"hash"`
	Text  string            `json:"text,omitempty"`
	Files map[string]string `json:"files,omitempty"`
}

// fromProperty turns the engine's value into a plain one. Nulls are dropped from objects, as Terraform-based providers
// read null as "not given".
func fromProperty(v resource.PropertyValue) (any, error) {
	switch {
	case v.IsNull():
		return nil, nil
	case v.IsComputed(), v.IsOutput():
		return Unknown, nil
	case v.IsSecret():
		return fromProperty(v.SecretValue().Element)
	case v.IsArray():
		list := make([]any, 0, len(v.ArrayValue()))
		for _, e := range v.ArrayValue() {
			p, err := fromProperty(e)
			if err != nil {
				return nil, err
			}
			list = append(list, p)
		}
		return list, nil
	case v.IsObject():
		m, err := fromProperties(v.ObjectValue())
		return map[string]any(m), err
	case v.IsAsset():
		return blobOfAsset(v.AssetValue())
	case v.IsArchive():
		return blobOfArchive(v.ArchiveValue())
	case v.IsString():
		return v.StringValue(), nil
	case v.IsNumber():
		return v.NumberValue(), nil
	case v.IsBool():
		return v.BoolValue(), nil
	}
	return nil, fmt.Errorf("the drydock cannot read a value of kind %s", v.TypeString())
}

func fromProperties(m resource.PropertyMap) (Values, error) {
	out := Values{}
	for k, v := range m {
		p, err := fromProperty(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
		if p != nil {
			out[string(k)] = p
		}
	}
	return out, nil
}

func blobOfAsset(a *resource.Asset) (*Blob, error) {
	b, err := a.Bytes()
	if err != nil {
		// A state holds only the hash of an asset whose content was elided; that is all a comparison needs.
		if a.Hash != "" {
			return &Blob{Hash: a.Hash}, nil
		}
		return nil, err
	}
	if err := a.EnsureHash(); err != nil {
		return nil, err
	}
	return &Blob{Hash: a.Hash, Text: string(b)}, nil
}

func blobOfArchive(a *resource.Archive) (*Blob, error) {
	if a.Hash != "" && !a.HasContents() {
		return &Blob{Hash: a.Hash}, nil
	}
	if err := a.EnsureHash(); err != nil {
		return nil, err
	}
	r, err := a.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	files := map[string]string{}
	for {
		name, blob, err := r.Next()
		if err != nil || blob == nil {
			return &Blob{Hash: a.Hash, Files: files}, nil
		}
		text, err := readAll(blob)
		if err != nil {
			return nil, fmt.Errorf("archive entry %s: %w", name, err)
		}
		files[name] = text
	}
}

// toProperty is the reverse of fromProperty.
func toProperty(v any) resource.PropertyValue {
	switch v := v.(type) {
	case unknown:
		return resource.MakeComputed(resource.NewStringProperty(""))
	case *Blob:
		if v.Files == nil {
			return resource.NewAssetProperty(&asset.Asset{Sig: resource.AssetSig, Hash: v.Hash, Text: v.Text})
		}
		entries := map[string]any{}
		for name, text := range v.Files {
			// With a hash of its own, so that a diff of two archives shows which text differs, and how.
			sum := sha256.Sum256([]byte(text))
			entries[name] = &asset.Asset{Sig: resource.AssetSig, Text: text, Hash: hex.EncodeToString(sum[:])}
		}
		return resource.NewArchiveProperty(&archive.Archive{Sig: resource.ArchiveSig, Hash: v.Hash, Assets: entries})
	case []any:
		list := make([]resource.PropertyValue, 0, len(v))
		for _, e := range v {
			list = append(list, toProperty(e))
		}
		return resource.NewArrayProperty(list)
	case Values:
		return resource.NewObjectProperty(toProperties(v))
	case map[string]any:
		return resource.NewObjectProperty(toProperties(v))
	default:
		return resource.NewPropertyValue(v)
	}
}

func toProperties(m map[string]any) resource.PropertyMap {
	out := resource.PropertyMap{}
	for k, v := range m {
		if v != nil {
			out[resource.PropertyKey(k)] = toProperty(v)
		}
	}
	return out
}
