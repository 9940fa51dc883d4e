"""The links of crews as the log has them: one work, one holder, until when, whether it was ended.

A link is told whole each time: when it is made, and again when it is ended. The log has no token.
"""

import re
from dataclasses import dataclass

from streams.contract.errors import CrewLinkError
from streams.contract.times import DAY_MS
from streams.people import names_a_number

MOST_MS = 14 * DAY_MS  # a link that lies about is the longer a risk
MAX_LINKS = 400  # of one work: two a day for each endpoint there may be
MAX_HOLDER, MAX_WORK, MAX_ACCOUNT = 40, 80, 64
MAX_TIME_MS = 4_102_444_800_000
ENDPOINT = "ep_"  # what a holder begins with that is an endpoint: messages give it its links
_LINK = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewLink:
    """A link by its id. `holder` is whom it is for: an endpoint, or a label that the office gave.

    `made_by` and `ended_by` are accounts; `made_by` "" is the dispatcher, or the open door.
    `ended_ms` 0: nobody ended it.
    """

    link: str
    work: str
    holder: str
    made_ms: int
    expires_ms: int
    made_by: str = ""
    ended_ms: int = 0
    ended_by: str = ""


def check_crew_link(link: CrewLink) -> None:
    """Raise CrewLinkError for the first field that cannot be."""
    if not _LINK.fullmatch(link.link):
        raise CrewLinkError("link", f"{len(link.link)} characters", "22 of A-Z a-z 0-9 _ -")
    if not 0 < len(link.work) <= MAX_WORK:
        raise CrewLinkError("work", f"{len(link.work)} characters", f"1 to {MAX_WORK}")
    check_holder(link.holder)
    for name in ("made_by", "ended_by"):
        if len(getattr(link, name)) > MAX_ACCOUNT:
            raise CrewLinkError(name, "longer", f"at most {MAX_ACCOUNT} characters")
    for name in ("made_ms", "expires_ms", "ended_ms"):
        time_ms = getattr(link, name)
        if not 0 <= time_ms <= MAX_TIME_MS:
            raise CrewLinkError(name, time_ms, f"0 to {MAX_TIME_MS} ms")
    if not 0 < link.expires_ms - link.made_ms <= MOST_MS:
        lasts_ms = link.expires_ms - link.made_ms
        raise CrewLinkError("expires_ms", f"{lasts_ms} ms after made_ms", f"1 to {MOST_MS} ms")


def check_holder(holder: str) -> None:
    """Raise CrewLinkError for a label that is none, or could be a person's number."""
    is_number = not holder.startswith(ENDPOINT) and names_a_number(holder)
    if not 0 < len(holder) <= MAX_HOLDER or not holder.isprintable() or is_number:
        bound = f"1 to {MAX_HOLDER} printable characters, no person's number"
        raise CrewLinkError("holder", f"{len(holder)} characters", bound)
