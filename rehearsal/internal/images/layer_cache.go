package images

import "sync"

// maxLayers is the size in bytes of the layers that a process keeps in memory, and maxLayer that of one.
const (
	maxLayers = 64 << 20
	maxLayer  = 16 << 20
)

// layers are this process's. They are found by their content, so that it does not matter whose they are.
var layers = layerCache{by: map[string]*madeLayer{}}

// layerCache has the layers that were put last.
type layerCache struct {
	mu   sync.Mutex
	by   map[string]*madeLayer
	keys []string // the oldest first
	size int64
}

func (c *layerCache) get(key string) *madeLayer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.by[key]
}

func (c *layerCache) put(key string, l *madeLayer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by[key] != nil {
		return
	}
	c.by[key], c.keys, c.size = l, append(c.keys, key), c.size+l.size
	for c.size > maxLayers {
		c.size -= c.by[c.keys[0]].size
		delete(c.by, c.keys[0])
		c.keys = c.keys[1:]
	}
}
