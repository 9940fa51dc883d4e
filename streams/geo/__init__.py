"""Where things are: the network, addresses, and the placing of a point or a line on links. Pure."""
