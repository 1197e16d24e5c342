// Package drydock runs Pulumi programs with the real Pulumi engine against simulated clouds: no account, no
// credentials, no network. AWS, Cloudflare and TLS are simulated strictly: what the clouds would refuse is refused.
//
// In a test:
//
//	func TestDeploy(t *testing.T) {
//		dock := drydock.Start(t)
//		stack := dock.Stack("dev", drydock.Program(deploy), drydock.Config(map[string]any{"domain": "example.com"}))
//		stack.Up(t)
//		if res := stack.Preview(t); !res.Unchanged() {
//			t.Errorf("a second up would change %v", res.Steps)
//		}
//		stack.Destroy(t)
//	}
//
// Everything that a drydock knows is in one folder: Pulumi's state, the clouds, the passphrase that its secrets are
// encrypted with. One process uses it at a time; a process that is killed leaves a folder that the next one can use.
package drydock
