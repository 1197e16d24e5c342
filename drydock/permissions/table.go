package permissions

import (
	"maps"
	"sync"
)

// table is what each type asks for. A type is listed even when it asks for nothing of its own.
var table = sync.OnceValue(func() map[string][]grant {
	all := map[string][]grant{}
	for _, group := range []map[string][]grant{
		networkTable(), balancingTable(), containersTable(), clusterTable(), deliveryTable(), identityTable(), keysTable(), bucketsTable(),
		observabilityTable(),
	} {
		maps.Copy(all, group)
	}
	return all
})
