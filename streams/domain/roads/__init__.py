"""Roads to drive on: the graph of the network, ways round, stretches between streets."""
