// Package rehearsal releases an application through a deployed delivery system before AWS is touched.
//
// It reads what an `up` has made in a drydock, never the program, and does with it what AWS would do on a push: it runs
// the real buildspec in a real shell, builds the images and pushes them to a real registry, evaluates every call of every
// role against the policies that are attached, registers the task definition, runs the containers, checks their health,
// shifts the traffic and stops the old version, or rolls back. What would fail there fails here, with the reason, the
// place and the fix.
//
//	func TestRelease(t *testing.T) {
//		cloud := drydock.Start(t)
//		stack := cloud.Stack("dev", drydock.Program(deploy))
//		stack.Up(t)
//		rehearsal.Run(t, cloud, rehearsal.App{Dir: "../bash-dog"})
//	}
//
// What it does not know is in docs/rehearsal.md.
package rehearsal
