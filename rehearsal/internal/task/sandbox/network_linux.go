package sandbox

import (
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// setUpNetwork brings up the loopback interface and gives it the task's address: the kernel delivers what the task sends
// to that address to the task itself, and a server on 127.0.0.1 does not accept it.
func setUpNetwork() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open a socket for the network's set-up: %w", err)
	}
	defer unix.Close(socket)
	flags, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	flags.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, flags); err != nil {
		return fmt.Errorf("bring up the loopback interface: %w", err)
	}
	if err := setAddress(socket, unix.SIOCSIFADDR, Address); err != nil {
		return err
	}
	// A new address gets its class's mask, and on the loopback interface all of 10.0.0.0/8 would be the task.
	return setAddress(socket, unix.SIOCSIFNETMASK, "255.255.255.255")
}

func setAddress(socket int, request uint, value string) error {
	alias, err := unix.NewIfreq("lo:1")
	if err != nil {
		return err
	}
	bytes := netip.MustParseAddr(value).As4()
	if err := alias.SetInet4Addr(bytes[:]); err != nil {
		return err
	}
	if err := unix.IoctlIfreq(socket, request, alias); err != nil {
		return fmt.Errorf("set %s on the loopback interface: %w", value, err)
	}
	return nil
}
