"""Access records (접속기록): of every look and act, and how a change of them shows.

`chain` checks records and makes the heads of days, without I/O; `heads` signs days;
`looking` finds records for the auditor; `report` is the monthly check, `report_page` its page and
its table; `command` is `python -m maps records`. `streams/kafka/access_writing.py` appends a record
before an act is done.

What a chain shows: a record that was changed, taken out, moved, or put in between. What it cannot
show by itself is a change after the last record of a writer, or a writer that is made up: for a day
that is over the signed head shows both, for today the log's own rights (who may write to the topic)
must.
"""
