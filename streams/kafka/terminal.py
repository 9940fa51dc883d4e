"""The access records of what is done by commands; each is on the log before the act is done."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from streams.contract.account import Account, is_name
from streams.contract.acts import ACTS
from streams.contract.errors import (
    AccountError,
    IntakeError,
    LogAwayError,
    RecordRefusedError,
    SettingsError,
)
from streams.contract.grammars import LoginMode
from streams.contract.settings import Settings
from streams.contract.terminal import user_here
from streams.kafka.access_writing import AccessLog
from streams.kafka.intake import Intake

Ask = Callable[[str], Awaitable[Account | None]]
"""An account by its name, None where there is none; OSError where that cannot be asked now."""


class Terminal:
    """Whoever runs a command, and what they do.

    `by` is the account they give. It is looked up by `ask`; where that cannot be, they are whom the
    machine knows, and the name they gave stands beside it. `service`: nobody, a process that goes
    on by itself.
    """

    def __init__(
        self,
        settings: Settings,
        intake: Intake,
        *,
        by: str = "",
        ask: Ask | None = None,
        service: str = "",
    ) -> None:
        self._settings = settings
        self._log = AccessLog(settings, intake)
        self._by, self._ask, self._service = by, ask, service
        self._who: tuple[str, str] | None = None

    async def account(self) -> str:
        """Who the records name. AccountError where nobody may act as the account that was given."""
        return (await self.who())[0]

    async def who(self) -> tuple[str, str]:
        """The account of the records, and their address: the user of the machine."""
        if self._who is None:
            self._who = await self._found()
        return self._who

    async def write(
        self, does: str, subject: str = "", *, count: int = 1, reason: str = ""
    ) -> None:
        """Have it on the log. LogAwayError where the log does not take it: then it must not be
        done. SettingsError for a reason that cannot be.
        """
        account, address = await self.who()
        try:
            await self._log.write(
                account,
                address,
                ACTS[does],
                subject_kind=does,
                subject=subject,
                count=count,
                reason=reason,
            )
        except IntakeError as error:
            raise LogAwayError(f"not done, for it would not be recorded: {error}") from None
        except RecordRefusedError:
            raise SettingsError("the reason: at most 200 characters, no person's number") from None

    async def _found(self) -> tuple[str, str]:
        if self._service:
            return f"service:{self._service}", user_here()
        if not self._by:
            return user_here(), user_here()
        if not is_name(self._by):
            raise AccountError("--by", self._by, "an account's name")
        if await self._is_known():
            return self._by, user_here()
        return user_here(), f"{user_here()} ({self._by}?)"

    async def _is_known(self) -> bool:
        """Whether they may act as the account they gave; False where that cannot be told here."""
        if self._ask is None:
            return False
        try:
            known = await self._ask(self._by)
        except OSError:
            return False
        if known is None and self._settings.login is not LoginMode.LOCAL:
            return False  # the city's login has the accounts
        if known is None or known.is_locked or known.is_removed:
            raise AccountError("--by", self._by, "an account of this city that is not locked")
        return True


@asynccontextmanager
async def at_terminal(
    settings: Settings, *, by: str = "", ask: Ask | None = None, service: str = ""
) -> AsyncIterator[Terminal]:
    """The terminal of a command that sends nothing else to the log."""
    intake = Intake(settings)
    try:
        yield Terminal(settings, intake, by=by, ask=ask, service=service)
    finally:
        await intake.close()
