"""What the records mean, the fold that turns them into road states, and where the result goes.

`domain/` decides (pure functions, no clock, no I/O); `wire` turns bytes into records;
`agents/` carry records through Kafka; `store` is the gate in front of Redis.
"""
