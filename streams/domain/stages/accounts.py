"""The stage of the accounts: the last one of a name holds, where it was made of the one before."""

from dataclasses import replace

from streams.contract.account import MAX_ACCOUNTS, Account
from streams.contract.derived import Origin
from streams.contract.records import Forgotten, Message
from streams.contract.times import HOUR_MS
from streams.contract.topics import ACCESS_RECORDS
from streams.domain.stage import Effects, Rows, StageTable, State

ACCOUNTS = StageTable("accounts", Account)  # by account
GONE = StageTable("accounts_gone", int)  # by account, when it was removed, ms
KEEP_GONE_MS = ACCESS_RECORDS.retention_h * HOUR_MS
"""So long a removed name is nobody else's: as long as access records may bear it."""


class AccountsStage:
    """accounts -> who may log in now. A name that was removed is nobody else's later."""

    takes = (Account, Forgotten)
    tables = (ACCOUNTS, GONE)

    def step(self, state: State, message: Message, _origin: Origin) -> Effects:
        """Take an account as it stands now; one of a removed name, made of a row that was changed
        since, or above `MAX_ACCOUNTS` is counted and changes nothing. A removal always holds.
        """
        effects = Effects()
        rows, gone = Rows(ACCOUNTS, state, effects), Rows(GONE, state, effects)
        if isinstance(message, Forgotten):
            _forget(rows, gone, message)
        if not isinstance(message, Account):
            return effects
        _let_go(gone, message.changed_ms)
        name = message.account
        known = rows.get(name)
        if gone.get(name) is not None:
            effects.count("accounts gone")
        elif message.is_removed:
            rows.put(name, None)
            gone.put(name, message.changed_ms)
        elif known is not None and _is_overtaken(message, known):
            effects.count("accounts overtaken" if message.revision else "accounts late")
        elif known is None and len(rows.stored) >= MAX_ACCOUNTS:
            effects.count("accounts too many")
        else:
            rows.put(name, message)
        return effects


def _is_overtaken(message: Account, known: Account) -> bool:
    """Whether another change came between; a message without a revision tells by its own time."""
    if message.revision:
        return message.revision != known.revision + 1
    return message.changed_ms < known.changed_ms


def _let_go(gone: Rows[int], at_ms: int) -> None:
    """The names that were removed so long before a time that no access record bears them."""
    for old, removed_ms in gone.stored.items():
        if removed_ms <= at_ms - KEEP_GONE_MS:
            gone.put(old, None)


def _forget(rows: Rows[Account], gone: Rows[int], message: Forgotten) -> None:
    """Remove an account, and its name from what it changed; without a subject, let go of the names
    that were removed so long ago that no access record bears them.
    """
    kind, _, name = message.subject.partition(":")
    if not message.subject:
        _let_go(gone, message.at_ms)
    elif kind == "account":
        if name in rows.stored:
            rows.put(name, None)
            gone.put(name, message.at_ms)
        for other, row in rows.stored.items():
            if row.changed_by == name and other != name:
                rows.put(other, replace(row, changed_by=message.alias))
