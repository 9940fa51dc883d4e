"""The worker: Faust, one loop an input topic, the stages and the gate."""
