"""What the records mean, the fold that turns them into road states, and where the result goes.

`contract/` is what the processes agree on, `geo/` where things are, `domain/` decides (pure
functions, no clock, no I/O), `topology/` has which stage reads which topic, `state/` is the gate
in front of Redis, `worker/` carries records through Kafka, `audit/` folds the log again,
`delivery/` sends alerts to endpoints, `retention/` deletes what is due, `people/` keeps people out
of all of it.
"""
