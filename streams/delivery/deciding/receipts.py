"""What an endpoint has confirmed: per episode the highest event, and when. Pure.

A receipt of an event covers all earlier ones of its episode: they were confirmed before it, or it
stood for them. So little is kept, and an outbox that is made anew re-sends nothing.
"""

from collections.abc import Mapping
from typing import NamedTuple

from streams.contract.records import Receipt


class Confirmed(NamedTuple):
    """The highest event of an episode that was confirmed, and when the last one was."""

    number: int
    at_ms: int


def name_of(alert_id: str) -> tuple[str, int]:
    """The episode and the number of an id that ends in ".3"; one without a number is its 0th."""
    episode, _, number = alert_id.rpartition(".")
    is_numbered = bool(episode) and number.isascii() and number.isdigit()
    return (episode, int(number)) if is_numbered else (alert_id, 0)


def is_covered(confirmed: Mapping[str, Confirmed], alert_id: str) -> bool:
    """Whether this event or a later one of its episode was confirmed."""
    episode, number = name_of(alert_id)
    return episode in confirmed and confirmed[episode].number >= number


def note(confirmed: dict[str, Confirmed], receipt: Receipt) -> None:
    """Add a receipt, in place; the same one again changes nothing."""
    for alert_id in (receipt.alert_id, *receipt.covers):
        episode, number = name_of(alert_id)
        known = confirmed.get(episode, Confirmed(-1, 0))
        confirmed[episode] = Confirmed(max(known.number, number), max(known.at_ms, receipt.at_ms))


def forget(confirmed: dict[str, Confirmed], before_ms: int) -> None:
    """Drop what was last confirmed before a time, in place."""
    for episode in [name for name, last in confirmed.items() if last.at_ms < before_ms]:
        del confirmed[episode]
