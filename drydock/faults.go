package drydock

import (
	"os"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// Call is one operation of a simulated cloud that is about to be carried out: Type is the resource's type or the
// function's token, Op is "create", "read", "update", "delete" or "invoke", and Name is the resource's logical name, ""
// for an invocation.
type Call = sim.Call

// Fail makes every call fail with the error that matches: each field of match that is given is the call's. It takes the
// place of an earlier Fail or Die, until the returned function is called. The Dock must serve.
func (d *Dock) Fail(match Call, err error) (heal func()) {
	cloud := d.Cloud()
	cloud.Intercept(func(c Call) error {
		if matchesCall(match, c) {
			return err
		}
		return nil
	})
	return func() { cloud.Intercept(nil) }
}

// Die kills this process, as kill -9 does, at the first call that matches, before it is carried out: a program that a
// test starts can thus die at a chosen moment, to see that the next process goes on from there.
func (d *Dock) Die(match Call) {
	d.Cloud().Intercept(func(c Call) error {
		if !matchesCall(match, c) {
			return nil
		}
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill()
		}
		if err != nil {
			return err
		}
		select {} // the kill is on its way
	})
}

func matchesCall(match, c Call) bool {
	return fits(match.Type, c.Type) && fits(match.Op, c.Op) && fits(match.Name, c.Name)
}

func fits(wanted, has string) bool { return wanted == "" || wanted == has }
