"""Access records are written here: one after another, each on the log before the act is done."""

import asyncio
import re
import secrets
from collections.abc import Callable

from streams.contract.access_chain import Chain, hash_of
from streams.contract.enums import AccessAction
from streams.contract.errors import IntakeError, LogAwayError, RecordRefusedError
from streams.contract.settings import Settings
from streams.contract.text import clean
from streams.contract.times import now_ms
from streams.contract.topics import ACCESS_RECORDS
from streams.kafka.access_log import last_of
from streams.kafka.intake import Intake

READ_WITHIN_S = 3.0
UNKNOWN = "?"  # in the place of what cannot be an account: it may be a password
WHO = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}|link:[A-Za-z0-9_-]{22}"
    r"|(terminal|service):[A-Za-z0-9._-]{1,32}"
)


class AccessLog:
    """The writer of a process. It begins with the last message that the log has, and begins anew,
    under a new name, whenever it does not know what became of its last record.
    """

    def __init__(
        self, settings: Settings, intake: Intake, clock: Callable[[], int] = now_ms
    ) -> None:
        self._settings = settings
        self._intake = intake
        self._clock = clock
        self._turn = asyncio.Lock()
        self._chain: Chain | None = None
        self._failures = 0

    async def write(
        self,
        account: str,
        address: str,
        action: AccessAction,
        *,
        subject_kind: str = "",
        subject: str = "",
        count: int = 1,
        reason: str = "",
    ) -> None:
        """Write a record and wait until all replicas have it.

        Raises IntakeError when the log did not take it, or not the one before it while this one
        waited: then the act must not be done. RecordRefusedError: the reason is too long or names
        a person's number. Texts are made harmless; what cannot be an account is written as "?".
        """
        failures = self._failures
        async with self._turn:
            if failures != self._failures:
                raise IntakeError("the log did not take the access record before this one")
            chain = self._chain or await self._begun()
            record = chain.record(
                at_ms=self._clock(),
                account=account if not account or WHO.fullmatch(account) else UNKNOWN,
                address=clean(address, 64, "…"),
                action=action,
                subject_kind=clean(subject_kind, 40, "…"),
                subject=clean(subject, 120, "…"),
                count=max(count, 0),
                reason=clean(reason, len(reason)),
            )
            self._chain = None  # until it is known to stand
            try:
                await self._intake.send(ACCESS_RECORDS, 0, record)
            except RecordRefusedError:
                self._chain = chain  # nothing was sent
                raise
            except IntakeError:
                self._failures += 1
                raise
            self._chain = chain.after(record)

    async def _begun(self) -> Chain:
        """A new writer, behind the last message of the log."""
        try:
            last = await last_of(self._settings, READ_WITHIN_S)
        except LogAwayError as error:
            self._failures += 1
            raise IntakeError(str(error)) from None
        return Chain(f"w-{secrets.token_hex(8)}", before="" if last is None else hash_of(last))
