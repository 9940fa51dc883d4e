"""What traffic says of links, as a picture sends it: a letter and whole minutes a link. Pure."""

from collections.abc import Mapping

from streams.contract.enums import Certainty, Observed
from streams.domain.observed.rows import ObservedView

NO_PROMISE = 0
UNKNOWN = "u"


def observed_look(view: ObservedView | None) -> tuple[str, int]:
    """What a screen shows of a link: (letter, minutes of its promise or 0).

    The letter is p(assable), c(losed, confirmed), i (closed, inferred of one route) or u(nknown).
    Minutes are rounded up: a promise of 301 s is none of 5 minutes.
    """
    if view is None:
        return UNKNOWN, NO_PROMISE
    minutes = NO_PROMISE if view.promise_s is None else max(1, -(-view.promise_s // 60))
    if view.state is Observed.IMPASSABLE:
        return ("i" if view.certainty is Certainty.INFERRED else "c"), minutes
    return ("p" if view.state is Observed.PASSABLE else UNKNOWN), minutes


def observed_changes(
    news: Mapping[int, ObservedView | None], before: Mapping[int, ObservedView] | None
) -> tuple[list[tuple[int, str]], list[tuple[int, int]]]:
    """The links whose letter, and those whose promise is another than `before` (None: all), by
    index.
    """
    letters: list[tuple[int, str]] = []
    promises: list[tuple[int, int]] = []
    for place, view in sorted(news.items()):
        now = observed_look(view)
        old = None if before is None else observed_look(before.get(place))
        if old is None or now[0] != old[0]:
            letters.append((place, now[0]))
        if old is None or now[1] != old[1]:
            promises.append((place, now[1]))
    return letters, promises
