// Package diff tells what a change of a Pulumi Go program does to each of its stacks, before it is merged: the stack is
// brought up in a drydock as the base commit has it, and the real engine previews the head on that state.
//
//	report, err := diff.Run(ctx, diff.Options{Dir: ".", Base: "origin/main"})
//
// [Judge] alone classifies what any drydock's preview says: what is changed, which permissions and which network
// access are gained, and what is dangerous, with the reason and the way out.
package diff
