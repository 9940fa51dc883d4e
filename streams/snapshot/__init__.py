"""Snapshots: all state with the positions it belongs to, in one signed file, and the way back.

`frames` is what the file holds and `file` how it is written and checked; `taking` reads Redis and
the log, `restoring` lays both anew; `moving` maps offsets onto another log, without I/O; `held` is
a state in memory for the audit; `shelf` keeps the files of a folder; `command` is `python -m
streams snapshot`, and of restore.
"""
