"""The messages that wait for one endpoint, in the order of the outbox. Pure.

A subject's messages go one after the other. An update that must wait for its ten minutes gives way
to the other messages of its subject; a newer event of its episode takes its place.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import NamedTuple

from streams.contract.enums import AlertEvent
from streams.delivery.deciding.receipts import Confirmed, is_covered, name_of
from streams.domain.alerts import Alert

UPDATE_GAP_MS = 600_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message. It has several alerts when it is a digest.

    `due_ms` is since when it should be with the endpoint. `quiet_until_ms` above 0: it waits for
    the digest of those quiet hours.
    """

    id: str
    alerts: tuple[Alert, ...]
    expires_ms: int
    due_ms: int
    tries: int = 0
    retry_ms: int = 0  # not before
    quiet_until_ms: int = 0
    is_digest: bool = False
    is_replay: bool = False  # asked for by a person: sent whatever was confirmed
    situation: str = ""  # that its alert was of when it came

    @property
    def subjects(self) -> frozenset[str]:
        """The lines it stands in; digests are one line as well."""
        names = {alert.subject for alert in self.alerts}
        return frozenset(names | {"digest"} if self.is_digest else names)

    @property
    def covers(self) -> tuple[str, ...]:
        """The alerts a receipt of it stands for besides its own id."""
        return tuple(alert.id for alert in self.alerts) if self.is_digest else ()

    @property
    def is_update(self) -> bool:
        """Whether the ten minutes hold for it."""
        single = not (self.is_digest or self.is_replay)
        return single and self.alerts[0].word is AlertEvent.UPDATE


Line = tuple[Waiting, ...]


class Offer(NamedTuple):
    """An alert of the outbox, whether its filter lets it through, how long it is quiet (0), and
    the situation that it is of.
    """

    alert: Alert
    is_match: bool = True
    quiet_until_ms: int = 0
    situation: str = ""


class Terms(NamedTuple):
    """What an endpoint asks for, as far as the order and the time of its messages go."""

    endpoint: str
    expiry_ms: int
    since_ms: int = 0  # alerts before it are none of its business
    is_coalesced: bool = False  # a newer event takes the place of any waiting one of its episode
    is_silent: bool = False  # nothing may be sent now


def is_wanted(line: Line, confirmed: Mapping[str, Confirmed], offer: Offer, terms: Terms) -> bool:
    """Whether an offer is to be sent: it matches, or the endpoint was sent its episode before.

    What was confirmed, or waits already, or waits with a later event, is not.
    """
    alert = offer.alert
    if is_covered(confirmed, alert.id) or alert.at_ms < terms.since_ms:
        return False
    episode, number = name_of(alert.id)
    waiting = [name_of(each.id)[1] for each in _of_episode(line, episode)]
    if waiting and max(waiting) >= number:
        return False
    return offer.is_match or episode in confirmed or bool(waiting)


def _of_episode(line: Line, episode: str) -> Iterator[Waiting]:
    """The events of an episode that wait, those in a digest among them, replays not."""
    for each in line:
        if each.is_digest:
            for alert in each.alerts:
                if alert.episode == episode:
                    yield replace(each, id=alert.id)
        elif not each.is_replay and each.alerts[0].episode == episode:
            yield each


def joined(line: Line, offer: Offer, flying: AbstractSet[str], terms: Terms) -> Line:
    """The line with one more; what it supersedes goes, and leaves it its tries."""
    alert = offer.alert
    new = Waiting(
        id=alert.id,
        alerts=(alert,),
        expires_ms=alert.at_ms + terms.expiry_ms,
        due_ms=max(alert.at_ms, offer.quiet_until_ms),
        quiet_until_ms=offer.quiet_until_ms,
        situation=offer.situation,
    )
    old = [each for each in line if each.id not in flying and is_superseded(each, new, terms)]
    tries = max((each.tries for each in old), default=0)
    retry_ms = max((each.retry_ms for each in old), default=0)
    rest = [each for each in line if each not in old]
    return (*rest, replace(new, tries=tries, retry_ms=retry_ms))


def is_superseded(old: Waiting, new: Waiting, terms: Terms) -> bool:
    """Whether a newer event of the same episode makes an older one superfluous."""
    if old.is_digest or old.is_replay or new.is_replay:
        return False
    if old.alerts[0].episode != new.alerts[0].episode:
        return False
    both_quiet = old.quiet_until_ms > 0 and new.quiet_until_ms == old.quiet_until_ms
    return old.is_update or terms.is_coalesced or both_quiet


def due_at(each: Waiting, confirmed: Mapping[str, Confirmed]) -> int:
    """Since when it should be there: an update ten minutes after the last event of its episode."""
    if each.is_update and (last := confirmed.get(each.alerts[0].episode)) is not None:
        return max(each.due_ms, last.at_ms + UPDATE_GAP_MS)
    return each.due_ms


def sendable(
    line: Line,
    flying: AbstractSet[str],
    confirmed: Mapping[str, Confirmed],
    now_ms: int,
    *,
    probing: bool,
) -> list[Waiting]:
    """What may be sent now, in order: the first of each subject. A probe waits for no retry time.

    A probe prefers what was tried the least, then the oldest: one message that its endpoint cannot
    bear does not keep the others waiting.
    """
    blocked: set[str] = set()
    found = []
    for each in line:
        if each.quiet_until_ms == 0 and _is_held(each, confirmed, now_ms):
            continue
        is_free = not (each.quiet_until_ms or each.subjects & blocked or each.id in flying)
        blocked |= each.subjects
        if is_free and (probing or each.retry_ms <= now_ms):
            found.append(each)
    return sorted(found, key=lambda each: each.tries) if probing else found


def _is_held(each: Waiting, confirmed: Mapping[str, Confirmed], now_ms: int) -> bool:
    """Whether it waits for its ten minutes; an event time that is ahead does not count."""
    last = confirmed.get(each.alerts[0].episode) if each.is_update else None
    return last is not None and now_ms < last.at_ms + UPDATE_GAP_MS


def replayed(line: Line, message: Waiting, now_ms: int, terms: Terms) -> Line:
    """The line with a dead letter in it once more, under its own id, as if it were new."""
    if any(each.id == message.id for each in line):
        return line
    again = replace(
        message, expires_ms=now_ms + terms.expiry_ms, due_ms=now_ms, tries=0, retry_ms=0
    )
    return (*line, replace(again, is_replay=True))


def settled(line: Line, item: Waiting, terms: Terms) -> Line:
    """The line after a message failed: `item` in its place, or gone where a newer event waits."""
    place = next((i for i, each in enumerate(line) if each.id == item.id), None)
    if place is None:
        return line
    newer = [each for each in line[place + 1 :] if is_superseded(item, each, terms)]
    if not newer:
        return (*line[:place], item, *line[place + 1 :])
    heir = replace(newer[-1], tries=item.tries, retry_ms=item.retry_ms)
    return tuple(heir if each is newer[-1] else each for each in line if each.id != item.id)


def without(line: Line, gone: Sequence[str]) -> Line:
    return tuple(each for each in line if each.id not in gone)
