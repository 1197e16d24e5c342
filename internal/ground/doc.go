// Package ground is what every delivery family stands on: roles with one exact policy, the artifact bucket, the
// CodeBuild project, tags, and where the program is being deployed.
package ground
