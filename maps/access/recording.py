"""What an act or a look needs before it is done: its access record on the log."""

from aiohttp import web

from maps.access.guard import who_of
from maps.http.refusals import RequestRefusedError
from streams.contract.enums import AccessAction
from streams.contract.errors import IntakeError, RecordRefusedError
from streams.contract.grammars import LoginMode
from streams.kafka.access_writing import AccessLog

RECORDER: web.AppKey[AccessLog] = web.AppKey("recorder")


async def record(
    request: web.Request,
    action: AccessAction,
    subject_kind: str = "",
    subject: str = "",
    *,
    count: int = 1,
    reason: str = "",
    account: str | None = None,
) -> None:
    """Record what somebody is about to do or see, before it is done; refused (503) when it cannot
    be. `account` is who it was tried as. Behind the open door there is nobody to record.
    """
    who = who_of(request)
    if who.door is LoginMode.OPEN:
        return
    name = who.account if account is None else account
    try:
        await request.app[RECORDER].write(
            name[:64],
            who.address,
            action,
            subject_kind=subject_kind,
            subject=subject[:200],
            count=count,
            reason=reason,
        )
    except IntakeError:
        raise RequestRefusedError(503, "refused.not_recorded") from None
    except RecordRefusedError:
        raise RequestRefusedError(400, "refused.bad_reason", count=200) from None
