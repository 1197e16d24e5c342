// Package reality holds the drydock and the components to the real AWS provider.
//
// TestConformanceRecorded runs always: the drydock must plan and refuse as the real provider did when its answers were
// recorded in testdata. So does TestRecordedCallsAreAllowed: a deployer must be allowed what the provider called. With the
// build tag reality (`make reality`), TestConformance asks the real provider itself, and TestLifecycle takes every stack of
// the project through it; docs/reality.md says what that needs.
package reality
