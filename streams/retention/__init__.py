"""What is kept, why, for how long and how it goes: one table, and what obeys it.

`table` reads kept.toml, `page` makes docs/retention.md of it; `deleting` deletes what time is due;
`forgetting` takes one work, call or account out before its time; `options` and `command` are both
on the command line.
"""
