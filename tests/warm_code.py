"""What `tests.warm` forks its processes from has read: the code of the commands, none begun."""

import importlib
import sys

COMMANDS = ("maps.__main__", "streams.__main__")
for name in (
    *COMMANDS,
    "streams.audit.command",
    "streams.audit.fold",
    "streams.delivery.command.cli",
    "streams.kafka.access_log",
    "streams.retention.command",
):
    importlib.import_module(name)
for name in COMMANDS:
    del sys.modules[name]  # each command begins its own
