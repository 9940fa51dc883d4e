"""The stage of the accounts: the last one of a name holds."""

from streams.contract.account import MAX_ACCOUNTS, Account
from streams.contract.derived import Origin
from streams.contract.records import Message
from streams.domain.stage import Effects, Rows, StageTable, State

ACCOUNTS = StageTable("accounts", Account)  # by account
GONE = StageTable("accounts_gone", int)  # by account, when it was removed, ms


class AccountsStage:
    """accounts -> who may log in now. A name that was removed is nobody else's later."""

    takes = (Account,)
    tables = (ACCOUNTS, GONE)

    def step(self, state: State, message: Message, _origin: Origin) -> Effects:
        """Take an account as it stands now; one of a removed name, older than what is known by its
        own time, or above `MAX_ACCOUNTS` is counted and changes nothing.
        """
        effects = Effects()
        if not isinstance(message, Account):
            return effects
        rows, gone = Rows(ACCOUNTS, state, effects), Rows(GONE, state, effects)
        name = message.account
        known = rows.get(name)
        if name in gone.stored:
            effects.count("accounts gone")
        elif message.is_removed:
            rows.put(name, None)
            gone.put(name, message.changed_ms)
        elif known is not None and message.changed_ms < known.changed_ms:
            effects.count("accounts late")
        elif known is None and len(rows.stored) >= MAX_ACCOUNTS:
            effects.count("accounts too many")
        else:
            rows.put(name, message)
        return effects
