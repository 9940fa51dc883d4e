"""The situations of a picture: made of its alerts, and of those that have ended, which the outbox
still has. The same alerts give every server the same board.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

import msgspec

from maps.picture.picture import Picture, PictureChanges
from streams.contract.times import MINUTE_MS
from streams.domain.alerts import Alert, Episode
from streams.domain.rules.book import AlertRules, begins_of
from streams.domain.situations.fact import Fact, ToldRow, fact_of
from streams.domain.situations.identity import situation_id
from streams.domain.situations.parts import Parts
from streams.domain.situations.situation import KnownFacts, Situation, situations
from streams.domain.situations.told import kept, over_of
from streams.geo.network import Network
from streams.state.side_by_side import Places, StreamEntry, beginning, moved
from streams.state.store import Store

log = logging.getLogger(__name__)
FIRST_READ = 2_000  # entries of each partition: a day of a city
PAGE = 500
_ALERT = msgspec.json.Decoder(Alert)
_MAKERS = ("alerts", "acknowledgements", "situation_acts", "works", "incidents", "hand_closures")
"""The kinds of which situations are made."""


class Board:
    """What has ended, and the situations as they stood last."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._begins = begins_of(AlertRules())
        self._over: dict[str, Fact] = {}
        self._places: Places = ()
        self._parts = Parts(network)
        self._told: dict[str, tuple[Episode, ToldRow | None, Fact | None]] = {}

    async def load(self, store: Store) -> None:
        """Read what has ended of late, from nothing."""
        entries = await store.outbox.latest(FIRST_READ)
        self._over = {}
        self._places = moved(beginning(store.partitions), entries)
        self.take(_alerts(entries))

    async def read_on(self, store: Store) -> None:
        """Read what has ended since."""
        if not self._places:
            return
        while entries := await store.outbox.between(self._places, None, count=PAGE):
            self._places = moved(self._places, entries)
            self.take(_alerts(entries))

    def take(self, alerts: Iterable[Alert]) -> None:
        """Take in the next alerts: what of them is an end."""
        self._over |= over_of(alerts, self._begins)
        newest_ms = max((fact.over_ms for fact in self._over.values()), default=0)
        self._over = kept(self._over, newest_ms)

    def of(self, picture: Picture) -> dict[str, Situation]:
        """The situations of a picture."""
        return self._parts.situations(self._known(picture))

    def since(self, picture: Picture, from_ms: int) -> dict[str, Situation]:
        """The situations of a picture, and with their facts those that ended after a time: what of
        a situation is over has the time it ended.
        """
        known = self._known(picture)
        ended = [fact for fact in known.over if fact.over_ms > from_ms]
        before = [fact for fact in known.over if fact.over_ms <= from_ms]
        return situations(known._replace(facts=[*known.facts, *ended], over=before))

    def _known(self, picture: Picture) -> KnownFacts:
        return KnownFacts(
            self._network,
            _minute(picture),
            self._facts(picture),
            list(self._over.values()),
            picture.acknowledgements,
            picture.situation_acts,
        )

    def _facts(self, picture: Picture) -> list[Fact]:
        """The facts that stand; one whose alert and row are what they were is the same."""
        before, self._told = self._told, {}
        for name, episode in picture.alerts.items():
            row = _row_of(picture, name.partition(" ")[2])
            known = before.get(name)
            if known is None or known[0] is not episode or known[1] is not row:
                fact = fact_of(name, episode, lambda _, row=row: row, self._begins)  # type: ignore[misc]
                known = episode, row, fact
            self._told[name] = known
        return [fact for _, _, fact in self._told.values() if fact is not None]

    def advance(
        self, before: Picture, picture: Picture, news: PictureChanges
    ) -> tuple[Picture, PictureChanges]:
        """The picture and its news with the situations after them."""
        is_same = not any(getattr(news, name) for name in _MAKERS)
        if is_same and _minute(before) == _minute(picture):
            return replace(picture, situations=before.situations), news
        now = self.of(picture)
        old = before.situations
        changed: dict[str, Situation | None] = {
            name: row
            for name, row in now.items()
            if (known := old.get(name)) is not row and known != row
        }
        changed |= dict.fromkeys(old.keys() - now.keys())
        return replace(picture, situations=now), replace(news, situations=changed)

    def facts(self, picture: Picture) -> dict[str, Situation | None]:
        """Every situation, and the names of those that have gone for who may have seen them."""
        gone = sorted(self._over.values(), key=lambda fact: fact.over_ms)[-PAGE:]
        standing = (fact for row in picture.situations.values() for fact in row.facts)
        names = {situation_id(fact.id) for fact in (*gone, *standing)}
        return {**dict.fromkeys(sorted(names - picture.situations.keys())), **picture.situations}


def _row_of(picture: Picture, subject: str) -> ToldRow | None:
    """The work, the incident or the closure by hand that an alert is about."""
    kind, _, name = subject.partition(":")
    rows: Mapping[str, Mapping[str, ToldRow]] = {
        "work": picture.works,
        "incident": picture.incidents,
        "closure": picture.hand_closures,
    }
    return rows.get(kind, {}).get(name)


def _minute(picture: Picture) -> int:
    """The minute of the fold that a picture is of, ms."""
    return (picture.clock_ms or 0) // MINUTE_MS * MINUTE_MS


def _alerts(entries: Iterable[StreamEntry]) -> Iterable[Alert]:
    for entry in entries:
        try:
            yield _ALERT.decode(entry.fields[b"a"])
        except (KeyError, msgspec.DecodeError, UnicodeDecodeError):
            log.warning("outbox entry skipped", extra={"partition": entry.partition})
