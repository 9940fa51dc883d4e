"""The import of a network: route-stop file, standard node-link, the one over the other."""
