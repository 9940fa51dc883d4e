"""Quiet hours: what fell into them is sent as one digest once they are over. Pure."""

from streams.delivery.deciding.message import digest_id
from streams.delivery.deciding.waiting import Line, Terms, Waiting

SIZE = 25  # alerts of one digest: as many as fit into 20 kB with nothing left out
SETTLE_MS = 2_000  # what was decided in the last moment of the quiet hours comes a little later


def with_digests(line: Line, now_ms: int, terms: Terms) -> Line:
    """The line with a digest (or several) in the place of what waited for quiet hours now over."""
    while over := [w for w in line if 0 < w.quiet_until_ms <= now_ms - SETTLE_MS]:
        first = min(over, key=lambda each: each.quiet_until_ms)
        place = line.index(first)
        held = _together(line[place:], first.quiet_until_ms)
        rest = [each for each in line[place:] if each not in held]
        line = (*line[:place], *_digests(held, first.quiet_until_ms, terms), *rest)
    return line


def _together(line: Line, quiet_until_ms: int) -> list[Waiting]:
    """What may be sent in one digest: nothing that comes after another message of its subject."""
    held, others = [], set[str]()
    for each in line:
        if each.quiet_until_ms == quiet_until_ms and not each.subjects & others:
            held.append(each)
        else:
            others |= each.subjects
    return held


def _digests(held: list[Waiting], quiet_until_ms: int, terms: Terms) -> Line:
    """As many digests as it takes, the oldest alerts first."""
    alerts = sorted((each.alerts[0] for each in held), key=lambda alert: (alert.at_ms, alert.id))
    parts = [tuple(alerts[i : i + SIZE]) for i in range(0, len(alerts), SIZE)]
    return tuple(
        Waiting(
            id=digest_id(terms.endpoint, [alert.id for alert in part]),
            alerts=part,
            expires_ms=quiet_until_ms + terms.expiry_ms,
            due_ms=quiet_until_ms,
            is_digest=True,
        )
        for part in parts
    )
