package ekscicd

import _ "embed"

// The default build specifications. Each says in its head which variables and sources it reads and what it makes, so that
// a repository's own can take its place.
var (
	//go:embed buildspecs/image.yml
	imageBuildspec string
	//go:embed buildspecs/kustomize.yml
	kustomizeBuildspec string
	//go:embed buildspecs/helm.yml
	helmBuildspec string
	//go:embed buildspecs/deploy.yml
	deployBuildspec string
)
