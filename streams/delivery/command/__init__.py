"""The commands around the delivery: endpoints, dead letters, a receiver to try with."""
