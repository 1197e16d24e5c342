package graph

// reduce leaves out the dependencies that follow from others. https://en.wikipedia.org/wiki/Transitive_reduction
func (g *Graph) reduce() {
	reached := map[*Node]map[*Node]bool{}
	var reach func(*Node) map[*Node]bool
	reach = func(n *Node) map[*Node]bool {
		if r := reached[n]; r != nil {
			return r
		}
		r := map[*Node]bool{}
		reached[n] = r // a state's dependencies have no cycle; a forged one ends here
		for _, d := range n.needs() {
			r[d] = true
			for on := range reach(d) {
				r[on] = true
			}
		}
		return r
	}
	kept := map[*Node][]*Node{}
	for _, n := range g.Resources() {
		for _, d := range n.DependsOn {
			if !n.reaches(d, reach) {
				kept[n] = append(kept[n], d)
			}
		}
	}
	for _, n := range g.Resources() {
		n.DependsOn = kept[n]
	}
}

// needs are what has to be there before: what it depends on, and the resource that it is a child of.
func (n *Node) needs() []*Node {
	if n.parent != nil && !n.parent.Component {
		return append([]*Node{n.parent}, n.DependsOn...)
	}
	return n.DependsOn
}

// reaches tells whether the dependency follows from another of the node's.
func (n *Node) reaches(dependency *Node, reach func(*Node) map[*Node]bool) bool {
	for _, other := range n.needs() {
		if other != dependency && reach(other)[dependency] {
			return true
		}
	}
	return false
}
